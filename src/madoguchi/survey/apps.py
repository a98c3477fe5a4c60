from django.apps import AppConfig


class SurveyConfig(AppConfig):
    name = "madoguchi.survey"
    label = "survey"
    verbose_name = "被害調査"
