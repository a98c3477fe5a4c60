"""書かない窓口, the clerk's pages: choose, look the person up, write, show it on a tablet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.files.public import FileRefused
from madoguchi.identity.public import Right, Staff, given_back, qr_image
from madoguchi.intake import public as intake
from madoguchi.kernel.errors import NotFound
from madoguchi.offices.public import Section, city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.faces import webform
from madoguchi.web.posted import posts, see_other

from . import interviewing, origins, printing, reading, takeover
from .models import Interview
from .rules import CODE_MINUTES, IDENTITY, MOST_NAMES, MOST_PROCEDURES, NOT_CHECKED, OPEN, SHOWN, UNCHECKED, WHY
from .staff_errors import NothingChosen, NotReady

CODE = "mado_interview"  # the code, for the clerk's page, as long as it is good
NAME = procedures.Question("name", "氏名", "氏名")
KANA = procedures.Question("kana", "カナ", "カナ")
BORN = procedures.Question("born", "生年月日", "生年月日", required=True)
FIRST = "1"  # of the questions of a page, one by one
FIELDS = {"画像": "image/jpeg,image/png", "PDF": "application/pdf"}


def _actor(request: HttpRequest) -> Staff:
    return cast(Staff, request.user)


def _raw(request: HttpRequest) -> dict[str, list[str]]:
    return {key: list(values) for key, values in request.POST.lists()}


def _url(row: Interview, *parts: str) -> str:
    return "/".join(["/staff/counter/interview", str(row.id), *parts, ""])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """One's own interviews; choose the procedures of a new one."""
    actor, fault, query = _actor(request), "", request.GET.get("q", "").strip()[:60]
    chosen, mark = request.POST.getlist("p"), (request.POST or request.GET).get("from", "")
    origin = origins.origin_get(actor=actor, mark=mark) if mark else None
    if request.method == "POST":
        try:
            return see_other(_url(interviewing.interview_begin(actor=actor, slugs=chosen, origin=mark)))
        except (NothingChosen, NotFound):
            fault = f"手続きを1つから{MOST_PROCEDURES}まで選んでください"
    kept = chosen or request.GET.getlist("p") or (origin.slugs if origin and "q" not in request.GET and request.method != "POST" else ())
    offered = interviewing.procedures_offered(actor=actor, query=query)
    found, barred = offered[:MOST_NAMES], interviewing.procedures_barred(actor=actor, query=query)
    there = {p.slug for p in found}
    more = [p for p in procedures.catalogue() if p.slug in kept and p.slug not in there and interviewing.fileable(p)]
    context = {"rows": [interviewing.progress(row) for row in interviewing.interview_list(actor=actor)], "query": query,
               "chosen": list(dict.fromkeys(kept)), "found": [*more, *found], "cut": len(offered) > MOST_NAMES, "barred": barred,
               "going": takeover.interviews_going(actor=actor), "most": MOST_NAMES, "origin": origin, "faults": [("p-1", fault)] if fault else []}
    return render(request, "counter/staff_interviews.html", context, status=422 if fault else 200)


@dataclass(frozen=True, slots=True)
class _Row:
    """One procedure of an interview: what is written while it is not filed, else the receipt."""

    draft: intake.Draft
    d: procedures.Definition
    over: intake.ReadOver | None
    receipt: str
    fee: intake.Fee | None
    waits: bool
    cashier: bool  # this clerk can take the money

    @property
    def section(self) -> Section:
        """Whose procedure it is: they take the money."""
        return city().sections[self.d.section]


def _row(actor: Staff, row: Interview, draft: intake.Draft) -> _Row:
    d = intake.published_of(draft).definition
    if draft.state == "open":
        return _Row(draft, d, intake.read_over(draft), "", None, False, False)
    return _Row(draft, d, None, row.receipts.get(str(draft.id), ""), *intake.fee_of_draft(draft), actor.may(Right.WORK_CASES, d.section))


