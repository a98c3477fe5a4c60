from django.urls import path

from . import views, views_my

urlpatterns = [
    path("", views.listing, name="bookings"),
    path("my/", views_my.mine, name="booking_my"),
    path("my/feed/", views_my.feed, name="booking_feed"),
    path("find/", views.find, name="booking_find"),
    path("feed/<slug:secret>.ics", views_my.feed_file, name="booking_feed_file"),
    path("waiting/<str:link>/", views_my.waits, name="booking_waiting"),
    path("link/<str:link>/", views.by_link, name="booking_link"),
    path("b/<uuidtext:booking_id>/", views.one, name="booking"),
    path("b/<uuidtext:booking_id>/details/", views.details, name="booking_details"),
    path("b/<uuidtext:booking_id>/release/", views.release, name="booking_release"),
    path("b/<uuidtext:booking_id>/check/", views.check, name="booking_check"),
    path("b/<uuidtext:booking_id>/change/", views.change, name="booking_change"),
    path("b/<uuidtext:booking_id>/cancel/", views.cancel, name="booking_cancel"),
    path("b/<uuidtext:booking_id>/calendar.ics", views.ics, name="booking_ics"),
    path("<slug:service>/", views.week, name="booking_week"),
    path("<slug:service>/hold/", views.hold, name="booking_hold"),
    path("<slug:service>/wait/", views_my.wait, name="booking_wait"),
]
