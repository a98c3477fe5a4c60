"""手続きナビ: questions, the list that comes of them, and beginning several applications at once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.identity.public import Owner, given_back, guest_make, owner_of, person_of, prefill
from madoguchi.kernel.said import say
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Step
from madoguchi.procedures.rules.faces import webform
from madoguchi.procedures.rules.guide import Finder
from madoguchi.web.posted import posts, see_other

from . import selectors, services
from .errors import AnswersWrong, PlanNotFound

View = Callable[..., HttpResponse]


def _raw(request: HttpRequest) -> dict[str, list[str]]:
    return {key: list(values) for key, values in request.POST.lists()}


def _sign_in_first(view: View) -> View:
    """A list that this browser cannot open is most often one's own, after two hours: who is not signed in is asked to."""
    @functools.wraps(view)
    def inner(request: HttpRequest, plan_id: str) -> HttpResponse:
        try:
            return view(request, plan_id=plan_id)
        except PlanNotFound:
            owner = owner_of(request)
            if owner is not None and owner.signed_in:
                raise
            return see_other(f"/sign-in/?why=needed&next={quote(request.path)}")

    return inner


@require_safe
def guides(request: HttpRequest) -> HttpResponse:
    """The finders, and one's own lists."""
    rows = [procedures.finder_shown(f) for f in procedures.finders().values()]
    return render(request, "guide/guides.html", {"rows": rows, "plans": selectors.plan_list(owner=owner_of(request))})


def _questions(
    request: HttpRequest, finder: Finder, values: dict[str, Any], *, posted: Any = None, wrong: AnswersWrong | None = None, back: str,
) -> HttpResponse:
    shown = procedures.finder_shown(finder)
    views = webform.page_views(shown.steps, values=values, posted=posted, faults=wrong.faults if wrong else ())
    context = {"f": shown, "views": views, "faults": [fault for view in views for fault in view.faults], "back": back}
    return render(request, "guide/questions.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def guide(request: HttpRequest, name: str) -> HttpResponse:
    """The questions of a finder."""
    finder = procedures.finder(name)
    if request.method != "POST":
        return _questions(request, finder, {}, posted=given_back(request), back="/guide/")
    response = see_other("/")
    try:
        services.answers_read(finder, _raw(request))
        plan = services.plan_start(owner=owner_of(request) or guest_make(response), finder=finder, raw=_raw(request))
    except AnswersWrong as wrong:
        return _questions(request, finder, {}, posted=_raw(request), wrong=wrong, back="/guide/")
    response["Location"] = f"/guide/list/{plan.id}/"
    return response


@_sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, plan_id: str) -> HttpResponse:
    """The list; its form says what is done."""
    owner = owner_of(request)
    found = selectors.plan_get(owner=owner, plan_id=plan_id)
    finder = procedures.finder(found.finder)
    if request.method == "POST":
        services.plan_tick(owner=owner, plan_id=plan_id, finder=finder, done=request.POST.getlist("done"))
        return see_other(f"/guide/list/{plan_id}/?saved=1#list")
    assert owner is not None
    shown = procedures.finder_shown(finder)
    context = {"plan": found, "f": shown, "l": selectors.listed(found, owner, shown), "saved": "saved" in request.GET,
               "signed_in": owner.signed_in, "said": _said(shown, found.answers)}
    return render(request, "guide/plan.html", context)


def _said(finder: Finder, answers: dict[str, Any]) -> list[tuple[Any, Any]]:
    """What was answered, in words."""
    out: list[tuple[Any, Any]] = []
    for q in finder.asking().questions():
        value = answers.get(q.id)
        if value is not None:
            out.append((q.label, next((c.label for c in q.choices if c.id == value), procedures.FIELD_TYPES[q.type].text(value, q))))
    return out


