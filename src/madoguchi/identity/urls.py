from django.urls import path

from . import account_views, business_views, oidc_views, people_views, staff_entry_views, staff_oidc_views, views

urlpatterns = [
    path("sign-in/", views.sign_in_page, name="sign_in"),
    path("sign-in/card/", oidc_views.card_start, name="card_sign_in"),
    path("sign-in/card/callback/", oidc_views.card_callback, name="card_callback"),
    path("sign-in/business/", business_views.business_start, name="business_sign_in"),
    path("sign-in/business/callback/", business_views.business_callback, name="business_callback"),
    path("sign-in/business/trial/", business_views.business_trial, name="business_trial"),
    path("sign-in/trial/", views.trial_sign_in, name="trial_sign_in"),
    path("sign-out/", views.sign_out_view, name="sign_out"),
    path("staff/sign-in/", staff_entry_views.staff_sign_in, name="staff_sign_in"),
    path("staff/sign-in/second/", staff_entry_views.staff_second, name="staff_second"),
    path("staff/sign-in/office/", staff_oidc_views.office_start, name="office_sign_in"),
    path("staff/sign-in/office/callback/", staff_oidc_views.office_callback, name="office_callback"),
    path("staff/sign-out/", staff_entry_views.staff_sign_out, name="staff_sign_out"),
    path("staff/account/", account_views.account, name="account"),
    path("staff/account/totp/", account_views.totp, name="account_totp"),
    path("staff/account/passkey/", account_views.passkey, name="account_passkey"),
    path("staff/account/recovery/", account_views.recovery, name="account_recovery"),
    path("staff/account/password/", account_views.password, name="account_password"),
    path("staff/account/mail/", account_views.mail, name="account_mail"),
    path("staff/account/factor/<int:factor_id>/remove/", account_views.factor_remove, name="factor_remove"),
    path("staff/account/session/<int:session_id>/end/", account_views.session_end, name="session_end"),
    path("staff/absence/", people_views.absence, name="absence"),
    path("staff/absence/<int:absence_id>/end/", people_views.absence_over, name="absence_end"),
    path("staff/rights/", people_views.rights, name="rights"),
    path("staff/rights.csv", people_views.rights_csv, name="rights_csv"),
    path("staff/people/", people_views.staff_people, name="staff_people"),
    path("staff/people/<int:staff_id>/", people_views.person, name="staff_person"),
    *(path(f"staff/people/<int:staff_id>/{act}/", people_views.person_act, {"act": act}, name=f"staff_{act}")
      for act in ("unlock", "reset", "sessions", "role", "unrole")),
]
