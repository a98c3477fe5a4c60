"""The workbench: list and detail, and what a clerk, an approver, an auditor do there."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.files.public import file_get, file_response
from madoguchi.identity.public import Staff, colleagues
from madoguchi.kernel import clock
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.models import AuditEntry
from madoguchi.offices.public import add_open_days, city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.conditions import compares, holds
from madoguchi.procedures.rules.faces.webform import field_view, raw_of, raw_sent
from madoguchi.procedures.rules.lint import OUTCOME

from . import ports, selectors, services
from .errors import DecisionWrong, NothingChosen, ReasonMissing
from .holdings import holdings
from .letters import issued_of
from .models import Case, Decision
from .rules import CHIPS, WORDS, State, next_role, outcomes_open

TABS = (("review", "審査"), ("answers", "申請内容"), ("files", "添付書類"), ("talk", "やりとり"), ("history", "履歴・監査"))


def actor_of(request: HttpRequest) -> Staff:
    """The signed-in staff member."""
    return cast(Staff, request.user)


def see_other(url: str) -> HttpResponseRedirect:
    """303."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def _wanted(request: HttpRequest) -> selectors.Filter:
    page = request.GET.get("page", "1")
    return selectors.Filter(
        query=request.GET.get("q", "").strip()[:60], slug=request.GET.get("slug", ""), state=request.GET.get("state", "open"),
        who=request.GET.get("who", ""), due=request.GET.get("due", ""), page=int(page) if page.isdecimal() and len(page) < 8 else 1,
    )


def _list_context(request: HttpRequest) -> dict[str, Any]:
    actor, wanted, today = actor_of(request), _wanted(request), clock.today()
    page = selectors.case_list(actor=actor, wanted=wanted)
    rows = []
    for row in page:
        kind, words = selectors.due_words(row, today)
        rows.append({"c": row, "name": selectors.definition_of(row).name, "due": words, "due_class": kind,
                     "state": WORDS[State(row.state)], "chip": CHIPS[State(row.state)]})
    query = request.GET.copy()
    query.pop("page", None)
    query.pop("tab", None)
    return {
        "actor": actor, "rows": rows, "page": page, "wanted": wanted, "tiles": selectors.tiles(actor=actor),
        "procedures": selectors.procedures_seen(actor=actor), "states": [(s.value, w) for s, w in WORDS.items()],
        "query": query.urlencode(), "sections": [city().sections[s].name for s in actor.sections() if s in city().sections],
    }


@login_required
@require_GET
def workbench(request: HttpRequest) -> HttpResponse:
    """The list of cases."""
    return render(request, "casework/workbench.html", _list_context(request))


@login_required
@require_GET
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    """One case beside the list."""
    found = selectors.case_get(actor=actor_of(request), case_id=case_id)
    return _detail(request, found)


