from django.apps import AppConfig


class BuilderConfig(AppConfig):
    name = "madoguchi.builder"
    label = "builder"
    verbose_name = "手続きの作成"
