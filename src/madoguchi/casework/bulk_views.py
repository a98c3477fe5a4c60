"""Bulk review at the desk: choose in the list, look at the preview, confirm, read the report."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import Staff, fresh_when
from madoguchi.kernel import clock
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import FIELD_TYPES, Definition
from madoguchi.procedures.rules.faces.webform import field_view, raw_sent
from madoguchi.procedures.rules.possible import OUTCOME
from madoguchi.procedures.rules.validate import read_entry
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import page_typed

from . import bulk, deputies, selectors
from .doubts import days_doubted
from .errors import OF_THE_DECISION, BulkWrong, places
from .models import BulkItem, BulkRun
from .rules import decision_items, item_shown_when
from .staff_views import actor_of, list_page, wanted_in
from .states import WORDS, State

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """What was done together, the newest first; POST chooses cases for a new run."""
    if request.method == "POST":
        return _start(request)
    page = request.GET.get("page", "1")
    found = Paginator(bulk.runs_for(actor=actor_of(request)).order_by("-made_at"), 20).get_page(page_typed(page))
    rows = [{"run": r, "act": bulk.ACTS[r.act], "name": bulk.definition_of(r).name, "counts": _counts(bulk.items_of(r))} for r in found]
    return render(request, "casework/bulk_runs.html", {"rows": rows, "page": found})


def _start(request: HttpRequest) -> HttpResponse:
    sent = request.POST
    everything = sent.get("which") == "all"
    wanted = wanted_in(sent, actor_of(request))
    ids = [] if everything else [i for i in sent.getlist("case") if UUID.fullmatch(i)]
    try:
        run = bulk.run_start(actor=actor_of(request), act=sent.get("act", ""), case_ids=ids, wanted=wanted if everything else None)
        if run.act in ("take", "approve") or not _asks(bulk.definition_of(run), run):
            bulk.run_look(actor=actor_of(request), run_id=str(run.id))
    except BulkWrong as wrong:
        return list_page(request, wanted, error=wrong.ja, chosen=set(ids), act=sent.get("act", ""), status=422)
    return see_other(f"/staff/bulk/{run.id}/")


def _asks(d: Definition, run: BulkRun) -> bool:
    """Must the clerk fill something in before the preview?"""
    return run.act == "propose" or (run.act == "receive" and bool(d.review.questions))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """The preview of a draft (POST works it out anew), the report of what was confirmed."""
    actor = actor_of(request)
    found = bulk.run_get(actor=actor, run_id=run_id)
    anchors: list[tuple[str, str]] = []
    faults: list[Any] = []
    if request.method == "POST":
        try:
            raw = {k: list(v) for k, v in request.POST.lists() if k not in ("csrfmiddlewaretoken", "outcome", "reason") and k[:1] != "_"}
            bulk.run_look(actor=actor, run_id=run_id, outcome=request.POST.get("outcome", ""), reason=request.POST.get("reason", ""), raw=raw)
            return see_other(f"/staff/bulk/{run_id}/#cases")
        except OF_THE_DECISION as wrong:
            faults, anchors = list(getattr(wrong, "faults", [])), places(wrong, bulk.definition_of(found))
    return _page(request, found, anchors, faults)


def _page(request: HttpRequest, found: BulkRun, anchors: list[tuple[str, str]], faults: list[Any], error: str = "") -> HttpResponse:
    d, items = bulk.definition_of(found), bulk.items_of(found)
    outcome = d.outcome(found.outcome)
    context = {
        "run": found, "d": d, "act": bulk.ACTS[found.act], "button": bulk.BUTTONS[found.act],
        "rows": [_row(found, d, i, actor_of(request)) for i in items], "counts": _counts(items),
        "outcome_name": outcome.name if outcome else "", "seen": bulk.look_mark(found), "error": error, "anchors": anchors,
        "errors": {a.partition("-")[0]: ja for a, ja in anchors}, "ready": [i for i in items if i.state == "ready"],
        "stays": [i for i in items if i.state == "stays"], "waiting": any(i.state == "waiting" for i in items),
        "later": sum(i.state == "ready" for i in items) > bulk.AT_ONCE,
        "doubts": _doubts(found, d, items) if not found.confirmed_at else [],
    } | _form(request, found, d, faults)
    status = 422 if anchors or error else 200
    return render(request, "casework/bulk_report.html" if found.confirmed_at else "casework/bulk.html", context, status=status)


def _doubts(found: BulkRun, d: Definition, items: list[BulkItem]) -> list[str]:
    """The unusual days of the decision that is to hold for all: the preview is where the clerk is asked."""
    outcome = d.outcome(found.outcome)
    if found.act not in bulk.DECIDING or not found.looked_at or outcome is None or not items:
        return []
    answers, _ = read_entry(decision_items(d, outcome), found.raw, "", {OUTCOME: outcome.id})
    filed = max(i.case.filed_at for i in items).astimezone(clock.JST).date()
    return [f.ja for f in days_doubted(d.review.questions, answers, filed, clock.today())]


def _form(request: HttpRequest, found: BulkRun, d: Definition, faults: list[Any]) -> dict[str, Any]:
    """The decision that is to hold for all of them."""
    posted = request.method == "POST" and not {"outcome", "reason"}.isdisjoint(request.POST) or faults
    raw = {k: list(v) for k, v in request.POST.lists()} if posted else found.raw
    asks = d.review.questions if found.act in bulk.DECIDING else ()
    fields = [field_view(q, "", raw_sent(q, raw, ""), faults) for q in asks]
    for view, q in zip(fields, asks, strict=True):
        view.note = item_shown_when(d, q)
    return {
        "asks": found.act in bulk.DECIDING, "fields": fields, "outcomes": d.review.outcomes if found.act == "propose" else (),
        "outcome": request.POST.get("outcome", "") if posted else found.outcome, "reason": request.POST.get("reason", "") if posted else found.reason,
    }


def _row(found: BulkRun, d: Definition, item: BulkItem, actor: Staff) -> dict[str, Any]:
    case = item.case
    row: dict[str, Any] = {"i": item, "c": case, "state": WORDS[State(case.state)], "result": bulk.RESULTS[item.state],
                           "why": bulk.why_for(actor=actor, run=found, item=item),
                           "due": selectors.due_words(case, clock.today())[1]}
    if found.act == "approve" and not found.confirmed_at and (pending := bulk.pending_of(case)):
        outcome = d.outcome(pending.outcome)
        row["proposed"] = [("結果", outcome.name if outcome else pending.outcome)] + [
            (q.label, FIELD_TYPES[q.type].text(pending.answers[q.id], q)) for q in d.review.questions if q.id in pending.answers]
    return row


def _counts(items: list[BulkItem]) -> list[tuple[str, str, int]]:
    """(state, words, how many), in the order of what a reader asks first."""
    return [(key, bulk.RESULTS[key], n) for key in ("done", "waiting", "refused", "ready", "stays", "new")
            if (n := sum(i.state == key for i in items))]


def _as_deputy(request: HttpRequest, run_id: str) -> bool:
    actor = actor_of(request)
    return deputies.in_run(actor, bulk.run_get(actor=actor, run_id=run_id))


@login_required
@posts("/staff/bulk/{run_id}/")
@fresh_when(_as_deputy)
def confirm(request: HttpRequest, run_id: str) -> HttpResponse:
    """Do it; a second press leads to the same report."""
    actor = actor_of(request)
    chosen = {int(v) for v in request.POST.getlist("go") if v.isdecimal() and len(v) < 18}
    try:
        found = bulk.run_confirm(actor=actor, run_id=run_id, chosen=chosen, seen=request.POST.get("seen"))
    except BulkWrong as wrong:
        return _page(request, bulk.run_get(actor=actor, run_id=run_id), [], [], error=wrong.ja)
    bulk.run_now(found)
    return see_other(f"/staff/bulk/{run_id}/")


@login_required
@require_safe
def report_csv(request: HttpRequest, run_id: str) -> HttpResponse:
    """The report as CSV: receipt numbers, no names."""
    actor = actor_of(request)
    found = bulk.run_get(actor=actor, run_id=run_id)
    out = io.StringIO()
    write = csv.writer(out)
    name = procedures.version(found.slug, found.version).definition.name
    outcome = bulk.definition_of(found).outcome(found.outcome)
    write.writerow(["受付番号", "手続き", "行ったこと", "結果", "できた・できなかった", "わけ", "時刻"])
    for item in bulk.items_of(found):
        at = item.at.astimezone(clock.JST).strftime("%Y-%m-%d %H:%M:%S") if item.at else ""
        write.writerow([item.case.receipt, name, bulk.ACTS[found.act], outcome.name if outcome else "", bulk.RESULTS[item.state],
                        bulk.why_for(actor=actor, run=found, item=item), at])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="bulk-{found.made_at.astimezone(clock.JST):%Y%m%d-%H%M}.csv"'
    return response
