"""Where the ways of one case meet: an answer under way, a 取下げ, a proposal, a re-examination, a letter that comes late. Whatever came first,
the case, the applicant's page, the mails and the record say the same."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support import papers
from tests.support.hall import OPENING, Hall, lists, run_worker
from tests.support.walk import text

from madoguchi.casework import letters, reopening, services, unanswered, withdrawing
from madoguchi.casework.models import Case, Correction, Decision
from madoguchi.intake import applications
from madoguchi.kernel import audit, outbox, witness
from madoguchi.kernel.models import Message
from madoguchi.notifications.models import Mail
from madoguchi.procedures.rules import generate

SLUG, PHONE = "jidou-teate-mishiharai", "0767123456"


@pytest.fixture
def case(hall: Hall) -> Case:
    return hall.case("hanako", SLUG, mail="hanako@example.jp")


def ask(hall: Hall, case: Case, path: str = "phone", who: str = "tanaka") -> None:
    services.correction_request(actor=hall.staff(who), case_id=case.ref, items=[(path, "直してください")],
                                due_on=OPENING.date() + dt.timedelta(days=9))


def answer(hall: Hall, case: Case, **more: object):
    d = hall.definition(case.slug)
    raw = lists(dict(generate._fields(d.question("phone"), PHONE, "phone")))
    return hall.browser("hanako").post(f"/my/{case.id}/correct/", raw | more)


def take(hall: Hall, case: Case) -> None:
    withdrawing.withdrawal_take(actor=hall.staff("tanaka"), case_id=case.ref, via="paper", why="紙で届いた")


def settled(hall: Hall, case: Case):
    """Everything is done that was promised, nothing is parked, and the record agrees with what stands."""
    run_worker()
    case.refresh_from_db()
    assert not Message.objects.exclude(state="done").exists()
    assert audit.verify() == [] and witness.verify() == []
    return hall.seen_by_applicant(case)


def page(hall: Hall, case: Case, at: str = "") -> str:
    return text(hall.browser("hanako").get(f"/my/{case.id}/{at}"))


def desk(hall: Hall, case: Case, at: str = "") -> str:
    return text(hall.desk("tanaka").get(f"/staff/case/{case.id}/{at}"))


def subjects() -> list[str]:
    return [mail.subject for mail in Mail.objects.order_by("id")]


def test_a_proposal_that_ended_with_the_withdrawal_is_no_fault_of_the_record(hall: Hall, case):
    hall.propose(case, "tanaka", "grant")
    take(hall, case)
    assert settled(hall, case).status == "withdrawn" and Decision.objects.get().state == "dropped"
    Decision.objects.update(state="returned")
    assert any("決定1の状態が記録と違います" in fault.ja for fault in witness.verify())


@pytest.mark.parametrize("first", ["withdrawal", "answer"])
def test_an_answer_and_a_withdrawal_in_the_same_moment(hall: Hall, case, first):
    ask(hall, case)
    run_worker()
    acts = [lambda: hall.browser("hanako").post(f"/my/{case.id}/withdraw/"), lambda: answer(hall, case)]
    for act in acts if first == "withdrawal" else reversed(acts):
        assert act().status_code == 303
    seen = settled(hall, case)
    assert (case.state, seen.status, case.revision, seen.revision) == ("withdrawn", "withdrawn", 2, 2)
    assert Correction.objects.get().answered_at and case.answers["phone"] == PHONE


def test_the_section_takes_the_withdrawal_while_an_answer_is_under_way(hall: Hall, case):
    ask(hall, case)
    run_worker()
    answer(hall, case)
    take(hall, case)
    assert settled(hall, case).status == "withdrawn" and case.answers["phone"] == PHONE
    assert "回答あり" in desk(hall, case, "?tab=talk")


def test_an_answer_that_crosses_a_proposal_brings_it_back_to_the_clerk(hall: Hall, case):
    ask(hall, case)
    run_worker()
    answer(hall, case)
    unanswered.correction_end(actor=hall.staff("tanaka"), case_id=case.ref, why="答えがないため")
    hall.propose(case, "tanaka", "grant")
    seen = settled(hall, case)
    assert (case.state, seen.status, Decision.objects.get().state) == ("reviewing", "under_review", "overtaken")
    assert "この内容で審査を続けます" in page(hall, case)
    assert hall.desk("kimura").post(f"/staff/case/{case.id}/approve/", {"seen": "1.1"}).status_code == 409
    assert "補正の答えが届き、戻りました" in desk(hall, case)
    again = desk(hall, case, "decide/")
    assert "決裁中に補正の答えが届いたので、起案を戻しました" in again and "前の起案の内容を入れてあります" in again
    second = hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    assert second.number == 2 and second.filing["phone"] == PHONE and settled(hall, case).status == "decided"


def test_an_answer_that_crosses_the_decision_is_kept_and_both_sides_are_told(hall: Hall, case):
    ask(hall, case)
    run_worker()
    answer(hall, case)
    unanswered.correction_end(actor=hall.staff("tanaka"), case_id=case.ref, why="答えがないため")
    first = hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    assert settled(hall, case).status == "decided" and first.filing["phone"] != PHONE == case.answers["phone"]
    assert "結果が出たあとに届きました。担当課が確認します" in page(hall, case)
    assert "補正1の答えが、決定のあとに届きました" in desk(hall, case)
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="答えが届いたため")
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    settled(hall, case)
    assert "決定のあとに届きました" not in desk(hall, case), "the second decision knows it"


def test_an_old_tab_says_that_what_was_pressed_has_not_arrived(hall: Hall, case):
    ask(hall, case)
    run_worker()
    assert answer(hall, case).status_code == 303 == answer(hall, case).status_code, "pressed twice"
    run_worker()
    ask(hall, case)
    take(hall, case)
    run_worker()
    late = answer(hall, case)
    assert late.status_code == 409 and "いま送った内容は届いていません" in text(late)
    assert hall.browser("hanako").get(f"/my/{case.id}/correct/").status_code == 303
    assert settled(hall, case).revision == 2


@pytest.mark.parametrize("end", ["recall", "withdraw", "answer"])
def test_a_file_that_was_put_in_is_sent_with_the_answer_and_not_before(hall: Hall, case, end):
    slot = hall.definition(SLUG).attachments[0]
    ask(hall, case, slot.id)
    run_worker()
    browser = hall.browser("hanako")
    kept = browser.post(f"/my/{case.id}/correct/", {f"file.{slot.id}": SimpleUploadedFile("new.jpg", papers.jpeg()), "_action": "add"})
    assert "new.jpg" in text(kept) and "new.jpg" not in page(hall, case), "on the page of the answer, not under what was sent"
    data = papers.jpeg()
    applications.document_add(application=hall.seen_by_applicant(case), slot=slot.id, source=io.BytesIO(data), name="later.jpg", size=len(data),
                              actor="resident:test")
    run_worker()
    case.refresh_from_db()
    assert [f["name"] for f in case.files[slot.id]] == ["later.jpg"]
    if end == "answer":
        assert answer(hall, case, _sure="yes").status_code == 303
    elif end == "recall":
        unanswered.correction_end(actor=hall.staff("tanaka"), case_id=case.ref, why="答えがないため")
    else:
        take(hall, case)
    names = [f["name"] for f in settled(hall, case).files[slot.id]]
    assert sorted(names) == sorted(f["name"] for f in case.files[slot.id]) == (["later.jpg", "new.jpg"] if end == "answer" else ["later.jpg"])
    assert ("new.jpg" in page(hall, case)) == (end == "answer")


def test_letters_that_come_late_leave_what_was_taken_up_again_as_it_is(hall: Hall, case, monkeypatch):
    """The folder for files was away when it was decided; meanwhile the case is taken up again and something is asked."""
    def away(*args: object, **more: object) -> None:
        raise OSError
    with monkeypatch.context() as patch:
        patch.setattr(letters, "file_write", away)
        hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
        run_worker()
        services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="計算誤り", asked=True)
        ask(hall, case)
        run_worker()
    outbox.hasten(key=Message.objects.get(handler="casework.letters").key)
    seen = settled(hall, case)
    assert (case.state, seen.status) == ("correction", "correction") and "/correct/" in page(hall, case)
    assert "結果：支給決定" in page(hall, case) and "未支払児童手当支給決定通知書" in page(hall, case)
    assert answer(hall, case).status_code == 303 and settled(hall, case).revision == 2


def test_a_refusal_replaces_the_letter_of_the_decision_before(hall: Hall, case):
    first = hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="計算誤り")
    second = hall.decide(case, "reject", "tanaka", "kimura", "suzuki")
    seen = settled(hall, case)
    assert f"新しい書類 {second.document_number} に替わりました。この書類は使わないでください" in page(hall, case)
    assert desk(hall, case).count("（差替え済み）") == 1
    got = {doc["number"]: hall.browser("hanako").get(f"/my/{case.id}/document/{doc['id']}/") for doc in seen.view["documents"]}
    named = {number: sent["Content-Disposition"] for number, sent in got.items()}
    assert "%E5%B7%AE%E6%9B%BF" in named[first.document_number] and "%E5%B7%AE%E6%9B%BF" not in named[second.document_number], "差替え"


def test_a_reexamination_that_is_taken_back_says_so_in_its_own_words(hall: Hall, case):
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="本人の申出", asked=True)
    run_worker()
    assert "もう一度審査しています。新しい結果が出るまで、この結果のままです" in page(hall, case)
    assert "もう一度の審査の申出を取り下げる" in page(hall, case) and "手続きを取り下げる" not in page(hall, case)
    assert "もう一度の審査の申出を取り下げる</h1>" in page(hall, case, "withdraw/")
    assert hall.browser("hanako").post(f"/my/{case.id}/withdraw/").status_code == 303
    asked = page(hall, case)
    assert "「結果が出ました」に戻ります" in asked and "この画面が「取り下げました」に変わります" not in asked
    reopening.reexamination_end(actor=hall.staff("tanaka"), case_id=case.ref, why="電話で聞いたため")  # the section was quicker
    seen = settled(hall, case)
    assert (seen.status, seen.view["withdrawal"]) == ("decided", "ended") and "取下げはできませんでした" not in page(hall, case)


def test_the_mail_of_a_reexamination_that_the_section_stops_speaks_of_no_withdrawal(hall: Hall, case):
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="まちがい", asked=True)
    run_worker()
    reopening.reexamination_end(actor=hall.staff("tanaka"), case_id=case.ref, why="別の申請とまちがえたため")
    settled(hall, case)
    assert subjects()[-1].endswith("お手続きについてのお知らせ")
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="本人の申出", asked=True)
    run_worker()
    hall.browser("hanako").post(f"/my/{case.id}/withdraw/")
    settled(hall, case)
    assert subjects()[-1].endswith("取下げについてのお知らせ")


def test_who_comes_second_reads_why_and_keeps_what_they_wrote(hall: Hall, case):
    ask(hall, case, who="hayashi")
    wrote = {"outcome": "grant", "reason": "要件に当てはまるため", "revision": "1"} | hall.decision_raw(case)
    late = hall.desk("tanaka").post(f"/staff/case/{case.id}/decide/", wrote)
    assert late.status_code == 409 and "いま補正の答えを待っています" in text(late) and "要件に当てはまるため" in text(late)
    unanswered.correction_end(actor=hall.staff("hayashi"), case_id=case.ref, why="電話で聞いたため")
    hall.propose(case, "hayashi", "grant")
    late = hall.desk("tanaka").post(f"/staff/case/{case.id}/correct/", {"path": "phone", "note.phone": "市外局番から", "due": "2026-12-01"})
    assert late.status_code == 409 and "いま決裁に進んでいます" in text(late) and "市外局番から" in text(late)
    take(hall, case)
    late = hall.desk("kimura").post(f"/staff/case/{case.id}/approve/", {"seen": "1.1"})
    assert late.status_code == 409 and "取下げで終わっています" in text(late) and case.receipt in text(late)
    assert settled(hall, case).status == "withdrawn"


def test_an_empty_memo_is_not_taken_silently(hall: Hall, case):
    sent = hall.desk("tanaka").post(f"/staff/case/{case.id}/note/", {"text": " \n "})
    assert sent.status_code == 422 and "メモに書く内容を入力してください" in text(sent)


def test_the_page_of_a_decision_says_whose_notices_they_are(hall: Hall, case):
    case.notices = [{"ja": "電話は日中のもの"}, {"ja": "面談の合図", "staff": True}]
    case.save(update_fields=["notices"])
    shown = desk(hall, case, "decide/")
    at = [shown.index(words) for words in ("手続きのときに画面で伝えた注意", "電話は日中のもの", "職員だけに見える注意", "面談の合図")]
    assert at == sorted(at)
