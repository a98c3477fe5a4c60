"""口座振替 as staff see it: registrations taken from a file, requests for the bank."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.files.public import file_get, file_response
from madoguchi.kernel import clock
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import day_typed

from . import debits as writing
from . import desk, fee_debits, looks, selectors, takebacks
from .access import stamps
from .accounts import bank_words
from .charges import charges
from .errors import ChargesWrong, FormWrong, MoneyMoved, NothingToPrint, SecondPerson, SheetWrong
from .models import DebitRequest
from .staff_views import actor_of, name_of, page_of, works

STATES = {"made": "", "asked": "取下げの承認待ち", "back": "取り下げ"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def debits(request: HttpRequest) -> HttpResponse:
    """Requests that were made, and the forms: the next request, a file of registrations."""
    if request.method != "POST":
        return _page(request, [])
    due, on = day_typed(request.POST.get("due", "")), day_typed(request.POST.get("on", ""))
    days = (("due", "納期限", due), ("on", "引落日", on))
    faults = [(name, f"{words}は 2027-05-31 の形で入れてください。") for name, words, day in days if day is None]
    if due is not None and on is not None:
        try:
            writing.request_make(actor=actor_of(request), charge=request.POST.get("charge", ""), due=due, on=on,
                                 again="again" in request.POST)
            return see_other("/staff/collection/debits/")
        except FormWrong as wrong:
            faults = wrong.faults
        except (NothingToPrint, ChargesWrong) as wrong:
            faults = [("due", wrong.ja)]
    return _page(request, faults)


def _page(request: HttpRequest, faults: list[tuple[str, str]]) -> HttpResponse:
    actor = actor_of(request)
    rows = selectors.request_list(actor=actor, page=page_of(request))
    waiting = looks.unanswered(rows)
    shown = [(r, waiting[r.id], *_words(r), STATES[r.state]) for r in rows]
    context = {"rows": rows, "shown": shown, "fees": len(fee_debits.waiting()), "count": selectors.debits_count(actor=actor),
               "banks": [bank_words(bank) for bank in charges().banks],
               "works": works(request), "faults": faults, "wrong": dict(faults), "typed": request.POST, "today": clock.today(),
               "charges": [(c.key, c.name) for c in charges().all.values()], "columns": writing.COLUMNS,
               "day": request.POST.get("on", (clock.today() + dt.timedelta(days=14)).isoformat())}
    return render(request, "collection/debits.html", context, status=422 if faults else 200)


def _words(row: DebitRequest) -> tuple[str, str]:
    """What a request asks for, and whom."""
    return "手数料" if row.of_fees else name_of(row.charge), bank_words(row.bank) if row.bank else "取りまとめ"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def takeback(request: HttpRequest, request_id: int) -> HttpResponse:
    """取下げ of one request: asked for, answered, undone."""
    actor, faults, status = actor_of(request), list[tuple[str, str]](), 422
    found = selectors.request_show(actor=actor, request_id=request_id)
    if request.method == "POST":
        try:
            _take_back(request, request_id)
            return see_other(f"/staff/collection/debits/{request_id}/back/")
        except FormWrong as wrong:
            faults = wrong.faults
        except (SecondPerson, MoneyMoved) as wrong:
            faults, status = [("acts", wrong.ja)], wrong.status
    name, bank = _words(found)
    context = {"r": found, "charge": name, "bank": bank, "state": STATES[found.state], "past": found.on <= clock.today(),
               "works": works(request), "stamps": stamps(actor), "own": found.asked_by == actor.actor,
               "faults": faults, "wrong": dict(faults), "typed": request.POST}
    return render(request, "collection/takeback.html", context, status=status if faults else 200)


def _take_back(request: HttpRequest, request_id: int) -> None:
    actor, act = actor_of(request), request.POST.get("act", "")
    if act in ("approve", "decline"):
        takebacks.takeback_answer(actor=actor, request_id=request_id, approve=act == "approve")
    elif act == "undo":
        takebacks.takeback_undo(actor=actor, request_id=request_id)
    else:
        takebacks.takeback_ask(actor=actor, request_id=request_id, reason=request.POST.get("reason", "").strip())


@login_required
@posts("/staff/collection/debits/")
def debits_file(request: HttpRequest) -> HttpResponse:
    """Take registrations."""
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise SheetWrong(["取り込むファイルを選んでください"])
        sheet, new = desk.debits_import(actor=actor_of(request), data=sent.read(), name=sent.name or "")
    except SheetWrong as wrong:
        return _page(request, wrong.on_page("file"))
    return see_other(f"/staff/collection/sheets/{sheet.id}/" + ("" if new else "?again=1"))


@login_required
@posts("/staff/collection/debits/")
def debits_fees(request: HttpRequest) -> HttpResponse:
    """The file that asks for fees."""
    on = day_typed(request.POST.get("fees_on", ""))
    try:
        if on is None:
            raise FormWrong([("fees_on", "引落日は 2027-05-31 の形で入れてください。")])
        fee_debits.fee_request_make(actor=actor_of(request), on=on)
    except FormWrong as wrong:
        return _page(request, wrong.faults)
    except NothingToPrint as wrong:
        return _page(request, [("fees_on", wrong.ja)])
    return see_other("/staff/collection/debits/")


@login_required
@require_safe
def debit_request(request: HttpRequest, request_id: int) -> HttpResponseBase:
    """The file for the bank."""
    return file_response(file_get(str(selectors.request_get(actor=actor_of(request), request_id=request_id).file_id)))
