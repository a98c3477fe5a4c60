"""At the counter: somebody without the card lost the access code, and a clerk who has checked who it is hands over a new one."""

from __future__ import annotations

import re

import pytest
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import codes
from madoguchi.casework.errors import ReasonMissing
from madoguchi.casework.models import Case, Note
from madoguchi.intake import applications, filing
from madoguchi.intake.errors import CodeWrong, NotOpenForThis
from madoguchi.intake.models import Application
from madoguchi.intake.rules import MAX_TRIES
from madoguchi.kernel import audit
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail

from .world import faults

HOW = "運転免許証を窓口で確認"
SLUG = "jidou-teate-mishiharai"


@pytest.fixture
def case(hall: Hall) -> Case:
    """A case of who filed without the card, with the code 12345678."""
    found = hall.case("hanako", SLUG, mail="hanako@example.jp")
    Application.objects.filter(id=found.id).update(owner="g:" + "1" * 40, code_digest=filing.code_digest(found.receipt, "12345678"))
    return found


def press(client, case: Case, how: str = HOW):
    return client.post(f"/staff/case/{case.id}/code/", {"how": how})


def opens(case: Case, code: str) -> bool:
    try:
        applications.application_by_code(receipt=case.receipt, code=code)
    except CodeWrong:
        return False
    return True


def test_the_sheet_shows_the_new_code_once_and_the_old_one_is_over(hall: Hall, case):
    desk = hall.desk("tanaka")
    sent = press(desk, case)
    assert (sent.status_code, sent["Location"]) == (303, f"/staff/case/{case.id}/code/sheet/")
    sheet = desk.get(sent["Location"])
    assert sheet["Cache-Control"] == "no-store"
    code = re.search(r"(\d{4}) (\d{4})</b>", text(sheet))
    assert code
    assert opens(case, code[1] + code[2])
    assert not opens(case, "12345678")
    assert case.receipt in text(sheet)
    again = text(desk.get(sent["Location"]))
    assert code[0] not in again
    assert "一度だけ表示します" in again


def test_a_lock_ends_with_the_new_code(hall: Hall, case):
    for n in range(MAX_TRIES):
        assert not opens(case, f"{n:08d}")
    assert "まちがいが続き、止まっています" in text(hall.desk("tanaka").get(f"/staff/case/{case.id}/?tab=talk"))
    _, code = codes.code_issue(actor=hall.staff("tanaka"), case_id=case.ref, how=HOW)
    assert opens(case, code)


def test_how_it_was_checked_who_asks_must_be_said(hall: Hall, case):
    refused = press(hall.desk("tanaka"), case, " ")
    assert refused.status_code == 422
    assert "どう確かめたかを書いてください" in text(refused)
    assert opens(case, "12345678")
    with pytest.raises(ReasonMissing):
        codes.code_issue(actor=hall.staff("tanaka"), case_id=case.ref, how="")


def test_who_how_and_when_are_on_record_and_the_code_is_nowhere(hall: Hall, case):
    _, code = codes.code_issue(actor=hall.staff("tanaka"), case_id=case.ref, how=HOW)
    entry = AuditEntry.objects.get(chain=f"case:{case.id}", action="code.issued")
    assert entry.actor == "staff:tanaka"
    assert entry.facts == {}
    assert entry.digest
    assert HOW in Note.objects.get(case=case).text
    run_worker()
    row = Application.objects.get(id=case.id)
    assert row.code_digest == filing.code_digest(case.receipt, code)
    for kept in (str(row.view), Note.objects.get(case=case).text, *(m.body for m in Mail.objects.all())):
        assert code not in kept
    assert audit.verify() == faults() == []
    assert "新しい確認番号を渡した" in text(hall.desk("tanaka").get(f"/staff/case/{case.id}/?tab=history"))


def test_the_applicant_is_told_that_there_is_a_new_one(hall: Hall, case):
    before = Mail.objects.count()
    codes.code_issue(actor=hall.staff("tanaka"), case_id=case.ref, how=HOW)
    run_worker()
    row = Application.objects.get(id=case.id)
    assert row.view["timeline"][-1]["ja"] == "確認番号を新しくしました"
    assert row.status == "filed"
    assert Mail.objects.count() == before + 1


def test_a_note_of_it_that_goes_is_noticed(hall: Hall, case):
    codes.code_issue(actor=hall.staff("tanaka"), case_id=case.ref, how=HOW)
    run_worker()
    audit.seal()
    assert faults() == []
    Note.objects.all().delete()
    assert faults()


def test_another_section_and_the_auditor_hand_over_nothing(hall: Hall, case):
    for who, status in (("sato", 404), ("yamada", 404)):
        assert press(hall.desk(who), case).status_code == status
        assert hall.desk(who).get(f"/staff/case/{case.id}/code/sheet/").status_code == status
    with pytest.raises(NotFound):
        codes.code_issue(actor=hall.staff("yamada"), case_id=case.ref, how=HOW)
    with pytest.raises(NotFound):
        codes.code_issue(actor=hall.staff("tanaka"), case_id="00000000-0000-4000-8000-000000000000", how=HOW)
    assert opens(case, "12345678")


def test_who_signs_in_with_the_card_has_no_code(hall: Hall):
    case = hall.case("hanako", SLUG)
    page = text(hall.desk("tanaka").get(f"/staff/case/{case.id}/?tab=talk"))
    assert "確認番号はありません" in page
    assert f"/staff/case/{case.id}/code/" not in page
    refused = press(hall.desk("tanaka"), case)
    assert refused.status_code == 422
    assert "同じ方法でログインすると" in text(refused)
    with pytest.raises(NotOpenForThis):
        codes.code_issue(actor=hall.staff("tanaka"), case_id=case.ref, how=HOW)
    assert Application.objects.get(id=case.id).code_digest == ""


def test_the_sheet_is_in_the_language_of_the_filing_too(hall: Hall, case):
    Application.objects.filter(id=case.id).update(language="vi")
    desk = hall.desk("tanaka")
    sheet = text(desk.get(press(desk, case)["Location"]))
    assert "手続きの状況を見られます。" in sheet
    assert "Mã xác nhận cũ không còn dùng được." in sheet