def _hub(request: HttpRequest, row: Interview, fault: str = "") -> HttpResponse:
    rows = [_row(_actor(request), row, d) for d in interviewing.drafts_of(row)]
    shown, still = interviewing.progress(row), [r.over for r in rows if r.over]
    code = request.get_signed_cookie(CODE, "", salt=str(row.id), max_age=CODE_MINUTES * 60) if shown.tablet == "waiting" else ""
    context = {"i": row, "p": shown, "base": _url(row), "rows": rows, "wrong": [w for r in rows for w in _wrong(row, r)], "code": code,
               "minutes": CODE_MINUTES, "address": f"{settings.BASE_URL}/counter/", "means": _means(still),
               "qr": qr_image(f"{settings.BASE_URL}/counter/?code={code}") if code else "", "writing": row.state == OPEN,
               "showing": row.state == SHOWN, "identity": "、".join(IDENTITY.get(x, UNCHECKED) for x in row.identity),
               "filled": bool(interviewing.shares(row)), "ready": bool(still) and all(x.whole for x in still),
               "chosen": request.POST.get("identity", ""), "faults": [("identity-1", fault)] if fault else [],
               "origin": origins.origin_of(actor=_actor(request), mark=row.origin),
               "asked": "found" in request.GET, "found": request.GET.get("found", ""), "first": FIRST}
    return render(request, "counter/staff_interview.html", context, status=422 if fault else 200)


def _means(still: list[intake.ReadOver]) -> list[tuple[str, str]]:
    """How somebody can be known; not at all where no procedure asks who it is."""
    free = bool(still) and all(x.d.level == "なし" for x in still)
    return [*IDENTITY.items(), *([(NOT_CHECKED, UNCHECKED)] if free else [])]


def _wrong(row: Interview, shown: _Row) -> list[tuple[str, str, str]]:
    """The lines that the person calls wrong: procedure, label, and where it is written."""
    lines = {f"{shown.draft.id}:{line['anchor']}": (str(line["label"]), f"{_url(row, str(shown.draft.id), part['step'])}#{line['anchor']}")
             for part in (shown.over.summary if shown.over else ()) for group in part["groups"] for line in group["rows"]}
    return [(str(shown.d.name), *lines[w]) for w in row.wrong if w in lines]


@login_required
@require_safe
def interview(request: HttpRequest, interview_id: str) -> HttpResponse:
    """How far it is, and what comes next."""
    return _hub(request, interviewing.interview_get(actor=_actor(request), interview_id=interview_id))


