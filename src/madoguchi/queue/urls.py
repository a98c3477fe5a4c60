from django.urls import path

from . import views

urlpatterns = [
    path("", views.crowd, name="queue"),
    path("events/", views.events, name="queue_events"),
    path("board/", views.board, name="queue_board"),
    path("board/<slug:section>/", views.board, name="queue_board_section"),
    path("t/<uuidtext:ticket_id>/", views.ticket, name="queue_ticket"),
    path("t/<uuidtext:ticket_id>/cancel/", views.cancel, name="queue_cancel"),
    path("kiosk/<slug:secret>/", views.kiosk, name="queue_kiosk"),
    path("kiosk/<slug:secret>/t/<uuidtext:ticket_id>/", views.kiosk_ticket, name="queue_kiosk_ticket"),
]
