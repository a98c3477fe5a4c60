from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "madoguchi.records"
    label = "records"
    verbose_name = "文書"
