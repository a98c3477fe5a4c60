"""「わたしの税・料金」. A view parses, asks who the payer is, calls one service, renders."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from madoguchi.identity.public import Owner, owner_of
from madoguchi.kernel import clock
from madoguchi.kernel.eras import era_of
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import Said, Words, say
from madoguchi.offices.public import city
from madoguchi.payments import public as payments
from madoguchi.procedures.public import Definition, current
from madoguchi.web import languages, limits
from madoguchi.web.posted import posts, see_other

from . import mine, my_slips, remind
from . import online as paying
from .charges import charges
from .models import Instalment, OnlineOrder
from .my_errors import MailWrong, NotShown, OrderBusy, OrderStale, OrderWrong

View = Callable[..., HttpResponse]
STATES = {"due": say("これから納めるもの"), "overdue": say("納期限を過ぎています"), "told": say("速報あり"), "sent": say("お支払いを確かめています"),
          "debit": say("口座振替")}


def signed_in(view: View) -> View:
    """Taxes are shown to people who signed in with their card: everybody else is asked to. A company reads why it sees nothing here."""
    @functools.wraps(view)
    def inner(request: HttpRequest, **parts: Any) -> HttpResponse:
        if not mine.collects():
            raise NotShown
        owner = owner_of(request)
        if owner is None or not owner.signed_in:
            back = request.path if request.method != "POST" else reverse("taxes")
            return see_other(f"{reverse('sign_in')}?why=needed&next={quote(back)}")
        if not owner.natural:
            return _not_shown(request, company=True)
        return view(request, owner=owner, **parts)

    return inner


def _section() -> Any:
    return city().sections[charges().section]


def _not_shown(request: HttpRequest, *, company: bool = False) -> HttpResponse:
    return render(request, "mytax/not_shown.html", {"company": company, "section": _section()})


def year_said(year: int) -> str:
    """令和8年度 in Japanese, the year of the calendar elsewhere."""
    here = languages.current()
    if here not in (languages.JAPANESE, languages.FURIGANA):
        return say("{year}年度", year=str(year))
    _, era, number = era_of(dt.date(year, 5, 1))
    count = "元" if number == 1 else str(number)
    return Words(f"{era}《{languages.ERA_READINGS[era]}》{count}年度《ねんど》") if here is languages.FURIGANA else f"{era}{count}年度"


def _procedure(slug: str) -> Definition | None:
    try:
        return current(slug).shown() if slug else None
    except NotFound:
        return None


def what_of(part: Instalment) -> dict[str, Any]:
    """A 期 as it is called on these pages."""
    found = charges().all.get(part.demand.charge)
    return {"charge": say(found.name) if found else part.demand.charge, "year": year_said(part.demand.year),
            "no": 0 if part.amount == part.demand.amount else part.no}


@signed_in
@require_safe
def taxes(request: HttpRequest, owner: Owner) -> HttpResponse:
    """What is due, paid, debited, given back."""
    payer = mine.payer_of(owner, "taxes.page")
    return _page(request, payer, "") if payer else _not_shown(request)


def _page(request: HttpRequest, payer: str, refused: str, status: int = 200, at: str = "dues") -> HttpResponse:
    pays, late = paying.online(), charges().online.late
    dues = [{"d": due, "what": what_of(due.part), "words": STATES[due.state], "sum": due.total if late else due.left,
             "pays": pays and due.payable and (due.left > 0 or late)} for due in mine.dues_of(payer)]
    context = {
        "dues": dues, "pays": any(row["pays"] for row in dues), "late": late, "today": clock.today(), "section": _section(),
        "receipts": [{"r": r, "what": what_of(r.part)} for r in mine.receipts_of(payer)],
        "accounts": [{"a": a, "charge": Said(charges().all[a.charge].name) if a.charge in charges().all else a.charge}
                     for a in mine.accounts_of(payer)],
        "backs": [{"b": b, "what": what_of(b.part), "target": what_of(b.target) if b.target else None} for b in mine.backs_of(payer)],
        "demands": [{"d": d, "charge": Said(charges().all[d.charge].name), "year": year_said(d.year)}
                    for d in mine.demands_open(payer) if d.charge in charges().all],
        "certificate": _procedure(charges().online.certificate), "debit": _procedure(charges().online.debit),
        "chosen": request.POST.getlist("due"), "faults": [(at, refused)] if refused else [], "wrong": {at: refused},
        "days": charges().online.days, "mail": remind.mail_of(payer), "typed": request.POST.get("mail", "")[:254],
    }
    return render(request, "mytax/mine.html", context, status=status)


@signed_in
@posts("/my/taxes/")
def choose(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Begin to pay what was ticked."""
    payer = mine.payer_require(owner, "taxes.pay")
    limits.take("submit", request, owner.key)
    try:
        made = paying.order_make(owner=owner, payer=payer, chosen=request.POST.getlist("due"))
    except (OrderWrong, OrderBusy, payments.ProviderAway) as error:
        return _page(request, payer, error.ja, error.status)
    return see_other(f"/my/taxes/pay/{made.id}/")


