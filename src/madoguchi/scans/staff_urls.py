from django.urls import path

from . import keying_staff_views as keying
from . import staff_views as views

urlpatterns = [
    path("scans/", views.scans, name="scans"),
    path("scans/blank/", views.blanks, name="scan_blanks"),
    path("scans/u/<int:upload_id>/", views.upload, name="scan_upload"),
    path("scans/page/<uuidtext:page_id>/", views.page, name="scan_page"),
    path("scans/page/<uuidtext:page_id>/drop/", views.drop, name="scan_drop"),
    path("scans/page/<uuidtext:page_id>/picture/", views.picture, name="scan_picture"),
    path("scans/page/<uuidtext:page_id>/number/", views.number, name="scan_number"),
    path("scans/page/<uuidtext:page_id>/clear/", views.clear, name="scan_clear"),
    path("scans/p/<uuidtext:packet_id>/", views.packet, name="scan_packet"),
    path("scans/p/<uuidtext:packet_id>/note/", views.note, name="scan_note"),
    path("scans/p/<uuidtext:packet_id>/crop/<int:box>/", keying.crop, name="scan_crop"),
    path("scans/p/<uuidtext:packet_id>/k/<str:step_id>/", keying.step, name="scan_step"),
    path("scans/p/<uuidtext:packet_id>/check/", keying.check, name="scan_check"),
]
