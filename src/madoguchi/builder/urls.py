from django.urls import path

from . import decide_views, edit_views, exchange_views, staff_views, try_views

urlpatterns = [
    path("builder/", staff_views.rows, name="builder"),
    path("builder/new/", staff_views.new, name="builder_new"),
    path("builder/offers/", exchange_views.offer_list, name="builder_offers"),
    path("builder/offers/<int:offer_id>/", exchange_views.offer, name="builder_offer"),
    path("builder/<slug:slug>/", staff_views.copy, name="builder_copy"),
    path("builder/<slug:slug>/open/", staff_views.opened, name="builder_open"),
    path("builder/<slug:slug>/decide/", decide_views.decide, name="builder_decide"),
    path("builder/<slug:slug>/differences/", staff_views.differences, name="builder_differences"),
    path("builder/<slug:slug>/history/", staff_views.history, name="builder_history"),
    path("builder/<slug:slug>/part/<path:path>/", edit_views.part, name="builder_part"),
    path("builder/<slug:slug>/preview/<path:path>/", edit_views.preview, name="builder_preview"),
    path("builder/<slug:slug>/add/<path:path>/", edit_views.add, name="builder_add"),
    path("builder/<slug:slug>/act/", edit_views.act, name="builder_act"),
    path("builder/<slug:slug>/text/", edit_views.text, name="builder_text"),
    path("builder/<slug:slug>/file/", edit_views.file, name="builder_file"),
    path("builder/<slug:slug>/bundle/", exchange_views.bundle, name="builder_bundle"),
    path("builder/<slug:slug>/try/", try_views.attempt, name="builder_try"),
]
