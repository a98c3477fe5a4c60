from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "madoguchi.collection"
    label = "collection"
    verbose_name = "収納"
