"""Messages between the section and the applicant."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.test import Client
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import retention, services, talk
from madoguchi.casework.errors import NotNow, ReasonMissing
from madoguchi.casework.lists import Filter, case_list
from madoguchi.casework.marks import marks
from madoguchi.casework.models import Case, Talk
from madoguchi.identity.public import Owner
from madoguchi.intake import applications, drafts
from madoguchi.intake import talk as mine
from madoguchi.intake.errors import NotOpenForThis, TalkWrong
from madoguchi.intake.models import TalkLine
from madoguchi.kernel import audit, clock, outbox, witness
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.kernel.models import AuditEntry, Message
from madoguchi.kernel.written import TooLong

CLAIM, GUEST = "jidou-teate-kifu", "risai-shoumei"
ASKED, ANSWERED = "通帳の名義を教えてください。\n二行目です。", "鯨飲 太郎の名義です。"


@pytest.fixture
def case(hall: Hall):
    return hall.case("hanako", CLAIM, mail="hanako@example.jp")


def ask(hall: Hall, case, words=ASKED, who="tanaka"):
    row = talk.talk_write(actor=hall.staff(who), case_id=case.ref, text=words)
    run_worker()
    return row


def answer(hall: Hall, case, words=ANSWERED):
    line = mine.talk_answer(application=hall.seen_by_applicant(case), text=words, actor="resident:test")
    run_worker()
    return line


def acts(case):
    return [a for a in AuditEntry.objects.filter(chain=f"case:{case.id}").order_by("seq").values_list("action", flat=True) if a.startswith("talk.")]


def letters(hall: Hall):
    from email import message_from_bytes, policy

    found = [message_from_bytes(p.read_bytes(), policy=policy.default) for p in sorted((hall.home / "mail").glob("*.eml"))]
    return [(str(m["Subject"]), m.get_content()) for m in found]


# --- there and back


def test_a_message_goes_there_and_an_answer_comes_back(hall: Hall, case):
    before = letters(hall)
    desk, browser = hall.desk("tanaka"), hall.browser("hanako")
    assert desk.post(f"/staff/case/{case.id}/talk/", {"text": ASKED})["Location"].endswith("?tab=talk")
    run_worker()
    page = text(browser.get(f"/my/{case.id}/"))
    assert "通帳の名義を教えてください。<br>二行目です。" in page
    assert "子育て支援課から" in page
    assert "田中" not in page, "the section writes, not a person"
    assert "連絡が届いています" in text(browser.get("/my/"))
    with clock.frozen(OPENING + dt.timedelta(minutes=5)):
        assert browser.post(f"/my/{case.id}/talk/", {"text": ANSWERED})["Location"] == f"/my/{case.id}/#talk"
        run_worker()
    assert "連絡が届いています" not in text(browser.get("/my/"))
    listed = text(desk.get("/staff/"))
    assert "未読の連絡 <b>1</b>" in listed
    assert marks(actor=hall.staff("tanaka"))["unread"] == 1
    page = text(desk.get(f"/staff/case/{case.id}/?tab=talk"))
    assert ANSWERED in page
    assert "未読 1件" in page
    assert acts(case) == ["talk.written", "talk.answered", "talk.received"]
    assert audit.verify() + witness.verify() == []
    [(subject, body)] = [x for x in letters(hall) if x not in before]
    assert "お知らせ" in subject
    assert not [w for w in ("通帳", "名義", "児童手当", "連絡") if w in subject + body]


def test_the_state_of_the_application_stays_as_it_was(hall: Hall, case):
    services.correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[("phone", "つながりません")],
                                due_on=OPENING.date() + dt.timedelta(days=9))
    run_worker()
    ask(hall, case)
    seen = hall.seen_by_applicant(case)
    assert seen.status == "correction"
    assert seen.view["correction"]["items"], "what must be put right is still open"
    assert "市の担当から連絡が届きました" in [str(e["ja"]) for e in seen.view["timeline"]]


def test_notes_and_messages_are_different_things(hall: Hall, case):
    services.note_add(actor=hall.staff("tanaka"), case_id=case.ref, text="内々のメモ")
    ask(hall, case)
    page = text(hall.browser("hanako").get(f"/my/{case.id}/"))
    assert "内々のメモ" not in page
    desk = text(hall.desk("tanaka").get(f"/staff/case/{case.id}/?tab=talk"))
    assert "内部メモ（手続きした方には見えません）" in desk
    assert "手続きした方との連絡（手続きした方に見えます）" in desk


def test_whoever_has_the_receipt_number_and_the_code_reads_and_answers(hall: Hall):
    hall.definition(GUEST)
    guest = Owner("g:" + "x" * 40, False)
    draft = drafts.draft_start(owner=guest, slug=GUEST)
    sent = hall.send(guest, hall.fill(guest, draft, hall.answers(GUEST)))
    run_worker()
    case = Case.objects.get(id=sent.application.id)
    ask(hall, case, who="yamada")
    elsewhere = Client()
    there = elsewhere.post("/status/", {"receipt": case.receipt, "code": sent.code})["Location"]
    assert "通帳の名義を教えてください。" in text(elsewhere.get(there))
    assert elsewhere.post(f"{there}talk/", {"text": ANSWERED}).status_code == 303
    run_worker()
    assert Talk.objects.get(by=None).text == ANSWERED


# --- reading


def test_unread_until_somebody_answers_or_says_that_it_was_read(hall: Hall, case):
    ask(hall, case)
    answer(hall, case)
    wanted = Filter(mark="unread")
    assert [c.id for c in case_list(actor=hall.staff("tanaka"), wanted=wanted).rows] == [case.id]
    hall.desk("auditor").get(f"/staff/case/{case.id}/?tab=talk")
    hall.desk("tanaka").get(f"/staff/case/{case.id}/?tab=talk")
    assert case_list(actor=hall.staff("tanaka"), wanted=wanted).count == 1, "looking is not dealing with it"
    assert hall.desk("tanaka").post(f"/staff/case/{case.id}/talk/seen/").status_code == 303
    assert case_list(actor=hall.staff("tanaka"), wanted=wanted).count == 0
    assert Talk.objects.get(by=None).seen_by == hall.staff("tanaka")
    answer(hall, case, "もう一つあります。")
    ask(hall, case, "わかりました。")
    assert not Talk.objects.filter(by=None, seen_at=None).exists()
    assert acts(case).count("talk.seen") == 1


# --- limits


def test_the_applicant_writes_only_after_the_section_did(hall: Hall, case):
    assert 'name="text"' not in text(hall.browser("hanako").get(f"/my/{case.id}/"))
    with pytest.raises(NotOpenForThis):
        answer(hall, case)
    assert hall.browser("hanako").post(f"/my/{case.id}/talk/", {"text": "x"}).status_code == 409
    assert not TalkLine.objects.exists()


@pytest.mark.parametrize(("words", "says"), [("", "入力してください"), (" \n ", "入力してください"), ("あ" * 1001, "1000字まで")])
def test_an_answer_that_can_not_be_sent_is_kept_and_said(hall: Hall, case, words, says):
    ask(hall, case)
    page = hall.browser("hanako").post(f"/my/{case.id}/talk/", {"text": words})
    assert page.status_code == 422
    assert says in text(page)
    assert words.strip() in text(page)
    assert not TalkLine.objects.filter(mine=True).exists()


def test_there_is_an_end_to_a_days_messages(hall: Hall, case):
    ask(hall, case)
    for n in range(mine.A_DAY):
        answer(hall, case, f"返事{n}")
    with pytest.raises(TalkWrong, match="talk_wrong"):
        answer(hall, case, "もう一つ")
    for n in range(talk.A_DAY - 1):
        ask(hall, case, f"連絡{n}")
    with pytest.raises(NotNow):
        ask(hall, case, "もう一つ")
    with clock.frozen(OPENING + dt.timedelta(days=1)):
        answer(hall, case, "次の日")
        ask(hall, case, "次の日")


def test_a_button_pressed_twice_sends_once(hall: Hall, case):
    for _ in range(2):
        ask(hall, case)
    for _ in range(2):
        answer(hall, case)
    assert Talk.objects.count() == TalkLine.objects.count() == 2


@pytest.mark.parametrize(("words", "wrong"), [("", ReasonMissing), ("あ" * 2001, TooLong)])
def test_the_section_too_is_told_what_is_wrong(hall: Hall, case, words, wrong):
    with pytest.raises(wrong):
        talk.talk_write(actor=hall.staff("tanaka"), case_id=case.ref, text=words)
    page = hall.desk("tanaka").post(f"/staff/case/{case.id}/talk/", {"text": words})
    assert page.status_code == 422
    assert words in text(page)


def test_nobody_writes_to_a_withdrawn_application(hall: Hall, case):
    ask(hall, case)
    applications.withdrawal_ask(application=hall.seen_by_applicant(case), actor="resident:test")
    run_worker()
    with pytest.raises(NotNow):
        ask(hall, case)
    with pytest.raises(NotOpenForThis):
        answer(hall, case)


# --- strangers


@pytest.mark.parametrize("who", ["sato", "auditor", "admin"])
def test_nobody_outside_the_section_writes_or_marks_as_read(hall: Hall, case, who):
    for act in (lambda: talk.talk_write(actor=hall.staff(who), case_id=case.ref, text="x"),
                lambda: talk.talk_seen(actor=hall.staff(who), case_id=case.ref)):
        with pytest.raises((NotFound, Forbidden)):
            act()
    assert not Talk.objects.exists()


def test_a_stranger_neither_reads_nor_answers(hall: Hall, case):
    ask(hall, case)
    taro = hall.browser("taro")
    assert taro.get(f"/my/{case.id}/").status_code == 404
    assert taro.post(f"/my/{case.id}/talk/", {"text": "x"}).status_code == 404
    assert TalkLine.objects.count() == 1


# --- again, and the end


def test_the_same_message_again_changes_nothing(hall: Hall, case):
    ask(hall, case)
    line = answer(hall, case)
    body = json.dumps({"id": str(line.id), "text": line.text, "at": line.at.isoformat()}).encode()
    talk.talk_received(outbox.Envelope("k", "e", case.ref, {"application": case.ref}, body, 2))
    assert Talk.objects.filter(by=None).count() == 1
    assert acts(case).count("talk.received") == 1


def test_words_lie_nowhere_in_the_open(hall: Hall, case):
    ask(hall, case)
    answer(hall, case)
    for message in Message.objects.all():
        assert ANSWERED not in str(message.payload)
        assert message.sealed is None, "wiped when done"
    assert not [e for e in AuditEntry.objects.all() if "通帳" in str(e.facts) or "鯨飲" in str(e.facts)]


def test_what_was_deleted_behind_the_record_is_found(hall: Hall, case):
    ask(hall, case)
    answer(hall, case)
    assert witness.verify() == []
    TalkLine.objects.filter(mine=True).delete()
    Talk.objects.filter(by=None).delete()
    said = " ".join(f.ja for f in witness.verify())
    assert "手続きした方の連絡が消されています" in said
    assert "連絡が消されています(記録では2件、今は1件)" in said


def test_the_messages_go_with_the_case(hall: Hall, case):
    ask(hall, case)
    answer(hall, case)
    hall.decide(case, "accepted", "tanaka", "kimura", "suzuki", reason="")
    run_worker()
    with clock.frozen(dt.datetime(2033, 4, 1, tzinfo=clock.JST)):
        stone = retention.case_destroy(actor="test", case_id=case.ref)
        run_worker()
    assert stone.counts["talks"] == 2
    assert not Talk.objects.exists()
    assert not TalkLine.objects.exists()
    assert audit.verify() + witness.verify() == []
