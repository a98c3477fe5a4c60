"""The workbench: list and detail, and what a clerk, an approver, an auditor do there."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.files.public import covered_response, file_get, file_open, file_response
from madoguchi.identity.public import Right, Staff, colleagues, fresh, fresh_when
from madoguchi.intake.public import code_standing, company_number, holder_of
from madoguchi.kernel import clock
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.kernel.written import TooLong
from madoguchi.offices.public import add_open_days
from madoguchi.web import searches
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import page_typed

from . import deputies, lists, papers, pictures, selectors, services
from .bulk import ACTS
from .detail import check_rows, decision_row, history_of, links, notes_beside, undrawn
from .errors import (
    FeeUnpaid,
    GroundMissing,
    NothingChosen,
    NotNow,
    OwnProposal,
    ReasonMissing,
)
from .holdings import holdings
from .letters import draft_pdf, issued_of, letters_of, undrawable
from .marks import marks
from .models import Case, Decision
from .printing import printable
from .retention import kept_of
from .rules import next_role
from .states import CHIPS, LANGUAGE_WORDS, OPEN, VIAS, WISHES, WORDS, State
from .talk import NO_READER

KEPT = "書いた内容は、下に残っています。"
TABS = (("review", "審査"), ("answers", "内容"), ("files", "添付書類"), ("talk", "やりとり"), ("history", "履歴・監査"))


def actor_of(request: HttpRequest) -> Staff:
    """The signed-in staff member."""
    return cast(Staff, request.user)


def wanted_in(sent: Mapping[str, str], actor: Staff) -> lists.Filter:
    """What the list is narrowed to, from an address or from a form."""
    page = sent.get("page", "1")
    return lists.Filter(
        query=searches.found_in(sent, actor.pk), slug=sent.get("slug", "").replace("\x00", ""),
        state=sent.get("state", "open"), who=sent.get("who", ""),
        due=sent.get("due", ""), section=sent.get("section", ""),
        mark=sent.get("mark", ""), page=page_typed(page),
    )


def _list_context(request: HttpRequest, wanted: lists.Filter | None = None) -> dict[str, Any]:
    actor, today = actor_of(request), clock.today()
    wanted = wanted or wanted_in(request.GET, actor)
    page = lists.case_list(actor=actor, wanted=wanted)
    rows, marked = [], selectors.marks_of(page.rows)
    for row in page.rows:
        kind, words = selectors.due_words(row, today)
        rows.append({"c": row, "name": selectors.definition_of(row).name, "due": words, "due_class": kind,
                     "state": WORDS[State(row.state)], "chip": CHIPS[State(row.state)], "marks": marked.get(row.ref, [])})
    query = request.GET.copy()
    query.pop("page", None)
    query.pop("tab", None)
    query.pop("q", None)
    query.pop("s", None)
    carried = searches.carried(wanted.query, actor.pk)
    query.update(carried)
    return {
        "actor": actor, "rows": rows, "page": page, "wanted": wanted, "tiles": lists.tiles(actor=actor),
        "marks": marks(actor=actor), "may_bulk": bool(actor.sections()),
        "choices": lists.procedures_seen(actor=actor, wanted=wanted), "states": [(s.value, w) for s, w in WORDS.items()],
        "query": query.urlencode(), "carried": carried, "blind": not actor.sections() and not actor.may(Right.READ_ALL_CASES),
    }


def list_page(request: HttpRequest, wanted: lists.Filter, *, status: int = 200, **more: Any) -> HttpResponse:
    """The list of cases, with what must be put right in the form of bulk review."""
    context = _list_context(request, wanted) | {"acts": ACTS, "most": settings.BULK_MOST} | more
    return render(request, "casework/workbench.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def workbench(request: HttpRequest) -> HttpResponse:
    """The list of cases. A search is posted, so that no name stands in an address (web.searches)."""
    actor = actor_of(request)
    if request.method == "POST" or searches.stands_open(request.GET):
        sent = request.POST if request.method == "POST" else request.GET
        kept = {k: v for k in ("section", "slug", "state", "who", "due", "mark") if (v := sent.get(k, ""))}
        return see_other("/staff/?" + urlencode(kept | searches.carried(searches.found_in(sent, actor.pk), actor.pk)))
    return list_page(request, wanted_in(request.GET, actor))


@login_required
@require_safe
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    """One case beside the list."""
    found = selectors.case_get(actor=actor_of(request), case_id=case_id)
    return _detail(request, found)


def _detail(request: HttpRequest, found: Case, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    d = selectors.definition_of(found)
    tab = more.get("tab") or request.GET.get("tab", "review")
    decisions = selectors.decisions_of(found)
    pending = next((x for x in decisions if x.state == "proposed"), None)
    role = next_role(d.review.route, pending.at_step) if pending else None
    kind, words = selectors.due_words(found, clock.today())
    absent, may_stamp, not_now = _stamp(actor, found, pending, role)
    letters, talk = letters_of(found, pending) if pending else [], selectors.talk_of(found)
    standing = code_standing(found.ref)
    history, older = history_of(found, whole="whole" in request.GET)
    context = _list_context(request) | {
        "case": found, "d": d, "tab": tab if tab in dict(TABS) else "review", "tabs": TABS, "state": WORDS[State(found.state)],
        "chip": CHIPS[State(found.state)], "due": words, "due_class": kind, "pages": selectors.answer_rows(found),
        "attachments": selectors.scan_rows(found) + selectors.attachment_rows(found), "covered": pictures.covered_ids(found),
        "corrections": selectors.corrections_of(found), "card": holder_of(found.ref, found.answers),
        "company": company_number(found.ref), "beside": notes_beside(found),
        "no_consent": selectors.consent_refused(found),
        "decisions": [decision_row(d, x) for x in decisions], "notes": selectors.notes_of(found),
        "talk": talk, "unread": sum(t.by_id is None and t.seen_at is None for t in talk), "refusal": selectors.refusal_open(found, d),
        "checklist": check_rows(found, d), "unchecked": max(0, len(d.review.checklist) - len(found.checklist)),
        "may_check": selectors.may_work(actor, found) and found.state in OPEN,
        "documents": issued_of(found), "number_views": selectors.number_views_of(found) if tab == "history" else [],
        "kept": kept_of(found) if tab == "history" else None,
        "history": history, "older": older, "undrawn": undrawn(history),
        "may_work": selectors.may_work(actor, found), "paper": d.paper if printable(found, d) else None,
        "may_stamp": may_stamp, "not_now": not_now, "absent": absent,
        "stamp_role": services.role_words(role), "open": found.state in (State.RECEIVED, State.REVIEWING),
        "may_stand": found.state == State.REVIEWING and any(x.state == "final" for x in decisions), "wishes": WISHES,
        "may_withdraw": found.state in OPEN and not any(x.state == "final" for x in decisions),
        "pending": pending, "seen": services.stamp_mark(pending) if pending else "",
        "drafts": [document for document, _ in letters], "blank": undrawable(letters) if letters else [], "colleagues": colleagues(found.section),
        "held": holdings(actor=actor, case=found) if tab not in dict(TABS[1:]) else None,
        "standing": standing, "no_reader": NO_READER, "spoken": LANGUAGE_WORDS.get(standing.language, ""),
        "today": clock.today(), "vias": VIAS, "links": links(found, d), "papers": papers.shown(found, d, selectors.may_work(actor, found)),
    } | more
    return render(request, "casework/case.html", context, status=more.get("status", 200))


def _stamp(actor: Staff, found: Case, pending: Decision | None, role: str | None) -> tuple[Staff | None, bool, str]:
    """(in whose place, may this person stamp now, why not although it would be their turn)."""
    try:
        return (deputies.stamp_check(actor, found, pending, role), True, "") if pending else (None, False, "")
    except OwnProposal as why:
        return None, False, "" if pending and pending.proposed_by_id == actor.id else why.ja
    except Forbidden:
        return None, False, ""


@login_required
@posts()
def take(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take the case."""
    services.case_take(actor=actor_of(request), case_id=case_id, instead_of=request.POST.get("instead_of"))
    return see_other(f"/staff/case/{case_id}/")


