from django.urls import path

from . import views

urlpatterns = [
    path("", views.front, name="card"),
    path("receive/", views.receive, name="card_receive"),
]
