"""The staff pages: who sees them, what they refuse, and that nothing typed is lost."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.walk import hidden

from madoguchi.offices import selectors as offices
from madoguchi.offices.models import Disaster
from madoguchi.survey.models import Result, Survey
from madoguchi.survey.rules import State
from madoguchi.survey.selectors import Filter, survey_list

from .conftest import SELF


def test_pages_of_the_section_and_nobody_else(hall, opened) -> None:
    case, survey = opened()
    pages = ("/staff/survey/", "/staff/survey/sheet/", f"/staff/survey/{survey.id}/", "/staff/disasters/", "/staff/disasters/r6-noto/")
    yamada, sato, auditor = hall.desk("yamada"), hall.desk("sato"), hall.desk("auditor")
    for page in pages:
        assert yamada.get(page).status_code == 200, page
        assert sato.get(page).status_code == 404, page
        assert auditor.get(page).status_code == 200, page
        assert hall.browser("hanako").get(page).status_code == 302, page
    assert sato.post(f"/staff/survey/{survey.id}/cancel/", {"why": "なんとなく"}).status_code == 404
    assert auditor.post(f"/staff/survey/{survey.id}/cancel/", {"why": "なんとなく"}).status_code == 404
    assert auditor.post("/staff/disasters/r6-noto/", {"accepts_until": "2027-01-01", "reason": "なんとなく"}).status_code == 403
    assert "被害調査" in yamada.get("/staff/").content.decode() and "被害調査" not in sato.get("/staff/").content.decode()
    case_page = yamada.get(f"/staff/case/{case.id}/").content.decode()
    assert "被害調査(日時待ち)" in case_page and yamada.get(f"/staff/survey/case/{case.id}/")["Location"].endswith(f"{survey.id}/")


def test_appointment_and_day_sheet(hall, opened) -> None:
    _, survey = opened()
    desk, here = hall.desk("yamada"), f"/staff/survey/{survey.id}/"
    bad = desk.post(here + "appoint/", {"day": "2026-11-24", "time": "あさ", "surveyors": "山田 浩", "note": "犬がいる"})
    text = bad.content.decode()
    assert bad.status_code == 422 and 'class="errsum"' in text and "犬がいる" in text and 'href="#a-2"' in text
    past = desk.post(here + "appoint/", {"day": "2026-11-19", "time": "10:00"})
    assert past.status_code == 422 and "いまより後" in past.content.decode()
    assert desk.post(here + "appoint/", {"day": "2026-11-24", "time": "10:30", "surveyors": "山田 浩", "note": "犬がいる"}).status_code == 303
    sheet = desk.get("/staff/survey/sheet/?day=2026-11-24").content.decode()
    assert "袖ヶ江町（1件）" in sheet and "10:30" in sheet and "連絡のつく電話" in sheet and "山田 浩" in sheet
    assert "決まっている調査はありません" in desk.get("/staff/survey/sheet/?day=2026-11-25").content.decode()


@pytest.mark.parametrize(("when", "words"), [
    ({"day": "2026-11-24", "time": "03:00"}, "時刻が03:00です(ふつうは8時から18時まで)"),
    ({"day": "2026-11-22", "time": "10:00"}, "令和8年11月22日(日)は、閉庁日です"),
    ({"day": "2027-11-24", "time": "10:00"}, "令和9年11月24日は、半年以上先です"),
])
def test_an_unusual_hour_or_day_is_asked_about_once(hall, opened, when, words) -> None:
    _, survey = opened()
    desk, here = hall.desk("yamada"), f"/staff/survey/{survey.id}/"
    asked = desk.post(here + "appoint/", when | {"note": "犬がいる"})
    page = asked.content.decode()
    assert asked.status_code == 422 and words in page and "この日時でよいですか" in page and "犬がいる" in page
    survey.refresh_from_db()
    assert survey.appointed_at is None
    mark = hidden(asked, "_sure")
    other = desk.post(here + "appoint/", {"day": "2026-11-23", "time": "04:00", "_sure": mark})
    assert other.status_code == 422 and "令和8年11月23日(月)は、閉庁日です" in other.content.decode(), "another hour is asked about anew"
    assert desk.post(here + "appoint/", when | {"_sure": mark}).status_code == 303
    survey.refresh_from_db()
    assert survey.appointed_at is not None


def test_result_form_keeps_what_was_typed(hall, opened) -> None:
    _, survey = opened()
    desk, here = hall.desk("yamada"), f"/staff/survey/{survey.id}/"
    typed = {"grade": "zenkai", "percent": "25", "surveyed_on": "2026-11-20", "surveyors": "山田 浩", "remarks": "床上80cm", "point.壁": ""}
    bad = desk.post(here + "record/", typed)
    text = bad.content.decode()
    assert bad.status_code == 422 and "「半壊」です" in text and 'href="#r-1-1"' in text
    assert 'value="zenkai" checked' in text and 'value="25"' in text and "床上80cm" in text
    empty = desk.post(here + "record/", {}).content.decode()
    assert "調査日を入力してください" in empty
    odd = desk.post(here + "record/", typed | {"percent": "にじゅう"}).content.decode()
    assert "損害割合は数字で" in odd
    assert desk.post(here + "record/", typed | {"grade": "hankai"}).status_code == 303
    done = desk.get(here).content.decode()
    assert "いまの結果" in done and "結果を直す" in done
    assert desk.post(here + "record/", typed | {"grade": "chuukibo_hankai", "percent": "３０"}).status_code == 422
    assert desk.post(here + "record/", typed | {"grade": "chuukibo_hankai", "percent": "３０", "why": "見落とし"}).status_code == 303
    assert "前の結果" in desk.get(here).content.decode()


def test_the_parts_of_a_result_stand_as_on_the_sheet(hall, opened) -> None:
    _, survey = opened()
    desk, here = hall.desk("yamada"), f"/staff/survey/{survey.id}/"
    typed = {"grade": "hankai", "surveyed_on": "2026-11-20", "surveyors": "山田 浩", "point.屋根": "5", "point.壁": "17", "point.基礎": "3"}
    assert desk.post(here + "record/", typed).status_code == 303
    Result.objects.update(points={"壁": 17, "基礎": 3, "屋根": 5})  # in whatever order a database keeps it
    assert "屋根 5、壁 17、基礎 3" in desk.get(here).content.decode()


def test_second_survey_from_the_page(hall, decided) -> None:
    case, survey = decided()
    desk = hall.desk("yamada")
    assert "再調査（第2次調査）を始める" in desk.get(f"/staff/survey/{survey.id}/").content.decode()
    assert desk.post(f"/staff/survey/case/{case.id}/second/", {"why": ""}).status_code == 422
    moved = desk.post(f"/staff/survey/case/{case.id}/second/", {"why": "室内が見られていない"})
    assert moved.status_code == 303
    page = desk.get(moved["Location"]).content.decode()
    assert "室内が見られていない" in page and "設備(最大10)" in page


def test_photo_survey_is_changed_into_a_visit(hall, opened) -> None:
    _, survey = opened(**SELF)
    desk, here = hall.desk("yamada"), f"/staff/survey/{survey.id}/"
    assert "/appoint/" not in desk.get(here).content.decode()
    assert desk.post(here + "cancel/", {"why": "", "instead": "site"}).status_code == 422
    moved = desk.post(here + "cancel/", {"why": "写真から分からない", "instead": "site"})
    assert "/appoint/" in desk.get(moved["Location"]).content.decode()
    survey.refresh_from_db()
    assert survey.state == State.CANCELLED


def test_cancelled_survey_can_be_begun_anew(hall, opened) -> None:
    case, survey = opened()
    desk = hall.desk("yamada")
    assert desk.post(f"/staff/survey/{survey.id}/cancel/", {"why": "重ねて申請された"}).status_code == 303
    assert "取りやめた理由：重ねて申請された" in desk.get(f"/staff/survey/{survey.id}/").content.decode()
    moved = desk.post(f"/staff/survey/case/{case.id}/")
    assert moved.status_code == 303 and str(survey.id) not in moved["Location"]


def test_disasters_are_added_and_extended_on_pages(hall) -> None:
    hall.publish("risai-shoumei")
    desk = hall.desk("yamada")
    bad = desk.post("/staff/disasters/", {"name": "見本の地震", "cause": "地震", "happened_on": "きのう"})
    assert bad.status_code == 422 and "発生日を年月日で" in bad.content.decode() and 'value="見本の地震"' in bad.content.decode()
    assert desk.post("/staff/disasters/", {"name": "見本の地震", "cause": "地震", "happened_on": "2026-11-18"}).status_code == 303
    offices.forget()
    assert "見本の地震" in desk.get("/staff/disasters/").content.decode()
    refused = desk.post("/staff/disasters/r6-noto/", {"accepts_until": "2027-03-31", "reason": ""})
    assert refused.status_code == 422 and 'value="2027-03-31"' in refused.content.decode()
    assert desk.post("/staff/disasters/r6-noto/", {"accepts_until": "2027-03-31", "reason": "避難が続く"}).status_code == 303
    assert "令和7年3月31日 → 令和9年3月31日" in desk.get("/staff/disasters/r6-noto/").content.decode()
    assert desk.get("/staff/disasters/nothing/").status_code == 404
    assert Disaster.objects.get(key="r6-noto").accepts_until is not None


def test_surveys_of_one_address_stand_as_they_were_opened(hall, opened) -> None:
    made = [opened()[1] for _ in range(3)]
    for days, survey in enumerate(made):
        Survey.objects.filter(id=survey.id).update(opened_at=survey.opened_at - dt.timedelta(days=days))
    found = survey_list(actor=hall.staff("yamada"), wanted=Filter())
    assert [row.id for row in found] == [survey.id for survey in reversed(made)]
