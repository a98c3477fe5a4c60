from django.urls import path

from . import business_views, oidc_views, views

urlpatterns = [
    path("sign-in/", views.sign_in_page, name="sign_in"),
    path("sign-in/card/", oidc_views.card_start, name="card_sign_in"),
    path("sign-in/card/callback/", oidc_views.card_callback, name="card_callback"),
    path("sign-in/business/", business_views.business_start, name="business_sign_in"),
    path("sign-in/business/callback/", business_views.business_callback, name="business_callback"),
    path("sign-in/business/trial/", business_views.business_trial, name="business_trial"),
    path("sign-in/trial/", views.trial_sign_in, name="trial_sign_in"),
    path("sign-out/", views.sign_out_view, name="sign_out"),
]
