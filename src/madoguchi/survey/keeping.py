"""Surveys at the end of a case's term of keeping, and as witnesses of what the record says."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from madoguchi.kernel import clock
from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import Chains, missing

from .models import Result, Survey
from .rules import OPEN


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
    yield from missing(chains, ("survey.recorded", "survey.corrected"), Result.objects.all(), "survey__case_id", "被害調査の結果")
