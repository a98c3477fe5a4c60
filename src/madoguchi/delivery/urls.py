from django.urls import path

from . import staff_views as views

urlpatterns = [
    path("deliveries/stuck/<int:message_id>/", views.unstick, name="stuck_retry"),
    path("deliveries/", views.parcels, name="parcels"),
    path("deliveries/<uuidtext:parcel_id>/retry/", views.retry, name="parcel_retry"),
]
