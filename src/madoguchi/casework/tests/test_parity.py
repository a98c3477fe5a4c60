"""Whoever changes a case, its decisions or its letters in the database is found: the record has the digests of what was written."""

from __future__ import annotations

import copy
import datetime as dt

import pytest
from tests.support.hall import OPENING, Hall

from madoguchi.casework.models import Approval, Case, Correction, Decision
from madoguchi.delivery.models import Parcel
from madoguchi.files.models import StoredFile
from madoguchi.identity.models import Staff
from madoguchi.intake.models import Application, Revision
from madoguchi.kernel import clock, filed
from madoguchi.kernel.models import AuditKey
from madoguchi.kernel.witness import Act
from madoguchi.records.models import IssuedDocument

from .world import NUMBERED, faults


def names(case) -> list[str]:
    """The words, each of which names the case by its receipt number."""
    found = faults()
    assert all(fault.chain == f"case:{case.id}" for fault in found)
    assert all(case.receipt in fault.ja or "発行した書類" in fault.ja for fault in found), found
    return [fault.ja.partition(": ")[2] or fault.ja for fault in found]


def test_a_case_that_nobody_touched_is_as_the_record_says(hall: Hall, decided):
    other = hall.case("taro", "jidou-teate-mishiharai")
    assert faults() == [] and other.ref != decided.ref


