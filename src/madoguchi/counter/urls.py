from django.urls import path

from . import views

urlpatterns = [
    path("", views.counter, name="counter"),
    path("end/", views.end, name="counter_end"),
    path("alive/", views.alive, name="counter_alive"),
    path("read/", views.read, name="counter_read"),
]
