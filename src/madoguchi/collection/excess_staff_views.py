"""過誤納金 as staff see it: what is still here, 充当 and 還付, the files for the bank."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.files.public import file_get, file_response
from madoguchi.identity.public import fresh
from madoguchi.kernel import clock
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import day_typed, number_typed

from . import desk, givebacks, selectors, transfer_takebacks
from .access import stamps
from .errors import FormWrong, MoneyMoved, NothingToPrint, SecondPerson
from .models import Excess, GiveBack
from .rates import RateMissing
from .rules import STOPPED, WHYS
from .staff_views import actor_of, name_of, page_of, works

FIELDS = ("bank", "branch", "kind", "number", "holder")
STATES = {"asked": "承認待ち", "approved": "承認済み(振込待ち)", "declined": "却下", "done": "済み", "returned": "組戻し(振り込めなかった)"}
TRANSFERS = {"made": "", "asked": "取下げの承認待ち", "back": "取り下げ"}
KINDS = {"refund": "還付", "offset": "充当"}


@login_required
@require_safe
def excess_all(request: HttpRequest) -> HttpResponse:
    """過誤納金 that is still here."""
    rows = selectors.excess_list(actor=actor_of(request), page=page_of(request))
    return render(request, "collection/excess.html", {
        "rows": rows, "shown": [(e, _of(e), WHYS[e.why]) for e in rows],
        "waiting": selectors.refunds_waiting(actor=actor_of(request))})


@login_required
@require_safe
def excess(request: HttpRequest, excess_id: int) -> HttpResponse:
    """One excess: where it came from, what was asked for, and the two forms."""
    return _page(request, excess_id, [])


def _of(excess: Excess) -> str:
    """What was paid."""
    part = excess.instalment
    return f"{name_of(part.demand.charge)} {part.no}期" if part else "手数料"


def _state(back: GiveBack) -> str:
    """How one stands, in words: after its 通知書 also why it was stopped."""
    return STATES[back.state] + (f"（{'通知書のあと、' if back.told_on else ''}{STOPPED[back.why]}）" if back.why else "")


def _page(request: HttpRequest, excess_id: int, faults: list[tuple[str, str]], status: int = 422) -> HttpResponse:
    actor = actor_of(request)
    found = givebacks.excess_get(actor=actor, excess_id=excess_id)
    stamping, works_here = stamps(actor), works(request)
    rows = [(b, KINDS[b.kind], _state(b), stamping and b.asked_by != actor.actor, givebacks.account_shown(b) if works_here else "")
            for b in selectors.backs_of(found)]
    context = {"e": found, "of": _of(found), "why": WHYS[found.why], "free": givebacks.free(found),
               "rows": rows, "dues": [(d, name_of(d.demand.charge)) for d in givebacks.dues_of(found)], "works": works_here,
               "faults": faults, "wrong": dict(faults), "typed": request.POST, "kinds": givebacks.KINDS, "stopped": STOPPED,
               "alike": selectors.told_alike(found)}
    return render(request, "collection/excess_one.html", context, status=status if faults else 200)


def _since(typed: str) -> dt.date | None:
    """起算日 of 還付加算金, None where none is typed. Raises FormWrong."""
    day = day_typed(typed)
    if typed.strip() and day is None:
        raise FormWrong([("since", "起算日は 2026-07-01 の形で入れてください。")])
    return day


@login_required
@posts("/staff/collection/excess/{excess_id}/")
def offset(request: HttpRequest, excess_id: int) -> HttpResponse:
    """Ask for a 充当."""
    sent = request.POST
    try:
        givebacks.offset_ask(actor=actor_of(request), excess_id=excess_id, amount=number_typed(sent.get("offset_amount", ""), 11),
                             target_id=number_typed(sent.get("target", ""), 11), since=_since(sent.get("offset_since", "")))
    except FormWrong as wrong:
        return _page(request, excess_id, [({"amount": "offset_amount", "since": "offset_since"}.get(field, field), ja) for field, ja in wrong.faults])
    return see_other(f"/staff/collection/excess/{excess_id}/")


@login_required
@posts("/staff/collection/excess/{excess_id}/")
def refund(request: HttpRequest, excess_id: int) -> HttpResponse:
    """Ask for a 還付."""
    sent = request.POST
    account = {name: unicodedata.normalize("NFKC", sent.get(name, "")).strip() for name in FIELDS}
    try:
        givebacks.refund_ask(actor=actor_of(request), excess_id=excess_id, amount=number_typed(sent.get("amount", ""), 11), account=account,
                             since=_since(sent.get("since", "")))
    except FormWrong as wrong:
        return _page(request, excess_id, wrong.faults)
    return see_other(f"/staff/collection/excess/{excess_id}/")


@login_required
@posts("/staff/collection/excess/{excess_id}/")
@fresh
def answer(request: HttpRequest, excess_id: int, back_id: str) -> HttpResponse:
    """Approve or decline; or say that the bank could not pay it out."""
    act = request.POST.get("act")
    try:
        if act in ("approve", "decline"):
            givebacks.back_answer(actor=actor_of(request), back_id=back_id, approve=act == "approve", why=request.POST.get(f"why-{back_id}", ""))
        elif act == "returned":
            givebacks.back_returned(actor=actor_of(request), back_id=back_id)
    except (SecondPerson, MoneyMoved, RateMissing) as wrong:
        return _page(request, excess_id, [("backs", wrong.ja)], wrong.status)
    except FormWrong as wrong:
        return _page(request, excess_id, wrong.faults)
    return see_other(f"/staff/collection/excess/{excess_id}/")


def _letter(request: HttpRequest, excess_id: int, make: Callable[[], bytes]) -> HttpResponse:
    try:
        data = make()
    except NothingToPrint as wrong:
        return _page(request, excess_id, [("backs", wrong.ja)])
    return HttpResponse(data, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="letter.pdf"'})


@login_required
@posts("/staff/collection/excess/{excess_id}/")
def ask_letter(request: HttpRequest, excess_id: int) -> HttpResponse:
    """The letter that asks the payer for an account, for the printer at the counter."""
    return _letter(request, excess_id, lambda: desk.ask_letter(actor=actor_of(request), excess_id=excess_id))


@login_required
@posts("/staff/collection/excess/{excess_id}/")
def back_letter(request: HttpRequest, excess_id: int, back_id: str) -> HttpResponse:
    """還付通知書 or 充当通知書 of one."""
    return _letter(request, excess_id, lambda: desk.back_letter(actor=actor_of(request), excess_id=excess_id, back_id=back_id))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def transfers(request: HttpRequest) -> HttpResponse:
    """総合振込: what was sent to the bank, and the forms that make the next file and take one back."""
    if request.method == "POST":
        try:
            on = day_typed(request.POST.get("on", ""))
            if on is None:
                raise FormWrong([("on", "振込の日は 2026-12-10 の形で入れてください。")])
            givebacks.transfer_make(actor=actor_of(request), on=on)
            return see_other("/staff/collection/transfers/")
        except FormWrong as wrong:
            return _transfers(request, wrong.faults)
        except NothingToPrint as wrong:
            return _transfers(request, [("on", wrong.ja)])
    return _transfers(request, [])


def _transfers(request: HttpRequest, faults: list[tuple[str, str]], status: int = 422) -> HttpResponse:
    actor = actor_of(request)
    rows = selectors.transfer_list(actor=actor, page=page_of(request))
    backs = [(t, TRANSFERS[t.state], stamps(actor) and t.asked_by != actor.actor, f"reason-{t.id}") for t in rows
             if t.state != "back" and t.on > clock.today()]
    context = {"rows": rows, "waiting": selectors.refunds_waiting(actor=actor), "works": works(request), "faults": faults, "wrong": dict(faults),
               "states": TRANSFERS, "backs": backs, "typed": request.POST,
               "day": request.POST.get("on", (clock.today() + dt.timedelta(days=7)).isoformat())}
    return render(request, "collection/transfers.html", context, status=status if faults else 200)


@login_required
@posts("/staff/collection/transfers/")
def transfer_back(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """取下げ of one file: asked for, answered."""
    actor, act = actor_of(request), request.POST.get("act", "")
    try:
        if act in ("approve", "decline"):
            transfer_takebacks.transfer_back_answer(actor=actor, transfer_id=transfer_id, approve=act == "approve")
        else:
            transfer_takebacks.transfer_back_ask(actor=actor, transfer_id=transfer_id, reason=request.POST.get(f"reason-{transfer_id}", "").strip())
    except FormWrong as wrong:
        return _transfers(request, wrong.faults)
    except (SecondPerson, MoneyMoved) as wrong:
        return _transfers(request, [("backs", wrong.ja)], wrong.status)
    return see_other("/staff/collection/transfers/")


@login_required
@require_safe
def transfer(request: HttpRequest, transfer_id: int) -> HttpResponseBase:
    """The file for the bank."""
    found = selectors.transfer_get(actor=actor_of(request), transfer_id=transfer_id)
    return file_response(file_get(str(found.file_id)))
