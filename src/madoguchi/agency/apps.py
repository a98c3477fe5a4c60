from django.apps import AppConfig


class AgencyConfig(AppConfig):
    name = "madoguchi.agency"
    label = "agency"
    verbose_name = "代理"
