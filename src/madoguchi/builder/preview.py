"""How a page of the definition looks to a resident, drawn by the very templates that residents see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from madoguchi.kernel import clock
from madoguchi.offices.public import next_open
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition, Facts, Step
from madoguchi.procedures.rules.faces import webform

from .selectors import check

APART = "sample-"


@dataclass(slots=True)
class Preview:
    """One page, with the others to go to."""

    definition: Definition
    step: Step
    view: webform.StepView
    steps: list[tuple[str, str]]


def preview_of(slug: str, text: str, page: str = "") -> Preview | None:
    """A page with every question, also those that hang on an answer. None while the text cannot be drawn."""
    d = check(slug, text).definition
    if d is None or not d.steps:
        return None
    step = d.step(page) or d.steps[0]
    view = webform.step_view(d, step, {}, only=frozenset(q.id for q in step.questions))
    return Preview(d, step, _apart(view), [(s.id, s.title) for s in d.steps])


def _apart(view: webform.StepView) -> webform.StepView:
    """The page with ids of its own: a question may be called like a field of the builder's page beside it."""
    for field in (f for entry in view.entries for f in entry.fields):
        field.id, field.described = _own(field.id), _own(field.described)
        for box in field.boxes:
            box.id, box.described = _own(box.id), _own(box.described)
        for option in field.options:
            option.id = _own(option.id)
    return view


def _own(names: str) -> str:
    return " ".join(f"{APART}{name}" for name in names.split())


def facts(answers: dict[str, Any]) -> Facts:
    """Answers as of today."""
    return Facts(answers, clock.today(), next_open)


def known_of(d: Definition, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers with what follows from them."""
    return procedures.derive(d, facts(answers))
