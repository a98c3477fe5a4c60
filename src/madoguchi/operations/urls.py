from django.urls import path

from . import staff_views as views

urlpatterns = [
    path("operations/", views.overview, name="operations"),
    path("operations/retry/<int:message_id>/", views.retry, name="operations_retry"),
    path("operations/skip/<int:message_id>/", views.skip, name="operations_skip"),
]
