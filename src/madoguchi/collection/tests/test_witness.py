"""`madoguchi audit verify` looks behind the chain: rows of the books that were changed by hand are named."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import call_command

from madoguchi.collection import changes, unmatched, writeoffs
from madoguchi.collection.models import DebitRequest, GiveBack, Instalment, Money, Run, Sheet, Transfer, WriteOff
from madoguchi.files.models import StoredFile
from madoguchi.kernel import audit, witness

from .conftest import (
    change_waiting,
    debited,
    excess_of_payer,
    printed_run,
    transferred,
    unmatched_money,
    write_off_asked,
)


@pytest.fixture
def books(hall):
    """A little of everything: demands, a change taken and one waiting, money, letters, a debit, a refund, a write-off."""
    money = unmatched_money()
    printed_run()
    changes.change_take(actor=hall.staff("nakamura"), sheet_id=change_waiting(hall).id)
    unmatched.money_match(actor=hall.staff("yamada"), money_id=money.id, number=Instalment.objects.last().number)
    excess_of_payer()
    transferred(hall)
    debited(hall)
    row = write_off_asked(hall)
    writeoffs.write_off_answer(actor=hall.staff("nakamura"), write_off_id=str(row.id), approve=True)


def test_books_that_nobody_touched_are_what_the_record_says(books) -> None:
    assert audit.verify() + witness.verify() == []


def again(model):
    row = model.objects.first()
    row.pk = None
    row.sha256 = "x"
    row.save(force_insert=True)


TAMPERED = {
    "取り込んだファイル": lambda: Sheet.objects.filter(kind="results").update(amount=1),
    "の行った人が記録と違います": lambda: Sheet.objects.filter(kind="demands").update(by="staff:other"),
    "還付・充当": lambda: GiveBack.objects.update(amount=5_000),
    "の承認した人が記録と違います": lambda: GiveBack.objects.update(approved_by="staff:other"),
    "総合振込 ": lambda: Transfer.objects.update(amount=5_000),
    "総合振込のファイル": lambda: StoredFile.objects.filter(id=Transfer.objects.get().file_id).delete(),
    "口座振替の請求 ": lambda: DebitRequest.objects.update(debits=9),
    "通知書・督促状": lambda: Run.objects.update(letters=1),
    "誰かが書き足した": lambda: again(Run),
    "消し込んだ入金": lambda: Money.objects.filter(outcome="applied").update(amount=1),
    "不納欠損": lambda: WriteOff.objects.update(amount=1),
    "の起算日": lambda: WriteOff.objects.update(since=dt.date(2017, 1, 1)),
    "の状態が記録と違います": lambda: WriteOff.objects.update(state="declined"),
    "が消されています": lambda: WriteOff.objects.all().delete(),
}


@pytest.mark.parametrize("words", TAMPERED)
def test_a_row_that_was_changed_by_hand_is_named(books, words) -> None:
    TAMPERED[words]()
    assert audit.verify() == [], "the chain itself is whole"
    assert any(words in fault.ja and fault.chain == "collection" for fault in witness.verify()), witness.verify()


def test_the_command_names_it(books) -> None:
    WriteOff.objects.update(amount=1)
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("audit", "verify", stdout=out)
    assert "不納欠損" in out.getvalue() and "の金額が記録と違います(記録 10000、今は 1)" in out.getvalue()
