from django.urls import path

from . import views

urlpatterns = [
    path("card/", views.front, name="card"),
    path("card/receive/", views.receive, name="card_receive"),
]
