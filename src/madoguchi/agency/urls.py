from django.urls import path

from . import views

urlpatterns = [
    path("my/mandates/", views.mandates, name="mandates"),
    path("my/mandates/new/", views.mandate_new, name="mandate_new"),
    path("my/mandates/code/", views.mandate_code, name="mandate_code"),
    path("my/mandates/<uuidtext:mandate_id>/", views.mandate, name="mandate"),
    path("my/mandates/<uuidtext:mandate_id>/end/", views.mandate_over, name="mandate_end"),
    path("invited/<str:code>/", views.invited, name="invited"),
]
