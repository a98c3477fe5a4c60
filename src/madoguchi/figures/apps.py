from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "madoguchi.figures"
    label = "figures"
    verbose_name = "統計"