@login_required
@posts()
def assign(request: HttpRequest, case_id: str) -> HttpResponse:
    """Give the case to a colleague."""
    services.case_assign(actor=actor_of(request), case_id=case_id, username=request.POST.get("to", ""))
    return see_other(f"/staff/case/{case_id}/")


@login_required
@posts()
def checklist(request: HttpRequest, case_id: str) -> HttpResponse:
    """Save the checklist."""
    marked = {int(v) for v in request.POST.getlist("point") if v.isdecimal() and len(v) < 4}
    seen = {int(v) for v in request.POST.getlist("seen") if v.isdecimal() and len(v) < 4}
    services.check_mark(actor=actor_of(request), case_id=case_id, marked=marked, seen=seen)
    return see_other(f"/staff/case/{case_id}/")


@login_required
@posts()
def note(request: HttpRequest, case_id: str) -> HttpResponse:
    """Add an internal note."""
    try:
        services.note_add(actor=actor_of(request), case_id=case_id, text=request.POST.get("text", ""))
    except (ReasonMissing, TooLong) as wrong:
        return again(request, case_id, wrong.ja, form="note", tab="talk")
    return see_other(f"/staff/case/{case_id}/?tab=talk")


def desk_of(request: HttpRequest, case_id: str) -> tuple[Staff, Case, bool]:
    """For the pages on which a clerk acts: who, the case, and whether it is still open for that."""
    actor = actor_of(request)
    found = selectors.case_get(actor=actor, case_id=case_id)
    if not selectors.may_work(actor, found):
        raise Forbidden
    return actor, found, request.method == "POST" or found.state in (State.RECEIVED, State.REVIEWING)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, case_id: str) -> HttpResponse:
    """Choose what must be put right, with a note each."""
    actor, found, open_ = desk_of(request, case_id)
    if not open_:
        return see_other(f"/staff/case/{case_id}/")
    chosen = request.POST.getlist("path")
    notes = {k.removeprefix("note."): str(v) for k, v in request.POST.items() if k.startswith("note.")}
    due = request.POST.get("due") or add_open_days(clock.today(), 10).isoformat()
    at = said = ""
    status = 422
    if request.method == "POST":
        try:
            _note_without_mark(notes, chosen)
            services.correction_request(actor=actor, case_id=case_id, due_on=_date(due),
                                        items=[(p, notes.get(p, "")) for p in chosen])
            return see_other(f"/staff/case/{case_id}/?tab=talk")
        except NothingChosen as fault:
            at, said = fault.at, fault.ja
        except TooLong as fault:
            said = fault.ja
        except NotNow as fault:  # a colleague was quicker: what was written stays on the page
            said, status = f"{fault.ja}{KEPT}", 409
    files = [r | {"text": "、".join(f["name"] for f in r["files"]) or "(なし)"} for r in selectors.attachment_rows(found) if not r["gone"]]
    pages = [*selectors.answer_rows(found, whole=True), {"title": "添付書類", "rows": files}]
    for row in (r for g in pages for r in g["rows"]):
        row |= {"chosen": row["path"] in chosen, "given": notes.get(row["path"], ""), "bad": bool(said) and at == row["path"]}
    paths = [r["path"] for g in pages for r in g["rows"]]
    place = "main" if status == 409 or not paths else "due" if at == "due" else f"n-{at}" if at in paths else f"p-{paths[0]}"
    anchors = [(place, said)] if said else []
    standing = code_standing(found.ref)
    context = {"case": found, "d": selectors.definition_of(found), "pages": pages, "anchors": anchors, "due": due, "due_bad": at == "due",
               "standing": standing, "spoken": LANGUAGE_WORDS.get(standing.language, "")}
    return render(request, "casework/correct.html", context, status=status if said else 200)


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(unicodedata.normalize("NFKC", text).strip().replace("/", "-"))
    except ValueError:
        raise NothingChosen("期限を年月日で入力してください(例: 2026-12-10)。", at="due") from None


