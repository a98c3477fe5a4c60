"""What is typed amiss on the pages of surveys: told in words, given back whole, and never cut."""

from __future__ import annotations

import pytest
from tests.support.walk import text

from madoguchi.survey.models import Result, Survey
from madoguchi.survey.rules import State

FINDING = {"grade": "hankai", "percent": "25", "surveyed_on": "2026-11-20", "surveyors": "山田 浩"}
DAY = {"day": "2026-11-24", "time": "10:30"}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "0000-00-00", "令和99年13月1日", "9" * 5000])
def test_a_day_of_no_calendar_is_told_and_no_error(hall, opened, day) -> None:
    _, survey = opened()
    desk, here = hall.desk("yamada"), f"/staff/survey/{survey.id}/"
    for form, sent in (("appoint", DAY | {"day": day, "note": "犬がいる"}), ("record", FINDING | {"surveyed_on": day, "remarks": "犬がいる"})):
        answer = desk.post(f"{here}{form}/", sent)
        assert answer.status_code == 422, form
        assert "を年月日で入力してください" in text(answer) and "犬がいる" in text(answer), form
    assert desk.get("/staff/survey/", {"day": day}).status_code == 200
    assert desk.get("/staff/survey/sheet/", {"day": day}).status_code == 200


@pytest.mark.parametrize(("time", "taken"), [("9:30", True), ("09:30:00", True), ("１０：３０", True), ("2147483648", False), ("24:00", False)])
def test_an_hour_is_hour_and_minute(hall, opened, time, taken) -> None:
    _, survey = opened()
    answer = hall.desk("yamada").post(f"/staff/survey/{survey.id}/appoint/", DAY | {"time": time})
    assert answer.status_code == (303 if taken else 422), text(answer)
    assert taken or "調査の時刻を入力してください" in text(answer)


@pytest.mark.parametrize(("form", "sent", "name", "most", "label"), [
    ("appoint", DAY, "surveyors", 200, "調査する人"), ("appoint", DAY, "note", 300, "メモ"), ("record", FINDING, "remarks", 2000, "所見"),
    ("record", FINDING, "surveyors", 200, "調査する人"), ("cancel", {}, "why", 500, "取りやめる理由"),
])
def test_words_that_are_too_long_are_told_and_not_cut(hall, opened, form, sent, name, most, label) -> None:
    _, survey = opened()
    desk, at = hall.desk("yamada"), f"/staff/survey/{survey.id}/{form}/"
    words = "床" * most + "終"
    refused = desk.post(at, sent | {name: words})
    assert refused.status_code == 422
    assert f"{label}は{most:,}字までです(今は{most + 1:,}字)" in text(refused) and words in text(refused)
    assert Survey.objects.get().state == State.WAITING and not Result.objects.exists()
    assert desk.post(at, sent | {name: words[1:]}).status_code == 303
    kept = Result.objects.get() if form == "record" else Survey.objects.get()
    assert getattr(kept, "appointment_note" if name == "note" else name) == words[1:]


def test_a_correction_and_a_second_survey_take_their_reason_whole(hall, decided) -> None:
    case, survey = decided()
    desk, words = hall.desk("yamada"), "納得できない。\r\n" + "理" * 492
    second = f"/staff/survey/case/{case.id}/second/"
    refused = desk.post(second, {"why": words + "由"})
    assert refused.status_code == 422 and f'action="{second}"' in text(refused), "the form with what was typed"
    assert "理" * 492 + "由" in text(refused) and "再調査の申出の内容は500字までです(今は501字)" in text(refused)
    assert desk.post(second, {"why": words}).status_code == 303, "as many characters as the applicant may write"
    ordered = Survey.objects.exclude(id=survey.id).get()
    assert ordered.why == words.replace("\r\n", "\n")
    assert desk.post(f"/staff/survey/{ordered.id}/record/", FINDING).status_code == 303
    again = FINDING | {"percent": "26", "why": "誤" * 301}
    long = desk.post(f"/staff/survey/{ordered.id}/record/", again)
    assert long.status_code == 422 and "結果を直す理由は300字までです(今は301字)" in text(long) and "誤" * 301 in text(long)
