from django.urls import path

from . import guardian_staff_views as desk

urlpatterns = [
    path("guardians/", desk.claims, name="claims"),
    path("guardians/<uuidtext:guardian_id>/", desk.claim, name="claim"),
    path("guardians/<uuidtext:guardian_id>/accept/", desk.accept, name="claim_accept"),
    path("guardians/<uuidtext:guardian_id>/refuse/", desk.refuse, name="claim_refuse"),
    path("guardians/<uuidtext:guardian_id>/recheck/", desk.recheck, name="claim_recheck"),
    path("guardians/<uuidtext:guardian_id>/end/", desk.end, name="claim_end"),
    path("guardians/<uuidtext:guardian_id>/proof/<uuidtext:file_id>/", desk.proof, name="claim_file"),
]
