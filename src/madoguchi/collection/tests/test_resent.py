"""Files that come again, come late or contradict each other: money is counted once, and days are what they were, in whatever order it comes."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.collection import debits, lateness, ledger, mine, results, runs, unmatched
from madoguchi.collection.errors import NothingToPrint, SheetWrong
from madoguchi.collection.models import Excess, Instalment, Money, Reminder, Sheet
from madoguchi.kernel import clock

from .conftest import accounts_text, fee_of, shops_file

D = dt.date
DUE, ON = D(2026, 5, 31), D(2027, 3, 10)


def take(data: bytes, name: str = "収納.txt") -> tuple[Sheet, bool]:
    return results.results_take(actor="test", results=results.read_results(form="cvs", data=data, name=name))


def test_the_same_file_with_other_line_ends_is_the_same_file(demanded) -> None:
    first, *_ = demanded(people=1, parts=1, charge="keiji")
    data = shops_file([(first.number, 10_000)])
    assert data.endswith(b"\r\n")
    sheets = [take(one) for one in (data, data.replace(b"\r\n", b"\n"), data.replace(b"\r\n", b""), data.removesuffix(b"\r\n"))]
    assert [new for _, new in sheets] == [True, False, False, False] and len({sheet.id for sheet, _ in sheets}) == 1
    assert Money.objects.count() == 1 and not Excess.objects.exists()


def test_a_file_that_comes_again_with_more_in_it_is_refused_whole(demanded) -> None:
    parts = demanded(people=4, parts=1, charge="keiji")
    take(shops_file([(p.number, 10_000) for p in parts[:3]]), "一度目.txt")
    with pytest.raises(SheetWrong) as wrong:
        take(shops_file([(p.number, 10_000) for p in parts]), "二度目.txt")
    assert "4件のうち3件は、取込み済みの「一度目.txt」" in wrong.value.lines[0]
    assert Sheet.objects.filter(kind="results").count() == 1 and not Excess.objects.exists()
    take(shops_file([(parts[3].number, 10_000)]), "足りない分.txt")
    assert ledger.faults() == [] and not Instalment.objects.filter(settled_on=None).exists()


def test_few_that_pay_twice_on_one_day_are_second_payments(demanded, came) -> None:
    parts = demanded(people=6, parts=1, charge="keiji")
    came(*((p, 10_000) for p in parts[:2]))
    came(*((p, 10_000) for p in parts))
    assert Excess.objects.filter(why="twice").count() == 2 and ledger.faults() == []


def test_before_a_second_payment_goes_back_the_file_that_tells_the_same_is_named(demanded, hall) -> None:
    first, second, *_ = demanded(people=2, parts=1, charge="keiji")
    take(shops_file([(first.number, 10_000), (second.number, 10_000)]), "一度目.txt")
    take(shops_file([(first.number, 10_000)]), "送り直し.txt")
    take(shops_file([(second.number, 10_000)], on=D(2026, 5, 22)), "次の日.txt")
    pages = [hall.desk("yamada").get(f"/staff/collection/excess/{e.id}/").content.decode() for e in Excess.objects.order_by("id")]
    assert "入金が、ファイル「一度目.txt」にもあります" in pages[0] and "送り元に確かめてください" in pages[0]
    assert "にもあります" not in pages[1]


def test_what_is_paid_twice_on_our_own_pages_is_a_second_payment_however_much_it_is(demanded, came) -> None:
    parts = demanded(people=4, parts=1, charge="keiji")
    for _ in range(2):
        came(*((p, 10_000) for p in parts), form="online")
    assert Excess.objects.filter(why="twice").count() == 4 and ledger.faults() == []


@pytest.mark.parametrize("days", [(D(2026, 6, 30), D(2026, 9, 30)), (D(2026, 9, 30), D(2026, 6, 30))])
def test_late_charge_does_not_depend_on_the_order_of_files(demanded, came, days) -> None:
    part, *_ = demanded(people=1, parts=1, each=1_000_000, charge="keiji")
    for on in days:
        came((part, 500_000, "final", "", on))
    part.refresh_from_db()
    assert part.settled_on == D(2026, 9, 30)
    assert lateness.late_of(part, charge="keiji", until=D(2026, 11, 20)).amount == 13_700


def test_an_unmatched_payment_that_is_found_late_keeps_its_day(hall, demanded, came) -> None:
    part, *_ = demanded(people=1, parts=1, each=1_000_000, charge="keiji")
    came(("8" * 20, 500_000, "final", "", D(2026, 6, 30)))
    came((part, 500_000, "final", "", D(2026, 9, 30)))
    unmatched.money_match(actor=hall.staff("yamada"), money_id=Money.objects.get(outcome="unknown").id, number=part.number)
    part.refresh_from_db()
    assert part.settled_on == D(2026, 9, 30)


def test_of_several_words_on_one_slip_the_last_counts(demanded, came) -> None:
    first, second, *_ = demanded(people=2, parts=1, charge="keiji")
    came((first, 10_000, "cancel", "03", D(2026, 5, 20)), (first, 10_000, "prompt", "01", D(2026, 5, 21)),
         (second, 10_000, "prompt", "01", D(2026, 5, 20)), (second, 10_000, "cancel", "03", D(2026, 5, 21)))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.prompt_on, second.prompt_on) == (D(2026, 5, 21), None)


def test_who_paid_in_time_owes_no_fee_for_a_reminder_that_crossed_it(demanded, came, monkeypatch) -> None:
    fee_of(monkeypatch, [("2020-04-01", 100)])
    first, *_ = demanded(people=1, parts=1, charge="keiji")
    runs.run_start(actor="test", kind="reminder", charge="keiji", year=2026, issued_on=D(2026, 6, 10), promise=False)
    came((first, 10_000, "final", "", D(2026, 5, 20)))
    first.refresh_from_db()
    assert (first.paid, first.fee, first.fee_paid) == (10_000, 0, 0)
    came((first, 100, "final", "", D(2026, 6, 20)))
    assert Excess.objects.get().amount == 100, "who pays it all the same gets it back"
    assert ledger.faults() == []


def test_who_paid_after_the_reminder_still_owes_its_fee(demanded, came, monkeypatch) -> None:
    fee_of(monkeypatch, [("2020-04-01", 100)])
    first, *_ = demanded(people=1, parts=1, charge="keiji")
    runs.run_start(actor="test", kind="reminder", charge="keiji", year=2026, issued_on=D(2026, 6, 10), promise=False)
    came((first, 10_000, "final", "", D(2026, 6, 12)))
    came((first, 100, "final", "", D(2026, 6, 20)))
    first.refresh_from_db()
    assert (first.paid, first.fee, first.fee_paid) == (10_000, 100, 100)
    assert not Excess.objects.exists() and ledger.faults() == []


def test_nobody_is_reminded_before_the_day_is_over(demanded) -> None:
    demanded(people=2, parts=4)
    with pytest.raises(NothingToPrint) as wrong:
        runs.run_start(actor="test", kind="reminder", charge="kotei", year=2026, issued_on=D(2027, 12, 1), promise=False)
    assert "60日先まで" in wrong.value.ja
    run = runs.run_start(actor="test", kind="reminder", charge="kotei", year=2026, issued_on=clock.today() + dt.timedelta(days=40), promise=False)
    assert set(Reminder.objects.filter(run=run).values_list("instalment__due", flat=True)) == {DUE, D(2026, 7, 31)}
    with pytest.raises(NothingToPrint):
        runs.run_start(actor="test", kind="call", charge="kotei", year=2026, issued_on=clock.today() + dt.timedelta(days=55), promise=False)


def test_a_prompt_is_believed_for_a_month(demanded, came) -> None:
    old, new, *_ = demanded(people=2, parts=1, charge="keiji")
    came((old, 10_000, "prompt", "01", D(2026, 5, 20)), (new, 10_000, "prompt", "01", clock.today() - dt.timedelta(days=30)))
    assert [p.id for p in runs.late("reminder", "keiji", 2026, clock.today())] == [old.id]
    told = [mine._due(Instalment.objects.select_related("demand").get(id=p.id), False, False).state for p in (old, new)]
    assert told == ["overdue", "told"]


def test_what_a_prompt_says_is_paid_is_not_debited(hall, demanded, came) -> None:
    first, *_ = demanded(people=1, parts=4, charge="kokuho")
    debits.debits_take(actor="test", data=accounts_text().encode(), name="口座.csv")
    came((first, 10_000, "prompt", "01", D(2026, 5, 20)))
    with pytest.raises(NothingToPrint):
        debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=DUE, on=ON)


def test_nobody_is_reminded_while_the_bank_is_asked(hall, demanded, came) -> None:
    first, *_ = demanded(people=1, parts=4, charge="kokuho")
    debits.debits_take(actor="test", data=accounts_text().encode(), name="口座.csv")
    debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=DUE, on=ON)

    def late() -> list[int]:
        return list(runs.late("reminder", "kokuho", 2026, clock.today()).filter(due=DUE).values_list("id", flat=True))

    assert late() == []
    with clock.frozen(dt.datetime(2027, 3, 21, 3, tzinfo=dt.UTC)):
        assert late() == [first.id], "an answer that does not come is not waited for"
    with clock.frozen(dt.datetime(2027, 3, 12, 3, tzinfo=dt.UTC)):
        came((first, 10_000, "failed", "1", ON), form="zengin")
        assert late() == [first.id], "the bank said no"
