from django.urls import path

from . import staff_views as views

urlpatterns = [
    path("queue/", views.overview, name="staff_queue"),
    path("queue/ticket/", views.take, name="staff_queue_take"),
    path("queue/ticket/<uuidtext:ticket_id>/", views.ticket, name="staff_queue_ticket"),
    path("queue/desk/<slug:counter>/<int:seat>/", views.desk, name="staff_desk"),
    path("queue/desk/<slug:counter>/<int:seat>/press/", views.press, name="staff_desk_press"),
    path("queue/kiosks/", views.devices, name="staff_kiosks"),
    path("queue/kiosks/<int:kiosk_id>/end/", views.device_end, name="staff_kiosk_end"),
]
