"""Surveys as staff see them: list, day sheet, one survey with its appointment, results and history."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.casework.public import State as CaseState
from madoguchi.casework.public import case_get, last_decision
from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import clock
from madoguchi.kernel.written import plain
from madoguchi.web.posted import posts, see_other
from madoguchi.web.typed import day_typed, page_typed

from . import declining, forms, selectors, services
from .errors import SurveyWrong, VisitUnusual
from .households import case_notes
from .models import Result, Survey
from .rules import (
    GRADES,
    METHOD_WORDS,
    OPEN,
    SLUG,
    STATE_CHIPS,
    STATE_WORDS,
    Faults,
    Method,
    State,
    method_asked,
    parts_of,
    state_words,
)

ON_THE_CARD = ("disaster", "damage_day", "head_name", "house_form", "tenure", "home_structure", "home_floors", "building_use",
               "building_owner", "building_structure", "damage", "flooded", "flood_depth", "repair", "phone", "call_time",
               "attend", "visit_times", "visit_note", "copies")
ON_THE_SHEET = ("phone", "house_form", "home_structure", "home_floors", "building_use", "building_structure", "damage",
                "flood_depth", "attend", "visit_note")


def actor_of(request: HttpRequest) -> Staff:
    """The signed-in staff member."""
    return cast(Staff, request.user)


def sent_of(request: HttpRequest) -> dict[str, str]:
    """The posted fields, lines ended as they are kept, without the control characters that a paste brings along."""
    return {key: plain(str(value)) for key, value in request.POST.items()}


def _row(survey: Survey) -> dict[str, Any]:
    state = State(survey.state)
    grade = getattr(survey, "grade", None)
    return {
        "s": survey, "c": survey.case, "state": state_words(survey.state, survey.method), "chip": STATE_CHIPS[state],
        "unset": state == State.WAITING and survey.method != Method.PHOTO, "method": METHOD_WORDS[Method(survey.method)],
        "grade": GRADES[grade][0] if grade else "",
    }


@login_required
@require_safe
def surveys(request: HttpRequest) -> HttpResponse:
    """The list, by 町字."""
    actor = actor_of(request)
    selectors.desk_check(actor=actor)
    page = request.GET.get("page", "1")
    method = request.GET.get("method", "")
    chosen = selectors.Filter(
        state=request.GET.get("state", "open"), area=request.GET.get("area", "").strip()[:60],
        method=method if method in METHOD_WORDS else "", day=day_typed(request.GET.get("day", "")),
        page=page_typed(page),
    )
    found = selectors.survey_list(actor=actor, wanted=chosen)
    query = request.GET.copy()
    query.pop("page", None)
    return render(request, "survey/list.html", {
        "rows": [_row(s) for s in found], "page": found, "chosen": chosen, "query": query.urlencode(),
        "states": [(s.value, w) for s, w in STATE_WORDS.items()], "methods": [(m.value, w) for m, w in METHOD_WORDS.items()],
        "sheet_day": (chosen.day or clock.today()).isoformat(),
    })


@login_required
@require_safe
def day_sheet(request: HttpRequest) -> HttpResponse:
    """The visits of a day, for printing: one card (調査票) each."""
    actor = actor_of(request)
    selectors.desk_check(actor=actor)
    day = day_typed(request.GET.get("day", "")) or clock.today()
    rows = [
        _row(s) | {"facts": selectors.answers_of(s.case, ON_THE_SHEET), "parts": list(parts_of(s.method).items())}
        for s in selectors.sheet(actor=actor, day=day)
    ]
    return render(request, "survey/sheet.html", {"rows": rows, "day": day, "grades": [w for w, _, _ in GRADES.values()]})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_case(request: HttpRequest, case_id: str) -> HttpResponse:
    """From the case to its newest survey; where there is none, the way to order one."""
    actor = actor_of(request)
    if request.method == "POST":
        return see_other(f"/staff/survey/{services.survey_start(actor=actor, case_id=case_id).id}/")
    found = selectors.survey_of_case(actor=actor, case_id=case_id)
    if found:
        return see_other(f"/staff/survey/{found[0].id}/")
    case = case_get(actor=actor, case_id=case_id)
    asked = method_asked(case.answers) if case.slug == SLUG else None
    return render(request, "survey/start.html", {"case": case, "asked": asked,
                                                 "may_start": asked and case.state in services.WORKABLE})


@login_required
@require_safe
def survey(request: HttpRequest, survey_id: str) -> HttpResponse:
    """One survey."""
    return _detail(request, selectors.survey_get(actor=actor_of(request), survey_id=survey_id))


def _detail(
    request: HttpRequest, found: Survey, *, form: str = "", sent: dict[str, str] | None = None, faults: Faults | None = None,
    asked: VisitUnusual | None = None,
) -> HttpResponse:
    """The page; ``form`` is the one that was refused, with what was typed into it; ``asked``: or whose hour is asked about."""
    actor, case, wrong = actor_of(request), found.case, faults or []
    results = selectors.results_of(found)
    siblings = selectors.survey_of_case(actor=actor, case_id=str(case.id))
    latest = found.id == next((s.id for s in siblings if s.state != State.CANCELLED), None)
    may_work = actor.may(Right.WORK_CASES, case.section) and case.section in actor.sections()
    workable = may_work and case.state in services.WORKABLE
    at = forms.appointment_boxes(found, sent if form == "appoint" else None, wrong if form == "appoint" else [])
    boxes, parts = forms.finding_boxes(found, results[0] if results else None, sent if form == "record" else None,
                                       wrong if form == "record" else [])
    why = forms.Box("why", "", id=f"{form}-why", value=(sent or {}).get("why", ""), error=dict(wrong).get("why", ""))
    shown = {"appoint": at, "record": boxes + parts}.get(form, [why])
    context = _row(found) | {
        "case": case, "results": [_result_row(r) for r in results], "siblings": [_row(s) for s in siblings],
        "appointment": at, "finding": boxes, "parts": parts, "why": why, "form": form, "anchors": forms.anchors(shown, wrong),
        "facts": selectors.answers_of(case, ON_THE_CARD), "photos": selectors.photos_of(case), "photo": found.method == Method.PHOTO,
        "beside": case_notes(case) if case.state in services.WORKABLE else [],
        "may_appoint": workable and found.state in OPEN and found.method != Method.PHOTO,
        "may_record": workable and latest and found.state != State.CANCELLED, "may_cancel": workable and found.state in OPEN,
        "may_second": may_work and latest and (found.state == State.DONE or case.state == CaseState.DECIDED) and _second_now(case),
        "may_decline": may_work and latest and bool(found.asked_at) and case.state == CaseState.DECIDED, "declined": declining.declined(found),
        "parts_open": any(box.value or box.error for box in parts),
        "unusual": asked, "stands": _stands(case, latest or found.state == State.CANCELLED) if may_work else "",
    }
    return render(request, "survey/survey.html", context, status=422 if wrong or asked else 200)


def _stands(case: Any, latest: bool) -> str:
    """Why nothing can be entered here, and where it can."""
    if not latest:
        return "この後に新しい調査があります。いま有効なのは、いちばん新しい調査です。"
    return services.STANDS.get(CaseState(case.state), "")


def _second_now(case: Any) -> bool:
    return case.state == CaseState.DECIDED or (case.state in services.WORKABLE and last_decision(str(case.id)) is not None)


def _result_row(result: Result) -> dict[str, Any]:
    order = list(parts_of(result.survey.method))  # of the sheet: PostgreSQL does not keep the order of what is stored
    points = sorted(result.points.items(), key=lambda found: order.index(found[0]) if found[0] in order else len(order))
    return {"r": result, "grade": GRADES[result.grade][0], "points": "、".join(f"{part} {value}" for part, value in points)}


@login_required
@posts()
def appoint(request: HttpRequest, survey_id: str) -> HttpResponse:
    """Make the appointment."""
    actor, sent = actor_of(request), sent_of(request)
    faults: Faults = []
    at = forms.read_moment(sent, faults)
    try:
        if faults or at is None:
            raise SurveyWrong(faults)
        services.survey_appoint(actor=actor, survey_id=survey_id, at=at, surveyors=sent.get("surveyors", ""),
                                note=sent.get("note", ""), sure=sent.get("_sure", ""))
    except VisitUnusual as asked:
        return _detail(request, selectors.survey_get(actor=actor, survey_id=survey_id), form="appoint", sent=sent, asked=asked)
    except SurveyWrong as wrong:
        found = selectors.survey_get(actor=actor, survey_id=survey_id)
        return _detail(request, found, form="appoint", sent=sent, faults=wrong.faults)
    return see_other(f"/staff/survey/{survey_id}/")


@login_required
@posts()
def record(request: HttpRequest, survey_id: str) -> HttpResponse:
    """Record a result, or a correction of it."""
    actor, sent = actor_of(request), sent_of(request)
    found = selectors.survey_get(actor=actor, survey_id=survey_id)
    faults: Faults = []
    finding = forms.read_finding(sent, found.method, faults)
    try:
        if finding is None:
            raise SurveyWrong(faults)
        services.survey_record(actor=actor, survey_id=survey_id, finding=finding, why=sent.get("why", ""))
    except SurveyWrong as wrong:
        return _detail(request, found, form="record", sent=sent, faults=wrong.faults)
    return see_other(f"/staff/survey/{survey_id}/")


@login_required
@posts()
def cancel(request: HttpRequest, survey_id: str) -> HttpResponse:
    """Call the survey off, or put a visit in its place."""
    actor, sent = actor_of(request), sent_of(request)
    try:
        now = services.survey_cancel(actor=actor, survey_id=survey_id, why=sent.get("why", ""), instead=sent.get("instead") == "site")
    except SurveyWrong as wrong:
        found = selectors.survey_get(actor=actor, survey_id=survey_id)
        return _detail(request, found, form="cancel", sent=sent, faults=wrong.faults)
    return see_other(f"/staff/survey/{now.id}/")


@login_required
@posts()
def decline(request: HttpRequest, survey_id: str) -> HttpResponse:
    """Answer the applicant's wish for another survey with no."""
    actor, sent = actor_of(request), sent_of(request)
    try:
        declining.second_decline(actor=actor, survey_id=survey_id, why=sent.get("why", ""))
    except SurveyWrong as wrong:
        found = selectors.survey_get(actor=actor, survey_id=survey_id)
        return _detail(request, found, form="decline", sent=sent, faults=wrong.faults)
    return see_other(f"/staff/survey/{survey_id}/")


@login_required
@posts()
def second(request: HttpRequest, case_id: str) -> HttpResponse:
    """Order the second survey (再調査)."""
    actor, sent = actor_of(request), sent_of(request)
    try:
        opened = services.survey_second_open(actor=actor, case_id=case_id, why=sent.get("why", ""))
    except SurveyWrong as wrong:
        newest = selectors.survey_of_case(actor=actor, case_id=case_id)[0]
        found = selectors.survey_get(actor=actor, survey_id=str(newest.id))
        return _detail(request, found, form="second", sent=sent, faults=wrong.faults)
    return see_other(f"/staff/survey/{opened.id}/")
