"""Payments as staff see them: the list, one payment, the counter, refunds. A view parses, calls one service, renders."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from madoguchi.identity.public import Right, Staff, fresh
from madoguchi.kernel.errors import DomainError
from madoguchi.offices.public import city
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import number_typed, page_typed

from . import cashier, notices, rebilling, refunds, selectors, terminals, withdrawn
from .errors import CashWrong, CountWrong, PaymentClosed, PaymentNotFound, ProviderAway, RefundWrong, SecondPersonNeeded
from .papers import paid_pdf
from .providers import CASH, DEBIT, ONLINE, SLIP, TERMINAL
from .rules import BOOKS, BRANDS, KEPT, MEANS, NO_WAIVER, OPEN, REASONS, VOID, State, words_of
from .terminals import kinds_of, terminal_name, terminals_shown

WANTED = {"": "すべて", "open": "支払い待ち", "refunds": "還付がある", "decide": "還付するか決める（取下げ）"}
REFUND_WORDS = {"asked": "承認待ち", "approved": "承認済み", "done": "返しました", "declined": "却下", "refused": "返せませんでした"}
ODD_WORDS = {"unknown": "こちらにない注文", "amount": "請求と違う金額"}
UNDER_WAY = {ONLINE: "承認済み（カード会社が返しています）", CASH: "承認済み（まだ渡していません）", TERMINAL: "承認済み（まだ端末で返していません）",
             SLIP: "承認済み（収納の「過誤納金」から振り込みます）", DEBIT: "承認済み（収納の「過誤納金」から振り込みます）"}


@login_required
@require_safe
def payments(request: HttpRequest) -> HttpResponse:
    """All payments of one's sections."""
    return _payments(request, [])


def _payments(request: HttpRequest, faults: list[tuple[str, str]]) -> HttpResponse:
    actor = cast(Staff, request.user)
    query, wanted = request.GET.get("q", "").strip().upper()[:30], request.GET.get("wanted", "")
    rows = selectors.payment_list(actor=actor, query=query, wanted=wanted if wanted in WANTED else "", page=page_typed(request.GET.get("page", "1")))
    tills = [(key, section.name, actor.may(Right.WORK_CASES, key)) for key, section in city().sections.items()
             if actor.may(Right.WORK_CASES, key) or actor.may(Right.READ_ALL_CASES)]
    decide = set(selectors.undecided().filter(id__in=[p.id for p in rows]).values_list("id", flat=True))
    context = {"rows": rows, "decide": decide, "going": selectors.going_back(rows),
               "shown": [(p, words_of(p.state, p.received, p.refunded), MEANS.get(p.means, "")) for p in rows],
               "query": query, "wanted": wanted, "choices": WANTED, "tills": tills,
               "odd": [(n, ODD_WORDS[n.outcome], f"why-{n.id}") for n in selectors.notices_odd(actor=actor)], "works": bool(actor.sections()),
               "faults": faults, "wrong": dict(faults), "typed": request.POST}
    return render(request, "payments/list.html", context, status=422 if faults else 200)


@login_required
@posts("/staff/payments/")
def notice_seen(request: HttpRequest, notice_id: int) -> HttpResponse:
    """An odd notice of the gateway was looked at."""
    try:
        notices.notice_seen(actor=cast(Staff, request.user), notice_id=notice_id, why=request.POST.get(f"why-{notice_id}", "").strip())
    except CountWrong as wrong:
        return _payments(request, wrong.faults)
    return see_other("/staff/payments/")


@login_required
@require_safe
def payment(request: HttpRequest, payment_id: str) -> HttpResponse:
    """One payment."""
    return payment_page(request, payment_id, [])


