"""The city's disasters as the options of 災害 questions: a definition names the type, the city keeps the list."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from .model import Call, Choice, Definition, Question


def with_disasters(d: Definition, names: Mapping[str, str]) -> Definition:
    """The definition with the options of every 災害 question filled in, from {id: name} (city.yaml 災害)."""
    options = tuple(Choice(key, name) for key, name in names.items())

    def fill(questions: tuple[Question, ...]) -> tuple[Question, ...]:
        return tuple(dataclasses.replace(q, choices=options) if q.type == "災害" else q for q in questions)

    steps = tuple(dataclasses.replace(step, questions=fill(step.questions)) for step in d.steps)
    return dataclasses.replace(
        d, steps=steps, review=dataclasses.replace(d.review, questions=fill(d.review.questions))
    )


def with_event_days(d: Definition, days: Mapping[str, str]) -> Definition:
    """The definition with the days on which the disasters happened ({id: YYYY-MM-DD}) given to the rule that compares
    them with the day of the damage, over those its file names: a disaster added by staff is checked too."""

    def fill(call: Call) -> Call:
        args = dict(call.args)
        if call.rule != "damage_not_before_event" or not days:
            return call
        known = dict(re.findall(r"([a-z0-9-]+)=(\d{4}-\d{2}-\d{2})", args.get("events", ""))) | dict(days)
        args["events"] = "、".join(f"{key}={day}" for key, day in known.items())
        return dataclasses.replace(call, args=tuple(args.items()))

    return dataclasses.replace(d, checks=tuple(fill(call) for call in d.checks))


def asks_disaster(d: Definition) -> bool:
    """Has this definition a 災害 question?"""
    return any(q.type == "災害" for q in (*d.questions(), *d.review.questions))
