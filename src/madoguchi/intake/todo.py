"""What is left to do for an application, as its applicant reads it: in each state only what is true there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from madoguchi.kernel import clock
from madoguchi.kernel.said import Said, say
from madoguchi.procedures.public import GRANT_NOTHING, Definition

from .applications import later_slots
from .models import Application

CLOSED = ("withdrawn", "lapsed")


@dataclass(frozen=True, slots=True)
class Todo:
    """``text``: of the definition, for before or after the decision; ``visit``: why one has to come; ``documents``: promised, not sent and
    still taken; ``appointment``: when the section comes."""

    text: str = ""
    visit: str = ""
    documents: tuple[str, ...] = ()
    appointment: Said | None = None

    def __bool__(self) -> bool:
        return bool(self.text or self.visit or self.documents or self.appointment)


def todo_of(application: Application, d: Definition) -> Todo:
    """Of an application that was found. ``d`` in the language that is drawn."""
    decision = application.view.get("decision")
    if application.status in CLOSED:
        return Todo()
    if application.status == "decided":
        return Todo() if decision and decision["outcome"] in GRANT_NOTHING else Todo(d.remaining_after)
    owed = {slot.id for slot in later_slots(application) if slot.later and not application.files.get(slot.id)}
    documents, appointment = tuple(a.name for a in d.attachments if a.id in owed), _appointment(application)
    # said before anything was done: no longer true of what was taken up again, once a day was told, nor after the visit
    text = "" if decision or application.view.get("appointment") or application.view.get("visited") else d.remaining
    return Todo(text, "" if decision else d.visit, documents, appointment)


def _appointment(application: Application) -> Said | None:
    said = application.view.get("appointment")
    at = dt.datetime.fromisoformat(said).astimezone(clock.JST) if said else None
    if at is None or at < clock.now():
        return None
    return say("担当がうかがう日時：{day} {hour}時{minute}分", day=at.date(), hour=at.hour, minute=f"{at.minute:02d}")
