from django.urls import path

from . import account_views, people_views, staff_entry_views, staff_oidc_views

urlpatterns = [
    path("sign-in/", staff_entry_views.staff_sign_in, name="staff_sign_in"),
    path("sign-in/second/", staff_entry_views.staff_second, name="staff_second"),
    path("sign-in/office/", staff_oidc_views.office_start, name="office_sign_in"),
    path("sign-in/office/callback/", staff_oidc_views.office_callback, name="office_callback"),
    path("sign-out/", staff_entry_views.staff_sign_out, name="staff_sign_out"),
    path("account/", account_views.account, name="account"),
    path("account/totp/", account_views.totp, name="account_totp"),
    path("account/passkey/", account_views.passkey, name="account_passkey"),
    path("account/recovery/", account_views.recovery, name="account_recovery"),
    path("account/password/", account_views.password, name="account_password"),
    path("account/mail/", account_views.mail, name="account_mail"),
    path("account/factor/<int:factor_id>/remove/", account_views.factor_remove, name="factor_remove"),
    path("account/session/<int:session_id>/end/", account_views.session_end, name="session_end"),
    path("absence/", people_views.absence, name="absence"),
    path("absence/<int:absence_id>/end/", people_views.absence_over, name="absence_end"),
    path("rights/", people_views.rights, name="rights"),
    path("rights.csv", people_views.rights_csv, name="rights_csv"),
    path("people/", people_views.staff_people, name="staff_people"),
    path("people/<int:staff_id>/", people_views.person, name="staff_person"),
    *(path(f"people/<int:staff_id>/{act}/", people_views.person_act, {"act": act}, name=f"staff_{act}")
      for act in ("unlock", "reset", "sessions", "role", "unrole")),
]