@login_required
@posts("/staff/counter/interview/")
def take(request: HttpRequest, interview_id: str) -> HttpResponse:
    """Go on with what a colleague has begun."""
    return see_other(_url(takeover.interview_take(actor=_actor(request), interview_id=interview_id)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, interview_id: str) -> HttpResponse:
    """Look the person up in the register."""
    row = interviewing.interview_get(actor=_actor(request), interview_id=interview_id)
    posted, faults = given_back(request), list[procedures.Fault]()
    why = (posted or {}).get("why", [""])[0]
    step = procedures.Step("person", "住民の情報からさがす", (NAME, KANA, BORN))
    if request.method == "POST":
        posted, why = _raw(request), request.POST.get("why", "")
        values, faults = _who(posted)
        if why in WHY and not faults:
            claim = interviewing.claim_of(values.get("name") or {}, values.get("kana") or {}, values["born"])
            found = interviewing.interview_fill(actor=_actor(request), interview_id=interview_id, claim=claim, why=why)
            return see_other(f"{_url(row)}?found={found}")
    view = webform.page_view(step, values={}, posted=posted, faults=faults)
    told = [*view.faults, *([("why-1", "さがす理由を選んでください")] if request.method == "POST" and why not in WHY else [])]
    context = {"i": row, "base": _url(row), "view": view, "faults": told, "why": why, "reasons": list(WHY.items())}
    return render(request, "counter/staff_person.html", context, status=422 if told else 200)


def _who(posted: dict[str, list[str]]) -> tuple[dict[str, Any], list[procedures.Fault]]:
    from madoguchi.procedures.rules.validate import read_entry

    values, faults = read_entry((NAME, KANA, BORN), posted, "", {})
    if not faults and not values.get("name") and not values.get("kana"):
        faults = [procedures.Fault("kana", "カナか氏名を入力してください")]
    return values, list(faults)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def common(request: HttpRequest, interview_id: str) -> HttpResponse:
    """What all procedures ask alike, once."""
    row = interviewing.interview_get(actor=_actor(request), interview_id=interview_id)
    posted, said, faults = given_back(request), "", []
    action = request.POST.get("_action", "")
    if request.method == "POST" and action.startswith("zip:"):
        posted, said = procedures.postcode_fill(_raw(request), action.removeprefix("zip:"))
    elif request.method == "POST":
        try:
            interviewing.interview_common(actor=_actor(request), interview_id=interview_id, raw=_raw(request))
            return see_other(_url(row))
        except intake.AnswersWrong as wrong:
            posted, faults = _raw(request), wrong.faults
    values = interviewing.shares(row)
    views = webform.page_views(interviewing.common_steps(row), values=values, posted=posted, faults=faults)
    for field in (field for view in views for field in view.entries[0].fields):
        field.said = said if field.name == action.removeprefix("zip:") else ""
    context = {"i": row, "base": _url(row), "views": views, "faults": [fault for view in views for fault in view.faults]}
    return render(request, "counter/staff_common.html", context, status=422 if faults else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, interview_id: str, draft_id: str, step_id: str) -> HttpResponse:
    """A page of one procedure, as the resident's form has it; or its questions one by one (``one``)."""
    row = interviewing.interview_get(actor=_actor(request), interview_id=interview_id)
    page: dict[str, Any] = {"posted": given_back(request)}
    if request.method != "POST":
        return _step_page(request, row, draft_id, step_id, one=request.GET.get("one", ""), **page)
    raw, action, one = _raw(request), request.POST.get("_action", "next"), request.POST.get("_one", "")
    if action == "add" or action.startswith(("zip:", "remove:")):
        raw, said, at = intake.redraw(_page(row, draft_id, step_id).page, raw, action)
        new = FIRST if one and not action.startswith("zip:") else one
        return _step_page(request, row, draft_id, step_id, posted=raw, said=said, said_at=at, one=new, added=action == "add")
    if one and (shown := _in_turn(request, row, draft_id, step_id, raw, one)):
        return shown
    try:
        draft = interviewing.interview_step(actor=_actor(request), interview_id=interview_id, draft_id=draft_id, step_id=step_id, raw=raw,
                                            mark=request.POST.get("_mark", ""))
    except intake.AnswersWrong as wrong:
        return _step_page(request, row, draft_id, step_id, posted=raw, faults=wrong.faults)
    except intake.StepChanged:
        return _step_page(request, row, draft_id, step_id, posted=raw, changed=True)
    after = intake.read_over(draft).next
    return see_other(f"{_url(row, draft_id, after)}{f'?one={FIRST}' if one else ''}" if after else _url(row))


def _in_turn(request: HttpRequest, row: Interview, draft_id: str, step_id: str, raw: dict[str, list[str]], one: str) -> HttpResponse | None:
    """The question before or after this one, with everything answered so far; None after the last: then the page is saved."""
    asked = _page(row, draft_id, step_id, posted=raw)
    turn = intake.questions_in_turn(asked, raw)
    at = turn.index(one) if one in turn else -1
    if request.POST.get("_action") == "prev":
        return _step_page(request, row, draft_id, step_id, posted=raw, one=turn[max(at - 1, 0)])
    if faults := intake.faults_at(asked, raw, one):
        return _step_page(request, row, draft_id, step_id, posted=raw, faults=faults, one=one)
    return _step_page(request, row, draft_id, step_id, posted=raw, one=turn[at + 1]) if at + 1 < len(turn) else None


def _page(row: Interview, draft_id: str, step_id: str, **page: Any) -> intake.Asked:
    if row.state != OPEN or draft_id not in row.drafts:
        raise NotFound("この聞き取りは、いまは書けません。聞き取りの画面を開き直してください。")
    return intake.page_asked(owner=interviewing.owner_of(row), draft_id=draft_id, step_id=step_id, **page)


def _step_page(
    request: HttpRequest, row: Interview, draft_id: str, step_id: str, *, changed: bool = False, one: str = "", added: bool = False, **page: Any,
) -> HttpResponse:
    asked = _page(row, draft_id, step_id, **page)
    over = intake.read_over(asked.draft)
    turn = intake.questions_in_turn(asked, page.get("posted") or {}) if one else []
    if one == FIRST and turn:
        last = f"{asked.page.repeat.id}.{len(asked.view.entries) - 1}." if added and asked.page.repeat else ""
        one = next((name for name in turn if name.startswith(last)), turn[0])
    context = {"i": row, "a": asked, "base": _url(row), "here": _url(row, draft_id), "over": over, "changed": changed, "faults": asked.view.faults,
               "said": page.get("said") if not page.get("said_at") else "", "one": one if one in turn else "", "turn": turn, "first": FIRST}
    return render(request, "counter/staff_step.html", context, status=409 if changed else 422 if asked.view.faults else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest, interview_id: str, draft_id: str) -> HttpResponse:
    """What the person brought, photographed or scanned."""
    actor = _actor(request)
    row = interviewing.interview_get(actor=actor, interview_id=interview_id)
    draft = next((d for d in interviewing.unfiled(row) if str(d.id) == draft_id), None)
    if draft is None or row.state != OPEN:
        raise NotFound("この聞き取りは、いまは書けません。聞き取りの画面を開き直してください。")
    faults: list[tuple[str, str]] = []
    if request.method == "POST" and (gone := request.POST.get("_remove")):
        interviewing.interview_detach(actor=actor, interview_id=interview_id, draft_id=draft_id, file_id=gone)
        return see_other(_url(row, draft_id, "documents"))
    if request.method == "POST":
        for name, uploads in request.FILES.lists():
            slot = name.removeprefix("file.")
            for upload in uploads:
                try:
                    interviewing.interview_attach(actor=actor, interview_id=interview_id, draft_id=draft_id, slot=slot, source=cast(BinaryIO, upload),
                                                name=upload.name or "", size=upload.size or 0)
                except FileRefused as refused:
                    faults.append((f"file-{slot}", f"{(upload.name or '')[:60]}: {refused.ja}"))
        if not faults:
            return see_other(_url(row, draft_id, "documents") if request.POST.get("_action") == "add" else _url(row))
        draft.refresh_from_db()
    over = intake.read_over(draft)
    slots = [(a, draft.files.get(a.id, []), ",".join(FIELDS[k] for k in a.kinds)) for a in over.slots]
    context = {"i": row, "base": _url(row), "over": over, "slots": slots, "faults": faults, "wrong": dict(faults)}
    return render(request, "counter/staff_documents.html", context, status=422 if faults else 200)


@login_required
@require_safe
def paper(request: HttpRequest, interview_id: str, draft_id: str) -> HttpResponse:
    """The paper that a law asks for, with the answers."""
    data = printing.interview_print(actor=_actor(request), interview_id=interview_id, draft_id=draft_id)
    return HttpResponse(data, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="paper.pdf"'})


@login_required
@posts("/staff/counter/interview/{interview_id}/")
def show(request: HttpRequest, interview_id: str) -> HttpResponse:
    """Give the person a code: they read it over on the tablet."""
    try:
        code = interviewing.interview_show(actor=_actor(request), interview_id=interview_id, identity=request.POST.get("identity", ""))
    except NotReady as missing:
        return _hub(request, interviewing.interview_get(actor=_actor(request), interview_id=interview_id), missing.ja)
    response = see_other(f"/staff/counter/interview/{interview_id}/")
    response.set_signed_cookie(CODE, code, salt=interview_id, max_age=CODE_MINUTES * 60, httponly=True, secure=settings.SECURE_COOKIES,
                               samesite="Lax", path="/staff/")
    return response


@login_required
@posts("/staff/counter/interview/{interview_id}/")
def act(request: HttpRequest, interview_id: str) -> HttpResponse:
    """Write on, end it, or send on what was signed."""
    does = {"back": interviewing.interview_take_back, "end": interviewing.interview_end, "finish": reading.interview_finish}
    wanted = does.get(request.POST.get("_action", ""))
    if wanted is None:
        raise NotFound
    wanted(actor=_actor(request), interview_id=interview_id)
    return see_other(f"/staff/counter/interview/{interview_id}/")
