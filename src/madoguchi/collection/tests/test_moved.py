"""A payment that somebody moves in the database to another payer is named by the nightly check; what a clerk matched by hand is not."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.collection import changes, debits, desk, givebacks, ledger, nightly, results, unmatched
from madoguchi.collection.accounts import FIELDS
from madoguchi.collection.formats.profiles import profile
from madoguchi.collection.formats.received import Received
from madoguchi.collection.formats.zengin import Account, Debit, answered, debit_request
from madoguchi.collection.models import Excess, FeeSlip, GiveBack, Instalment, Money, Posting
from madoguchi.collection.moved import moved
from madoguchi.files.public import files_forget
from madoguchi.kernel import audit, clock, witness

from .conftest import ACCOUNT, PAID_ON, changes_text, excess_of_payer, shops_file

NOBODY = "8" * 20


def moved_to(money, part, **number):
    """All rows of a payment say that somebody else paid, to the yen."""
    before = money.instalment
    Money.objects.filter(id=money.id).update(instalment=part, **number)
    Posting.objects.filter(money=money).update(instalment=part)
    Instalment.objects.filter(id=part.id).update(paid=10_000, settled_on=PAID_ON)
    Instalment.objects.filter(id=before.id).update(paid=0, settled_on=None)


def test_a_payment_that_was_moved_to_another_payer_is_named(demanded, came) -> None:
    first, second, third, *_ = demanded(people=3, parts=1, charge="keiji")
    came((first, 10_000), (second, 10_000))
    assert nightly.differences() == []
    moved_to(Money.objects.get(instalment=first), third)
    [fault] = ledger.faults()
    assert first.number in fault and third.number in fault and "職員が消し込んだ記録はありません" in fault
    assert audit.verify() == []


def test_with_the_number_changed_too_the_file_itself_tells(demanded, hall) -> None:
    first, second, third, *_ = demanded(people=3, parts=1, charge="keiji")
    data = shops_file([(first.number, 10_000), (second.number, 10_000)])
    sheet, _ = desk.results_import(actor=hall.staff("yamada"), form="cvs", data=data, name="確報.txt")
    moved_to(Money.objects.get(instalment=second), third, number=third.number)
    [fault] = ledger.faults()
    assert f"ファイルでは納付番号{second.number}・10,000円" in fault and f"帳簿では納付番号{third.number}" in fault
    files_forget(ids=[str(sheet.file_id)])
    type(sheet).objects.filter(id=sheet.id).update(file_id=None)
    [fault] = ledger.faults()
    assert fault.startswith("ファイル 確報.txt: 入金の番号・額・日のどれかが")


def test_a_file_that_was_read_by_another_layout_and_an_online_payment_are_read_again(demanded, hall) -> None:
    first, second, *_ = demanded(people=2, parts=1, charge="keiji")
    paid = dt.date(2026, 10, 20)
    layout, account = profile("zengin", "zengin-debit-ebcdic"), Account(*(ACCOUNT[name] for name in FIELDS))
    asked = b"".join(debit_request(layout, debits.sender(), paid, [Debit(first.number, account, 10_000, "0")]))
    data = b"".join(answered(asked, layout, lambda _: "0", today=clock.today()))
    read = results.read_results(form="zengin", data=data, name="結果.txt", profile="zengin-debit-ebcdic")
    results.results_take(actor="test", results=read)
    lines = {"order": "x", "payment": "y", "means": "card", "on": str(paid), "lines": [[second.number, 10_000, 0]]}
    results.results_take(actor="test", results=results.Results("online", "オンラインの納付 T1", json.dumps(lines).encode(), [
        Received(1, 0, second.number, 10_000, paid, "online", "final", "")]))
    assert ledger.faults() == []
    Money.objects.update(paid_on=paid + dt.timedelta(days=1))
    found = [fault for fault in ledger.faults() if "帳簿では納付番号" in fault]
    assert len(found) == 2 and first.number in found[0] and second.number in found[1]


def test_a_file_that_no_layout_reads_any_more_is_named_by_its_name(demanded, came) -> None:
    first, second, *_ = demanded(people=2, parts=1, charge="keiji")
    came((first, 10_000))
    Money.objects.update(paid_on=PAID_ON + dt.timedelta(days=1))
    assert any(fault.startswith("ファイル 1.txt: 入金の番号・額・日のどれかが") for fault in ledger.faults())


def test_what_a_clerk_matched_by_hand_is_no_difference(demanded, came, hall) -> None:
    first, second, *_ = demanded(people=2, parts=1, charge="keiji")
    came((NOBODY, 10_000))
    money = Money.objects.get()
    unmatched.money_match(actor=hall.staff("yamada"), money_id=money.id, number=first.number)
    assert nightly.differences() == []
    money.refresh_from_db()
    moved_to(money, second)
    assert any(second.number in fault for fault in ledger.faults()), "the clerk matched it with somebody else"


def test_a_voided_slip_and_what_is_set_free_by_a_change_are_no_difference(demanded, came, hall) -> None:
    first, *_ = demanded(people=1, parts=1, charge="keiji")
    sheet = changes.change_read(actor=hall.staff("yamada"), charge="keiji", year=2026, data=changes_text((6_000,)).encode(), name="更正.csv")
    changes.change_take(actor=hall.staff("nakamura"), sheet_id=sheet.id)
    came((first.number, 10_000))
    assert Excess.objects.get().left == 4_000 and nightly.differences() == []


@pytest.fixture
def offset(hall):
    excess, second = excess_of_payer()
    back = givebacks.offset_ask(actor=hall.staff("yamada"), excess_id=excess.id, amount=10_000, target_id=second.id)
    givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)
    assert nightly.differences() == []
    return second


def other(part):
    return Instalment.objects.exclude(id=part.id).filter(paid=0).first()


BREAKS = {
    "仕訳は納付番号": lambda part: Posting.objects.filter(debit="bank:cvs", credit="receivable").update(instalment=other(part)),
    "その充当の承認がありません": lambda part: Posting.objects.filter(debit="excess").update(instalment=other(part)),
    "過誤納金が納付番号": lambda part: Excess.objects.update(instalment=other(part)),
    "の充当先が記録と違います": lambda part: GiveBack.objects.update(target=other(part)),
}


@pytest.mark.parametrize("words", BREAKS)
def test_every_row_of_a_payment_must_be_where_it_was_set(offset, words) -> None:
    BREAKS[words](offset)
    assert any(words in fault for fault in nightly.differences()), nightly.differences()


def test_a_fee_that_another_payment_is_said_to_have_paid(demanded, came) -> None:
    first, *_ = demanded(people=1, parts=1, charge="keiji")
    came((first, 10_000))
    FeeSlip.objects.create(key="00000000-0000-4000-8000-000000000001", payment="00000000-0000-4000-8000-000000000002", words="見本", number="7" * 20,
                           confirm="000000", amount=300, until=PAID_ON, made_at=clock.now(), money=Money.objects.get())
    assert any("納付番号" + "7" * 20 + "に消し込まれています" in fault for fault in ledger.faults())


def test_the_night_counts_it_and_hears_the_witness_too(demanded, came, hall) -> None:
    first, second, *_ = demanded(people=2, parts=1, charge="keiji")
    came((first, 10_000), (NOBODY, 10_000))
    unmatched.money_match(actor=hall.staff("yamada"), money_id=Money.objects.get(outcome="unknown").id, number=second.number)
    Money.objects.filter(number=NOBODY).update(outcome="partial")
    assert ledger.faults() == []
    assert nightly.books_check() == 1 == len(witness.verify())
    assert "消し込んだ入金" in hall.desk("yamada").get("/staff/collection/parity/").content.decode()


def test_it_is_one_statement_whatever_the_number_of_payments(demanded, came) -> None:
    counts = []
    for year in (2025, 2026):
        parts = demanded(people=4, parts=4, charge="kotei", year=year)
        came(*((part, 10_000) for part in parts if part.demand.year == year))
        with CaptureQueriesContext(connection) as seen:
            assert list(moved()) == []
        counts.append(len(seen))
    assert counts == [2, 2], "the payments, and what clerks matched"