def _note_without_mark(notes: dict[str, str], chosen: list[str]) -> None:
    """What was written beside an answer without marking it would be lost without a word."""
    loose = next((path for path, words in notes.items() if words.strip() and path not in chosen), None)
    if loose is not None:
        raise NothingChosen("書き込みのある項目に印がありません。直してもらうなら印を付け、そうでなければ書き込みを消してください。", at=loose)


def as_deputy(request: HttpRequest, case_id: str) -> bool:
    """Would this person stamp in the place of somebody who is away (代決)?"""
    actor = actor_of(request)
    return deputies.instead_of(actor, selectors.case_get(actor=actor, case_id=case_id)) is not None


@login_required
@posts()
@fresh_when(as_deputy)
def approve(request: HttpRequest, case_id: str) -> HttpResponse:
    """Stamp."""
    try:
        services.decision_approve(actor=actor_of(request), case_id=case_id, comment=request.POST.get("comment", ""),
                                  seen=request.POST.get("seen"))
    except (TooLong, FeeUnpaid, GroundMissing) as wrong:
        return again(request, case_id, wrong.ja)
    except NotNow as wrong:
        return again(request, case_id, wrong.ja, status=409, late="添え書き")
    return see_other(f"/staff/case/{case_id}/")


def again(request: HttpRequest, case_id: str, ja: str, **more: Any) -> HttpResponse:
    """The case with what must be put right and what was typed."""
    found = selectors.case_get(actor=actor_of(request), case_id=case_id)
    return _detail(request, found, error=ja, typed=request.POST, **({"status": 422} | more))


