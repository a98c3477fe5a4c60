from django.apps import AppConfig


class CardsConfig(AppConfig):
    name = "madoguchi.cards"
    label = "cards"
    verbose_name = "マイナンバーカードの交付"
