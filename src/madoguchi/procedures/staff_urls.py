from django.urls import path

from . import staff_views as views

urlpatterns = [
    path("searches/", views.searched_words, name="searches"),
    path("searches/list.csv", views.as_csv, name="searches_csv"),
]
