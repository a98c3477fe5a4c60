"""Choosing, looking and confirming, for the tests of bulk review."""

from __future__ import annotations

import contextlib

import pytest
from tests.support.hall import Hall

from madoguchi.casework import bulk, services
from madoguchi.casework.errors import BulkWrong
from madoguchi.casework.models import BulkItem, Case
from madoguchi.casework.selectors import definition_of
from madoguchi.kernel.models import AuditEntry

QUICK, CLAIM = "jidou-teate-kifu", "jidou-teate-mishiharai"
WHO = ("hanako", "taro", "ume", "jiro")


def check_all(hall: Hall, case: Case, who: str = "tanaka") -> None:
    services.check_mark(actor=hall.staff(who), case_id=case.ref, marked=set(range(len(definition_of(case).review.checklist))))


@contextlib.contextmanager
def refused(words: str):
    with pytest.raises(BulkWrong) as wrong:
        yield
    assert words in wrong.value.ja


def start(hall: Hall, cases, act="propose", who="tanaka"):
    return bulk.run_start(actor=hall.staff(who), act=act, case_ids=[c.ref for c in cases])


def look(hall: Hall, run, outcome="accepted", reason="", who="tanaka"):
    raw = hall.decision_raw(run.items.first().case) if run.act in bulk.DECIDING else {}
    return bulk.run_look(actor=hall.staff(who), run_id=str(run.id), outcome=outcome, reason=reason, raw=raw)


def confirm(hall: Hall, run, who="tanaka", only=None):
    ready = {i.id for i in BulkItem.objects.filter(run=run, state="ready")}
    return bulk.run_confirm(actor=hall.staff(who), run_id=str(run.id), chosen=ready if only is None else only)


def lines(run, cases=None):
    """(state, why) in the order of the list, or of these cases."""
    found = {i.case_id: (i.state, i.why) for i in BulkItem.objects.filter(run=run).order_by("number")}
    return [found[c.id] for c in cases] if cases else list(found.values())


def states(cases):
    return [Case.objects.get(id=c.id).state for c in cases]


def acts(case):
    return list(AuditEntry.objects.filter(chain=f"case:{case.id}").order_by("seq").values_list("action", flat=True))
