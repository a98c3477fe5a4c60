"""取下げ: Hanako asks, casework decides under its lock, in whatever state the case is by then."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.threads import together
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.casework.models import Decision
from madoguchi.intake.models import Application
from madoguchi.kernel import audit, outbox
from madoguchi.kernel.models import AuditEntry, Message
from madoguchi.notifications.models import Mail

SLUG = "jidou-teate-mishiharai"


@pytest.fixture
def case(hall: Hall):
    return hall.case("hanako", SLUG)


def withdraw(hall, case, who="hanako"):
    return hall.browser(who).post(f"/my/{case.id}/withdraw/")


def settle(hall, case):
    run_worker()
    case.refresh_from_db()
    return hall.seen_by_applicant(case)


def received(hall, case):
    pass


def reviewing(hall, case):
    services.case_take(actor=hall.staff("tanaka"), case_id=case.ref)


def correcting(hall, case):
    services.correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[("phone", "x")],
                                due_on=OPENING.date() + dt.timedelta(days=9))


def proposed(hall, case):
    hall.propose(case, "tanaka", "grant")


def decided(hall, case):
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")


@pytest.mark.parametrize("bring", [received, reviewing, correcting])
def test_it_is_granted_while_nobody_has_decided(hall: Hall, case, bring):
    bring(hall, case)
    settle(hall, case)
    assert withdraw(hall, case).status_code == 303
    seen = settle(hall, case)
    assert (case.state, seen.status, seen.view["withdrawal"]) == ("withdrawn", "withdrawn", "done")
    assert AuditEntry.objects.filter(chain=f"case:{case.id}", action="case.withdrawn").count() == 1
    page = text(hall.browser("hanako").get(f"/my/{case.id}/"))
    assert "取り下げ" in page
    assert "correct/" not in page, "nothing is left to be corrected"


@pytest.mark.parametrize("bring", [proposed, decided])
def test_it_cannot_be_asked_once_the_applicant_sees_the_decision_on_its_way(hall: Hall, case, bring):
    bring(hall, case)
    settle(hall, case)
    assert withdraw(hall, case).status_code == 409
    assert settle(hall, case).status in ("approval", "decided")
    assert case.state in ("approval", "decided")


@pytest.mark.parametrize("bring", [proposed, decided])
def test_a_request_that_crosses_the_decision_is_refused_and_the_page_stays_true(hall: Hall, case, bring):
    """Hanako still sees "審査中" while the case goes to approval: casework decides, and her page shows the real state."""
    assert withdraw(hall, case).status_code == 303
    bring(hall, case)
    seen = settle(hall, case)
    assert case.state == ("approval" if bring is proposed else "decided")
    assert seen.view["withdrawal"] == "refused"
    assert seen.status == case.state
    assert "お電話ください" in text(hall.browser("hanako").get(f"/my/{case.id}/"))
    assert AuditEntry.objects.filter(chain=f"case:{case.id}", action="withdrawal.refused").count() == 1


def test_asking_twice_asks_once(hall: Hall, case):
    assert withdraw(hall, case).status_code == 303
    assert withdraw(hall, case).status_code == 409
    assert Message.objects.filter(event="intake.WithdrawalAsked").count() == 1
    settle(hall, case)
    assert withdraw(hall, case).status_code == 409


def test_asked_before_the_case_is_open_it_waits_for_it(hall: Hall):
    application = hall.file("hanako", SLUG)
    assert hall.browser("hanako").post(f"/my/{application.id}/withdraw/").status_code == 303
    run_worker()
    application.refresh_from_db()
    assert application.status == "withdrawn"


def reopen(hall, case, **more):
    decided(hall, case)
    settle(hall, case)
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="計算の誤り", **more)
    return settle(hall, case)


@pytest.mark.parametrize("bring", [reviewing, correcting])
def test_what_was_decided_is_not_withdrawn_while_the_city_looks_at_it_again(hall: Hall, case, bring):
    reopen(hall, case)
    bring(hall, case)
    assert settle(hall, case).status in ("under_review", "correction")
    page = hall.browser("hanako").get(f"/my/{case.id}/").content.decode()
    assert "手続きを取り下げる" not in page and "/withdraw/" not in page
    assert withdraw(hall, case).status_code == 409
    row = hall.seen_by_applicant(case)  # a wish of before the case was taken up again, on the way in that moment
    with transaction.atomic():
        outbox.publish("intake.WithdrawalAsked", case_ref=case.ref, key=f"withdraw:{row.id}", payload={"application": case.ref})
    was = case.state
    seen = settle(hall, case)
    assert case.state == was and seen.view["withdrawal"] == "refused" and seen.status == row.status
    assert "市が行っているため、取り下げられません" in text(hall.browser("hanako").get(f"/my/{case.id}/"))


@pytest.mark.parametrize("bring", [reviewing, correcting])
def test_the_applicant_takes_back_the_re_examination_they_asked_for(hall: Hall, case, bring):
    services.check_mark(actor=hall.staff("tanaka"), case_id=case.ref, marked={0})
    case.refresh_from_db()
    marks, due = case.checklist, case.due_on
    reopen(hall, case, asked=True)
    bring(hall, case)
    settle(hall, case)
    page = text(hall.browser("hanako").get(f"/my/{case.id}/"))
    assert "もう一度の審査の申出を取り下げる" in page and "手続きを取り下げる" not in page
    before = text(hall.browser("hanako").get(f"/my/{case.id}/withdraw/"))
    assert "取下げを申し出る" in before and "もう一度の審査だけが終わります" in before and "この手続きは終わりになります" not in before
    assert withdraw(hall, case).status_code == 303
    seen = settle(hall, case)
    assert (case.state, seen.status) == ("decided", "decided")
    assert (case.checklist, case.due_on, case.stopped_on, case.reopened) == (marks, due, None, None)
    page = text(hall.browser("hanako").get(f"/my/{case.id}/"))
    assert "結果：" in page and "もう一度の審査の申出を取り下げました" in page and "/withdraw/" not in page
    assert AuditEntry.objects.filter(chain=f"case:{case.id}", action="reexamination.taken_back", actor="worker").count() == 1
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="二度目の申出", asked=True)
    settle(hall, case)
    assert withdraw(hall, case).status_code == 303
    assert settle(hall, case).status == "decided" and case.state == "decided", "a second time, too"
    assert audit.verify() == []


def test_the_box_on_the_page_says_whose_wish_it_is(hall: Hall, case):
    decided(hall, case)
    assert hall.desk("tanaka").post(f"/staff/case/{case.id}/reopen/", {"why": "再調査の申出", "asked": "yes"}).status_code == 303
    case.refresh_from_db()
    assert case.reopened["asked"] is True
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    case.refresh_from_db()
    assert case.state == "decided" and case.reopened is None


@pytest.mark.parametrize("via", ["counter", "phone", "paper"])
@pytest.mark.parametrize("bring", [received, reviewing, correcting, proposed])
def test_the_section_takes_what_came_another_way(hall: Hall, bring, via):
    case = hall.case("hanako", SLUG, mail="hanako@example.jp")
    bring(hall, case)
    settle(hall, case)
    mails, desk, at = Mail.objects.count(), hall.desk("tanaka"), f"/staff/case/{case.id}/"
    assert "取下げを受け付ける" in text(desk.get(at))
    for wrong, words in (({"why": "本人から"}, "どう受けたか"), ({"via": via}, "取下げの理由")):
        page = desk.post(f"{at}withdraw/", wrong)
        assert page.status_code == 422 and words in text(page)
    assert desk.post(f"{at}withdraw/", {"via": via, "why": "取りやめたいと申し出"}).status_code == 303
    seen = settle(hall, case)
    assert (case.state, seen.status, seen.view["withdrawal"]) == ("withdrawn", "withdrawn", "done")
    assert "お申し出により、取り下げました" in text(hall.browser("hanako").get(f"/my/{case.id}/")) and Mail.objects.count() == mails + 1
    taken = AuditEntry.objects.get(chain=f"case:{case.id}", action="withdrawal.taken")
    assert taken.actor == "staff:tanaka" and taken.facts == {"via": via}
    assert not Decision.objects.filter(case=case, state="proposed").exists()
    page = text(desk.get(at))
    assert "取下げを受け付ける" not in page and "承認する" not in text(hall.desk("kimura").get(at))
    assert desk.post(f"{at}withdraw/", {"via": via, "why": "もう一度"}).status_code == 409
    assert audit.verify() == []


def test_what_was_decided_is_not_taken_back_at_the_counter(hall: Hall, case):
    reopen(hall, case, asked=True)
    desk, at = hall.desk("tanaka"), f"/staff/case/{case.id}/"
    assert "取下げを受け付ける" not in text(desk.get(at))
    said = desk.post(f"{at}withdraw/", {"via": "phone", "why": "本人から"})
    assert said.status_code == 409 and "再審査をやめる" in text(said)


def test_after_a_refused_wish_the_button_comes_back(hall: Hall, case):
    assert withdraw(hall, case).status_code == 303
    proposed(hall, case)
    assert settle(hall, case).view["withdrawal"] == "refused"
    services.decision_return(actor=hall.staff("kimura"), case_id=case.ref, comment="取下げの申し出があるため")
    settle(hall, case)
    assert "手続きを取り下げる" in text(hall.browser("hanako").get(f"/my/{case.id}/"))
    assert withdraw(hall, case).status_code == 303
    assert settle(hall, case).status == "withdrawn"


def test_taro_cannot_withdraw_for_hanako(hall: Hall, case):
    assert withdraw(hall, case, who="taro").status_code == 404
    assert settle(hall, case).status != "withdrawn"


def test_a_withdrawn_application_can_no_longer_be_corrected(hall: Hall, case):
    correcting(hall, case)
    settle(hall, case)
    withdraw(hall, case)
    late = hall.browser("hanako").post(f"/my/{case.id}/correct/", {"_action": "send", "phone": "0767123456"})
    seen = settle(hall, case)
    assert late.status_code in (303, 409)
    assert case.state == seen.status == "withdrawn"
    assert audit.verify() == []


@pytest.mark.django_db(transaction=True)
def test_withdrawing_and_proposing_at_the_same_moment_end_in_one_truth(hall: Hall):
    found = hall.case("hanako", SLUG)
    assert withdraw(hall, found).status_code == 303
    raw, tanaka = hall.decision_raw(found), hall.staff("tanaka")
    together(run_worker, lambda: services.decision_propose(
        actor=tanaka, case_id=found.ref, outcome_id="grant", reason="", raw=raw))
    seen = settle(hall, found)
    assert (found.state, seen.status, seen.view["withdrawal"]) in (
        ("withdrawn", "withdrawn", "done"), ("approval", "approval", "refused"))
    assert Application.objects.count() == 1
    assert audit.verify() == []


def test_before_the_press_a_page_says_what_it_does(hall: Hall, case):
    browser = hall.browser("hanako")
    assert f"/my/{case.id}/withdraw/" in browser.get(f"/my/{case.id}/").content.decode()
    page = text(browser.get(f"/my/{case.id}/withdraw/"))
    assert "あとから元に戻せません" in page and "手数料" not in page, "there is none"
    settle(hall, case)
    withdraw(hall, case)
    settle(hall, case)
    assert browser.get(f"/my/{case.id}/withdraw/")["Location"] == f"/my/{case.id}/", "nothing is left to be withdrawn"
    assert hall.browser("taro").get(f"/my/{case.id}/withdraw/").status_code == 404


@pytest.mark.parametrize(("mail", "words"), [
    ("hanako@example.jp", "手続きした方に知らせます。"),
    ("", "手続きした方の画面に出ますが、お知らせのメールは、だれにも届きません。電話か文書でも伝えてください。")])
def test_the_clerk_reads_whether_somebody_is_mailed_when_they_take_a_withdrawal(hall: Hall, mail, words):
    row = hall.case("hanako", SLUG, mail=mail)
    page = text(hall.desk("tanaka").get(f"/staff/case/{row.id}/"))
    assert words in page.partition("取下げを受け付ける")[2].partition("</p>")[0]
