"""The fee on my page: what is owed, paying by card, the receipt. A view parses, calls one service, renders."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.identity.public import owner_of
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import Said, say
from madoguchi.payments.public import SLIP, PaymentClosed, ProviderAway, ProviderUnknown, paid_pdf
from madoguchi.web import languages, limits
from madoguchi.web.posted import posts, see_other

from . import acting, applications, paying
from .errors import ActingOver
from .form_parts import procedures_section
from .views_my import actor_of, filed_for_another, mine, mine_to_pay, sign_in_first


@sign_in_first
@require_safe
def pay(request: HttpRequest, application_id: str) -> HttpResponse:
    """What is owed and how to pay. An agent who has paid what they filed gets the copy."""
    try:
        return _page(request, application_id, "")
    except NotFound:
        if not filed_for_another(request, application_id):
            raise
        return see_other(f"/my/{application_id}/copy/")


def _page(request: HttpRequest, application_id: str, refused: str, status: int = 200) -> HttpResponse:
    application = mine_to_pay(request, application_id)
    fee = paying.fee_of(application, owner_of(request))
    if fee is None:
        raise NotFound(say("この手続きに手数料はありません。"))
    d = applications.published_of(application).shown()
    lines = [{**line, "label": Said(line["label"])} for line in fee.payment.lines]
    context = {"a": application, "d": d, "fee": fee, "lines": lines, "refused": refused, "section": procedures_section(d),
               "may_end": acting.may_end(owner_of(request), application),
               "faults": [("pay", refused)] if refused else []}
    return render(request, "intake/pay.html", context, status=status)


@sign_in_first
@posts("/my/{application_id}/pay/")
def pay_card(request: HttpRequest, application_id: str) -> HttpResponse:
    """To the card's page."""
    application = mine_to_pay(request, application_id)
    limits.take("submit", request, application.owner)
    try:
        url = paying.fee_start(application=application, language=languages.recorded(), actor=actor_of(request))
    except (ProviderAway, PaymentClosed) as error:
        return _page(request, application_id, error.ja, error.status)
    return see_other(url or f"/my/{application.id}/pay/")


@sign_in_first
@posts("/my/{application_id}/pay/")
def pay_slip(request: HttpRequest, application_id: str) -> HttpResponse:
    """Choose the 納付書: it is on the page then."""
    application = mine_to_pay(request, application_id)
    limits.take("submit", request, application.owner)
    try:
        paying.fee_start(application=application, means=SLIP, language=languages.recorded(), actor=actor_of(request))
    except (ProviderAway, ProviderUnknown, PaymentClosed) as error:
        return _page(request, application_id, error.ja, error.status)
    return see_other(f"/my/{application.id}/pay/")


@sign_in_first
@posts("/my/{application_id}/pay/")
def pay_debit(request: HttpRequest, application_id: str) -> HttpResponse:
    """Have it debited from the account that is registered for taxes."""
    application, owner = mine_to_pay(request, application_id), owner_of(request)
    limits.take("submit", request, application.owner)
    try:
        if owner is None:
            raise ProviderUnknown
        paying.fee_debit(application=application, owner=owner, language=languages.recorded())
    except (ProviderAway, ProviderUnknown, PaymentClosed) as error:
        return _page(request, application_id, error.ja, error.status)
    return see_other(f"/my/{application.id}/pay/")


@sign_in_first
@require_safe
def pay_slip_pdf(request: HttpRequest, application_id: str) -> HttpResponse:
    """The 納付書 as PDF."""
    application = mine_to_pay(request, application_id)
    response = HttpResponse(paying.fee_slip(application), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{application.receipt}-slip.pdf"'
    return response


@sign_in_first
@require_safe
def pay_back(request: HttpRequest, application_id: str) -> HttpResponse:
    """Back from the card's page, paid or not."""
    try:
        application = mine_to_pay(request, application_id)
    except NotFound:  # an agent, and the card's company was quicker with the news
        if not filed_for_another(request, application_id):
            raise
        return see_other(f"/my/{application_id}/copy/")
    if paying.fee_of(application) is None:
        raise NotFound(say("この手続きに手数料はありません。"))
    if request.method == "GET":
        paying.fee_confirm(application=application, actor=actor_of(request))
    return see_other(f"/my/{application.id}/pay/")


@sign_in_first
@posts("/my/{application_id}/pay/")
def pay_cancel(request: HttpRequest, application_id: str) -> HttpResponse:
    """Give the unpaid application up."""
    application = mine_to_pay(request, application_id)
    if not acting.may_end(owner_of(request), application):
        raise ActingOver(sent=True)
    try:
        paying.fee_cancel(application=application, actor=actor_of(request))
    except (ProviderAway, PaymentClosed) as error:
        return _page(request, application_id, error.ja, error.status)
    return see_other(f"/my/{application.id}/pay/")


@sign_in_first
@require_safe
def pay_receipt(request: HttpRequest, application_id: str) -> HttpResponse:
    """The 領収証 as PDF."""
    try:
        fee = paying.fee_of(mine(request, application_id))
        paid = next((x for x in ((fee.before if "before" in request.GET else (fee.payment,)) if fee else ()) if x.number), None)
    except NotFound:
        owner = owner_of(request)
        paid = paying.fee_filed(applications.copy_get(owner=owner, application_id=application_id))
    if paid is None:
        raise NotFound(say("領収証は、お支払いのあとに出ます。"))
    response = HttpResponse(paid_pdf(paid), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{paid.receipt}-paid.pdf"'
    return response
