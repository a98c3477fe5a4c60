"""Surveys at the end of a case's term of keeping, and as witnesses of what the record says."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from madoguchi.kernel import clock
from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import Chains, living, marks_of, missing

from .models import Result, Survey
from .rules import OPEN

RECORDED = ("survey.recorded", "survey.corrected")


def surveys_hold(case_id: str) -> str:
    """Why a case may not be destroyed yet: an appointment, or a survey still to be made. Empty when there is none."""
    there = Survey.objects.filter(Q(state__in=OPEN) | Q(appointed_at__gte=clock.now()), case_id=case_id).exists()
    return "終わっていない被害調査か、これからの日時の約束があります" if there else ""


def surveys_forget(case_id: str) -> dict[str, int]:
    """Destroy surveys and their results, in the caller's transaction."""
    results = Result.objects.filter(survey__case_id=case_id).delete()[0]
    return {"surveys": Survey.objects.filter(case_id=case_id).delete()[0], "survey_results": results}


def witness(chains: Chains) -> Iterator[Fault]:
    """Surveys and results that the record says there are."""
    yield from missing(chains, ("survey.opened",), Survey.objects.all(), "case_id", "被害調査")
    yield from missing(chains, RECORDED, Result.objects.all(), "survey__case_id", "被害調査の結果")
    alive = living(chains, *RECORDED)
    marks = marks_of(alive)
    rows = Result.objects.filter(survey__case_id__in=list(alive)).select_related("survey__case") if alive else ()
    found = {(str(row.survey.case_id), row.survey.number, row.number): row for row in rows}
    for case, acts in alive.items():
        for act in acts:  # before the digest was of the row itself there is nothing to compare with
            row = found.get((case, act.facts.get("survey", 0), act.facts.get("result", 0))) if act.facts.get("whole") else None
            if row is not None and not marks.same(case, act, row.said()):
                yield Fault(f"case:{case}", act.seq, f"申請 {row.survey.case.receipt}: 被害調査{row.survey.number}の結果が、記録した時と違います")