def payment_page(request: HttpRequest, payment_id: str, faults: list[tuple[str, str]], change: int | None = None, *,
                 again: bool = False) -> HttpResponse:
    """One payment, with what is wrong, or the change to give."""
    actor = cast(Staff, request.user)
    found = selectors.payment_get(actor=actor, payment_id=payment_id)
    works = actor.may(Right.WORK_CASES, found.section)
    stamps = actor.may(Right.STAMP_CHIEF, found.section) or actor.may(Right.STAMP_MANAGER, found.section)
    rows = [{"r": r, "words": UNDER_WAY.get(r.attempt.provider, REFUND_WORDS[r.state]) if r.state == "approved" else REFUND_WORDS[r.state],
             "reason": REASONS[r.reason], "cash": r.attempt.provider == CASH,
             "terminal": terminal_name(r.attempt.slip.terminal) if r.attempt.provider == TERMINAL else "",
             "may_answer": r.state == "asked" and stamps and r.asked_by != actor.actor} for r in selectors.refunds_of(found)]
    takes = found.state in OPEN and found.state != State.SUBMITTED
    shown = terminals_shown(found.section, found.amount, found.receipt) if works and takes else []
    books = found.key.startswith(BOOKS)
    context = {"p": found, "words": words_of(found.state, found.received, found.refunded), "means": MEANS.get(found.means, ""),
               "open": found.state in OPEN, "takes": takes, "works": works, "refunds": rows, "failed": selectors.refund_failed(found),
               "most_back": refunds.refund_most(found), "booked": refunds.BOOKED if books and not refunds.may_void(found) else "",
               "reasons": {VOID: REASONS[VOID]} if books else REASONS, "faults": faults, "wrong": dict(faults),
               "change": change, "again": again,
               "typed": request.POST, "void": selectors.is_void(found), "given_back": selectors.is_given_back(found),
               "going": bool(selectors.going_back([found])),
               "slip": selectors.slip_of(found), "brands": BRANDS,
               "terminals": shown, "kinds": kinds_of(shown),
               "slips": selectors.slip_offered(found), "others": [x for x in selectors.fees_of_case(found.case_ref) if x.id != found.id],
               "bill": rebilling.may(actor, found), "no_waiver": NO_WAIVER, "day": rebilling.usual_day(),
               "decide": selectors.is_undecided(found), "may_keep": withdrawn.may_keep(actor, found), "kept": KEPT}
    return render(request, "payments/one.html", context, status=422 if faults else 200)


def _to(payment_id: str) -> HttpResponseRedirect:
    return see_other(f"/staff/payments/{payment_id}/")


@login_required
@posts("/staff/payments/{payment_id}/")
def take(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Take cash; the page says how much change. Pressed once more it says so again, and that nothing was taken twice."""
    actor, tendered = cast(Staff, request.user), number_typed(request.POST.get("tendered", ""))
    try:
        _, change = cashier.cash_take(actor=actor, payment_id=payment_id, tendered=tendered)
    except PaymentClosed:
        taken = cashier.cash_taken(actor=actor, payment_id=payment_id)
        if taken is None:
            raise
        return payment_page(request, payment_id, [], max(tendered - taken.amount, 0), again=True)
    except (CashWrong, ProviderAway) as wrong:
        return payment_page(request, payment_id, [("tendered", cast(DomainError, wrong).ja)])
    return payment_page(request, payment_id, [], change)


def slip_typed(request: HttpRequest) -> terminals.Typed:
    """What was typed of a terminal's slip."""
    return terminals.Typed(*(request.POST.get(name, "") for name in ("terminal", "brand", "slip")))


@login_required
@posts("/staff/payments/{payment_id}/")
def take_terminal(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Note what a terminal took."""
    try:
        terminals.terminal_take(actor=cast(Staff, request.user), payment_id=payment_id, typed=slip_typed(request))
    except CountWrong as wrong:
        return payment_page(request, payment_id, wrong.faults)
    except ProviderAway as wrong:
        return payment_page(request, payment_id, [("slip", wrong.ja)])
    return _to(payment_id)


@login_required
@posts("/staff/payments/{payment_id}/")
def refund(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Ask for money to go back."""
    try:
        refunds.refund_ask(actor=cast(Staff, request.user), payment_id=payment_id, amount=number_typed(request.POST.get("amount", "")),
                           reason=request.POST.get("reason", ""))
    except RefundWrong as wrong:
        return payment_page(request, payment_id, [("amount", wrong.ja)])
    return _to(payment_id)


@login_required
@posts("/staff/payments/{payment_id}/")
@fresh
def refund_act(request: HttpRequest, payment_id: str, refund_id: str) -> HttpResponse:
    """Approve, decline, or give back at the counter."""
    actor, act = cast(Staff, request.user), request.POST.get("act", "")
    try:
        if act == "hand_over":
            refunds.refund_hand_over(actor=actor, refund_id=refund_id, slip=request.POST.get("back_slip", ""))
        elif act in ("approve", "decline"):
            refunds.refund_answer(actor=actor, refund_id=refund_id, approve=act == "approve")
    except (SecondPersonNeeded, RefundWrong, CountWrong) as wrong:
        return payment_page(request, payment_id, [("refunds", cast(DomainError, wrong).ja)])
    return _to(payment_id)


@login_required
@require_safe
def paper(request: HttpRequest, payment_id: str) -> HttpResponse:
    """The 領収証, for the printer at the counter."""
    found = selectors.payment_get(actor=cast(Staff, request.user), payment_id=payment_id)
    if not found.number:
        raise PaymentNotFound("領収証は、支払いのあとに印刷できます。")
    return HttpResponse(paid_pdf(found), content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="receipt.pdf"'})
