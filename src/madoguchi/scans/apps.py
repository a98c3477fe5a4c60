from django.apps import AppConfig


class ScansConfig(AppConfig):
    name = "madoguchi.scans"
    label = "scans"
    verbose_name = "紙の申請"
