from django.urls import re_path

from .door import door

urlpatterns = [re_path(r"^api/v1/", door, name="api")]
