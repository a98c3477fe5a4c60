from django.urls import path

from . import staff_views as views

urlpatterns = [
    path("figures/", views.overview, name="figures"),
    path("figures.csv", views.as_csv, name="figures_csv"),
    path("figures/left.csv", views.left_csv, name="figures_left_csv"),
]
