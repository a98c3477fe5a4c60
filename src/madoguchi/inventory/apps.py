from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "madoguchi.inventory"
    label = "inventory"
    verbose_name = "手続棚卸"
