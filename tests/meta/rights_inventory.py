"""The table of strangers, continued (see rights.py): the inventory of procedures, kept by the digital office."""

from __future__ import annotations

from typing import Any

from madoguchi.inventory import access, desk, doubles, selectors, services
from madoguchi.inventory.errors import DoubleNotFound
from madoguchi.inventory.models import Heading
from madoguchi.inventory.tests.conftest import list_text, listed, waiting
from madoguchi.procedures import searches

from .rights import Ask, anything, something, staff

KEEPS = {"admin"}
READS = KEEPS | {"auditor"}
NUMBERS = ("entry", "upload", "heading")
EDIT = {"section": "", "slug": "", "target_year": "2030", "status_by_hand": "", "note": ""}


def procedures(w: Any) -> None:
    """A list of two procedures, and one that waits for answers."""
    w.entry = listed().id
    w.upload, w.heading = waiting().id, Heading.objects.get().id


def _reads(go: Any) -> Ask:
    return staff(go, READS, something)


def _refused(go: Any) -> Any:
    """Whoever may is told that this is no double."""
    def inner(w: Any, a: Any) -> bool:
        try:
            go(w, a)
        except DoubleNotFound:
            return True
        return True
    return inner


TABLE: dict[str, Ask] = {
    "procedures.searches.searches": staff(lambda w, a: searches.searches(actor=a, days=90), KEEPS, something),
    "inventory.access.may_read": _reads(lambda w, a: access.may_read(a)),
    "inventory.access.insist": staff(lambda w, a: access.insist(a, writes=True), KEEPS, anything),
    "inventory.selectors.entry_list": _reads(lambda w, a: list(selectors.entry_list(actor=a, wanted=selectors.Filter()))),
    "inventory.selectors.entry_get": _reads(lambda w, a: selectors.entry_get(actor=a, entry_id=w.entry)),
    "inventory.selectors.choices": _reads(lambda w, a: selectors.choices(actor=a)),
    "inventory.selectors.counts": _reads(lambda w, a: selectors.counts(actor=a)),
    "inventory.selectors.tasks_offline": _reads(lambda w, a: selectors.tasks_offline(actor=a)),
    "inventory.selectors.table": _reads(lambda w, a: list(selectors.table(actor=a, wanted=selectors.Filter()))),
    "inventory.selectors.upload_list": _reads(lambda w, a: selectors.upload_list(actor=a)),
    "inventory.selectors.upload_get": _reads(lambda w, a: selectors.upload_get(actor=a, upload_id=w.upload)),
    "inventory.selectors.heading_list": _reads(lambda w, a: selectors.heading_list(actor=a)),
    "inventory.services.entry_edit": staff(lambda w, a: services.entry_edit(actor=a, entry_id=w.entry, revision="1", typed=EDIT), KEEPS, anything),
    "inventory.desk.list_import": staff(lambda w, a: desk.list_import(actor=a, data=list_text().encode(), name="a.csv"), KEEPS, anything),
    "inventory.desk.headings_asked": _reads(lambda w, a: desk.headings_asked(actor=a, upload_id=w.upload)),
    "inventory.desk.upload_answer": staff(lambda w, a: desk.upload_answer(actor=a, upload_id=w.upload, answers={1: "-", 2: "-"}), KEEPS, anything),
    "inventory.desk.heading_forget": staff(lambda w, a: desk.heading_forget(actor=a, heading_id=w.heading), KEEPS, anything),
    "inventory.doubles.double_list": _reads(lambda w, a: doubles.double_list(actor=a)),
    "inventory.doubles.double_withdraw": staff(_refused(lambda w, a: doubles.double_withdraw(actor=a, slug="x")), KEEPS, anything),
    "inventory.doubles.double_offer": staff(_refused(lambda w, a: doubles.double_offer(actor=a, slug="x")), KEEPS, anything),
    "inventory.desk.slugs_relink": staff(lambda w, a: desk.slugs_relink(actor=a), KEEPS, anything),
}
OPEN: dict[str, tuple[str, set[str] | None]] = {
    "inventory.public.rows_for_drafts": ("texts about procedures, of nobody, for the room that writes definitions", set()),
    "inventory.selectors.published": ("open to everybody", None),
    "inventory.selectors.slugs_offered": ("names of what is published: open to everybody", None),
    "procedures.selectors.offered": ("open to everybody", None),
    "procedures.selectors.mentioned": ("what is published, found by its name: open to everybody", None),
    "procedures.selectors.pages_remembering": ("names of pages of what is published: open to everybody", None),
    "procedures.selectors.names_offered": ("names of what is published: open to everybody", None),
    "procedures.selectors.offered_by": ("which procedures came from the city's pack: names, for the command that publishes it", None),
    "procedures.selectors.withdrawals": ("which procedures are no longer offered, for rooms that have asked for the right",
                                         {"inventory.doubles", "scans.selectors"}),
}
