from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "madoguchi.kernel"
    label = "kernel"
    verbose_name = "土台"
