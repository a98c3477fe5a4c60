from django.urls import path

from . import views

urlpatterns = [
    path("", views.guides, name="guides"),
    path("list/<uuidtext:plan_id>/", views.plan, name="plan"),
    path("list/<uuidtext:plan_id>/answers/", views.answers, name="plan_answers"),
    path("list/<uuidtext:plan_id>/drop/", views.drop, name="plan_drop"),
    path("list/<uuidtext:plan_id>/together/", views.together, name="plan_together"),
    path("<slug:name>/", views.guide, name="guide"),
]
