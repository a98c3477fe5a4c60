"""Trying a definition out as a resident would, page by page. Answers and names of files travel in the pages and are stored nowhere."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition, Step
from madoguchi.procedures.rules.faces import webform
from madoguchi.procedures.rules.validate import attachments_asked

from . import selectors, try_files
from .preview import facts, known_of
from .staff_views import about, actor_of
from .try_files import DOCUMENTS

SALT, CHECK = "builder-try", "check"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of the form, the documents, or the check page at its end."""
    found = selectors.copy_get(actor=actor_of(request), slug=slug)
    context = about(request, found)
    d = selectors.check(slug, found.text).definition
    if d is None:
        return render(request, "builder/try.html", context | {"view": None})
    answers = _answers(request)
    context |= {"slots": None, "held": try_files.carried(try_files.held_in(request))}
    at = request.POST.get("_at", "") or d.steps[0].id
    faults: list[Any] = []
    step = d.step(at)
    if request.method == "POST" and step is not None:
        raw = {k: [str(v) for v in values] for k, values in request.POST.lists()}
        if request.POST.get("_action") == "add" and step.repeat:
            count = webform.step_view(d, step, known_of(d, answers), posted=raw, count=_count(raw, step) + 1)
            return _page(request, context, d, answers, step, count)
        if (action := request.POST.get("_action", "")).startswith("zip:"):
            return _page(request, context, d, answers, step, _placed(d, answers, step, raw, action.removeprefix("zip:")))
        result = procedures.read_step(d, step, raw, facts(answers))
        faults = result.faults
        if not faults:
            for q in step.questions:
                answers.pop(q.id, None)
            answers |= result.values
            at = _after(d, answers, step)
        else:
            view = webform.step_view(d, step, known_of(d, answers), posted=raw, faults=faults, count=_count(raw, step) if step.repeat else None)
            return _page(request, context, d, answers, step, view, status=422)
    step = d.step(at)
    if step is None:
        return _end(request, context, d, answers, at)
    return _page(request, context, d, answers, step, webform.step_view(d, step, known_of(d, answers)))


def _answers(request: HttpRequest) -> dict[str, Any]:
    try:
        return dict(signing.loads(request.POST.get("_answers", ""), salt=SALT))
    except signing.BadSignature:
        return {}


def _count(raw: dict[str, list[str]], step: Step) -> int:
    from madoguchi.procedures.rules.validate import entry_count

    return entry_count(step, raw)


def _placed(d: Definition, answers: dict[str, Any], step: Step, raw: dict[str, list[str]], field: str) -> webform.StepView:
    """The page with the place of a postcode filled in."""
    typed, said = procedures.postcode_fill(raw, field)
    view = webform.step_view(d, step, known_of(d, answers), posted=typed, count=_count(raw, step) if step.repeat else None)
    for box in (f for entry in view.entries for f in entry.fields if f.name == field):
        box.said = said
    return view


def _after(d: Definition, answers: dict[str, Any], step: Step) -> str:
    asked = [s.id for s in procedures.steps_asked(d, known_of(d, answers))]
    place = [s.id for s in d.steps].index(step.id)
    return next((s.id for s in d.steps[place + 1 :] if s.id in asked), DOCUMENTS)


def _end(request: HttpRequest, context: dict[str, Any], d: Definition, answers: dict[str, Any], at: str) -> HttpResponse:
    """After the questions: the documents, where any are asked for, then the check page."""
    slots = attachments_asked(d, known_of(d, answers))
    if not slots or at != DOCUMENTS:
        return _check(request, context, d, answers)
    held, faults = try_files.held_in(request), list[tuple[str, str]]()
    if request.POST.get("_at") == DOCUMENTS and (action := request.POST.get("_action", "")) != "look":
        faults = try_files.taken(request, slots, held)
        if action == "next" and not faults:
            return _check(request, context | {"held": try_files.carried(held)}, d, answers, held)
    return render(request, "builder/try.html", context | {
        "d": d, "view": None, "slots": try_files.drawn(slots, held, faults), "faults": [(f"file-{slot}", ja) for slot, ja in faults],
        "answers": signing.dumps(answers, salt=SALT, compress=True), "held": try_files.carried(held)}, status=422 if faults else 200)


def _page(request: HttpRequest, context: dict[str, Any], d: Definition, answers: dict[str, Any], step: Step, view: webform.StepView,
          status: int = 200) -> HttpResponse:
    return render(request, "builder/try.html", context | {
        "d": d, "view": view, "page": step, "faults": view.faults, "answers": signing.dumps(answers, salt=SALT, compress=True)}, status=status)


def _check(request: HttpRequest, context: dict[str, Any], d: Definition, answers: dict[str, Any],
           held: try_files.Held | None = None) -> HttpResponse:
    held = try_files.held_in(request) if held is None else held
    verdict = procedures.judge(d, facts(answers), attached={slot: len(files) for slot, files in held.items()})
    rows = []
    for step in procedures.steps_asked(d, known_of(d, verdict.answers)):
        entries = verdict.answers.get(step.repeat.id, []) if step.repeat else [verdict.answers]
        for entry in entries:
            rows += [(q.label, procedures.FIELD_TYPES[q.type].text(entry[q.id], q)) for q in step.questions if q.id in entry]
    rows += [(a.name, "、".join(name for name, _ in held.get(a.id, [])) or ("あとで提出します" if a.later else "なし"))
             for a in verdict.attachments]
    return render(request, "builder/try.html", context | {
        "d": d, "view": None, "rows": rows, "verdict": verdict, "wrong_now": [f.ja for f in verdict.faults],
        "answers": signing.dumps(answers, salt=SALT, compress=True)})
