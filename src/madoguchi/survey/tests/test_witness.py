"""`audit verify` and what 罹災証明 stands on: what a survey found, and until when applications for a disaster are accepted."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.kernel import witness
from madoguchi.offices.models import Disaster
from madoguchi.offices.public import disaster_extend
from madoguchi.survey import services
from madoguchi.survey.models import Result

from .conftest import FOUND


def told() -> list[str]:
    return [fault.ja.partition(": ")[2] or fault.ja for fault in witness.verify()]


@pytest.mark.parametrize("changed", [
    {"grade": "zenkai"}, {"percent": 50}, {"remarks": "x"}, {"surveyed_on": dt.date(2026, 11, 19)}, {"points": {"屋根": 1}}, {"surveyors": "誰か"},
])
def test_a_result_that_was_changed_is_named(hall, opened, changed) -> None:
    _, survey = opened()
    services.survey_record(actor=hall.staff("yamada"), survey_id=str(survey.id), finding=FOUND)
    assert told() == []
    Result.objects.filter(survey=survey).update(**changed)
    assert told() == ["被害調査1の結果が、記録した時と違います"]


def test_a_result_put_right_with_its_reason_stays_as_it_was_written(hall, opened) -> None:
    _, survey = opened()
    for grade, why in ((FOUND, ""), (FOUND, "  写しまちがい  ")):
        services.survey_record(actor=hall.staff("yamada"), survey_id=str(survey.id), finding=grade, why=why)
    assert Result.objects.filter(survey=survey).count() == 2 and told() == []
    Result.objects.filter(survey=survey, number=1).update(grade="jun_hankai")
    assert told() == ["被害調査1の結果が、記録した時と違います"]


def test_an_end_of_acceptance_that_nobody_moved_is_named(hall) -> None:
    until = dt.date(2027, 8, 31)
    disaster_extend(actor=hall.staff("yamada"), section="zeimu", key="trial-2026", until=until, reason="避難が続いているため")
    assert told() == []
    Disaster.objects.filter(key="trial-2026").update(accepts_until=None)
    assert told() == ["災害「令和8年11月豪雨(試用)」の受付終了が記録と違います(記録 2027-08-31、今は なし)"]
    Disaster.objects.filter(key="trial-2026").delete()
    assert told() == ["災害が消されています"]


def test_a_disaster_that_nobody_added_is_named(hall) -> None:
    day = dt.date(2026, 11, 1)
    Disaster.objects.create(key="x", name="ない災害", cause="水害", happened_on=day, accepts_from=day, accepts_until=None, trial=False)
    assert told() == ["災害「ない災害」を加えた記録がありません(誰かが書き足した疑い)"]
