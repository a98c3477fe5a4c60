from django.apps import AppConfig


class QueueConfig(AppConfig):
    name = "madoguchi.queue"
    label = "queue"
    verbose_name = "窓口の番号札"
