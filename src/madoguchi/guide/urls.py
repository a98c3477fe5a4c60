from django.urls import path

from . import views

urlpatterns = [
    path("guide/", views.guides, name="guides"),
    path("guide/list/<uuidtext:plan_id>/", views.plan, name="plan"),
    path("guide/list/<uuidtext:plan_id>/answers/", views.answers, name="plan_answers"),
    path("guide/list/<uuidtext:plan_id>/drop/", views.drop, name="plan_drop"),
    path("guide/list/<uuidtext:plan_id>/together/", views.together, name="plan_together"),
    path("guide/<slug:name>/", views.guide, name="guide"),
]
