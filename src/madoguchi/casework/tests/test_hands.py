"""Hands at the desk: pressed twice, two clerks at once, an old page, words that are too long, a session that ran out."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from tests.support.hall import OPENING, REFUSE, Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services, withdrawing
from madoguchi.casework.errors import Changed, NotNow
from madoguchi.casework.models import Approval, Case, Correction, Decision, Note
from madoguchi.kernel import clock
from madoguchi.kernel.written import TooLong
from madoguchi.records.models import IssuedDocument

SLUG = "jidou-teate-mishiharai"


@pytest.fixture
def case(hall: Hall):
    for name in ("tanaka", "kimura", "suzuki"):
        hall.staff(name)
    return hall.case("hanako", SLUG)


def page(hall, who, case, rest=""):
    return hall.desk(who).get(f"/staff/case/{case.id}/{rest}")


def send(hall, who, case, act, **data):
    return hall.desk(who).post(f"/staff/case/{case.id}/{act}/", data)


# --- pressed twice


def test_a_note_pressed_twice_is_one_note_and_the_same_words_later_are_another(hall: Hall, case):
    for _ in range(2):
        assert send(hall, "tanaka", case, "note", text="電話した").status_code == 303
    assert Note.objects.count() == 1
    with clock.frozen(OPENING + dt.timedelta(minutes=5)):
        send(hall, "tanaka", case, "note", text="電話した")
    assert Note.objects.count() == 2


def test_a_correction_a_proposal_and_a_stamp_pressed_twice_are_one_each(hall: Hall, case):
    asked = {"path": "phone", "note.phone": "つながりませんでした", "due": "2026-12-10"}
    assert [send(hall, "tanaka", case, "correct", **asked).status_code for _ in range(2)] == [303, 303]
    assert Correction.objects.count() == 1
    Correction.objects.update(answered_at=clock.now())
    Case.objects.update(state="reviewing")
    raw = hall.decision_raw(case) | {"outcome": "grant", "reason": "", "revision": "1"}
    assert [send(hall, "tanaka", case, "decide", **raw).status_code for _ in range(2)] == [303, 303]
    assert Decision.objects.count() == 1
    assert [send(hall, "kimura", case, "approve", seen="1.1").status_code for _ in range(2)] == [303, 303]
    assert [send(hall, "suzuki", case, "approve", seen="1.2").status_code for _ in range(2)] == [303, 303]
    assert Approval.objects.count() == 2
    run_worker()
    assert IssuedDocument.objects.count() == 1


def test_sent_back_twice_is_sent_back_once(hall: Hall, case):
    hall.propose(case, "tanaka", "grant")
    assert [send(hall, "kimura", case, "return", seen="1.1", comment="日付を確認").status_code for _ in range(2)] == [303, 303]
    assert Approval.objects.count() == 1


# --- two at once, and old pages


def test_an_approver_stamps_only_the_proposal_on_the_page(hall: Hall, case):
    hall.propose(case, "tanaka", "grant")
    assert 'name="seen" value="1.1"' in text(page(hall, "kimura", case))
    services.decision_return(actor=hall.staff("kimura"), case_id=case.ref, comment="金額を確認", seen="1.1")
    hall.propose(case, "tanaka", "reject")
    answer = send(hall, "suzuki", case, "approve", seen="1.2")
    assert answer.status_code == 409
    assert "起案が替わりました" in text(answer)
    assert not Approval.objects.filter(approved=True).exists()


@pytest.mark.parametrize(("act", "what"), [("approve", "添え書き"), ("return", "差戻しの理由")])
def test_what_an_approver_wrote_stays_when_a_colleague_was_quicker(hall: Hall, case, act, what):
    hall.propose(case, "tanaka", "grant")
    withdrawing.withdrawal_take(actor=hall.staff("tanaka"), case_id=case.ref, via="phone", why="本人から電話があったため")
    answer = send(hall, "kimura", case, act, seen="1.1", comment="口座の名義を電話で確かめた。")
    assert answer.status_code == 409
    assert f"書いていた{what}（届いていません）" in text(answer) and "口座の名義を電話で確かめた。" in text(answer)
    assert "届いていません" not in text(send(hall, "kimura", case, act, seen="1.1", comment=" "))


def test_a_reason_to_send_back_stays_in_its_own_box_when_the_proposal_is_another(hall: Hall, case):
    hall.propose(case, "tanaka", "grant")
    services.decision_return(actor=hall.staff("kimura"), case_id=case.ref, comment="金額を確認", seen="1.1")
    hall.propose(case, "tanaka", "reject")
    answer = text(send(hall, "kimura", case, "return", seen="1.2", comment="日付も確認"))
    assert re.search(r'id="back-why"[^>]*value="日付も確認"', answer) and not re.search(r'id="yes-why"[^>]*value="日付', answer)


def test_nobody_decides_on_answers_they_have_not_seen(hall: Hall, case):
    Case.objects.update(revision=2)
    with pytest.raises(Changed):
        services.decision_propose(actor=hall.staff("tanaka"), case_id=case.ref, outcome_id="reject", reason=REFUSE,
                                  raw=hall.decision_raw(case), revision=1)
    answer = send(hall, "tanaka", case, "decide", outcome="reject", reason=REFUSE, revision="1")
    assert answer.status_code == 422
    assert "内容が変わりました" in text(answer)
    assert REFUSE in text(answer), "what was typed stays"
    assert 'name="revision" value="2"' in text(answer)
    assert send(hall, "tanaka", case, "decide", outcome="reject", reason=REFUSE, revision="2").status_code == 303


def test_who_was_quicker_keeps_the_case(hall: Hall, case):
    send(hall, "tanaka", case, "take", instead_of="")
    answer = send(hall, "kimura", case, "take", instead_of="")
    assert answer.status_code == 409
    assert "先に田中 由紀さんが担当になりました" in text(answer)
    assert send(hall, "kimura", case, "take", instead_of="tanaka").status_code == 303, "knowing it, one may"
    with pytest.raises(NotNow):
        services.case_take(actor=hall.staff("suzuki"), case_id=case.ref, instead_of="tanaka")


# --- wrong input


@pytest.mark.parametrize(("act", "data", "words"), [
    ("note", {"text": "あ" * 2001}, "メモは2,000字までです(今は2,001字)"),
    ("decide", {"outcome": "reject", "reason": "あ" * 4001, "revision": "1"}, "理由は4,000字まで"),
    ("correct", {"path": "phone", "note.phone": "あ" * 501, "due": "2026-12-10"}, "の書き込みは500字まで"),
])
def test_what_is_too_long_is_said_and_kept_never_cut(hall: Hall, case, act, data, words):
    answer = send(hall, "tanaka", case, act, **data)
    assert answer.status_code == 422
    assert words in text(answer)
    assert "あ" * 500 in text(answer)
    assert not Note.objects.exists()
    assert not Decision.objects.exists()


def test_a_comment_that_is_too_long_is_kept_too(hall: Hall, case):
    hall.propose(case, "tanaka", "grant")
    for act in ("approve", "return"):
        answer = send(hall, "kimura", case, act, seen="1.1", comment="あ" * 1001)
        assert answer.status_code == 422
        assert "あ" * 1001 in text(answer)
    with pytest.raises(TooLong):
        services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="あ" * 501)


def test_control_characters_of_a_paste_are_left_out_and_gaiji_stay(hall: Hall, case):
    send(hall, "tanaka", case, "note", text="一行目\r\n二\x00行\x0b目\ue000\u3000終")
    assert Note.objects.get().text == "一行目\n二行目\ue000\u3000終"


@pytest.mark.parametrize(("data", "words", "anchor"), [
    ({"due": "2026-12-10"}, "直してもらう項目を選び", 'href="#p-'),
    ({"path": "phone", "note.phone": " ", "due": "2026-12-10"}, "をどう直すか、書いてください", 'href="#n-phone"'),
    ({"note.phone": "つながりません", "due": "2026-12-10"}, "書き込みのある項目に印がありません", 'href="#n-phone"'),
    ({"path": "phone", "note.phone": "つながりません", "due": "2026-11-20"}, "明日以後の日", 'href="#due"'),
    ({"path": "phone", "note.phone": "つながりません", "due": "9999-12-31"}, "1年以内", 'href="#due"'),
    ({"path": "phone", "note.phone": "つながりません", "due": "あした"}, "年月日で入力", 'href="#due"'),
    ({"path": "nowhere", "note.nowhere": "?", "due": "2026-12-10"}, "直してもらう項目を選び", 'href="#p-'),
    ({"note.gone": "もう一度撮ってください", "due": "2026-12-10"}, "書き込みのある項目に印がありません", 'href="#p-'),
])
def test_a_correction_says_where_it_is_wrong_and_keeps_what_was_typed(hall: Hall, case, data, words, anchor):
    answer = send(hall, "tanaka", case, "correct", **data)
    assert answer.status_code == 422
    assert words in text(answer)
    assert anchor in text(answer)
    if data.get("note.phone", "").strip():
        assert 'value="つながりません"' in text(answer)
    assert not Correction.objects.exists()


def test_a_due_day_typed_in_full_width_is_understood(hall: Hall, case):
    asked = {"path": "phone", "note.phone": "つながりません", "due": "２０２６/１２/１０"}
    assert send(hall, "tanaka", case, "correct", **asked).status_code == 303
    assert Correction.objects.get().due_on == dt.date(2026, 12, 10)


@pytest.mark.parametrize("path", ["", "x", "my_number.²", "0", "phone", "children.99999999999999999999.my_number", "²"])
def test_a_number_that_is_not_there_is_not_found(hall: Hall, case, path):
    assert send(hall, "tanaka", case, "number", path=path, why="照合のため").status_code == 404


def test_a_checklist_of_nonsense_marks_nothing(hall: Hall, case):
    assert send(hall, "tanaka", case, "checklist", point=["9" * 5000, "²", "-1", "x"]).status_code == 303
    case.refresh_from_db()
    assert case.checklist == {}


def test_without_an_outcome_the_page_asks_for_one(hall: Hall, case):
    answer = send(hall, "tanaka", case, "decide", reason="", revision="1")
    assert answer.status_code == 422
    assert 'href="#outcome-1"' in text(answer)


# --- who may, and where one comes out


def test_the_auditor_reads_and_finds_no_form_to_act(hall: Hall, case):
    assert page(hall, "auditor", case).status_code == 200
    for act in ("correct", "decide"):
        assert page(hall, "auditor", case, f"{act}/").status_code == 403
        assert send(hall, "auditor", case, act, outcome="grant").status_code == 403
    assert "自分が担当する" not in text(page(hall, "auditor", case))


def test_a_case_that_is_decided_has_no_page_to_decide(hall: Hall, case):
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    for act in ("correct", "decide"):
        answer = page(hall, "tanaka", case, f"{act}/")
        assert (answer.status_code, answer["Location"]) == (303, f"/staff/case/{case.id}/")


def test_after_the_session_ran_out_one_comes_back_to_the_case(hall: Hall, case):
    answer = hall.browser().post(f"/staff/case/{case.id}/take/")
    assert answer["Location"] == f"/staff/sign-in/?next=/staff/case/{case.id}/take/"
    back = hall.desk("tanaka").get(f"/staff/case/{case.id}/take/")
    assert (back.status_code, back["Location"]) == (302, f"/staff/case/{case.id}/")


def test_the_administrator_is_told_why_nothing_is_listed_and_where_to_go(hall: Hall, case):
    client = hall.desk("admin")
    page = text(client.get("/staff/"))
    assert "担当する課がないため" in page
    assert "期限超過" not in page and "絞り込む" not in page, "no tiles that can only say 0"
    main = page.partition("<main")[2]
    for at in re.findall(r'<li><a href="(/staff/[a-z]+/)">', main):
        assert client.get(at).status_code == 200, at
    assert {"people", "rights", "operations", "deliveries"} <= set(re.findall(r'<li><a href="/staff/([a-z]+)/">', main))
    assert "担当する課がないため、支払いは見えません" in text(client.get("/staff/payments/"))
    assert "期限超過" in text(hall.desk("tanaka").get("/staff/"))


# --- what an approver sees, and the days


def test_an_approver_reads_the_letter_before_the_stamp(hall: Hall, case):
    hall.propose(case, "tanaka", "reject", reason="要件に当たらないため。")
    shown = text(page(hall, "kimura", case))
    document = next(x.id for x in hall.definition(SLUG).documents if "reject" in x.outcomes)
    assert f"/staff/case/{case.id}/draft/{document}/" in shown
    answer = page(hall, "kimura", case, f"draft/{document}/")
    assert answer["Content-Type"] == "application/pdf"
    from madoguchi.config.demo import read_pdf

    words = read_pdf(answer.content).replace(" ", "")
    assert "【案・決裁前】" in words
    assert "要件に当たらないため" in words
    assert page(hall, "kimura", case, "draft/nowhere/").status_code == 404
    hall_decided = services.decision_approve(actor=hall.staff("kimura"), case_id=case.ref)
    services.decision_approve(actor=hall.staff("suzuki"), case_id=hall_decided.case.ref)
    assert page(hall, "kimura", case, f"draft/{document}/").status_code == 404


def test_taken_up_again_the_days_are_counted_anew(hall: Hall, case):
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    first = case.due_on
    with clock.frozen(OPENING + dt.timedelta(days=90)):
        services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="世帯が変わったため")
        case.refresh_from_db()
        assert case.due_on > clock.today() > first


def test_a_variant_kanji_in_the_reason_does_not_stop_the_letter_and_is_told_before_and_after(hall: Hall, case):
    """葛󠄀 is two code points (異体字セレクタ); the letter was never made (TypeError in ord)."""
    hall.propose(case, "tanaka", "reject", reason="葛\U000e0100城市の記録と合わないため。")
    assert "U+845B U+E0100" in text(page(hall, "kimura", case)), "before the stamp"
    for who in ("kimura", "suzuki"):
        services.decision_approve(actor=hall.staff(who), case_id=case.ref)
    run_worker()
    assert IssuedDocument.objects.count() == 1
    shown = text(page(hall, "tanaka", case))
    assert "書類の字体にない文字があります" in shown
    assert "U+845B U+E0100" in shown


def test_two_open_pages_of_a_checklist_merge_and_it_closes_with_the_case(hall: Hall, case):
    """tanaka saves points 0 and 1; hayashi's page is older and saves point 2; then one is taken back."""
    at = f"/staff/case/{case.id}/"
    old = hall.desk("hayashi").get(at).content.decode()
    assert 'name="seen"' not in old
    assert send(hall, "tanaka", case, "checklist", point=["0", "1"]).status_code == 303
    assert send(hall, "hayashi", case, "checklist", point=["2"]).status_code == 303
    case.refresh_from_db()
    assert {i: m["by"] for i, m in case.checklist.items()} == {"0": "tanaka", "1": "tanaka", "2": "hayashi"}
    page = hall.desk("hayashi").get(at)
    assert page.content.decode().count('name="seen"') == 3 and hall.staff("tanaka").name in text(page)
    assert send(hall, "hayashi", case, "checklist", point=["0", "2"], seen=["0", "1", "2"]).status_code == 303
    case.refresh_from_db()
    assert sorted(case.checklist) == ["0", "2"]
    hall.propose(case, "tanaka", "grant")
    left = len(hall.definition(case.slug).review.checklist) - 2
    assert f"審査チェックが{left}件" in text(hall.desk("kimura").get(at))
    services.decision_approve(actor=hall.staff("kimura"), case_id=case.ref)
    services.decision_approve(actor=hall.staff("suzuki"), case_id=case.ref)
    assert send(hall, "tanaka", case, "checklist", point=["0", "1", "2"], seen=["0", "2"]).status_code == 409
    case.refresh_from_db()
    assert sorted(case.checklist) == ["0", "2"]
    assert f"{at}checklist/" not in hall.desk("tanaka").get(at).content.decode()
