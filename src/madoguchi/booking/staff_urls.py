from django.urls import path

from . import closure_staff_views as closing
from . import staff_views as views

urlpatterns = [
    path("booking/", views.day, name="staff_bookings"),
    path("booking/new/", views.new, name="staff_booking_new"),
    path("booking/new/<slug:service>/", views.new_booking, name="staff_booking_make"),
    path("booking/b/<uuidtext:booking_id>/", views.one, name="staff_booking"),
    path("booking/b/<uuidtext:booking_id>/mark/", views.mark, name="staff_booking_mark"),
    path("booking/b/<uuidtext:booking_id>/code/", views.code, name="staff_booking_code"),
    path("booking/b/<uuidtext:booking_id>/told/", views.told, name="staff_booking_told"),
    path("booking/b/<uuidtext:booking_id>/tie/", views.tie, name="staff_booking_tie"),
    path("booking/b/<uuidtext:booking_id>/change/", views.change, name="staff_booking_change"),
    path("booking/b/<uuidtext:booking_id>/cancel/", views.cancel, name="staff_booking_cancel"),
    path("booking/w/<int:waiting_id>/told/", views.waiting_told, name="staff_waiting_told"),
    path("booking/closures/", closing.page, name="booking_closures"),
    path("booking/closures/<int:closure_id>/", closing.one, name="booking_closure"),
    path("booking/closures/<int:closure_id>/end/", closing.end, name="booking_closure_end"),
    path("booking/section-feed/", views.feed, name="staff_booking_feed"),
]
