from django.urls import path

from . import views, views_my

urlpatterns = [
    path("booking/", views.listing, name="bookings"),
    path("booking/my/", views_my.mine, name="booking_my"),
    path("booking/my/feed/", views_my.feed, name="booking_feed"),
    path("booking/find/", views.find, name="booking_find"),
    path("booking/feed/<slug:secret>.ics", views_my.feed_file, name="booking_feed_file"),
    path("booking/waiting/<str:link>/", views_my.waits, name="booking_waiting"),
    path("booking/link/<str:link>/", views.by_link, name="booking_link"),
    path("booking/b/<uuidtext:booking_id>/", views.one, name="booking"),
    path("booking/b/<uuidtext:booking_id>/details/", views.details, name="booking_details"),
    path("booking/b/<uuidtext:booking_id>/release/", views.release, name="booking_release"),
    path("booking/b/<uuidtext:booking_id>/check/", views.check, name="booking_check"),
    path("booking/b/<uuidtext:booking_id>/change/", views.change, name="booking_change"),
    path("booking/b/<uuidtext:booking_id>/cancel/", views.cancel, name="booking_cancel"),
    path("booking/b/<uuidtext:booking_id>/calendar.ics", views.ics, name="booking_ics"),
    path("booking/<slug:service>/", views.week, name="booking_week"),
    path("booking/<slug:service>/hold/", views.hold, name="booking_hold"),
    path("booking/<slug:service>/wait/", views_my.wait, name="booking_wait"),
]
