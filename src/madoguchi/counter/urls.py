from django.urls import path

from . import staff_interviews as interviews
from . import staff_views as staff
from . import views

urlpatterns = [
    path("counter/", views.counter, name="counter"),
    path("counter/end/", views.end, name="counter_end"),
    path("counter/alive/", views.alive, name="counter_alive"),
    path("counter/read/", views.read, name="counter_read"),
    path("staff/counter/", staff.helps, name="helps"),
    path("staff/counter/<uuidtext:help_id>/", staff.help_page, name="help"),
    path("staff/counter/<uuidtext:help_id>/end/", staff.help_over, name="help_end"),
    path("staff/counter/interview/", interviews.begin, name="interviews"),
    path("staff/counter/interview/<uuidtext:interview_id>/", interviews.interview, name="interview"),
    path("staff/counter/interview/<uuidtext:interview_id>/take/", interviews.take, name="interview_take"),
    path("staff/counter/interview/<uuidtext:interview_id>/person/", interviews.person, name="interview_person"),
    path("staff/counter/interview/<uuidtext:interview_id>/common/", interviews.common, name="interview_common"),
    path("staff/counter/interview/<uuidtext:interview_id>/show/", interviews.show, name="interview_show"),
    path("staff/counter/interview/<uuidtext:interview_id>/act/", interviews.act, name="interview_act"),
    path("staff/counter/interview/<uuidtext:interview_id>/<uuidtext:draft_id>/documents/", interviews.documents, name="interview_documents"),
    path("staff/counter/interview/<uuidtext:interview_id>/<uuidtext:draft_id>/paper.pdf", interviews.paper, name="interview_paper"),
    path("staff/counter/interview/<uuidtext:interview_id>/<uuidtext:draft_id>/<str:step_id>/", interviews.step, name="interview_step"),
]
