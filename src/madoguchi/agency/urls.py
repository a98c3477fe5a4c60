from django.urls import path

from . import guardian_views as own
from . import office_views, views

urlpatterns = [
    path("my/mandates/", views.mandates, name="mandates"),
    path("my/mandates/new/", views.mandate_new, name="mandate_new"),
    path("my/mandates/organisation/", office_views.organisation_mandate_new, name="organisation_mandate_new"),
    path("office/mandates/<uuidtext:mandate_id>/answer/", office_views.office_answer, name="office_answer"),
    path("office/mandates/<uuidtext:mandate_id>/end/", office_views.office_end, name="office_end"),
    path("my/mandates/code/", views.mandate_code, name="mandate_code"),
    path("my/mandates/<uuidtext:mandate_id>/", views.mandate, name="mandate"),
    path("my/mandates/<uuidtext:mandate_id>/end/", views.mandate_over, name="mandate_end"),
    path("invited/<str:code>/", views.invited, name="invited"),
    path("my/guardians/", own.guardians, name="guardians"),
    path("my/guardians/new/", own.guardian_new, name="guardian_new"),
    path("my/guardians/<uuidtext:guardian_id>/", own.guardian, name="guardian"),
    path("my/guardians/<uuidtext:guardian_id>/proof/", own.guardian_proof, name="guardian_proof"),
    path("my/guardians/<uuidtext:guardian_id>/proof/<uuidtext:file_id>/", own.guardian_page_of_proof, name="guardian_file"),
    path("my/guardians/<uuidtext:guardian_id>/end/", own.guardian_over, name="guardian_end"),
]
