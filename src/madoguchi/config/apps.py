from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "madoguchi.config"
    label = "config"
    verbose_name = "組立て"

    def ready(self) -> None:
        from . import production, wiring

        production.insist()
        wiring.connect()
