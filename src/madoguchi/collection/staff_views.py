"""収納 as staff see it: how the charges stand, what was taken in, one demand, what needs a person. A view parses, calls one service,
renders."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import clock
from madoguchi.kernel.keeping import fiscal_year
from madoguchi.web import searches
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import page_typed

from . import at_counter, desk, ledger, looks, selectors, unmatched, unmatches
from .access import stamps
from .accounts import bank_words
from .charges import DEBIT_FORM, charges
from .demand_sheet import COLUMNS, OPTIONAL
from .demands import BARE, warnings_of
from .errors import ChargesWrong, MatchWrong, SheetWrong
from .rates import RateMissing
from .rules import CHANNELS, FORMS, OUTCOMES, account_words, counted

SHEETS = {"demands": "調定", "changes": "更正", "results": "収納", "debits": "口座振替の口座", "names": "宛名"}
WANTED = {"": "すべて", "overdue": "納期限を過ぎた未納がある", "extra": "延滞金・督促手数料だけが残る"}
PROMPTS = 100  # on the page


def actor_of(request: HttpRequest) -> Staff:
    """Who is signed in."""
    return cast(Staff, request.user)


def page_of(request: HttpRequest) -> int:
    """Which page of a list."""
    return page_typed(request.GET.get("page", "1"))


def works(request: HttpRequest) -> bool:
    """May this person do more than read?"""
    return actor_of(request).may(Right.WORK_CASES, charges().section)


def name_of(charge: str) -> str:
    """A charge by its name; one that the city pack no longer has, by its key."""
    found = charges().all.get(charge)
    return found.name if found else charge


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """How every charge stands, the accounts, and what waits for a person."""
    rows, prompts = selectors.standings(actor=actor_of(request)), looks.prompts_left(actor=actor_of(request))
    context = {"rows": [(s, name_of(s.charge)) for s in rows], "works": works(request),
               "accounts": [(account_words(a), yen) for a, yen in ledger.balances().items()],
               "unknown": selectors.unmatched_list(actor=actor_of(request)).paginator.count,
               "unmatches": len(unmatches.unmatches_waiting(actor=actor_of(request))),
               "excess": selectors.excess_list(actor=actor_of(request)).paginator.count,
               "unreminded": [(u, name_of(u.charge)) for u in looks.unreminded(actor=actor_of(request))],
               "prompts": [(p, name_of(p.demand.charge)) for p in prompts[:PROMPTS]], "prompts_n": len(prompts) - PROMPTS,
               "requests": looks.requests_late(actor=actor_of(request)), "today": clock.today()}
    return render(request, "collection/overview.html", context)


@login_required
@require_safe
def parity(request: HttpRequest) -> HttpResponse:
    """Every difference between files, payments, demands and postings."""
    return render(request, "collection/parity.html", {"faults": desk.parity_get(actor=actor_of(request)), "at": clock.now()})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sheets(request: HttpRequest) -> HttpResponse:
    """Files that were taken, and the form that takes another."""
    actor = actor_of(request)
    rows = selectors.sheet_list(actor=actor, page=page_of(request))
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            sheet, new = _take(request)
            return see_other(f"/staff/collection/sheets/{sheet.id}/" + ("" if new else "?again=1"))
        except SheetWrong as wrong:
            faults = wrong.on_page("file")
        except ChargesWrong as wrong:
            faults = [("charge", wrong.ja)]
        except RateMissing as wrong:
            faults = [("file", wrong.ja)]
    context = {"rows": rows, "works": works(request), "faults": faults, "typed": request.POST, "forms": _forms(),
               "charges": [(c.key, c.name) for c in charges().all.values()], "columns": COLUMNS, "optional": OPTIONAL,
               "year": request.POST.get("year", "") or fiscal_year(clock.today()),
               "kinds": SHEETS, "mb": settings.UPLOAD_REQUEST_MAX_BYTES // 1_000_000}
    return render(request, "collection/sheets.html", context, status=422 if faults else 200)


def _forms() -> dict[str, str]:
    """The ways of paying whose files are taken; a bank of 銀行別 sends its own."""
    own = {f"{DEBIT_FORM}:{bank}": f"{FORMS[DEBIT_FORM]}（{bank_words(bank)}から）" for bank in charges().banks}
    return FORMS | ({DEBIT_FORM: f"{FORMS[DEBIT_FORM]}（取りまとめの金融機関から）"} if own else {}) | own


def year_typed(request: HttpRequest) -> int | None:
    """賦課年度 as typed; None for what is none."""
    year = request.POST.get("year", "").strip()
    return int(year) if re.fullmatch(r"20[0-9]{2}", year) else None


def _take(request: HttpRequest) -> Any:
    sent, actor = request.FILES.get("file"), actor_of(request)
    if sent is None:
        raise SheetWrong(["取り込むファイルを選んでください"])
    data, name = sent.read(), sent.name or ""
    if request.POST.get("kind") == "results":
        form, _, bank = request.POST.get("form", "").partition(":")
        return desk.results_import(actor=actor, form=form, bank=bank, data=data, name=name)
    year = year_typed(request)
    if year is None:
        raise SheetWrong([f"賦課年度は西暦4桁で入れてください(今は「{request.POST.get('year', '')[:10]}」)"])
    return desk.demands_import(actor=actor, charge=request.POST.get("charge", ""), year=year, data=data, name=name)


@login_required
@require_safe
def sheet(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """One file: what became of its records."""
    found = selectors.sheet_get(actor=actor_of(request), sheet_id=sheet_id)
    words = {"debits": "口座", "names": "宛名"}
    rows = [(OUTCOMES.get(o) or words.get(o, "通知書"), n, yen) for o, (n, yen) in counted(found.counts) if o not in ("year", BARE, "taken")]
    return render(request, "collection/sheet.html", {"s": found, "rows": rows, "again": "again" in request.GET, "warned": warnings_of(found),
                                                     "never_asked": looks.never_asked(actor=actor_of(request), sheet=found),
                                                     "kind": SHEETS[found.kind],
                                                     "form": CHANNELS.get(found.form) or name_of(found.form)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def demands(request: HttpRequest) -> HttpResponse:
    """Demands; a search is posted, so that no name stands in an address."""
    actor, sent = actor_of(request), request.POST if request.method == "POST" else request.GET
    query, charge, wanted = searches.found_in(sent, actor.pk), sent.get("charge", ""), sent.get("wanted", "")
    kept = {k: v for k, v in (("charge", charge if charge in charges().all else ""), ("wanted", wanted if wanted in WANTED else "")) if v}
    carried = kept | searches.carried(query, actor.pk)
    if request.method == "POST" or searches.stands_open(request.GET):
        return see_other("/staff/collection/demands/?" + urlencode(carried))
    rows = selectors.demand_list(actor=actor, query=query, charge=kept.get("charge", ""), wanted=kept.get("wanted", ""), page=page_of(request))
    context = {"rows": rows, "shown": [(d, name_of(d.charge)) for d in rows], "query": query, "charge": kept.get("charge", ""),
               "wanted": kept.get("wanted", ""), "choices": WANTED, "charges": [(c.key, c.name) for c in charges().all.values()],
               "address": "?" + (urlencode(carried) + "&" if carried else "")}
    return render(request, "collection/demands.html", context)


@login_required
@require_safe
def demand(request: HttpRequest, demand_id: int) -> HttpResponse:
    """One demand: its 期, what was paid, what is owed."""
    return demand_page(request, demand_id, [])


def demand_page(request: HttpRequest, demand_id: int, faults: list[tuple[str, str]]) -> HttpResponse:
    """It, with what is wrong with what was sent."""
    found = desk.demand_open(actor=actor_of(request), demand_id=demand_id)
    try:
        extra, no_rate = selectors.extra_of(found), ""
    except RateMissing as wrong:
        extra, no_rate = {}, wrong.ja
    context = {"accounts": selectors.accounts_of(found), "extra": extra, "no_rate": no_rate, "d": found,
               "works": works(request), "charge": name_of(found.charge), "faults": faults, "chosen": request.POST.getlist("due"),
               "offers": at_counter.offers(found), "standing": at_counter.order_open(found),
               "parts": selectors.instalments_of(found), "today": clock.today(),
               "changes": [(c, [(no, dt.date.fromisoformat(due), *rest) for no, due, *rest in c.before]) for c in selectors.changes_of_demand(found)],
               "money": [(m, CHANNELS.get(m.channel, m.channel), OUTCOMES[m.outcome]) for m in selectors.money_of(found)]}
    return render(request, "collection/demand.html", context, status=422 if faults else 200)


@login_required
@require_safe
def unknown(request: HttpRequest) -> HttpResponse:
    """Money whose 納付書 was not found."""
    rows = selectors.unmatched_list(actor=actor_of(request), page=page_of(request))
    return render(request, "collection/unmatched.html", {
        "rows": rows, "shown": [(m, CHANNELS.get(m.channel, m.channel)) for m in rows],
        "waiting": unmatches.unmatches_waiting(actor=actor_of(request))})


@login_required
@require_safe
def money(request: HttpRequest, money_id: int) -> HttpResponse:
    """One payment: without a 納付書, with those that it may be of; set against one, with the form that takes it back."""
    return money_page(request, money_id, [])


def money_page(request: HttpRequest, money_id: int, faults: list[tuple[str, str]], status: int = 422) -> HttpResponse:
    """It, with what is wrong with what was sent."""
    actor = actor_of(request)
    found = selectors.money_get(actor=actor, money_id=money_id)
    open_, back = found.outcome == "unknown" and found.stage == "final", unmatches.unmatch_of(found)
    context = {"m": found, "channel": CHANNELS.get(found.channel, found.channel), "outcome": OUTCOMES[found.outcome], "open": open_,
               "works": works(request), "faults": faults, "wrong": dict(faults), "typed": request.POST, "back": back,
               "may": back is not None and stamps(actor) and back.asked_by != actor.actor,
               "refused": "" if open_ or back else unmatches.unmatch_refused(found), "set": found.stage == "final" and not open_,
               "candidates": [(c, name_of(c.instalment.demand.charge) if c.instalment else "")
                              for c in (unmatched.candidates_of(found) if open_ else ())]}
    return render(request, "collection/money.html", context, status=status if faults else 200)


@login_required
@posts("/staff/collection/unmatched/{money_id}/")
def match(request: HttpRequest, money_id: int) -> HttpResponse:
    """Set it against a 納付書: one of those that were offered, or by the number that was typed."""
    number = (request.POST.get("chosen") or request.POST.get("number", "")).strip()[:20]
    try:
        unmatched.money_match(actor=actor_of(request), money_id=money_id, number=number)
    except MatchWrong as wrong:
        return money_page(request, money_id, [("number", wrong.ja)])
    return see_other(f"/staff/collection/unmatched/{money_id}/")


@login_required
@posts("/staff/collection/demands/{demand_id}/")
def slips(request: HttpRequest, demand_id: int) -> HttpResponse:
    """The slips of what is left, for the printer at the counter."""
    data = desk.slips_again(actor=actor_of(request), demand_id=demand_id)
    return HttpResponse(data, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="slips.pdf"'})


@login_required
@posts("/staff/collection/demands/{demand_id}/")
def late_slips(request: HttpRequest, demand_id: int) -> HttpResponse:
    """The slips for the late charge and fees that are left after the tax was paid."""
    data = desk.late_slips(actor=actor_of(request), demand_id=demand_id)
    return HttpResponse(data, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="late.pdf"'})