def _detail(request: HttpRequest, found: Case, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    d = selectors.definition_of(found)
    tab = request.GET.get("tab", "review")
    decisions = selectors.decisions_of(found)
    pending = next((x for x in decisions if x.state == "proposed"), None)
    role = next_role(d.review.route, pending.at_step) if pending else None
    kind, words = selectors.due_words(found, clock.today())
    context = _list_context(request) | {
        "case": found, "d": d, "tab": tab if tab in dict(TABS) else "review", "tabs": TABS, "state": WORDS[State(found.state)],
        "chip": CHIPS[State(found.state)], "due": words, "due_class": kind, "pages": selectors.answer_rows(found),
        "attachments": selectors.attachment_rows(found), "corrections": selectors.corrections_of(found),
        "decisions": [_decision_row(d, x) for x in decisions], "notes": selectors.notes_of(found),
        "checklist": [(i, text, found.checklist.get(str(i))) for i, text in enumerate(d.review.checklist)],
        "documents": issued_of(found), "history": AuditEntry.objects.filter(chain=f"case:{found.id}").order_by("-seq")[:200],
        "may_work": actor.has_role(found.section, "clerk", "chief", "manager") and found.section in actor.sections(),
        "may_stamp": bool(role and actor.has_role(found.section, role) and pending and pending.proposed_by_id != actor.id),
        "stamp_role": services.role_words(role), "open": found.state in (State.RECEIVED, State.REVIEWING),
        "pending": pending, "colleagues": colleagues(found.section),
        "held": holdings(actor=actor, case=found) if more.get("tab", tab) not in dict(TABS[1:]) else None,
        "links": ports.case_links[found.slug](found.ref) if found.slug in ports.case_links else [],
    } | more
    return render(request, "casework/case.html", context, status=more.get("status", 200))


def _decision_row(d: Any, x: Decision) -> dict[str, Any]:
    outcome = d.outcome(x.outcome)
    from madoguchi.procedures.public import FIELD_TYPES

    answers = [(q.label, FIELD_TYPES[q.type].text(x.answers[q.id], q)) for q in d.review.questions if q.id in x.answers]
    words = {"proposed": "決裁中", "returned": "差戻し", "final": "確定"}[x.state]
    return {"x": x, "outcome": outcome.name if outcome else x.outcome, "answers": answers, "state": words,
            "stamps": [(services.role_words(s.role), s) for s in getattr(x, "stamps", [])]}


@login_required
@require_POST
def take(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take the case."""
    services.case_take(actor=actor_of(request), case_id=case_id)
    return see_other(f"/staff/case/{case_id}/")


@login_required
@require_POST
def assign(request: HttpRequest, case_id: str) -> HttpResponse:
    """Give the case to a colleague."""
    services.case_assign(actor=actor_of(request), case_id=case_id, username=request.POST.get("to", ""))
    return see_other(f"/staff/case/{case_id}/")


@login_required
@require_POST
def checklist(request: HttpRequest, case_id: str) -> HttpResponse:
    """Save the checklist."""
    marked = {int(v) for v in request.POST.getlist("point") if v.isdecimal()}
    services.check_mark(actor=actor_of(request), case_id=case_id, marked=marked)
    return see_other(f"/staff/case/{case_id}/")


@login_required
@require_POST
def note(request: HttpRequest, case_id: str) -> HttpResponse:
    """Add an internal note."""
    services.note_add(actor=actor_of(request), case_id=case_id, text=request.POST.get("text", ""))
    return see_other(f"/staff/case/{case_id}/?tab=talk")


@login_required
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, case_id: str) -> HttpResponse:
    """Choose what must be put right, with a note each."""
    actor = actor_of(request)
    found = selectors.case_get(actor=actor, case_id=case_id)
    error = ""
    chosen = request.POST.getlist("path")
    due = request.POST.get("due") or add_open_days(clock.today(), 10).isoformat()
    if request.method == "POST":
        try:
            day = dt.date.fromisoformat(due)
            services.correction_request(actor=actor, case_id=case_id, due_on=day,
                                        items=[(p, request.POST.get(f"note.{p}", "")) for p in chosen])
            return see_other(f"/staff/case/{case_id}/?tab=talk")
        except NothingChosen as wrong:
            error = wrong.ja
        except ValueError:
            error = "期限を年月日で入力してください(例: 2026-12-10)。"
    notes = {p: request.POST.get(f"note.{p}", "") for p in chosen}
    pages = [{"title": g["title"], "rows": [r | {"chosen": r["path"] in chosen, "given": notes.get(r["path"], "")} for r in g["rows"]]}
             for g in selectors.answer_rows(found)]
    files = [r | {"chosen": r["path"] in chosen, "given": notes.get(r["path"], ""),
                  "text": "、".join(f["name"] for f in r["files"]) or "(なし)"} for r in selectors.attachment_rows(found)]
    pages.append({"title": "添付書類", "rows": files})
    context = {"case": found, "d": selectors.definition_of(found), "pages": pages, "error": error, "due": due, "actor": actor}
    return render(request, "casework/correct.html", context, status=422 if error else 200)


@login_required
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, case_id: str) -> HttpResponse:
    """Propose a decision."""
    actor = actor_of(request)
    found = selectors.case_get(actor=actor, case_id=case_id)
    d = selectors.definition_of(found)
    raw = {k: list(v) for k, v in request.POST.lists()}
    faults: list[Any] = []
    error = ""
    if request.method == "POST":
        try:
            services.decision_propose(actor=actor, case_id=case_id, outcome_id=request.POST.get("outcome", ""),
                                      reason=request.POST.get("reason", ""), raw=raw)
            return see_other(f"/staff/case/{case_id}/")
        except DecisionWrong as wrong:
            faults = wrong.faults
        except ReasonMissing as wrong:
            error = wrong.ja
        except NotFound:
            error = "結果を選んでください。"
    known = procedures.derive(d, selectors.facts_of(found))
    ids = {q.id for q in d.review.questions} | {OUTCOME}
    items = [q for q in d.review.questions if q.condition is None or any(c.name in ids for c in compares(q.condition))
             or holds(q.condition, known)]
    help_ = ports.helpers.get(found.slug)
    suggested = help_(found.ref) if help_ and request.method == "GET" else {}
    fields = [
        field_view(q, "", raw_sent(q, raw, "") if request.method == "POST" else raw_of(q, suggested.get(q.id)), faults)
        for q in items
    ]
    for view, q in zip(fields, items, strict=True):
        view.note = q.condition_text if q.condition and any(c.name in ids for c in compares(q.condition)) else ""
    anchors = [(f.question, f.ja) for f in faults] + ([("reason", error)] if error else [])
    context = {"case": found, "d": d, "fields": fields, "anchors": anchors, "actor": actor, "outcome": request.POST.get("outcome", ""),
               "reason": request.POST.get("reason", ""),
               "outcomes": outcomes_open(d, known), "unchecked": len(d.review.checklist) - len(found.checklist),
               "notices": found.notices, "suggested": bool(suggested)}
    return render(request, "casework/decide.html", context, status=422 if anchors else 200)


@login_required
@require_POST
def approve(request: HttpRequest, case_id: str) -> HttpResponse:
    """Stamp."""
    services.decision_approve(actor=actor_of(request), case_id=case_id, comment=request.POST.get("comment", ""))
    return see_other(f"/staff/case/{case_id}/")


@login_required
@require_POST
def send_back(request: HttpRequest, case_id: str) -> HttpResponse:
    """Send back (差戻し)."""
    try:
        services.decision_return(actor=actor_of(request), case_id=case_id, comment=request.POST.get("comment", ""))
    except ReasonMissing as wrong:
        found = selectors.case_get(actor=actor_of(request), case_id=case_id)
        return _detail(request, found, error=wrong.ja, status=422)
    return see_other(f"/staff/case/{case_id}/")


@login_required
@require_POST
def reopen(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take up again."""
    try:
        services.case_reopen(actor=actor_of(request), case_id=case_id, why=request.POST.get("why", ""))
    except ReasonMissing as wrong:
        found = selectors.case_get(actor=actor_of(request), case_id=case_id)
        return _detail(request, found, error=wrong.ja, status=422)
    return see_other(f"/staff/case/{case_id}/")


@login_required
@require_POST
def number(request: HttpRequest, case_id: str) -> HttpResponse:
    """Show a 個人番号 once."""
    actor = actor_of(request)
    path = request.POST.get("path", "")
    found = selectors.case_get(actor=actor, case_id=case_id)
    try:
        value = services.number_reveal(actor=actor, case_id=case_id, path=path, why=request.POST.get("why", ""))
    except ReasonMissing as wrong:
        return _detail(request, found, error=wrong.ja, tab="answers", status=422)
    return _detail(request, found, tab="answers", shown_path=path, shown_value=f"{value[:4]} {value[4:8]} {value[8:]}")


@login_required
@require_GET
def attachment(request: HttpRequest, case_id: str, file_id: str) -> HttpResponseBase:
    """A file of the case."""
    found = selectors.case_get(actor=actor_of(request), case_id=case_id)
    if file_id not in {f["id"] for entries in found.files.values() for f in entries}:
        raise NotFound("ファイルが見つかりませんでした。")
    return file_response(file_get(file_id), inline=True)


@login_required
@require_GET
def document(request: HttpRequest, case_id: str, document_id: str) -> HttpResponseBase:
    """An issued document of the case."""
    found = selectors.case_get(actor=actor_of(request), case_id=case_id)
    entry = next((x for x in issued_of(found) if str(x.id) == document_id), None)
    if entry is None:
        raise NotFound("書類が見つかりませんでした。")
    return file_response(file_get(str(entry.file_id)), name=f"{entry.name}.pdf", inline=True)


