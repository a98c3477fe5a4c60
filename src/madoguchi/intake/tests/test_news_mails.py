"""What a mail says before it is opened: what kind of news, until when; where to look, and what a guest needs for it. No procedure."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import OPENING, Hall, run_worker

from madoguchi.casework import services, talk
from madoguchi.casework.models import Case
from madoguchi.intake import mails
from madoguchi.intake.models import Application
from madoguchi.notifications.models import Mail
from madoguchi.procedures import public as procedures

from .test_filing import GUEST_SLUG, walked

SLUG = "jidou-teate-mishiharai"
DUE = OPENING.date() + dt.timedelta(days=9)


def told(key: str) -> Mail:
    run_worker()
    return Mail.objects.get(key__startswith=f"progress:{key}")


@pytest.fixture
def case(hall: Hall):
    return hall.case("hanako", SLUG, mail="hanako@example.jp")


def test_a_correction_says_until_when(hall: Hall, case):
    services.correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[("phone", "番号が足りません")], due_on=DUE)
    mail = told("correction")
    assert mail.subject.endswith("直していただきたい点があります（令和8年11月29日まで）")
    assert "令和8年11月29日までに答えてください" in mail.body and f"/my/{case.id}/" in mail.body and "番号が足りません" not in mail.body
    assert str(procedures.current(SLUG).definition.name) not in mail.subject + mail.body


def test_a_result_a_message_and_a_withdrawal_say_what_they_are(hall: Hall, case):
    talk.talk_write(actor=hall.staff("tanaka"), case_id=case.ref, text="お電話ください")
    assert told("talk").subject.endswith("担当からお知らせが届きました") and "お電話ください" not in told("talk").body
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    assert told("decided").subject.endswith("結果が出ました") and "結果が出ました。" in told("decided").body
    other = hall.case("taro", SLUG, mail="taro@example.jp")
    hall.browser("taro").post(f"/my/{other.id}/withdraw/")
    assert told("withdrawal").subject.endswith("取下げについてのお知らせ")


def test_a_guest_is_told_which_two_numbers_to_bring(hall: Hall):
    walk = walked(hall, "", GUEST_SLUG)
    assert walk.submit(mail="guest@example.jp").status_code == 303
    row = Application.objects.get(draft_id=walk.draft_id)
    run_worker()
    filed = Mail.objects.get(key=f"filed:{row.id}")
    assert "受付番号と確認番号" in filed.body and "/status/\n" in filed.body and f"/my/{row.id}/" not in filed.body
    Case.objects.update(section="kosodate")  # whose people the hall knows
    talk.talk_write(actor=hall.staff("tanaka"), case_id=str(row.id), text="お電話ください")
    assert "受付番号と確認番号" in told("talk").body and "/status/\n" in told("talk").body


@pytest.mark.parametrize("language", ["en", "zh-hans", "vi", "pt", "ja-easy"])
def test_every_kind_is_said_in_every_language(language):
    kinds = ("", mails.CORRECTION, mails.DECIDED, mails.APPOINTMENT, mails.TALK, mails.WITHDRAWAL, mails.PAYMENT)
    said = {kind: mails.news(language, "R8-1", "x", guest=True, kind=kind, day=DUE) for kind in kinds}
    japanese = {kind: mails.news("ja", "R8-1", "x", guest=True, kind=kind, day=DUE) for kind in kinds}
    assert len({subject for subject, _ in said.values()}) == len(kinds)
    assert all(said[kind][0] != japanese[kind][0] and said[kind][1] != japanese[kind][1] for kind in kinds)
    assert "2026" in said[mails.CORRECTION][0] and "/status/" in said[mails.CORRECTION][1]
