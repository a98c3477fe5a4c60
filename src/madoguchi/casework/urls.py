from django.urls import path

from . import answer_views, bulk_views, code_views, hold_views, paper_views, talk_views
from . import staff_views as views

urlpatterns = [
    path("", views.workbench, name="workbench"),
    path("bulk/", bulk_views.runs, name="bulk"),
    path("bulk/<uuidtext:run_id>/", bulk_views.run, name="bulk_run"),
    path("bulk/<uuidtext:run_id>/confirm/", bulk_views.confirm, name="bulk_confirm"),
    path("bulk/<uuidtext:run_id>/csv/", bulk_views.report_csv, name="bulk_csv"),
    path("case/<uuidtext:case_id>/talk/", talk_views.write, name="case_talk"),
    path("case/<uuidtext:case_id>/talk/seen/", talk_views.seen, name="case_talk_seen"),
    path("case/<uuidtext:case_id>/", views.case, name="case"),
    path("case/<uuidtext:case_id>/take/", views.take, name="case_take"),
    path("case/<uuidtext:case_id>/assign/", views.assign, name="case_assign"),
    path("case/<uuidtext:case_id>/checklist/", views.checklist, name="case_checklist"),
    path("case/<uuidtext:case_id>/note/", views.note, name="case_note"),
    path("case/<uuidtext:case_id>/correct/", views.correct, name="case_correct"),
    path("case/<uuidtext:case_id>/answer/", answer_views.answer, name="case_answer"),
    path("case/<uuidtext:case_id>/unanswered/", answer_views.unanswered, name="case_unanswered"),
    path("case/<uuidtext:case_id>/code/", code_views.issue, name="case_code"),
    path("case/<uuidtext:case_id>/code/sheet/", code_views.sheet, name="case_code_sheet"),
    path("case/<uuidtext:case_id>/decide/", views.decide, name="case_decide"),
    path("case/<uuidtext:case_id>/approve/", views.approve, name="case_approve"),
    path("case/<uuidtext:case_id>/return/", views.send_back, name="case_return"),
    path("case/<uuidtext:case_id>/reopen/", views.reopen, name="case_reopen"),
    path("case/<uuidtext:case_id>/hold/", hold_views.place, name="case_hold"),
    path("case/<uuidtext:case_id>/hold/lift/", hold_views.lift, name="case_lift"),
    path("case/<uuidtext:case_id>/number/", views.number, name="case_number"),
    path("case/<uuidtext:case_id>/signature/", paper_views.signature, name="case_signature"),
    path("case/<uuidtext:case_id>/signed-paper.pdf", paper_views.signed, name="case_signed_paper"),
    path("case/<uuidtext:case_id>/file/<uuidtext:file_id>/", views.attachment, name="case_file"),
    path("case/<uuidtext:case_id>/paper/<uuidtext:paper_id>/", paper_views.view, name="case_paper"),
    path("case/<uuidtext:case_id>/paper/<slug:document>/", paper_views.put, name="case_paper_put"),
    path("case/<uuidtext:case_id>/paper/<slug:document>/drop/", paper_views.drop, name="case_paper_drop"),
    path("case/<uuidtext:case_id>/draft/<slug:document>/", views.draft, name="case_draft"),
    path("case/<uuidtext:case_id>/document/<uuidtext:document_id>/", views.document, name="case_document"),
]