@_sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: HttpRequest, plan_id: str) -> HttpResponse:
    """Other answers for a list."""
    owner = owner_of(request)
    found = selectors.plan_get(owner=owner, plan_id=plan_id)
    finder, back = procedures.finder(found.finder), f"/guide/list/{plan_id}/"
    if request.method != "POST":
        return _questions(request, finder, found.answers, posted=given_back(request), back=back)
    try:
        services.plan_answer(owner=owner, plan_id=plan_id, finder=finder, raw=_raw(request))
    except AnswersWrong as wrong:
        return _questions(request, finder, found.answers, posted=_raw(request), wrong=wrong, back=back)
    return see_other(back)


@_sign_in_first
@posts("/guide/list/{plan_id}/")
def drop(request: HttpRequest, plan_id: str) -> HttpResponse:
    """Throw a list away."""
    services.plan_drop(owner=owner_of(request), plan_id=plan_id)
    return see_other("/guide/")


@_sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def together(request: HttpRequest, plan_id: str) -> HttpResponse:
    """Write once, file many: choose, write what all ask alike, and the applications are begun."""
    owner = owner_of(request)
    found = selectors.plan_get(owner=owner, plan_id=plan_id)
    assert owner is not None
    shown, kept = procedures.finder_shown(procedures.finder(found.finder)), given_back(request)
    open_ = selectors.to_begin(found, owner, shown)
    sent = kept.get("p", []) if kept else (request.POST if request.method == "POST" else request.GET).getlist("p")
    chosen = [i for i in open_ if i.task.slug in sent]
    if not owner.signed_in and any(i.published and i.published.definition.level != "なし" for i in chosen):
        back = f"{request.path}?{urlencode([('p', i.task.slug) for i in chosen])}"
        return see_other(f"/sign-in/?why=card&next={quote(back)}")
    posting = request.method == "POST"  # pressed twice, or begun from another window: what was written is on its way
    if posting and not chosen and {b.slug for b, _ in selectors.listed(found, owner, shown).begun} & set(sent):
        return see_other(f"/guide/list/{plan_id}/#begun")
    context: dict[str, Any] = {"plan": found, "f": shown, "open": open_, "chosen": chosen, "asked": (posting or "go" in request.GET) and not chosen}
    if not chosen:
        return render(request, "guide/together.html", context, status=422 if posting else 200)
    slugs = [i.task.slug for i in chosen]
    step, posted, said, wrong = services.together_step(slugs, say("まとめて書く"), services.LABELS), kept, "", None
    action = request.POST.get("_action", "")
    if request.method == "POST" and action.startswith("zip:"):
        posted, said = procedures.postcode_fill(_raw(request), action.removeprefix("zip:"))
    elif request.method == "POST":
        try:
            services.plan_together(owner=owner, plan_id=plan_id, finder=shown, slugs=slugs, step=step, raw=_raw(request))
            return see_other(f"/guide/list/{plan_id}/#begun")
        except AnswersWrong as error:
            wrong, posted = error, _raw(request)
    context |= _together_page(owner, [step, *services.alike(shown, slugs)], posted, wrong, (said, action.removeprefix("zip:")))
    return render(request, "guide/together.html", context, status=422 if wrong else 200)


def _together_page(
    owner: Owner, steps: list[Step], posted: Any, wrong: AnswersWrong | None, said: tuple[str, str],
) -> dict[str, Any]:
    """The questions that all ask alike, of the one who applies with what the card knows. ``said``: of a postcode, and at which field."""
    person = person_of(owner)
    card = procedures.with_codes(prefill(person)) if person else {}
    values = {q.id: card[q.type] for q in steps[0].questions if card.get(q.type)}
    views = webform.page_views(steps, values=values, posted=posted, faults=wrong.faults if wrong else ())
    for field in (field for view in views for field in view.entries[0].fields):
        field.said = said[0] if field.name == said[1] else ""
        field.read_from_card = posted is None and field.id in values
    return {"views": views, "faults": [fault for view in views for fault in view.faults], "card": bool(values) and posted is None}

