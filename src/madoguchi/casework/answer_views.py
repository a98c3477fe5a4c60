"""The page on which a clerk types off what came on paper as the answer to a correction."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from madoguchi.intake import public as intake
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Fault
from madoguchi.procedures.rules.faces import webform
from madoguchi.web.posted import see_other

from . import paper_answers
from .models import Case
from .staff_views import actor_of

Raw = dict[str, list[str]]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, case_id: str) -> HttpResponse:
    """Only the questions that were asked for, with the old answer and what was asked."""
    actor = actor_of(request)
    case = paper_answers.answer_case(actor=actor, case_id=case_id)
    if request.method != "POST":
        return _page(request, case, None, frozenset())
    raw: Raw = {key: list(values) for key, values in request.POST.lists()}
    extra = frozenset(raw.get("_extra", []))
    action = request.POST.get("_action", "send")
    if action.startswith("zip:"):
        raw, said = procedures.postcode_fill(raw, action.removeprefix("zip:"))
        return _page(request, case, raw, extra, said=(action.removeprefix("zip:"), said))
    try:
        paper_answers.paper_answer(actor=actor, case_id=case_id, raw=raw, extra=extra)
    except intake.AnswersWrong as wrong:
        shown = {name for _, names in intake.paper_correction(case_ref=case.ref, extra=extra).pages for name in names}
        return _page(request, case, raw, extra | {f.question for f in wrong.faults if f.question not in shown}, faults=wrong.faults)
    return see_other(f"/staff/case/{case_id}/?tab=talk")


def _page(
    request: HttpRequest, case: Case, raw: Raw | None, extra: frozenset[str], *, faults: list[Fault] | None = None, said: tuple[str, str] = ("", ""),
) -> HttpResponse:
    found = intake.paper_correction(case_ref=case.ref, extra=extra)
    views = [webform.step_view(found.definition, step, found.known, posted=raw, faults=[f for f in faults or [] if f.question in names], only=names,
                               count=None if raw is None or not step.repeat else len(found.answers.get(step.repeat.id, [])))
             for step, names in found.pages]
    for field in (f for view in views for entry in view.entries for f in entry.fields):
        if field.name == said[0]:
            field.said = said[1]
    context = {"case": case, "d": found.definition, "views": views, "items": found.items, "extra": sorted(extra),
               "anchors": [x for view in views for x in view.faults]}
    return render(request, "casework/answer.html", context, status=422 if faults else 200)
