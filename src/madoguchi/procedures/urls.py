from django.urls import path

from . import views

urlpatterns = [
    path("", views.top, name="top"),
    path("procedures/", views.listing, name="procedures"),
    path("life/<slug:event>/", views.life_event, name="life_event"),
    path("p/<slug:slug>/", views.detail, name="procedure"),
    path("p/<slug:slug>/paper.pdf", views.paper, name="paper"),
    path("p/<slug:slug>/schema.json", views.json_schema, name="schema"),
]
