from django.urls import path

from . import disaster_views, staff_views

urlpatterns = [
    path("survey/", staff_views.surveys, name="surveys"),
    path("survey/sheet/", staff_views.day_sheet, name="survey_sheet"),
    path("survey/case/<uuidtext:case_id>/", staff_views.of_case, name="survey_of_case"),
    path("survey/case/<uuidtext:case_id>/second/", staff_views.second, name="survey_second"),
    path("survey/<uuidtext:survey_id>/", staff_views.survey, name="survey"),
    path("survey/<uuidtext:survey_id>/appoint/", staff_views.appoint, name="survey_appoint"),
    path("survey/<uuidtext:survey_id>/record/", staff_views.record, name="survey_record"),
    path("survey/<uuidtext:survey_id>/decline/", staff_views.decline, name="survey_decline"),
    path("survey/<uuidtext:survey_id>/cancel/", staff_views.cancel, name="survey_cancel"),
    path("disasters/", disaster_views.disasters, name="disasters"),
    path("disasters/<slug:key>/", disaster_views.disaster, name="disaster"),
]
