"""An answered correction changes how the building is to be surveyed: nothing that was sent is lost from sight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support import papers
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services as casework
from madoguchi.casework.models import Case
from madoguchi.casework.selectors import definition_of
from madoguchi.kernel import audit, clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures.rules import generate
from madoguchi.survey import services
from madoguchi.survey.errors import SurveyNotNow
from madoguchi.survey.models import Survey
from madoguchi.survey.rules import Method, State

from .conftest import FOUND, SELF

SITE = {"survey_way": "onsite", "self_consent": None, "attend": False}
PHOTO = SELF | {"photos_ready": True}
PHOTOS = ("photo_whole", "photo_damage")


@pytest.fixture
def corrected(hall: Hall) -> Callable[..., None]:
    """The section asks for the way of the survey anew, and hanako answers."""

    def make(case: Case, **changes: Any) -> None:
        casework.correction_request(actor=hall.staff("yamada"), case_id=case.ref, items=[("survey_way", "調べ方を選び直してください")],
                                    due_on=clock.today() + dt.timedelta(days=9))
        run_worker()
        case.refresh_from_db()
        d, new = definition_of(case), {k: v for k, v in (case.answers | changes).items() if v is not None}
        sent: dict[str, Any] = {"_action": "send", "_sure": "1"}
        for step in d.steps:
            sent |= generate.post_data(d, step, new)
        if changes.get("survey_way") == "self":
            sent |= {f"file.{slot}": SimpleUploadedFile("家.jpg", papers.jpeg(), "image/jpeg") for slot in PHOTOS}
        answered = hall.browser("hanako").post(f"/my/{case.id}/correct/", sent | {"_extra": ["attend", "self_consent", *PHOTOS]})
        assert answered.status_code == 303, text(answered)
        run_worker()
        case.refresh_from_db()

    return make


def test_documents_that_the_new_answers_do_not_ask_for_stay_in_every_list(hall: Hall, opened, corrected):
    case, survey = opened(**PHOTO)
    assert set(case.files) >= set(PHOTOS)
    corrected(case, **SITE)
    assert case.answers["survey_way"] == "onsite"
    gone = ["建物の全景の写真（今の答えでは求めていない書類）", "被害を受けたところの写真（今の答えでは求めていない書類）"]
    mine = text(hall.browser("hanako").get(f"/my/{case.id}/"))
    desk = hall.desk("yamada")
    at_desk = (f"/staff/case/{case.id}/", f"/staff/case/{case.id}/?tab=files", f"/staff/survey/{survey.id}/")
    pages = [mine, *(text(desk.get(path)) for path in at_desk)]
    for page in pages:
        assert all(name in page for name in gone)
    assert "写真はありません。" not in pages[-1]
    assert "今の答えでは求めていない" not in text(desk.get(f"/staff/case/{case.id}/correct/"))


def listed(hall: Hall) -> str:
    return text(hall.desk("yamada").get("/staff/survey/"))


def test_the_survey_follows_from_photographs_to_a_visit(hall: Hall, opened, corrected):
    case, survey = opened(**PHOTO)
    corrected(case, **SITE)
    old, new = Survey.objects.filter(case=case).order_by("number")
    assert (old.id, old.state, new.method, new.state) == (survey.id, State.CANCELLED, Method.SITE, State.WAITING)
    why = "補正で、手続きした方が「現地調査」に変えたため"
    desk = hall.desk("yamada")
    assert f"調査を始めた理由：{why}" in text(desk.get(f"/staff/survey/{new.id}/"))
    assert f"取りやめた理由：{why}" in text(desk.get(f"/staff/survey/{old.id}/"))
    assert ">日時待ち<" in listed(hall) and ">判定待ち<" not in listed(hall)
    assert "現地で調査することになりました" in text(hall.browser("hanako").get(f"/my/{case.id}/"))
    with pytest.raises(SurveyNotNow):
        services.survey_record(actor=hall.staff("yamada"), survey_id=str(old.id), finding=FOUND)
    services.survey_follow(actor="worker", case_id=case.ref)
    assert Survey.objects.filter(case=case).count() == 2, "heard twice, done once"
    assert audit.verify() == []


def test_the_survey_follows_back_to_photographs_and_the_appointment_is_off(hall: Hall, opened, corrected):
    case, survey = opened(photos_ready=True)
    services.survey_appoint(actor=hall.staff("yamada"), survey_id=str(survey.id), at=clock.now() + dt.timedelta(days=4))
    corrected(case, **PHOTO)
    survey.refresh_from_db()
    new = Survey.objects.get(case=case, number=2)
    assert (survey.state, new.method, new.state) == (State.CANCELLED, Method.PHOTO, State.WAITING)
    assert "お知らせした調査の日時は取りやめました" in text(hall.browser("hanako").get(f"/my/{case.id}/"))


def test_a_survey_with_a_result_stays_and_the_section_is_told(hall: Hall, opened, corrected):
    case, survey = opened(photos_ready=True)
    services.survey_record(actor=hall.staff("yamada"), survey_id=str(survey.id), finding=FOUND)
    corrected(case, **PHOTO)
    said = "補正で、手続きした方が調査の方法を「写真による判定(自己判定方式)」に変えました。結果の出ている調査1は「現地(第1次・外観)」のままです。"
    desk = hall.desk("yamada")
    assert Survey.objects.get(case=case).state == State.DONE
    assert said in text(desk.get(f"/staff/case/{case.id}/")) and said in text(desk.get(f"/staff/survey/{survey.id}/"))
    services.survey_follow(actor="worker", case_id=case.ref)
    assert AuditEntry.objects.filter(action="survey.way_changed").count() == 1
    corrected(case, **SITE)
    assert "手続きした方が調査の方法を" not in text(desk.get(f"/staff/case/{case.id}/"))


def test_what_the_section_chose_stays_when_something_else_is_corrected(hall: Hall, opened, corrected):
    case, survey = opened(**PHOTO)
    services.survey_cancel(actor=hall.staff("yamada"), survey_id=str(survey.id), why="写真では分からない", instead=True)
    corrected(case)
    assert Survey.objects.get(case=case, state=State.WAITING).method == Method.SITE
