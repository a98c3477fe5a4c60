"""「まだ残っていること」 of a 罹災証明, from the filing to the second survey: in each state only what is true there."""

from __future__ import annotations

import datetime as dt

from tests.support.hall import OPENING, run_worker
from tests.support.walk import text

from madoguchi.intake.models import Application
from madoguchi.kernel import clock, keys
from madoguchi.notifications.models import Mail
from madoguchi.survey import services

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
