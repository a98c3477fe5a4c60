"""The city's disasters as the options of 災害 questions: a definition names the type, the city keeps the list."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from .model import Choice, Definition, Question


def with_disasters(d: Definition, names: Mapping[str, str]) -> Definition:
    """The definition with the options of every 災害 question filled in, from {id: name} (city.yaml 災害)."""
    options = tuple(Choice(key, name) for key, name in names.items())

    def fill(questions: tuple[Question, ...]) -> tuple[Question, ...]:
        return tuple(dataclasses.replace(q, choices=options) if q.type == "災害" else q for q in questions)

    steps = tuple(dataclasses.replace(step, questions=fill(step.questions)) for step in d.steps)
    return dataclasses.replace(
        d, steps=steps, review=dataclasses.replace(d.review, questions=fill(d.review.questions))
    )
