from django.urls import path

from . import views_acting as acting
from . import views_code as code
from . import views_documents as docs
from . import views_form as form
from . import views_my as my
from . import views_office as office
from . import views_pay as pay
from . import views_second as second

urlpatterns = [
    path("p/<slug:slug>/start/", form.start, name="start"),
    path("a/<uuidtext:draft_id>/documents/", docs.documents, name="documents"),
    path("a/<uuidtext:draft_id>/check/", form.check, name="check"),
    path("a/<uuidtext:draft_id>/saved/", form.saved, name="saved"),
    path("a/<uuidtext:draft_id>/renewed/", form.renewed, name="renewed"),
    path("a/<uuidtext:draft_id>/discard/", form.discard, name="discard"),
    path("a/<uuidtext:draft_id>/file/<uuidtext:file_id>/", docs.draft_file, name="draft_file"),
    path("a/<uuidtext:draft_id>/acting/", acting.acting_page, name="acting"),
    path("a/<uuidtext:draft_id>/<str:step_id>/", form.step, name="step"),
    path("resume/<str:token>/", form.resume, name="resume"),
    path("my/", my.home, name="my"),
    path("my/<uuidtext:application_id>/", my.status, name="status"),
    path("my/<uuidtext:application_id>/copy/", acting.copy, name="copy"),
    path("my/<uuidtext:application_id>/copy/receipt/", acting.copy_receipt, name="copy_receipt"),
    path("my/<uuidtext:application_id>/filed/", my.filed, name="filed"),
    path("my/<uuidtext:application_id>/opinion/", my.opinion, name="opinion"),
    path("my/<uuidtext:application_id>/correct/", my.correct, name="correct"),
    path("my/<uuidtext:application_id>/documents/", my.add_documents, name="add_documents"),
    path("my/<uuidtext:application_id>/withdraw/", my.withdraw, name="withdraw"),
    path("my/<uuidtext:application_id>/talk/", my.talk_back, name="talk_back"),
    path("my/<uuidtext:application_id>/second/", second.second_ask, name="second_ask"),
    path("my/<uuidtext:application_id>/receipt/", my.receipt, name="receipt"),
    path("my/<uuidtext:application_id>/paper.pdf", my.paper, name="signed_paper"),
    path("my/<uuidtext:application_id>/document/<uuidtext:document_id>/", my.document, name="document"),
    path("my/<uuidtext:application_id>/file/<uuidtext:file_id>/", my.attachment, name="attachment"),
    path("my/<uuidtext:application_id>/code/", code.shown, name="code_new"),
    path("my/<uuidtext:application_id>/pay/", pay.pay, name="pay"),
    path("my/<uuidtext:application_id>/pay/card/", pay.pay_card, name="pay_card"),
    path("my/<uuidtext:application_id>/pay/slip/", pay.pay_slip, name="pay_slip"),
    path("my/<uuidtext:application_id>/pay/debit/", pay.pay_debit, name="pay_debit"),
    path("my/<uuidtext:application_id>/pay/slip.pdf", pay.pay_slip_pdf, name="pay_slip_pdf"),
    path("my/<uuidtext:application_id>/pay/back/", pay.pay_back, name="pay_back"),
    path("my/<uuidtext:application_id>/pay/cancel/", pay.pay_cancel, name="pay_cancel"),
    path("my/<uuidtext:application_id>/pay/receipt/", pay.pay_receipt, name="pay_receipt"),
    path("office/", office.home, name="office"),
    path("status/", my.look_up, name="look_up"),
    path("status/code/", code.ask, name="code_ask"),
    path("status/code/<str:token>/", code.link, name="code_link"),
]
