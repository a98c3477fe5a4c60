"""No certificate with a grade while its survey waits, and none with another grade than the survey found."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from tests.support.walk import text

from madoguchi.casework import services as casework
from madoguchi.casework.errors import GroundMissing
from madoguchi.casework.models import Decision
from madoguchi.survey import services
from madoguchi.survey.models import Survey

from .conftest import FOUND, SELF

SLIGHT = dataclasses.replace(FOUND, grade="ichibu_sonkai", percent=5)
DRY = SELF | {"flooded": False, "flood_depth": None}


def raw(**more: str) -> dict[str, Any]:
    day = {"survey_day.era": "ad", "survey_day.y": "2026", "survey_day.m": "11", "survey_day.d": "20"}
    return {key: [value] for key, value in ({"serial": "R8-1"} | day | more).items()}


def propose(hall, case, outcome: str = "issue", reason: str = "", **more: str) -> Decision:
    return casework.decision_propose(actor=hall.staff("yamada"), case_id=case.ref, outcome_id=outcome, reason=reason, raw=raw(**more))


def test_no_total_loss_by_photographs_that_nobody_has_judged(hall, opened):
    case, _ = opened(**DRY)
    with pytest.raises(GroundMissing) as refusal:
        propose(hall, case, survey_kind="self", grade="zenkai")
    assert "写真(自己判定))が終わっていません" in refusal.value.ja
    assert not Decision.objects.exists()
    case.refresh_from_db()
    assert case.state == "received"


def test_the_page_says_it_beside_the_grade_and_keeps_what_was_chosen(hall, opened):
    case, _ = opened(**DRY)
    sent = hall.desk("yamada").post(f"/staff/case/{case.id}/decide/", raw(survey_kind="self", grade="zenkai") | {"outcome": "issue"})
    assert sent.status_code == 422
    assert "終わっていません。調査の画面で結果を入れてから決定してください。" in text(sent)
    assert 'value="zenkai" checked' in text(sent)


def test_what_the_photographs_showed_can_be_certified_and_nothing_else(hall, opened):
    case, survey = opened(**DRY)
    services.survey_record(actor=hall.staff("yamada"), survey_id=str(survey.id), finding=SLIGHT)
    with pytest.raises(GroundMissing, match="ground_missing") as refusal:
        propose(hall, case, survey_kind="self", grade="zenkai")
    assert "「準半壊に至らない(一部損壊)」です" in refusal.value.ja
    assert propose(hall, case, survey_kind="self", grade="ichibu_sonkai").state == "proposed"


def test_a_visit_that_waits_stops_the_certificate(hall, opened):
    case, survey = opened()
    with pytest.raises(GroundMissing):
        propose(hall, case, survey_kind="first", grade="hankai")
    services.survey_record(actor=hall.staff("yamada"), survey_id=str(survey.id), finding=FOUND)
    assert propose(hall, case, survey_kind="first", grade="hankai").state == "proposed"


def test_a_judgement_of_a_whole_area_needs_the_survey_called_off_with_its_reason(hall, opened):
    case, survey = opened()
    with pytest.raises(GroundMissing):
        propose(hall, case, survey_kind="remote", grade="zenkai")
    services.survey_cancel(actor=hall.staff("yamada"), survey_id=str(survey.id), why="航空写真により、区域の全部を全壊と判定したため")
    with pytest.raises(GroundMissing) as refusal:
        propose(hall, case, survey_kind="self", grade="zenkai")
    assert "航空写真などで一括して判定したときだけです" in refusal.value.ja
    assert propose(hall, case, survey_kind="remote", grade="zenkai").state == "proposed"


def test_a_second_survey_that_waits_stops_the_next_certificate(hall, decided):
    case, _ = decided()
    services.survey_second_open(actor=hall.staff("yamada"), case_id=case.ref, why="家の中も壊れている")
    with pytest.raises(GroundMissing):
        propose(hall, case, survey_kind="first", grade="hankai")
    second = Survey.objects.get(case=case, number=2)
    worse = dataclasses.replace(FOUND, grade="chuukibo_hankai", percent=32)
    services.survey_record(actor=hall.staff("yamada"), survey_id=str(second.id), finding=worse)
    assert propose(hall, case, survey_kind="second", grade="chuukibo_hankai").state == "proposed"


def test_who_gets_no_certificate_needs_no_survey(hall, opened):
    case, _ = opened()
    assert propose(hall, case, outcome="refuse", reason="申請のあった所在地が本市の区域内にないため。").state == "proposed"


def test_what_was_proposed_without_it_is_not_made_final(hall, opened):
    """As it may stand from before: the last stamp says what is missing."""
    case, survey = opened()
    services.survey_record(actor=hall.staff("yamada"), survey_id=str(survey.id), finding=FOUND)
    propose(hall, case, survey_kind="first", grade="hankai")
    casework.decision_approve(actor=hall.staff("nakamura"), case_id=case.ref)
    Survey.objects.filter(id=survey.id).update(state="waiting")
    desk = hall.desk("kobayashi")
    sent = desk.post(f"/staff/case/{case.id}/approve/", {"comment": ""})
    assert sent.status_code == 422
    assert "終わっていません" in text(sent)
    assert Decision.objects.get().state == "proposed"
    Survey.objects.filter(id=survey.id).update(state="done")
    assert desk.post(f"/staff/case/{case.id}/approve/", {"comment": ""}).status_code == 303
