"""One setup for success and refusal: 七尾太郎's flooded flat (tests/cases/risai-shoumei.yaml), filed by hanako's browser."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from madoguchi.casework.models import Case
from madoguchi.offices.public import disasters_seed
from madoguchi.procedures.tests.pack import ROOT
from madoguchi.survey import services
from madoguchi.survey.models import Survey
from madoguchi.survey.rules import SLUG, Finding

FILING: dict[str, Any] = yaml.safe_load((ROOT / "tests" / "cases" / f"{SLUG}.yaml").read_text(encoding="utf-8"))["answers"]
SELF = {"survey_way": "self", "self_consent": True, "attend": None, "visit_times": None, "visit_note": None}
FOUND = Finding("hankai", dt.date(2026, 11, 20), "山田 浩", 25)


@pytest.fixture(autouse=True)
def disasters(db: None) -> None:
    """The city pack's disasters."""
    disasters_seed(actor="test")


def answers(**changes: Any) -> dict[str, Any]:
    """The filing with some answers changed; None takes one away."""
    out = copy.deepcopy(FILING) | changes
    return {key: value for key, value in out.items() if value is not None}


@pytest.fixture
def opened(hall) -> Callable[..., tuple[Case, Survey]]:
    """File, let the worker run, and return case and survey."""

    def file(**changes: Any) -> tuple[Case, Survey]:
        case = hall.case("hanako", SLUG, answers(**changes))
        return case, Survey.objects.get(case=case)

    return file


@pytest.fixture
def decided(hall, opened) -> Callable[..., tuple[Case, Survey]]:
    """A case that was surveyed, decided with three stamps and given its certificate."""

    def make(**changes: Any) -> tuple[Case, Survey]:
        case, survey = opened(**changes)
        services.survey_record(actor=hall.staff("yamada"), survey_id=str(survey.id), finding=FOUND)
        conclude(hall, case)
        survey.refresh_from_db()
        return case, survey

    return make


def conclude(hall: Any, case: Case) -> None:
    """Decide as the decide page would after the suggestion: yamada proposes, nakamura and kobayashi stamp."""
    from tests.support.hall import run_worker

    from madoguchi.casework import services as casework
    from madoguchi.survey.selectors import suggestion

    said = suggestion(case.ref)
    day = dt.date.fromisoformat(said.pop("survey_day"))
    raw = {key: [value] for key, value in said.items()}
    raw |= {"survey_day.era": ["ad"], "survey_day.y": [str(day.year)], "survey_day.m": [str(day.month)], "survey_day.d": [str(day.day)]}
    casework.decision_propose(actor=hall.staff("yamada"), case_id=case.ref, outcome_id="issue", reason="", raw=raw)
    for name in ("nakamura", "kobayashi"):
        casework.decision_approve(actor=hall.staff(name), case_id=case.ref)
    run_worker()
    case.refresh_from_db()
