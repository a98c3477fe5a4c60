from django.urls import include, path

from . import views_acting as acting
from . import views_address as address
from . import views_code as code
from . import views_correct as correct
from . import views_documents as docs
from . import views_form as form
from . import views_my as my
from . import views_office as office
from . import views_pay as pay
from . import views_second as second

drafts = [
    path("documents/", docs.documents, name="documents"),
    path("check/", form.check, name="check"),
    path("saved/", form.saved, name="saved"),
    path("renewed/", form.renewed, name="renewed"),
    path("discard/", form.discard, name="discard"),
    path("file/<uuidtext:file_id>/", docs.draft_file, name="draft_file"),
    path("acting/", acting.acting_page, name="acting"),
    path("<str:step_id>/", form.step, name="step"),
]
applications = [
    path("", my.status, name="status"),
    path("copy/", acting.copy, name="copy"),
    path("copy/receipt/", acting.copy_receipt, name="copy_receipt"),
    path("filed/", my.filed, name="filed"),
    path("opinion/", my.opinion, name="opinion"),
    path("correct/", correct.correct, name="correct"),
    path("documents/", my.add_documents, name="add_documents"),
    path("withdraw/", my.withdraw, name="withdraw"),
    path("mail/", address.address, name="address"),
    path("talk/", my.talk_back, name="talk_back"),
    path("second/", second.second_ask, name="second_ask"),
    path("receipt/", my.receipt, name="receipt"),
    path("paper.pdf", my.paper, name="signed_paper"),
    path("document/<uuidtext:document_id>/", my.document, name="document"),
    path("file/<uuidtext:file_id>/", my.attachment, name="attachment"),
    path("code/", code.shown, name="code_new"),
    path("pay/", pay.pay, name="pay"),
    path("pay/card/", pay.pay_card, name="pay_card"),
    path("pay/slip/", pay.pay_slip, name="pay_slip"),
    path("pay/debit/", pay.pay_debit, name="pay_debit"),
    path("pay/slip.pdf", pay.pay_slip_pdf, name="pay_slip_pdf"),
    path("pay/back/", pay.pay_back, name="pay_back"),
    path("pay/cancel/", pay.pay_cancel, name="pay_cancel"),
    path("pay/receipt/", pay.pay_receipt, name="pay_receipt"),
]
urlpatterns = [
    path("p/<slug:slug>/start/", form.start, name="start"),
    path("a/<uuidtext:draft_id>/", include(drafts)),
    path("my/<uuidtext:application_id>/", include(applications)),
    path("my/", my.home, name="my"),
    path("resume/<str:token>/", form.resume, name="resume"),
    path("office/", office.home, name="office"),
    path("status/", my.look_up, name="look_up"),
    path("status/code/", code.ask, name="code_ask"),
    path("status/code/<str:token>/", code.link, name="code_link"),
]
