from django.urls import path

from . import views

urlpatterns = [
    path("queue/", views.crowd, name="queue"),
    path("queue/events/", views.events, name="queue_events"),
    path("queue/board/", views.board, name="queue_board"),
    path("queue/board/<slug:section>/", views.board, name="queue_board_section"),
    path("queue/t/<uuidtext:ticket_id>/", views.ticket, name="queue_ticket"),
    path("queue/t/<uuidtext:ticket_id>/cancel/", views.cancel, name="queue_cancel"),
    path("queue/kiosk/<slug:secret>/", views.kiosk, name="queue_kiosk"),
    path("queue/kiosk/<slug:secret>/t/<uuidtext:ticket_id>/", views.kiosk_ticket, name="queue_kiosk_ticket"),
]
