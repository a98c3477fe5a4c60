"""A second decision on a case: it stands beside the first, and its letters name what they replace."""

from __future__ import annotations

import copy
import datetime as dt

import pytest
from tests.support.hall import OPENING, Hall, body_of, run_worker
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.delivery.models import Parcel
from madoguchi.kernel import audit, clock, witness
from madoguchi.kernel.models import Message
from madoguchi.records.models import IssuedDocument

CLAIM, NOTICE = "jidou-teate-mishiharai", "jidou-teate-kifu"



@pytest.fixture
def case(hall: Hall):
    return hall.case("hanako", CLAIM)



def test_a_second_decision_stands_beside_the_first(hall: Hall, case):
    first = hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="再調査の申出")
    second = hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    assert (first.number, second.number) == (1, 2)
    assert first.document_number != second.document_number
    old, new = IssuedDocument.objects.order_by("number")
    assert old.replaced_by == new
    assert new.replaced_by is None
    seen = {doc["number"]: doc for doc in hall.seen_by_applicant(case).view["documents"]}
    assert set(seen) == {first.document_number, second.document_number}, "the old one stays readable"
    client = hall.browser("hanako")
    for doc in seen.values():
        assert client.get(f"/my/{case.id}/document/{doc['id']}/").status_code == 200
    assert len({p.key for p in Parcel.objects.all()}) == Parcel.objects.count()
    assert {p.key.split(":")[0] for p in Parcel.objects.all()} == {str(first.id), str(second.id)}
    assert audit.verify() == []


def words_of(case, decision) -> list[str]:
    from madoguchi.casework.letters import letters_of
    from madoguchi.procedures.rules.faces.letter import letter_text

    return [letter_text(letter) for _, letter in letters_of(case, decision)]


def test_the_second_letter_names_the_one_that_it_replaces(hall: Hall, case):
    first = hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    assert all("替わります" not in words for words in words_of(case, first))
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="計算誤り")
    line = f"なお、令和8年11月20日付け{first.document_number}による通知は、この通知に替わります。"
    proposed = hall.propose(case, "tanaka", "grant")
    assert words_of(case, proposed) and all(words.count(line) == 1 for words in words_of(case, proposed)), "who approves reads it too"
    services.decision_approve(actor=hall.staff("kimura"), case_id=case.ref)
    second = services.decision_approve(actor=hall.staff("suzuki"), case_id=case.ref)
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="もう一度")
    third = words_of(case, hall.propose(case, "tanaka", "grant"))
    assert all(second.document_number in words and first.document_number not in words for words in third), "the last one, not all"


def test_a_letter_that_names_the_earlier_one_itself_says_it_once(hall: Hall):
    body = copy.deepcopy(body_of(CLAIM))
    letters = [x for x in body["文書"].values() if "grant" in x["処分"]]
    for letter in letters:
        letter["本文"] += "\n前の通知({前の処分日}付け{前の文書番号})を取り消します。"
    hall.publish(CLAIM, body)
    case = hall.case("hanako", CLAIM)
    first = hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="計算誤り")
    told = words_of(case, hall.propose(case, "tanaka", "grant"))
    assert told and all("替わります" not in words and f"(令和8年11月20日付け{first.document_number})を取り消します" in words for words in told)


def test_a_certificate_issued_again_says_so_below_its_frame(hall: Hall):
    d = hall.definition("risai-shoumei")
    framed = next(x for x in d.documents if x.layout == "枠組み" and not x.attached)
    from madoguchi.procedures.rules.faces.letter import LetterCity, letter_of
    from madoguchi.procedures.rules.faces.words import row_of

    row = row_of(d, outcome=framed.outcomes[0], number="七税第4号", decided=OPENING.date(), turn=2, before=("七税第3号", OPENING.date()))
    made = letter_of(d, framed, {}, {}, row, LetterCity(name="七尾市"))
    assert made.guidance.startswith("この書類は、令和8年11月20日付け七税第3号で交付した書類に替わるものです。") and "替わ" not in made.note
    assert "替わ" not in "".join(made.body)


def refused(hall: Hall, case) -> None:
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="計算誤り")
    hall.decide(case, "reject", "tanaka", "kimura", "suzuki")
    run_worker()


def sound(hall: Hall, case) -> str:
    assert audit.verify() == [] and witness.verify() == [] and not Message.objects.exclude(state="done").exists()
    return text(hall.desk("tanaka").get(f"/staff/case/{case.id}/"))


def test_what_was_handed_over_and_is_refused_now_is_told_to_the_section(hall: Hall, case):
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    sent = Parcel.objects.filter(state="delivered")
    assert sent.exists() and "取消しは伝わりません" not in sound(hall, case)
    refused(hall, case)
    page = sound(hall, case)
    assert all(f"「{parcel.name}」は、連携先（{parcel.target}）に渡してあります" in page for parcel in sent)
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="もう一度")
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    assert "取消しは伝わりません" not in sound(hall, case), "the newest decision has a file that says what it replaces"


def test_what_waits_to_be_handed_over_and_is_refused_now_goes_nowhere(hall: Hall, case, settings):
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    settings.OUT_ROOT.rmdir()
    settings.OUT_ROOT.write_text("in the way of the folder")
    run_worker()
    assert set(Parcel.objects.values_list("state", flat=True)) == {"waiting"}
    refused(hall, case)
    settings.OUT_ROOT.unlink()
    settings.OUT_ROOT.mkdir()
    with clock.frozen(OPENING + dt.timedelta(minutes=30)):
        run_worker()
    assert set(Parcel.objects.values_list("state", "skip_reason")) == {("skipped", "replaced")} and not list(settings.OUT_ROOT.iterdir())
    assert "取消しは伝わりません" not in sound(hall, case)
    assert "あとの決定に替わり、渡すものがなくなった" in text(hall.desk("tanaka").get("/staff/deliveries/"))
