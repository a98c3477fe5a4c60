"""「まだ残っていること」 of a 罹災証明, from the filing to the second survey: in each state only what is true there."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from tests.support.hall import OPENING, run_worker
from tests.support.walk import text

from madoguchi.intake.models import Application
from madoguchi.kernel import clock, keys
from madoguchi.notifications.models import Mail
from madoguchi.survey import services

from .conftest import FOUND, SELF

AT = dt.datetime.combine(OPENING.date() + dt.timedelta(days=12), dt.time(10, 0), clock.JST)
BY_PHONE, LEFT = "調査の日時を電話でお知らせします", "まだ残っていること"


def page(hall, case):
    run_worker()
    return text(hall.browser("hanako").get(f"/my/{case.id}/"))


def test_the_appointment_takes_the_place_of_its_announcement(hall, opened):
    case, survey = opened()
    assert BY_PHONE in page(hall, case)
    services.survey_appoint(actor=hall.staff("yamada"), survey_id=str(survey.id), at=AT)
    shown = page(hall, case)
    assert "担当がうかがう日時：" in shown and "10時00分" in shown and BY_PHONE not in shown
    with clock.frozen(AT + dt.timedelta(hours=1)):
        assert "担当がうかがう日時" not in page(hall, case), "it is over"
    services.survey_cancel(actor=hall.staff("yamada"), survey_id=str(survey.id), why="道が通れない")
    shown = page(hall, case)
    assert "担当がうかがう日時" not in shown and "お知らせした調査の日時は、取りやめになりました" in shown


def test_the_mail_of_an_appointment_names_its_day_and_no_survey(hall, opened):
    case, survey = opened()
    row = Application.objects.get()
    row.sealed_mail = keys.seal("mail-address", b"hanako@example.jp", bound_to=row.receipt)
    row.save()
    services.survey_appoint(actor=hall.staff("yamada"), survey_id=str(survey.id), at=AT)
    run_worker()
    mail = Mail.objects.get(key__startswith="progress:survey")
    assert mail.subject.endswith("日時のお知らせ（令和8年12月2日）") and "調査" not in mail.subject + mail.body and "罹災" not in mail.body
    services.survey_cancel(actor=hall.staff("yamada"), survey_id=str(survey.id), why="道が通れない")
    run_worker()
    off = Mail.objects.order_by("id").last()
    assert off.subject.endswith("お知らせした日時（令和8年12月2日）は、取りやめになりました") and "令和8年12月2日は、取りやめ" in off.body


def test_once_decided_nothing_done_is_left_and_neither_in_the_second_survey(hall, decided):
    case, _ = decided()
    assert LEFT not in page(hall, case)
    second = services.survey_second_open(actor=hall.staff("yamada"), case_id=case.ref, why="屋根の被害が入っていない")
    assert BY_PHONE not in page(hall, case)
    services.survey_appoint(actor=hall.staff("yamada"), survey_id=str(second.id), at=AT)
    assert "担当がうかがう日時：" in page(hall, case)


def test_made_before_its_day_nobody_is_still_to_come(hall, opened):
    case, survey = opened()
    services.survey_appoint(actor=hall.staff("yamada"), survey_id=str(survey.id), at=AT)
    assert "担当がうかがう日時：" in page(hall, case)
    services.survey_record(actor=hall.staff("yamada"), survey_id=str(survey.id), finding=FOUND)
    shown = page(hall, case)
    assert "担当がうかがう日時" not in shown and BY_PHONE not in shown and LEFT not in shown and "現地の調査が終わりました" in shown
    services.survey_record(actor=hall.staff("yamada"), survey_id=str(survey.id), finding=replace(FOUND, remarks="床上80cm"), why="所見を書き足した")
    assert page(hall, case).count("現地の調査が終わりました") == 1, "a correction of the result is no second visit"


def test_once_a_day_was_told_no_call_is_promised_any_more(hall, opened):
    case, survey = opened()
    services.survey_appoint(actor=hall.staff("yamada"), survey_id=str(survey.id), at=AT)
    run_worker()
    with clock.frozen(AT + dt.timedelta(hours=1)):
        shown = page(hall, case)
        assert BY_PHONE not in shown and "担当がうかがう日時" not in shown
    services.survey_cancel(actor=hall.staff("yamada"), survey_id=str(survey.id), why="道が通れない", instead=True)
    assert BY_PHONE in page(hall, case), "another day is to be made"


def test_a_judgement_by_photographs_is_no_visit(hall, opened):
    case, survey = opened(**SELF)
    services.survey_record(actor=hall.staff("yamada"), survey_id=str(survey.id), finding=FOUND)
    assert "現地の調査が終わりました" not in page(hall, case)


def test_of_a_second_survey_no_call_is_promised_once_its_day_was_told(hall, decided):
    case, _ = decided()
    to_hear, stands = "担当課から、日時などをご連絡します", "第2次調査の申出を受け付けました"
    assert hall.browser("hanako").post(f"/my/{case.id}/second/", {"reason": "屋根の被害が入っていません"}).status_code == 303
    assert to_hear in page(hall, case), "the visit of the first survey is none of this one"
    second = services.survey_second_open(actor=hall.staff("yamada"), case_id=case.ref, why="屋根の被害が入っていない")
    assert to_hear in page(hall, case)
    services.survey_appoint(actor=hall.staff("yamada"), survey_id=str(second.id), at=AT)
    shown = page(hall, case)
    assert stands in shown and to_hear not in shown
    services.survey_record(actor=hall.staff("yamada"), survey_id=str(second.id), finding=FOUND)
    shown = page(hall, case)
    assert stands in shown and to_hear not in shown and "担当がうかがう日時" not in shown
