"""The table of strangers, continued (see rights.py): lists of things to do, and drafts that were begun together."""

from __future__ import annotations

from typing import Any

from madoguchi.guide import selectors, services
from madoguchi.guide.models import Plan
from madoguchi.intake import together
from madoguchi.procedures.public import Step, finder

from .rights import Ask, resident, something

RAW = {"date.era": ["ad"], "date.y": ["2026"], "date.m": ["11"], "date.d": ["10"], "home": ["yes"], "level": ["part"], "own": ["yes"],
       "debris": ["no"], "died": ["no"], "insured": ["no"]}
IDS = ("plan", "begun", "bundle")


def lists(w: Any) -> None:
    """Hanako's list, and two drafts that she began from it, one of them sent."""
    hanako = w.hall.owner("hanako")
    w.finder = finder("hisai")
    w.plan_row = services.plan_start(owner=hanako, finder=w.finder, raw=RAW)
    first, second = together.drafts_begin(owner=hanako, slugs=[w.slug, "ninshin-todoke"], values={})
    w.plan, w.begun, w.bundle = str(w.plan_row.id), str(first.id), str(first.bundle)
    w.plan_row.drafts = [str(second.id)]
    w.plan_row.save()


def _row(w: Any, owner: Any) -> Plan:
    """The list of the one who has got it by the right way; everybody else holds one of their own."""
    mine = owner is not None and owner.key == w.hall.owner("hanako").key
    return w.plan_row if mine else services.plan_start(owner=owner or w.refuse(), finder=w.finder, raw=RAW)


def _together(w: Any, owner: Any) -> bool:
    services.plan_together(owner=owner, plan_id=w.plan, finder=w.finder, slugs=[w.slug], step=Step("together", "", ()), raw={})
    return True


def _to_begin(w: Any, owner: Any) -> list[Any]:
    row = _row(w, owner)
    found = selectors.to_begin(row, owner, w.finder)
    return found if row is w.plan_row else []


TABLE: dict[str, Ask] = {
    "guide.selectors.newest": resident(lambda w, o: (found := selectors.newest(owner=o)) and found.id == w.plan, something),
    "guide.selectors.plan_list": resident(lambda w, o: [p for p, _ in selectors.plan_list(owner=o) if str(p.id) == w.plan], something),
    "guide.selectors.plan_get": resident(lambda w, o: selectors.plan_get(owner=o, plan_id=w.plan)),
    "guide.selectors.listed": resident(lambda w, o: selectors.listed(_row(w, o), o, w.finder).begun, something),
    "guide.selectors.to_begin": resident(_to_begin, something),
    "guide.services.plan_answer": resident(lambda w, o: services.plan_answer(owner=o, plan_id=w.plan, finder=w.finder, raw=RAW)),
    "guide.services.plan_tick": resident(lambda w, o: services.plan_tick(owner=o, plan_id=w.plan, finder=w.finder, done=["risai"])),
    "guide.services.plan_drop": resident(lambda w, o: services.plan_drop(owner=o, plan_id=w.plan)),
    "guide.services.plan_together": resident(_together),
    "intake.together.drafts_begun": resident(lambda w, o: together.drafts_begun(owner=o, draft_ids=[w.begun]) if o else [], something),
    "intake.together.next_in_bundle": resident(lambda w, o: together.next_in_bundle(owner=o, bundle=w.bundle), something),
}
OWN = {"guide.services.plan_start": "makes a new list of the one who asks",
       "intake.together.drafts_begin": "makes new drafts of the one who asks"}
OPEN: dict[str, tuple[str, set[str] | None]] = {"guide.selectors.facts": ("answers as the rules take them", None),
                                               "guide.services.answers_read": ("reads what a form brought, of nobody yet", {"guide.views"})}
