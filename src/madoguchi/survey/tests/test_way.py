"""The whole way: open, appoint, record, decide, certificate, second survey, second certificate."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Any

import pytest
from tests.support.hall import run_worker

from madoguchi.casework.models import Decision
from madoguchi.delivery.models import Parcel
from madoguchi.identity import public as identity
from madoguchi.intake import drafts, filing
from madoguchi.kernel import audit, clock, outbox
from madoguchi.kernel.errors import NotFound
from madoguchi.records.public import documents_of
from madoguchi.survey import selectors, services
from madoguchi.survey.errors import SurveyNotNow, SurveyWrong
from madoguchi.survey.handlers import case_opened
from madoguchi.survey.models import Result, Survey
from madoguchi.survey.rules import SLUG, Method, State

from .conftest import FOUND, SELF, answers, conclude

TUESDAY = dt.datetime(2026, 11, 24, 10, 30, tzinfo=clock.JST)
SECOND = dataclasses.replace(FOUND, grade="daikibo_hankai", percent=42)


def record(hall: Any, survey: Survey, finding: Any = FOUND, **more: Any) -> Result:
    return services.survey_record(actor=hall.staff("yamada"), survey_id=str(survey.id), finding=finding, **more)


def test_from_filing_to_a_second_certificate(hall, opened) -> None:
    case, survey = opened()
    assert (survey.number, survey.method, survey.state) == (1, Method.SITE, State.WAITING)
    assert survey.address.startswith("石川県七尾市袖ヶ江町") and survey.town == "袖ヶ江町"

    services.survey_appoint(actor=hall.staff("yamada"), survey_id=str(survey.id), at=TUESDAY, surveyors="山田 浩")
    run_worker()
    assert "調査の日時が決まりました（令和8年11月24日 10時30分）" in hall.browser("hanako").get(f"/my/{case.id}/").content.decode()

    record(hall, survey)
    page = hall.desk("yamada").get(f"/staff/case/{case.id}/decide/").content.decode()
    assert "調査の結果を入れてあります" in page and 'value="hankai" checked' in page and f'value="{case.receipt}"' in page
    conclude(hall, case)
    (first,) = documents_of(case.ref)
    assert (case.state, first.name, first.replaced_by_id) == ("decided", "罹災証明書", None)

    second = services.survey_second_open(actor=hall.staff("yamada"), case_id=case.ref, why="室内の傷みが見られていない")
    assert (second.number, second.method) == (2, Method.SECOND)
    assert selectors.suggestion(case.ref) == {}, "nobody decides a 再調査 on the old result"
    record(hall, second, SECOND)
    assert selectors.suggestion(case.ref) | {"extra2": ""} == {
        "serial": case.receipt, "survey_kind": "second", "survey_day": "2026-11-20", "grade": "daikibo_hankai", "extra2": ""}
    conclude(hall, case)

    old, new = sorted(documents_of(case.ref), key=lambda x: x.replaced_by_id is None)
    assert (old.id, old.replaced_by_id, new.replaced_by_id) == (first.id, new.id, None)
    assert [d.answers["grade"] for d in Decision.objects.filter(case=case).order_by("number")] == ["hankai", "daikibo_hankai"]
    mine = hall.browser("hanako")
    page = mine.get(f"/my/{case.id}/").content.decode()
    assert len(re.findall(r"（新しい書類 七税第\d+号 に替わりました", page)) == 1
    assert all(mine.get(f"/my/{case.id}/document/{x.id}/").status_code == 200 for x in (old, new)), "the old one is kept"
    assert Parcel.objects.filter(case_ref=case.ref, target="hisaisha-daichou", state="delivered").count() == 2
    assert [r.grade for s in Survey.objects.filter(case=case).order_by("number") for r in s.results.all()] == ["hankai", "daikibo_hankai"]
    assert audit.verify() == []


def test_third_survey_is_called_again(hall, decided) -> None:
    case, _ = decided()
    for grade, percent, kind in (("daikibo_hankai", 42, "second"), ("zenkai", 55, "again")):
        newest = services.survey_second_open(actor=hall.staff("yamada"), case_id=case.ref, why="納得できない")
        record(hall, newest, dataclasses.replace(FOUND, grade=grade, percent=percent))
        assert selectors.suggestion(case.ref)["survey_kind"] == kind
        conclude(hall, case)
    assert [x.replaced_by_id is None for x in documents_of(case.ref)] == [False, False, True]


def test_works_without_a_card_and_for_what_is_no_dwelling(hall) -> None:
    place = {"zip": "9260178", "city": "石川県七尾市", "town": "石崎町", "lot": "ヨ部1番地", "building": ""}
    hisai = answers(target="building", cert_kind="hisai", relation="owner", building_use="shed", building_place=place,
                    building_owner="七尾太郎", building_structure="wood", **dict.fromkeys((
                        "lived", "head_name", "head_address", "house_form", "home_place", "tenure", "home_owner",
                        "home_structure", "home_floors", "members", "survey_way")))
    hall.publish(SLUG)
    guest = identity.Owner("g:" + "0" * 40, False)
    draft = hall.fill(guest, drafts.draft_start(owner=guest, slug=SLUG), hisai)
    filed = filing.application_submit(owner=guest, draft_id=str(draft.id))
    run_worker()
    survey = Survey.objects.get(case_id=filed.application.id)
    assert (survey.method, survey.town) == (Method.SITE, "石崎町")
    record(hall, survey)
    conclude(hall, survey.case)
    assert [x.name for x in documents_of(survey.case.ref)] == ["被災証明書"]
    assert filed.code


def test_notification_certificate_gets_no_survey(hall) -> None:
    gone = dict.fromkeys(("lived", "head_name", "head_address", "house_form", "home_place", "tenure", "home_owner",
                          "home_structure", "home_floors", "members", "survey_way", "attend", "visit_times", "visit_note"))
    place = {"zip": "9260178", "city": "石川県七尾市", "town": "石崎町", "lot": "ヨ部1番地", "building": ""}
    case = hall.case("hanako", SLUG, answers(target="movable", cert_kind="todokede", goods="自家用車1台", goods_place=place,
                                             goods_owner="七尾太郎", **gone))
    assert not Survey.objects.filter(case=case).exists() and selectors.case_links(case.ref) == []
    with pytest.raises(SurveyNotNow):
        services.survey_start(actor=hall.staff("yamada"), case_id=case.ref)


def test_handler_twice_changes_nothing(opened) -> None:
    case, survey = opened()
    message = outbox.Envelope("opened:x", "casework.CaseOpened", case.ref, {"case": case.ref, "slug": SLUG}, b"", 2)
    case_opened(message)
    case_opened(message)
    assert list(Survey.objects.filter(case=case)) == [survey]
    assert case_opened(dataclasses.replace(message, payload={"case": case.ref, "slug": "jidou-teate-nintei"})) is None


def test_other_section_cannot_tell_that_a_survey_exists(hall, opened) -> None:
    case, survey = opened()
    with pytest.raises(NotFound):
        services.survey_record(actor=hall.staff("sato"), survey_id=str(survey.id), finding=FOUND)
    with pytest.raises(NotFound):
        services.survey_second_open(actor=hall.staff("sato"), case_id=case.ref, why="納得できない")
    assert list(selectors.survey_list(actor=hall.staff("sato"), wanted=selectors.Filter())) == []


def test_result_is_corrected_by_a_new_record(hall, opened) -> None:
    _, survey = opened()
    record(hall, survey)
    better = dataclasses.replace(FOUND, grade="chuukibo_hankai", percent=31)
    with pytest.raises(SurveyWrong, match="survey_wrong") as refusal:
        record(hall, survey, better)
    assert dict(refusal.value.faults)["why"]
    record(hall, survey, better, why="屋根の見落とし")
    assert [(r.grade, r.percent) for r in survey.results.order_by("number")] == [("hankai", 25), ("chuukibo_hankai", 31)]
    assert selectors.suggestion(str(survey.case_id))["grade"] == "chuukibo_hankai"


def test_grade_and_percent_must_agree(hall, opened) -> None:
    _, survey = opened()
    with pytest.raises(SurveyWrong) as refusal:
        record(hall, survey, dataclasses.replace(FOUND, grade="zenkai"))
    assert "「半壊」" in dict(refusal.value.faults)["grade"]
    assert not survey.results.exists()


def test_points_become_the_percent(hall, opened) -> None:
    _, survey = opened()
    assert record(hall, survey, dataclasses.replace(FOUND, percent=None, points={"屋根": 5, "壁": 20})).percent == 25


def test_photographs_show_only_what_they_can(hall, opened) -> None:
    case, survey = opened(**SELF, flooded=False, flood_depth=None)
    assert survey.method == Method.PHOTO
    with pytest.raises(SurveyWrong, match="survey_wrong"):
        record(hall, survey)
    with pytest.raises(SurveyNotNow):
        services.survey_appoint(actor=hall.staff("yamada"), survey_id=str(survey.id), at=TUESDAY)
    visit = services.survey_cancel(actor=hall.staff("yamada"), survey_id=str(survey.id), why="写真から分からない", instead=True)
    assert (visit.number, visit.method, visit.state) == (2, Method.SITE, State.WAITING)
    record(hall, visit)
    run_worker()
    assert selectors.suggestion(case.ref)["survey_kind"] == "first"
    assert "現地で調査することになりました" in hall.browser("hanako").get(f"/my/{case.id}/").content.decode()


def test_photographs_with_consent_show_slight_damage(hall, opened) -> None:
    case, survey = opened(**SELF, flooded=False, flood_depth=None)
    record(hall, survey, dataclasses.replace(FOUND, grade="ichibu_sonkai", percent=5))
    assert selectors.suggestion(case.ref)["survey_kind"] == "self"


def test_second_survey_needs_a_decision_and_a_reason(hall, opened, decided) -> None:
    yamada = hall.staff("yamada")
    case, survey = opened()
    with pytest.raises(SurveyNotNow):
        services.survey_second_open(actor=yamada, case_id=case.ref, why="納得できない")
    record(hall, survey)
    conclude(hall, case)
    with pytest.raises(SurveyNotNow, match="survey_not_now") as refusal:
        record(hall, survey, why="直したい")
    assert "再調査" in refusal.value.ja
    with pytest.raises(SurveyWrong):
        services.survey_second_open(actor=yamada, case_id=case.ref, why=" ")
    case.refresh_from_db()
    assert case.state == "decided", "a refusal leaves the case alone"
    second = services.survey_second_open(actor=yamada, case_id=case.ref, why="納得できない")
    with pytest.raises(SurveyNotNow):
        services.survey_second_open(actor=yamada, case_id=case.ref, why="もう一度")
    with pytest.raises(SurveyNotNow):
        record(hall, survey, why="古い調査")
    services.survey_cancel(actor=yamada, survey_id=str(second.id), why="申出が取り下げられた")
    assert selectors.suggestion(case.ref)["grade"] == "hankai"


def test_case_reopened_by_hand_can_still_be_surveyed_again(hall, decided) -> None:
    from madoguchi.casework.public import case_reopen

    case, _ = decided()
    case_reopen(actor=hall.staff("yamada"), case_id=case.ref, why="再調査の申出")
    assert services.survey_second_open(actor=hall.staff("yamada"), case_id=case.ref, why="納得できない").number == 2


def test_appointment_can_be_moved_and_must_lie_ahead(hall, opened) -> None:
    case, survey = opened()
    yamada = hall.staff("yamada")
    with pytest.raises(SurveyWrong):
        services.survey_appoint(actor=yamada, survey_id=str(survey.id), at=clock.now() - dt.timedelta(minutes=1))
    for at in (TUESDAY, TUESDAY, TUESDAY + dt.timedelta(days=1)):
        services.survey_appoint(actor=yamada, survey_id=str(survey.id), at=at)
    run_worker()
    told = [e["ja"] for e in hall.seen_by_applicant(case).view["timeline"] if "調査の日時" in e["ja"]]
    assert [t[:11] for t in told] == ["調査の日時が決まりまし", "調査の日時が変わりまし"]


def test_list_is_narrowed(hall, opened) -> None:
    _, survey = opened()
    yamada = hall.staff("yamada")
    services.survey_appoint(actor=yamada, survey_id=str(survey.id), at=TUESDAY)
    hits = [{}, {"area": "袖ケ江"}, {"method": "site"}, {"day": TUESDAY.date()}, {"state": "appointed"}, {"state": "all"}]
    misses = [{"area": "中島"}, {"method": "photo"}, {"day": dt.date(2026, 11, 25)}, {"state": "waiting"}, {"state": "done"}]
    for wanted in hits:
        assert list(selectors.survey_list(actor=yamada, wanted=selectors.Filter(**wanted))) == [survey], wanted
    for wanted in misses:
        assert list(selectors.survey_list(actor=yamada, wanted=selectors.Filter(**wanted))) == [], wanted
