from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "madoguchi.identity"
    label = "identity"
    verbose_name = "本人確認"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from .sessions import session_noted

        user_logged_in.connect(session_noted, dispatch_uid="identity.session")
