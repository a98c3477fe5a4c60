"""消込: what is reported is set against what is due, to the yen, in whatever order it comes."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.collection import ledger, nightly, results, unmatched
from madoguchi.collection.errors import DemandNotFound, MatchWrong, MoneyMoved
from madoguchi.collection.formats.received import Received
from madoguchi.collection.models import Excess, Instalment, Money, Posting, Sheet
from madoguchi.collection.rules import place
from madoguchi.kernel import clock

from .conftest import PAID_ON

NOBODY = "88888888888888888888"


def fresh(*rows):
    for row in rows:
        row.refresh_from_db()


def test_a_payment_settles_its_instalment(demanded, came) -> None:
    first, second, *_ = demanded()
    sheet = came((first, 10_000), (second, 10_000))
    fresh(first, second)
    assert (first.paid, first.settled_on) == (10_000, PAID_ON)
    assert sheet.counts == {"applied": [2, 20_000]}
    assert ledger.balances() == {"receivable": 100_000, "revenue": -120_000, "bank:cvs": 20_000}
    assert ledger.faults() == []


def test_the_same_file_again_changes_nothing(demanded) -> None:
    first, *_ = demanded()
    rows = [results.Received(1, 0, first.number, 10_000, PAID_ON, "cvs", "final", "")]
    taken = results.Results("cvs", "a.txt", b"same", rows)
    one, new = results.results_take(actor="command", results=taken)
    again, newer = results.results_take(actor="command", results=taken)
    assert (new, newer, one.id) == (True, False, again.id)
    assert Money.objects.count() == 1


@pytest.mark.parametrize("together", [True, False])
def test_two_payments_of_one_slip_are_excess(demanded, came, together) -> None:
    first, *_ = demanded()
    if together:
        came((first, 10_000), (first, 10_000))
    else:
        came((first, 10_000))
        came((first, 10_000))
    excess = Excess.objects.get()
    assert (excess.why, excess.amount, excess.left, excess.instalment) == ("twice", 10_000, 10_000, first)
    assert ledger.balances()["excess"] == -10_000
    assert ledger.faults() == []


def test_less_and_more_than_is_due(demanded, came) -> None:
    first, second, *_ = demanded()
    came((first, 4_000), (second, 10_500))
    fresh(first, second)
    assert (first.paid, first.settled_on) == (4_000, None)
    assert (second.paid, second.settled_on) == (10_000, PAID_ON)
    assert list(Money.objects.order_by("record").values_list("outcome", flat=True)) == ["partial", "over"]
    assert Excess.objects.get().amount == 500
    came((first, 6_000))
    fresh(first)
    assert first.settled_on == PAID_ON
    assert ledger.faults() == []


def test_what_is_paid_too_late_pays_the_late_charge_with_what_is_over(demanded, came) -> None:
    first, *_ = demanded(each=56_400)
    paid = dt.date(2026, 9, 25)
    came((first, 60_000, "final", "", paid))
    fresh(first)
    owed = 60_000 - 56_400
    assert first.paid == 56_400
    assert 0 < first.late_paid < owed, "56,000円の117日分"
    assert Excess.objects.get().amount == owed - first.late_paid
    assert ledger.faults() == []


def test_money_of_no_slip_waits_and_is_set_by_a_clerk(demanded, came, hall) -> None:
    first, second, *_ = demanded()
    off = first.number[:8] + "7" + first.number[9:]
    came((off, 10_000), (NOBODY, 3_000))
    money, other = Money.objects.order_by("record")
    assert ledger.balances()["suspense"] == -13_000
    best = unmatched.candidates_of(money)[0]
    assert best.instalment == first
    assert "納付番号の違い" in best.why
    clerk = hall.staff("yamada")
    with pytest.raises(MatchWrong):
        unmatched.money_match(actor=clerk, money_id=money.id, number=NOBODY)
    unmatched.money_match(actor=clerk, money_id=money.id, number=first.number)
    fresh(first)
    assert first.settled_on == PAID_ON
    with pytest.raises(MoneyMoved):
        unmatched.money_match(actor=clerk, money_id=money.id, number=second.number)
    with pytest.raises(DemandNotFound):
        unmatched.money_match(actor=hall.staff("tanaka"), money_id=other.id, number=second.number)
    assert ledger.balances()["suspense"] == -3_000
    assert ledger.faults() == []


def test_a_prompt_is_no_money_and_its_cancel_takes_it_back(demanded, came) -> None:
    first, *_ = demanded()
    came((first, 10_000, "prompt", "01"))
    fresh(first)
    assert (first.prompt_on, first.paid) == (PAID_ON, 0)
    came((first, 10_000, "cancel", "03"))
    fresh(first)
    assert first.prompt_on is None
    came((first, 10_000, "prompt", "01"))
    came((first, 10_000, "final", "02"))
    fresh(first)
    assert (first.prompt_on, first.paid) == (None, 10_000)
    assert ledger.balances()["bank:cvs"] == 10_000
    assert ledger.faults() == []


def test_a_debit_that_failed_leaves_its_reason(demanded, came) -> None:
    first, second, *_ = demanded()
    came((first, 10_000, "failed", "1"), (second, 10_000, "final", "0"), form="zengin")
    fresh(first, second)
    assert (first.failed_code, first.paid) == ("1", 0)
    assert second.settled_on == PAID_ON
    assert ledger.faults() == []


@given(amount=st.integers(1, 10**10), left=st.integers(0, 10**10), late=st.integers(0, 10**10), fee=st.integers(0, 1_000))
def test_a_payment_is_placed_to_the_yen(amount, left, late, fee) -> None:
    placed = place(amount, left=left, late=late, fee=fee)
    assert placed.principal + placed.fee + placed.late + placed.excess == amount
    assert placed.principal <= left and placed.late <= late and placed.fee <= fee
    assert not placed.excess or (placed.principal, placed.fee, placed.late) == (left, fee, late)
    assert not placed.fee or placed.principal == left
    assert not placed.late or (placed.principal, placed.fee) == (left, fee)


PAYMENT = st.tuples(st.integers(0, 3), st.sampled_from([1, 2_999, 3_000, 3_001, 7_000]),
                    st.sampled_from(["final", "final", "final", "prompt", "cancel", "failed"]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.lists(PAYMENT, min_size=1, max_size=5), min_size=1, max_size=4))
def test_whatever_comes_in_whatever_order_the_books_are_equal(demanded, came, files) -> None:
    point = transaction.savepoint()
    rows = demanded(people=1, each=3_000)
    for days, payments in enumerate(files):  # of a day each: of one day they would be a file that was sent again
        on = PAID_ON + dt.timedelta(days=days)
        came(*((rows[n] if n < 3 else NOBODY, yen, stage, "", on) for n, yen, stage in payments))
    final = sum(yen for payments in files for _, yen, stage in payments if stage == "final")
    assert sum(v for k, v in ledger.balances().items() if k.startswith("bank:")) == final
    assert ledger.faults() == []
    transaction.savepoint_rollback(point)


BREAKS = {
    "元になった": lambda: Money.objects.filter(outcome="unknown")._raw_delete("default"),
    "通知書": lambda: Instalment.objects.filter(no=4).update(amount=9_000),
    "収納済みは": lambda: Instalment.objects.filter(paid=0).update(paid=1),
    "記帳は": lambda: Posting.objects.filter(debit="bank:cvs").delete(),
    "ファイル": lambda: Money.objects.filter(outcome="prompt").delete(),
    "監査の鎖": lambda: Sheet.objects.filter(kind="demands").update(amount=1),
    "過誤納金": lambda: Excess.objects.update(left=0),
    "未整理": lambda: Money.objects.filter(outcome="unknown").update(stage="prompt"),
    "督促手数料は": lambda: Instalment.objects.filter(no=4).update(fee=5),
    "督促手数料の収納": lambda: Instalment.objects.filter(no=4).update(fee=5, fee_paid=5),
    "帳簿では": lambda: Instalment.objects.filter(no=4).update(paid=0, written=10_000, settled_on=PAID_ON),
    "承認された不納欠損": lambda: Instalment.objects.filter(no=4).update(paid=0, written=10_000, settled_on=PAID_ON),
    "延滞金": lambda: Instalment.objects.filter(no=2).update(late_paid=5),
}


@pytest.mark.parametrize("words", BREAKS)
def test_each_difference_is_found_and_named(demanded, came, words) -> None:
    first, second, third, *_ = demanded()
    came((first, 10_000), (second, 10_001), (NOBODY, 700), (third, 10_000, "prompt"))
    assert ledger.faults() == []
    BREAKS[words]()
    assert any(words in fault for fault in ledger.faults()), ledger.faults()


def test_the_books_are_compared_once_a_day_and_the_operator_sees_it(demanded, hall) -> None:
    assert nightly.books_check() == 0 and nightly.books_checked() is None, "there is nothing to compare yet"
    first, *_ = demanded()
    assert nightly.books_check() == 0
    assert "違い0件" in hall.desk("admin").get("/staff/operations/").content.decode()
    Instalment.objects.filter(id=first.id).update(late_paid=5)
    assert nightly.books_check() == 0, "not again on the same day"
    with clock.frozen(clock.now() + dt.timedelta(days=1)):
        assert nightly.books_check() == 1
        assert "突き合わせの画面" in hall.desk("admin").get("/staff/operations/").content.decode()


def test_what_a_file_says_in_a_number_stays_one_column_of_one_row():
    rows = [Received(1, 0, "a\tb\\c\nd", 10, PAID_ON, "cvs", "final", "\r"), Received(2, 0, "999", 10, PAID_ON, "cvs", "final", "")]
    odd, plain = results._lines(rows, {"999"}, hashlib.sha256())
    assert odd == f"1\ta\\tb\\\\c\\nd\t10\t{PAID_ON}\tcvs\tfinal\t\\r\t1\n"
    assert plain == f"2\t999\t10\t{PAID_ON}\tcvs\tfinal\t\t0\n"