@signed_in
@require_safe
def order(request: HttpRequest, owner: Owner, order_id: str) -> HttpResponse:
    """What is paid at once, and how it stands."""
    return _order_page(request, _mine(owner, order_id), "")


def _mine(owner: Owner, order_id: str) -> OnlineOrder:
    return paying.order_get(payer=mine.payer_require(owner, "taxes.pay"), order_id=order_id)


def _order_page(request: HttpRequest, found: OnlineOrder, refused: str, status: int = 200) -> HttpResponse:
    payment = paying.order_payment(found)
    parts = {p.number: p for p in Instalment.objects.filter(number__in=[line[0] for line in found.lines]).select_related("demand")}
    context = {
        "o": found, "p": payment, "words": payments.words_of(payment.state, payment.received, payment.refunded), "section": _section(),
        "lines": [{"what": what_of(parts[number]), "tax": tax, "late": late} for number, tax, late in found.lines if number in parts],
        "open": payment.state in payments.OPEN, "faults": [("pay", refused)] if refused else [],
        "card": found.state == "open" and payment.state in payments.OPEN and payment.state != payments.State.SUBMITTED and paying.online()}
    return render(request, "mytax/order.html", context, status=status)


@signed_in
@posts("/my/taxes/pay/{order_id}/")
def card(request: HttpRequest, owner: Owner, order_id: str) -> HttpResponse:
    """To the card's page."""
    found = _mine(owner, order_id)
    limits.take("submit", request, owner.key)
    try:
        url = paying.order_start(order=found, language=languages.recorded(), actor=owner.actor)
    except (OrderStale, OrderBusy, payments.ProviderAway, payments.PaymentClosed) as error:
        return _order_page(request, paying.order_get(payer=found.payer, order_id=order_id), error.ja, error.status)
    return see_other(url or f"/my/taxes/pay/{found.id}/")


@signed_in
@require_safe
def back(request: HttpRequest, owner: Owner, order_id: str) -> HttpResponse:
    """Back from the card's page, paid or not."""
    found = _mine(owner, order_id)
    if request.method == "GET":
        paying.order_confirm(order=found, actor=owner.actor)
    return see_other(f"/my/taxes/pay/{found.id}/")


@signed_in
@posts("/my/taxes/pay/{order_id}/")
def cancel(request: HttpRequest, owner: Owner, order_id: str) -> HttpResponse:
    """Do not pay this now."""
    found = _mine(owner, order_id)
    try:
        paying.order_end(order=found, actor=owner.actor)
    except (OrderBusy, payments.ProviderAway) as error:
        return _order_page(request, found, error.ja, error.status)
    return see_other("/my/taxes/")


@signed_in
@require_safe
def receipt(request: HttpRequest, owner: Owner, order_id: str) -> HttpResponse:
    """The 領収証 of what was paid at once, as PDF: what, when and how, and nobody's name."""
    data = paying.order_receipt(order=_mine(owner, order_id))
    return HttpResponse(data, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="receipt.pdf"'})


@signed_in
@posts("/my/taxes/")
def slips(request: HttpRequest, owner: Owner, demand_id: int) -> HttpResponse:
    """The slips of what is left, as PDF."""
    payer = mine.payer_require(owner, "taxes.slips")
    try:
        data = my_slips.own_slips(owner=owner, payer=payer, demand_id=demand_id)
    except OrderWrong as error:
        return _page(request, payer, error.ja, error.status)
    return HttpResponse(data, content_type="application/pdf", headers={"Content-Disposition": 'attachment; filename="slips.pdf"'})


@signed_in
@posts("/my/taxes/")
def mail(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Be told by mail before a 納期限."""
    payer = mine.payer_require(owner, "taxes.mail")
    if not charges().online.days:
        raise NotShown
    limits.take("mail", request, owner.key)
    try:
        remind.mail_set(owner=owner, payer=payer, mail=request.POST.get("mail", ""), language=languages.recorded())
    except MailWrong as wrong:
        return _page(request, payer, wrong.ja, wrong.status, "mail")
    return see_other("/my/taxes/#mail-h")


@signed_in
@posts("/my/taxes/")
def mail_stop(request: HttpRequest, owner: Owner) -> HttpResponse:
    """Be told no more."""
    remind.mail_stop(owner=owner, payer=mine.payer_require(owner, "taxes.mail"))
    return see_other("/my/taxes/#mail-h")
