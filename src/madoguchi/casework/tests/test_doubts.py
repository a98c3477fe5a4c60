"""Days of a decision that are hardly meant are asked about once, and never refused."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.casework import bulk
from madoguchi.casework.doubts import days_doubted
from madoguchi.casework.models import Decision
from madoguchi.procedures.public import Question

TODAY = dt.date(2026, 11, 20)
START, END, MONTH = Question("a", "始めの日", "日付"), Question("b", "終わりの日", "日付"), Question("m", "支給開始年月", "年月")
CLAIM = "jidou-teate-nintei"


@pytest.mark.parametrize(("answers", "doubted"), [
    ({"a": "2026-12-01", "b": "2027-11-30", "m": "2026-12"}, []),
    ({"a": "2025-11-20"}, []), ({"a": "2025-11-19"}, ["a"]),
    ({"a": "2027-11-20"}, []), ({"a": "2027-11-21"}, ["a"]),
    ({"b": "2030-11-30"}, []), ({"b": "2031-11-21"}, ["b"]),  # a 認定 of four years is usual
    ({"a": "2026-12-01", "b": "2026-11-30"}, ["b"]),
    ({"m": "2025-11"}, []), ({"m": "2025-10"}, ["m"]), ({"m": "2027-12"}, ["m"]),
    ({}, []),
])
def test_what_is_doubted(answers, doubted):
    assert [f.question for f in days_doubted((START, END, MONTH), answers, TODAY, TODAY)] == doubted


def test_the_words_say_which_day_and_why():
    assert [f.ja for f in days_doubted((MONTH, START, END), {"m": "2019-04", "a": "2026-12-02", "b": "2026-12-01"}, TODAY, TODAY)] == [
        "「支給開始年月」(平成31年4月)が、手続きの日(令和8年11月20日)より1年以上前です",
        "「終わりの日」(令和8年12月1日)が、「始めの日」(令和8年12月2日)より前です"]


def test_a_leap_day_has_a_year_too():
    day = dt.date(2028, 2, 29)
    assert days_doubted((START,), {"a": "2027-02-28"}, day, day) == []


def wrong_month(hall: Hall, case, year="2020"):
    """The decision as the page would post it, with a month of the wrong year."""
    raw = hall.decision_raw(case) | {"start_month.era": ["ad"], "start_month.y": [year], "start_month.m": ["5"]}
    return raw | {"outcome": ["grant"], "reason": [""], "revision": [str(case.revision)]}


def test_the_page_asks_once_and_again_when_the_day_is_changed(hall: Hall):
    case = hall.case("hanako", CLAIM)
    client, raw = hall.desk("tanaka"), wrong_month(hall, case)
    at = f"/staff/case/{case.id}/decide/"
    asked = client.post(at, raw)
    assert asked.status_code == 422
    assert "「支給開始年月」(令和2年5月)が、手続きの日" in text(asked)
    assert 'name="_sure" value="start_month=2020-05"' in text(asked)
    assert not Decision.objects.exists()
    other = client.post(at, wrong_month(hall, case, "2021") | {"_sure": ["start_month=2020-05"]})
    assert other.status_code == 422, "a day that was changed is asked about anew"
    done = client.post(at, raw | {"_sure": ["start_month=2020-05"]})
    assert done.status_code == 303
    assert Decision.objects.get().answers["start_month"] == "2020-05"


def test_the_preview_of_many_says_it_too(hall: Hall):
    cases = [hall.case(who, CLAIM) for who in ("hanako", "taro")]
    client = hall.desk("tanaka")
    run = bulk.run_start(actor=hall.staff("tanaka"), act="propose", case_ids=[c.ref for c in cases])
    client.post(f"/staff/bulk/{run.id}/", wrong_month(hall, cases[0]))
    page = text(client.get(f"/staff/bulk/{run.id}/"))
    assert "この日でよいですか。" in page
    assert "「支給開始年月」(令和2年5月)が、手続きの日" in page
