from django.urls import path

from . import guardian_staff_views as desk
from . import mandate_staff_views as mandates
from . import organisation_views

urlpatterns = [
    path("guardians/", desk.claims, name="claims"),
    path("guardians/<uuidtext:guardian_id>/", desk.claim, name="claim"),
    path("guardians/<uuidtext:guardian_id>/accept/", desk.accept, name="claim_accept"),
    path("guardians/<uuidtext:guardian_id>/refuse/", desk.refuse, name="claim_refuse"),
    path("guardians/<uuidtext:guardian_id>/recheck/", desk.recheck, name="claim_recheck"),
    path("guardians/<uuidtext:guardian_id>/end/", desk.end, name="claim_end"),
    path("guardians/<uuidtext:guardian_id>/proof/<uuidtext:file_id>/", desk.proof, name="claim_file"),
    path("guardians/mandates/", mandates.mandate_find, name="mandate_find"),
    path("guardians/mandates/<uuidtext:mandate_id>/", mandates.mandate_desk, name="mandate_desk"),
    path("guardians/mandates/<uuidtext:mandate_id>/end/", mandates.mandate_close, name="mandate_close"),
    path("organisations/", organisation_views.organisation_page, name="organisations"),
    path("organisations/new/", organisation_views.organisation_new, name="organisation_new"),
    path("organisations/file/", organisation_views.organisations_file, name="organisations_file"),
    path("organisations/<uuidtext:organisation_id>/", organisation_views.organisation, name="organisation"),
    path("organisations/<uuidtext:organisation_id>/end/", organisation_views.organisation_over, name="organisation_end"),
]
