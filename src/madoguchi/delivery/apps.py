from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "madoguchi.delivery"
    label = "delivery"
    verbose_name = "連携"
