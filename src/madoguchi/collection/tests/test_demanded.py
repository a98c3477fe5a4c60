"""Whose a demand is, what is due and when: changed by hand in the database, it is named by the nightly check; by 更正 or by rule, it is not."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.collection import changes, keeping, ledger
from madoguchi.collection.models import Change, Demand, Instalment, Sheet
from madoguchi.files.public import files_forget
from madoguchi.kernel import clock

from .conftest import DUES, changes_text, printed_run


@pytest.fixture
def due(demanded, hall):
    """固定資産税 of three, one of whom has had a change: a 期 less, another more and later."""
    demanded(people=3, parts=3)
    printed_run(charge="kotei")
    rows = changes_text((9_000, 0, 12_000), dues=(DUES[0], DUES[1], "2027-01-31"))
    sheet = changes.change_read(actor=hall.staff("yamada"), charge="kotei", year=2026, data=rows.encode(), name="更正.csv")
    changes.change_take(actor=hall.staff("yamada"), sheet_id=sheet.id)


def of(notice, no=1):
    return Instalment.objects.filter(demand__notice=notice, no=no)


TAMPERED = {
    "調定 kotei 2026 00000002: ファイルでは宛名番号0000000002、今は0000000003": lambda: Demand.objects.filter(notice="00000002").update(
        payer="0000000003"),
    "00000002 第1期: ファイルでは10,000円・納期限2026-05-31、今は10,000円・納期限2027-05-31": lambda: of("00000002").update(due="2027-05-31"),
    "00000002 第9期: ファイルにありません": lambda: of("00000002").update(no=9),
    "調定 kotei 00000003: ファイル 調定.csv にあるのに": lambda: Demand.objects.filter(notice="00000003").update(notice="x"),
    "調定 keiji 2026 00000003: 取り込んだファイル 調定.csv にありません": lambda: Demand.objects.filter(notice="00000003").update(charge="keiji"),
    "調定のファイル 調定.csv: 宛名番号・期別税額・納期限・納付番号のどれか": lambda: gone(of("00000002").update(due="2027-05-31")),
    "00000001: 期別の額・納期限・納付番号のどれかが、最後の更正のあとと違います": lambda: of("00000001", 3).update(due="2027-02-28"),
    "更正のファイル 更正.csv: 更正の記録が": lambda: Change.objects.update(why="x"),
    "00000002: 廃棄済みとなっていますが、廃棄の記録がありません": lambda: Demand.objects.filter(notice="00000002").update(
        payer="", forgotten_on="2026-11-01"),
}


def gone(_):
    files_forget(ids=[str(Sheet.objects.get(kind="demands").file_id)])
    Sheet.objects.filter(kind="demands").update(file_id=None)


def test_what_a_change_made_is_no_difference(due) -> None:
    assert ledger.faults() == []


@pytest.mark.parametrize("words", TAMPERED)
def test_what_was_changed_by_hand_is_named(due, words) -> None:
    TAMPERED[words]()
    assert any(words in fault for fault in ledger.faults()), ledger.faults()


@pytest.mark.parametrize("kept", [True, False])
def test_what_was_destroyed_by_rule_is_no_difference(demanded, came, kept) -> None:
    first, second = demanded(people=2, parts=1, charge="keiji")
    came((first, 10_000))
    with clock.frozen(dt.datetime(2038, 4, 1, 9, tzinfo=clock.JST)):
        assert keeping.destroy(actor="cli:test", kind="demand", row_id=first.demand_id)
        if not kept:
            gone(None)
        assert ledger.faults() == []
        Demand.objects.filter(id=second.demand_id).update(payer="0000000009")
        assert bool(ledger.faults()) == kept, "without names and file nobody can say any more"


def test_numbers_that_were_exchanged_are_told_by_the_file(demanded) -> None:
    one, other = demanded(people=2, parts=1, charge="keiji")
    Instalment.objects.filter(id=one.id).update(number="1" * 20)
    Instalment.objects.filter(id=other.id).update(number=one.number)
    Instalment.objects.filter(id=one.id).update(number=other.number)
    [fault] = ledger.faults()
    assert fault.startswith("調定のファイル 調定.csv: 宛名番号・期別税額・納期限・納付番号のどれかが")
