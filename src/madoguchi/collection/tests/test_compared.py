"""The nightly check names what was changed by hand beside the sums: accounts, days, letters, changes, debits."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import F
from tests.support.hall import run_worker

from madoguchi.collection import changes, givebacks, ledger, runs, unmatched
from madoguchi.collection.models import Change, Demand, Excess, Instalment, Money, Posting, Reminder, RunFile

from .conftest import change_waiting, debited, excess_of_payer, printed_run, transferred, unmatched_money

BACK = dt.date(2026, 7, 1)


@pytest.fixture
def books(hall, came):
    """Letters, a change that was taken, money matched by hand, a refund, a 充当 with interest, reminders, debits that were asked for."""
    money = unmatched_money()
    printed_run()
    changes.change_take(actor=hall.staff("nakamura"), sheet_id=change_waiting(hall).id)
    unmatched.money_match(actor=hall.staff("yamada"), money_id=money.id, number=Instalment.objects.last().number)
    excess, second = excess_of_payer()
    transferred(hall)
    back = givebacks.offset_ask(actor=hall.staff("yamada"), excess_id=excess.id, amount=2_000, target_id=second.id, since=BACK)
    givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)
    debited(hall)
    runs.run_start(actor="test", kind="reminder", charge="keiji", year=2026, issued_on=dt.date(2026, 11, 21))
    run_worker()
    late = Instalment.objects.filter(demand__charge="shiken", settled_on=None).order_by("-no").first()
    came((late, 10_000, "final", "", dt.date(2026, 11, 20)), ("7" * 20, 3_000))


def of(debit, credit):
    return Posting.objects.filter(debit=debit, credit=credit)


def one(rows):
    return rows.model.objects.filter(pk=rows.order_by("pk").first().pk)


TAMPERED = {
    "の借方と貸方の組": lambda: one(of("receivable", "revenue")).update(debit="bank:elqr"),
    "の払い方・日・ファイルのどれか": lambda: one(of("bank:cvs", "receivable")).update(debit="bank:elqr"),
    "円の払い方・日・ファイル": lambda: one(of("bank:cvs", "receivable")).update(on=dt.date(2026, 5, 25)),
    "未整理の額は0円、帳簿では10,000円": lambda: one(of("suspense", "receivable")).update(money=None),
    "返していない過誤納金は": lambda: one(of("excess", "receivable")).update(money=None),
    "納め終わった日が合いません": lambda: one(Instalment.objects.filter(settled_on="2026-11-20", amount=10_000)).update(settled_on="2026-05-01"),
    "収納と不納欠損10,000円に、納め終わった日": lambda: one(
        Instalment.objects.filter(amount=10_000).exclude(settled_on=None)).update(settled_on=None),
    "作ったファイルの合計は": lambda: one(RunFile.objects.all()).update(amount=F("amount") + 1),
    "(または通数が違う)": lambda: one(RunFile.objects.all()).delete(),
    "督促の記録の合計は": lambda: one(Reminder.objects.all()).delete(),
    "(または通数・日が違う)": lambda: one(Reminder.objects.all()).update(on=dt.date(2026, 11, 1)),
    "その回の調定は4件": lambda: one(Demand.objects.filter(charge="keiji")).update(run=None),
    "更正のあとの年税額は9,001円、今": lambda: Change.objects.update(amount=9_001),
    "更正の差額の合計は-999円": lambda: Change.objects.update(amount=9_001),
    "そこに入っている期別・手数料は0件": lambda: Instalment.objects.update(debit=None),
}


def test_books_that_nobody_touched_are_equal(books) -> None:
    assert ledger.faults() == []


@pytest.mark.parametrize("words", TAMPERED)
def test_what_was_changed_by_hand_is_named(books, words) -> None:
    TAMPERED[words]()
    assert any(words in fault for fault in ledger.faults()), ledger.faults()


def test_excess_that_is_said_of_another_payment(books) -> None:
    Excess.objects.filter(left__gt=0).update(money=Money.objects.filter(outcome="applied").first())
    assert sum("返していない過誤納金は" in fault for fault in ledger.faults()) >= 2
