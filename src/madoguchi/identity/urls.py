from django.urls import path

from . import oidc_views, views

urlpatterns = [
    path("sign-in/", views.sign_in_page, name="sign_in"),
    path("sign-in/card/", oidc_views.card_start, name="card_sign_in"),
    path("sign-in/card/callback/", oidc_views.card_callback, name="card_callback"),
    path("sign-in/trial/", views.trial_sign_in, name="trial_sign_in"),
    path("sign-out/", views.sign_out_view, name="sign_out"),
    path("staff/sign-in/", views.staff_sign_in, name="staff_sign_in"),
    path("staff/sign-out/", views.staff_sign_out, name="staff_sign_out"),
]
