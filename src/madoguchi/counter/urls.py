from django.urls import path

from . import staff_views as staff
from . import views

urlpatterns = [
    path("counter/", views.counter, name="counter"),
    path("counter/end/", views.end, name="counter_end"),
    path("counter/alive/", views.alive, name="counter_alive"),
    path("staff/counter/", staff.helps, name="helps"),
    path("staff/counter/<uuidtext:help_id>/", staff.help_page, name="help"),
    path("staff/counter/<uuidtext:help_id>/end/", staff.help_over, name="help_end"),
]