@pytest.mark.parametrize(("values", "words"), [
    ({"outcome": "reject"}, "決定1の結果が記録と違います(記録 accept、今は reject)"),
    ({"reason": "x"}, "決定1の理由か、職員が書いた内容(金額・日など)が、起案の時と違います"),
    ({"answers": {"amount": 900000}}, "決定1の理由か、職員が書いた内容(金額・日など)が、起案の時と違います"),
    ({"filing": {}}, "決定1のもとになった申請の答えが、起案の時と違います"),
    ({"document_number": "七子第999号"}, "今は 七子第999号)"),
    ({"state": "returned"}, "決定1の状態が記録と違います(記録 final、今は returned)"),
    ({"decided_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}, "決定1の決定した日時が記録と違います"),
])
def test_a_decision_that_was_changed_is_named(hall: Hall, decided, values, words):
    assert Decision.objects.filter(case=decided).update(**values) == 1
    found = names(decided)
    assert len(found) == 1 and words in found[0], found


def test_who_proposed_and_who_stamped_is_compared(hall: Hall, decided):
    sato = Staff.objects.get(username=hall.staff("sato").username)
    Decision.objects.filter(case=decided).update(proposed_by=sato)
    assert "起案した人が記録と違います" in names(decided)[0]


def test_a_stamp_that_nobody_gave_and_a_decision_that_nobody_proposed_are_named(hall: Hall, decided):
    decision, sato = Decision.objects.get(case=decided), Staff.objects.get(username=hall.staff("sato").username)
    Approval.objects.create(decision=decision, step=7, role="manager", by=sato, at=decision.decided_at, approved=True)
    assert names(decided) == [f"決定1に、記録のない決裁の印があります({sato.actor})"]
    Approval.objects.filter(step=7).delete()
    Decision.objects.create(case=decided, number=2, outcome="accept", state="final", proposed_by=sato, proposed_at=decision.decided_at)
    assert names(decided) == ["決定2を起案した記録がありません(誰かが書き足した疑い)"]


def changed(answers):
    return copy.deepcopy(answers) | {"phone": "09099999999"}


def test_an_answer_changed_in_the_case_is_named(hall: Hall, decided):
    Case.objects.filter(id=decided.id).update(answers=changed(decided.answers))
    assert names(decided) == ["答えが、送られた時と違います"]


def test_an_answer_changed_on_the_side_of_the_resident_is_named(hall: Hall, decided):
    row = Application.objects.get(id=decided.id)
    Application.objects.filter(id=decided.id).update(answers=changed(row.answers))
    assert names(decided) == ["答えが、送られた時と違います"]


def test_what_was_sent_first_is_compared_after_a_correction_too(hall: Hall, decided):
    first = Revision.objects.get(application_id=decided.id)
    Revision.objects.filter(id=first.id).update(answers=changed(first.answers))
    assert "1回目の補正の前の答えが、送られた時と違います" in names(decided)


def other_files(files, slot, **more):
    files = copy.deepcopy(files)
    files[slot][0] |= {"sha256": "0" * 64} | more
    return files


@pytest.mark.parametrize("model", [Case, Application])
def test_a_file_put_in_the_place_of_another_is_named(hall: Hall, model):
    case = hall.case("hanako", "risai-shoumei")
    row = model.objects.get(id=case.id)
    slot = next((slot for slot, entries in row.files.items() if entries), None)
    assert slot, "the case of this test has a file"
    model.objects.filter(id=case.id).update(files=other_files(row.files, slot))
    assert "添付が、送られた時と違います" in names(case)


@pytest.mark.parametrize("model", [Case, Application])
def test_a_file_put_in_the_place_of_one_that_followed_later_is_named(hall: Hall, decided, model):
    row = model.objects.get(id=decided.id)
    slot = next(slot for slot, entries in row.files.items() if entries and "added" in entries[0])
    later = dt.datetime.fromisoformat(row.files[slot][0]["added"]) + dt.timedelta(days=1)
    model.objects.filter(id=decided.id).update(files=other_files(row.files, slot, added=later.isoformat()))
    assert names(decided) == ["記録のない添付があります(誰かが書き足した疑い)"]


@pytest.mark.parametrize(("model", "fact"), [(Case, "受付番号"), (Application, "受付番号")])
def test_the_number_under_which_it_was_received_is_compared(hall: Hall, decided, model, fact):
    model.objects.filter(id=decided.id).update(receipt="R8-9999-9999-9")
    assert any(f"{fact}が記録と違います" in fault.ja for fault in faults())


@pytest.mark.parametrize("model", [Case, Application])
def test_the_moment_of_arrival_on_which_every_deadline_hangs_is_compared(hall: Hall, decided, model):
    row = model.objects.get(id=decided.id)
    model.objects.filter(id=decided.id).update(filed_at=row.filed_at - dt.timedelta(minutes=1))
    assert any("届いた日時が記録と違います" in words for words in names(decided))


def test_a_filing_of_before_the_moment_stood_in_the_record_came_when_it_was_written():
    act = Act(1, OPENING, "application.filed", {}, True)
    assert filed.arrival_unlike(act, OPENING - dt.timedelta(seconds=3)) == ""
    assert filed.arrival_unlike(act, OPENING - dt.timedelta(days=1)) == "届いた日時が記録と違います"
    paper = Act(1, OPENING, "application.filed", {"received": "2026-11-10"}, True)
    assert filed.arrival_unlike(paper, dt.datetime(2026, 11, 10, 9, tzinfo=clock.JST)) == ""
    assert filed.arrival_unlike(paper, dt.datetime(2026, 11, 11, 9, tzinfo=clock.JST)) != ""


def test_a_hand_over_that_was_made_with_other_bytes_is_named(hall: Hall, decided):
    assert Parcel.objects.filter(case_ref=decided.ref).update(sha256="0" * 64)
    assert any("連携ファイルの控え(" in words and "作った時と違います" in words for words in names(decided))


def test_what_was_asked_in_a_correction_is_compared(hall: Hall, decided):
    row = Correction.objects.get(case=decided)
    Correction.objects.filter(id=row.id).update(items=[row.items[0] | {"note": "ほかのこと"}])
    assert names(decided) == ["補正1で頼んだ内容が、記録と違います"]


def test_a_letter_whose_digest_was_changed_is_named(hall: Hall, decided):
    IssuedDocument.objects.filter(case_ref=decided.ref).update(sha256="0" * 64)
    assert any("要約値が、発行した時と違います" in words for words in names(decided))
    assert any("のファイルが、控えと違います" in words for words in names(decided))


def test_a_letter_whose_file_is_another_is_named(hall: Hall, decided):
    letter = IssuedDocument.objects.filter(case_ref=decided.ref).first()
    StoredFile.objects.filter(id=letter.file_id).update(sha256="0" * 64)
    assert names(decided) == [f"発行した書類 {letter.number} のファイルが、控えと違います"]


def test_a_key_that_does_not_open_is_said_and_nothing_is_accused(hall: Hall, decided):
    AuditKey.objects.filter(chain=f"case:{decided.id}").update(sealed=b"k1." + b"0" * 60)
    assert [fault.ja for fault in faults()] == ["要約値の鍵が開きません(鍵束が、この記録のものか確かめてください)。中身は比べていません"]


def test_the_second_decision_is_compared_with_the_filing_that_it_stood_on(hall: Hall, decided):
    from madoguchi.casework import services

    yoshida = hall.staff("yoshida")
    services.case_reopen(actor=yoshida, case_id=decided.ref, why="計算誤り")
    case = Case.objects.get(id=decided.id)
    services.decision_propose(actor=yoshida, case_id=case.ref, outcome_id="accept", reason="もう一度確かめたため", raw=hall.decision_raw(case))
    assert case.slug == NUMBERED and faults() == []
    Decision.objects.filter(case=case, number=1).update(reason="y")
    assert [words[:4] for words in names(case)] == ["決定1の"]