@login_required
@posts()
@fresh_when(as_deputy)
def send_back(request: HttpRequest, case_id: str) -> HttpResponse:
    """Send back (差戻し)."""
    try:
        services.decision_return(actor=actor_of(request), case_id=case_id, comment=request.POST.get("comment", ""),
                                 seen=request.POST.get("seen"))
    except (ReasonMissing, TooLong) as wrong:
        return again(request, case_id, wrong.ja, form="return")
    except NotNow as wrong:
        return again(request, case_id, wrong.ja, status=409, form="return", late="差戻しの理由")
    return see_other(f"/staff/case/{case_id}/")


@login_required
@posts()
def reopen(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take up again."""
    try:
        services.case_reopen(actor=actor_of(request), case_id=case_id, why=request.POST.get("why", ""),
                             asked=request.POST.get("asked") == "yes")
    except (ReasonMissing, TooLong) as wrong:
        return again(request, case_id, wrong.ja, form="reopen")
    return see_other(f"/staff/case/{case_id}/")


@login_required
@posts()
@fresh
def number(request: HttpRequest, case_id: str) -> HttpResponse:
    """Show a 個人番号 once."""
    actor = actor_of(request)
    path = request.POST.get("path", "")
    found = selectors.case_get(actor=actor, case_id=case_id)
    try:
        value = services.number_reveal(actor=actor, case_id=case_id, path=path, why=request.POST.get("why", ""))
    except (ReasonMissing, TooLong) as wrong:
        return again(request, case_id, wrong.ja, form="number", tab="answers")
    return _detail(request, found, tab="answers", shown_path=path, shown_value=f"{value[:4]} {value[4:8]} {value[8:]}")


@login_required
@require_safe
def attachment(request: HttpRequest, case_id: str, file_id: str) -> HttpResponseBase:
    """A file of the case; of a sheet of paper the places of a 個人番号 are painted over."""
    found = selectors.case_get(actor=actor_of(request), case_id=case_id)
    areas = pictures.areas_of(found, *pictures.entry_of(found, file_id))
    if areas == []:
        return file_response(file_get(file_id), inline=True)
    with file_open(file_get(file_id)) as source:
        return covered_response(source.read(), areas)


@login_required
@require_safe
def document(request: HttpRequest, case_id: str, document_id: str) -> HttpResponseBase:
    """An issued document of the case."""
    found = selectors.case_get(actor=actor_of(request), case_id=case_id)
    entry = next((x for x in issued_of(found) if str(x.id) == document_id), None)
    if entry is None:
        raise NotFound("書類が見つかりませんでした。")
    return file_response(file_get(str(entry.file_id)), name=f"{entry.name}{'（差替え済み）' if entry.replaced_by_id else ''}.pdf", inline=True)


@login_required
@require_safe
def draft(request: HttpRequest, case_id: str, document: str) -> HttpResponse:
    """The letter that the open proposal would become: what an approver stamps."""
    found = selectors.case_get(actor=actor_of(request), case_id=case_id)
    pending = next((x for x in selectors.decisions_of(found) if x.state == "proposed"), None)
    data = draft_pdf(found, pending, document) if pending else None
    if data is None:
        raise NotFound("通知書の案が見つかりませんでした。画面を開き直して、いまの起案を確認してください。")
    response = HttpResponse(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
