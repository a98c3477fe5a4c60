"""The applicant does not agree with the grade: asks for the second survey on their page, the section finds it, page and mail confirm."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import run_worker
from tests.support.walk import text

from madoguchi.casework import reopening
from madoguchi.casework import services as work
from madoguchi.intake.models import Application
from madoguchi.kernel import clock, keys, witness
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail
from madoguchi.survey import services
from madoguchi.survey.keeping import surveys_hold
from madoguchi.survey.models import Survey

from .conftest import FOUND, conclude

WHY = "屋根の被害が入っていません。二階の天井も落ちています。"


@pytest.fixture
def case(decided):
    found, _ = decided()
    run_worker()
    row = Application.objects.get()
    row.sealed_mail = keys.seal("mail-address", b"hanako@example.jp", bound_to=row.receipt)
    row.save()
    return found


def ask(hall, case, why=WHY, who="hanako"):
    sent = hall.browser(who).post(f"/my/{case.id}/second/", {"reason": why})
    run_worker()
    return sent


def page(hall, case):
    return text(hall.browser("hanako").get(f"/my/{case.id}/"))


def waiting(hall, case):
    return case.receipt in hall.desk("yamada").get("/staff/survey/?state=asked").content.decode()


def test_asked_found_confirmed_and_taken_up(hall, case):
    assert "第2次調査を申し出る" in page(hall, case) and not waiting(hall, case)
    assert ask(hall, case).status_code == 303
    assert "第2次調査の申出を受け付けました" in page(hall, case) and "第2次調査を申し出る" not in page(hall, case)
    mail = Mail.objects.get(key__startswith="second:")
    assert mail.subject.endswith("申出を受け付けました") and "屋根" not in mail.body and "罹災" not in mail.body and "調査" not in mail.body
    assert waiting(hall, case) and Survey.objects.get().asked_why == WHY
    first = Survey.objects.get()
    desk = hall.desk("yamada").get(f"/staff/survey/{first.id}/").content.decode()
    assert "再調査の申出" in desk and desk.count("二階の天井も落ちています") == 2, "read, and ready as the reason"
    assert "再調査の申出があります" in hall.desk("yamada").get(f"/staff/case/{case.id}/").content.decode()
    assert AuditEntry.objects.filter(chain=f"case:{case.id}", action__in=("second.asked", "survey.asked")).count() == 2
    assert ask(hall, case).status_code == 409, "once, until the next decision"
    second = services.survey_second_open(actor=hall.staff("yamada"), case_id=case.ref, why=WHY)
    assert not waiting(hall, case)
    services.survey_record(actor=hall.staff("yamada"), survey_id=str(second.id), finding=FOUND)
    conclude(hall, case)
    run_worker()
    numbers = [doc["number"] for doc in Application.objects.get().view["documents"]]
    assert f"新しい書類 {numbers[-1]} に替わりました" in page(hall, case) and "第2次調査を申し出る" in page(hall, case)
    assert witness.verify() == []


@pytest.mark.parametrize("why", ["", " 嫌", "あ" * 501])
def test_a_reason_is_needed_and_what_was_typed_stays(hall, case, why):
    sent = ask(hall, case, why)
    assert sent.status_code == 422 and "納得できないところと、その理由を2字から500字で" in text(sent) and why.strip() in text(sent)
    assert Survey.objects.get().asked_at is None


def test_it_is_nobody_elses_and_of_nothing_undecided(hall, opened):
    case, _ = opened()
    run_worker()
    assert ask(hall, case, who="taro").status_code == 404
    assert ask(hall, case).status_code == 409 and "第2次調査を申し出る" not in page(hall, case)


def test_a_claim_that_the_section_declines_is_off_the_list_and_the_page(hall, case):
    ask(hall, case)
    work.case_reopen(actor=hall.staff("yamada"), case_id=case.ref, why="再調査の申出", asked=True)
    reopening.reexamination_end(actor=hall.staff("yamada"), case_id=case.ref, why="判定に誤りがないため")
    run_worker()
    assert not waiting(hall, case) and "再調査の申出があります" not in hall.desk("yamada").get(f"/staff/case/{case.id}/").content.decode()
    shown = page(hall, case)
    assert "日時などをご連絡します" not in shown and "前の結果は、そのままです" in shown and "第2次調査を申し出る" in shown
    kept = hall.desk("yamada").get(f"/staff/survey/{Survey.objects.get().id}/").content.decode()
    assert "前の再調査の申出（再審査をやめて終わりました）" in kept and "二階の天井も落ちています" in kept
    assert ask(hall, case, "床も傾いています").status_code == 303 and waiting(hall, case) and witness.verify() == []


NO = "写真にある二階の天井は、前の調査で見ています。\n新しい被害がないためです。"


def decline(hall, why=NO, who="yamada"):
    sent = hall.desk(who).post(f"/staff/survey/{Survey.objects.get().id}/decline/", {"why": why})
    run_worker()
    return sent


def test_a_claim_is_declined_with_a_reason_that_both_sides_read(hall, case):
    ask(hall, case)
    there = f"/staff/survey/{Survey.objects.get().id}/"
    assert "申出を断り、手続きした方に知らせる" in hall.desk("yamada").get(there).content.decode()
    for wrong in ("", "否", "い" * 501):
        sent = decline(hall, wrong)
        assert sent.status_code == 422 and "断る理由を2字から500字で" in text(sent) and wrong in text(sent) and waiting(hall, case)
    assert decline(hall).status_code == 303
    assert not waiting(hall, case) and "再調査の申出があります" not in hall.desk("yamada").get(f"/staff/case/{case.id}/").content.decode()
    desk = text(hall.desk("yamada").get(there))
    assert "前の再調査の申出（職員 yamadaが断りました）" in desk and "新しい被害がないためです" in desk and "申出を断り、申請" not in desk
    kept = [text(hall.desk("yamada").get(f"/staff/case/{case.id}/?tab={tab}")) for tab in ("talk", "history")]
    assert "新しい被害がないためです" in kept[0] and "再調査の申出を断った" in kept[1], "who and why stand with the case"
    shown = page(hall, case)
    assert "第2次調査は行いません" in shown and "新しい被害がないためです" in shown and "第2次調査の申出を受け付けました" not in shown
    assert "第2次調査を申し出る" in shown, "something else may be asked about"
    mail = Mail.objects.order_by("id").last()
    assert mail.subject.endswith("申出へのお答え") and "天井" not in mail.body and "罹災" not in mail.body
    assert decline(hall).status_code == 409, "a colleague was quicker"
    assert ask(hall, case, "床も傾いています").status_code == 303 and waiting(hall, case)
    assert "第2次調査は行いません" not in page(hall, case) and witness.verify() == []


def test_only_the_section_declines_and_only_what_is_asked(hall, case):
    assert decline(hall).status_code == 409
    ask(hall, case)
    assert decline(hall, who="sato").status_code == 404
    work.case_reopen(actor=hall.staff("yamada"), case_id=case.ref, why="再調査の申出", asked=True)
    sent = decline(hall)
    assert sent.status_code == 409 and "「再審査をやめる」を使ってください" in text(sent) and waiting(hall, case)


def test_a_second_survey_ends_with_the_wish_for_it(hall, case):
    ask(hall, case)
    second = services.survey_second_open(actor=hall.staff("yamada"), case_id=case.ref, why=WHY)
    services.survey_appoint(actor=hall.staff("yamada"), survey_id=str(second.id), at=clock.now() + dt.timedelta(days=3))
    run_worker()
    assert "担当がうかがう日時" in page(hall, case)
    assert hall.browser("hanako").post(f"/my/{case.id}/withdraw/").status_code == 303
    run_worker()
    second.refresh_from_db()
    assert (second.state, second.why) == ("cancelled", "再審査をやめ、前の決定のままにしたため")
    work.case_reopen(actor=hall.staff("yamada"), case_id=case.ref, why="市の見直し")
    run_worker()
    assert "担当がうかがう日時" not in page(hall, case) and witness.verify() == []


def test_a_survey_ends_with_a_withdrawn_application_and_holds_nothing(hall, opened):
    case, survey = opened()
    assert surveys_hold(case.ref)
    hall.browser("hanako").post(f"/my/{case.id}/withdraw/")
    run_worker()
    survey.refresh_from_db()
    assert (survey.state, survey.why) == ("cancelled", "申請が取り下げられたため")
    assert not surveys_hold(case.ref) and witness.verify() == []
