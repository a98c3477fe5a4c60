from django.urls import path

from . import staff_interviews as interviews
from . import staff_views as staff

urlpatterns = [
    path("counter/", staff.helps, name="helps"),
    path("counter/<uuidtext:help_id>/", staff.help_page, name="help"),
    path("counter/<uuidtext:help_id>/end/", staff.help_over, name="help_end"),
    path("counter/interview/", interviews.begin, name="interviews"),
    path("counter/interview/<uuidtext:interview_id>/", interviews.interview, name="interview"),
    path("counter/interview/<uuidtext:interview_id>/take/", interviews.take, name="interview_take"),
    path("counter/interview/<uuidtext:interview_id>/person/", interviews.person, name="interview_person"),
    path("counter/interview/<uuidtext:interview_id>/common/", interviews.common, name="interview_common"),
    path("counter/interview/<uuidtext:interview_id>/show/", interviews.show, name="interview_show"),
    path("counter/interview/<uuidtext:interview_id>/act/", interviews.act, name="interview_act"),
    path("counter/interview/<uuidtext:interview_id>/<uuidtext:draft_id>/documents/", interviews.documents, name="interview_documents"),
    path("counter/interview/<uuidtext:interview_id>/<uuidtext:draft_id>/paper.pdf", interviews.paper, name="interview_paper"),
    path("counter/interview/<uuidtext:interview_id>/<uuidtext:draft_id>/<str:step_id>/", interviews.step, name="interview_step"),
]
