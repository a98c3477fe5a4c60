"""更正: a demand that has become another one, before and after it was paid, by the new slip and by the old one."""

from __future__ import annotations

import datetime as dt

import pypdf
import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.hall import run_worker

from madoguchi.collection import changes, givebacks, ledger, nightly, runs, unmatched
from madoguchi.collection.errors import MoneyMoved, NothingToPrint, SheetWrong
from madoguchi.collection.models import Change, Demand, Excess, Instalment, Money, Posting, Sheet, VoidNumber
from madoguchi.collection.slips import check
from madoguchi.files.models import StoredFile

from .conftest import ACCOUNT, DUES, PAID_ON, changes_text, printed_run
from .test_runs import bytes_of, text_of

ON = dt.date(2026, 6, 15)


@pytest.fixture
def changed(hall):
    """Take a file of changes: a 通知書 with the new sums of its 期."""
    def take(sums, notice="00000001", charge="kotei", **how):
        clerk = hall.staff("yamada")
        sheet = changes.change_read(actor=clerk, charge=charge, year=2026, data=changes_text(sums, notice, **how).encode(), name="更正.csv")
        return changes.change_take(actor=clerk, sheet_id=sheet.id)

    return take


def parts():
    return list(Instalment.objects.filter(demand__notice="00000001").order_by("no"))


def test_less_is_due_and_what_was_paid_too_much_is_the_payers(demanded, came, changed) -> None:
    first, *_ = demanded()
    came((first, 10_000))
    changed([6_000, 6_000, 10_000, 0])
    assert [(p.amount, p.paid, p.settled_on is not None) for p in parts()] == [
        (6_000, 6_000, True), (6_000, 0, False), (10_000, 0, False), (0, 0, True)]
    excess = Excess.objects.get()
    assert (excess.why, excess.amount, excess.money) == ("changed", 4_000, Money.objects.get())
    assert Demand.objects.get(notice="00000001").amount == 22_000
    assert ledger.balances() == {"receivable": 96_000, "revenue": -102_000, "excess": -4_000, "bank:cvs": 10_000}
    assert ledger.faults() == []


def test_it_is_settled_on_the_day_of_the_last_payment_not_of_the_change(demanded, came, changed) -> None:
    """What a 更正 took off is no payment: the file of the rest comes late, its day is earlier than the change."""
    first, *_ = demanded()
    came((first, 5_000))
    changed([8_000, 10_000, 10_000, 10_000])
    came((parts()[0].number, 3_000, "final", "", PAID_ON + dt.timedelta(days=1)))
    assert (parts()[0].paid, parts()[0].settled_on) == (8_000, PAID_ON + dt.timedelta(days=1))
    assert ledger.faults() == []


def test_what_is_free_goes_back_with_interest(demanded, came, changed, hall) -> None:
    first, *_ = demanded(people=1, each=2_000_000)
    came((first, 2_000_000))
    changed([0, 2_000_000, 2_000_000, 2_000_000])
    excess = Excess.objects.get()
    back = givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=excess.id, amount=2_000_000, account=ACCOUNT,
                                since=excess.money.paid_on + dt.timedelta(days=1))
    back = givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)
    assert back.interest > 0
    assert ledger.faults() == []
    assert "更正で税額が減った" in hall.desk("yamada").get(reverse("excess_one", kwargs={"excess_id": excess.id})).content.decode()


def test_more_is_due_opens_what_was_settled_and_a_new_instalment_may_come(demanded, came, changed) -> None:
    first, *_ = demanded(people=1, parts=2)
    came((first, 10_000))
    changed([12_000, 10_000, 3_000])
    now = parts()
    assert [(p.amount, p.paid, p.settled_on) for p in now] == [(12_000, 10_000, None), (10_000, 0, None), (3_000, 0, None)]
    came((now[0], 2_000), (now[2], 3_000))
    assert [p.settled_on is not None for p in parts()] == [True, False, True]
    assert ledger.faults() == []


@pytest.mark.parametrize("kind", ["notice", "reminder", "change"])
def test_nothing_changes_under_letters_that_are_being_printed(demanded, changed, kind) -> None:
    demanded(people=2)
    if kind == "change":
        printed_run(charge="kotei")
        changed([9_000] * 4)
    run = runs.run_start(actor="test", kind=kind, charge="kotei", year=2026, issued_on=ON, known="試し")
    with pytest.raises(SheetWrong) as wrong:
        changed([8_000] * 4)
    assert "印刷しているところ" in wrong.value.lines[0]
    run_worker()
    sheets = list[str]()
    runs.job_sheet(run, sheets.append)
    changed([8_000] * 4)
    runs.job_sheet(run, sheets.append)
    assert sheets[0] == sheets[1]


def test_the_old_slip_is_void_and_is_matched_all_the_same(demanded, came, changed) -> None:
    first, second, third, fourth = demanded(people=1)
    changed([6_000, 10_000, 10_000, 0])
    assert {v.number for v in VoidNumber.objects.all()} == {first.number, fourth.number}
    assert parts()[0].number != first.number and parts()[1].number == second.number
    came((first.number, 10_000), (fourth.number, 10_000), (third.number, 10_000, "prompt"))
    assert sorted(Excess.objects.values_list("why", "amount")) == [("over", 4_000), ("over", 10_000)]
    came((parts()[0], 6_000))
    assert Excess.objects.filter(why="twice").get().amount == 6_000
    came((first.number, 1, "prompt"), (first.number, 5, "failed"))
    assert not Money.objects.filter(outcome__in=("unknown", "look")).exists()
    assert ledger.faults() == []


def test_a_clerk_sets_money_by_the_number_of_a_void_slip(demanded, came, changed, hall) -> None:
    first, *_ = demanded(people=1)
    changed([6_000, 10_000, 10_000, 10_000])
    came(("8" * 20, 6_000))
    unmatched.money_match(actor=hall.staff("yamada"), money_id=Money.objects.get().id, number=first.number)
    assert parts()[0].paid == 6_000
    assert hall.desk("yamada").post(reverse("demands"), {"query": first.number}).status_code == 303
    assert ledger.faults() == []


def test_the_late_charge_on_what_was_never_owed_is_free_too(demanded, came, changed) -> None:
    first, *_ = demanded(people=1, each=56_400)
    came((first, 60_000, "final", "", dt.date(2026, 9, 25)))
    late = parts()[0].late_paid
    assert late > 0
    changed([0, 56_400, 56_400, 56_400])
    assert (parts()[0].paid, parts()[0].late_paid) == (0, 0)
    assert sorted(Excess.objects.filter(why="changed").values_list("amount", flat=True)) == sorted([56_400, late])
    assert ledger.balances().get("late", 0) == 0
    assert ledger.faults() == []


WRONG = {
    "の調定がありません": {"notice": "99999999"},
    "の2期がありません": {"sums": [1_000]},
    "今の調定と同じです": {"sums": [10_000] * 4},
    "年税額1円と違います": {"total": 1},
    "変更の理由」は1〜100文字": {"why": ""},
    "0円以上の整数": {"sums": ["-1", 1, 1, 1]},
    "納期限が、期の順": {"dues": (*DUES[:2], DUES[3], DUES[2])},
}


@pytest.mark.parametrize("words", WRONG)
def test_a_file_with_an_error_changes_nothing(demanded, changed, words) -> None:
    demanded(people=1)
    with pytest.raises(SheetWrong) as wrong:
        changed(**({"sums": [6_000, 10_000, 10_000, 10_000]} | WRONG[words]))
    assert any(words in line for line in wrong.value.lines), wrong.value.lines
    assert not Change.objects.exists() and not Sheet.objects.filter(kind="changes").exists()


def test_nothing_changes_before_somebody_has_looked(demanded, came, hall) -> None:
    first, *_ = demanded(people=1)
    clerk = hall.desk("yamada")
    wrong = clerk.post(reverse("changes"), {"charge": "kotei", "year": "26"})
    assert wrong.status_code == 422 and "ファイルを選んで" in wrong.content.decode()

    def sent(sums):
        from django.core.files.uploadedfile import SimpleUploadedFile
        file = SimpleUploadedFile("更正.csv", changes_text(sums).encode())
        return clerk.post(reverse("changes"), {"charge": "kotei", "year": "2026", "file": file})

    page = sent([6_000, 10_000, 10_000, 10_000])["Location"]
    assert sent([6_000, 10_000, 10_000, 10_000])["Location"] == page
    came((first, 10_000))  # while the clerk looks
    shown = clerk.get(page).content.decode()
    assert "納めすぎ4,000円" in shown and "-4,000円" in shown and "確認待ち" in shown
    assert parts()[0].amount == 10_000 and ledger.faults() == []
    other = sent([7_000, 10_000, 10_000, 10_000])["Location"]
    assert clerk.post(other, {"act": "drop"}).status_code == 303
    assert not StoredFile.objects.filter(name="更正.csv").exclude(id=Sheet.objects.get(kind="changes").file_id).exists()
    assert clerk.post(page, {"act": "take"}).status_code == 303
    assert "更正済み" in clerk.get(page).content.decode()
    assert clerk.post(page, {"act": "take"}).status_code == 409 and clerk.post(page, {"act": "drop"}).status_code == 409
    history = clerk.get(reverse("demand", kwargs={"demand_id": first.demand_id})).content.decode()
    assert "1回目の更正" in history and first.number in history and "滅失" in history
    assert ledger.faults() == []


def test_what_is_no_longer_right_is_said_and_can_be_dropped(demanded, changed, hall) -> None:
    first, *_ = demanded(people=1)
    clerk = hall.staff("yamada")
    sheet = changes.change_read(actor=clerk, charge="kotei", year=2026, data=changes_text([6_000, 10_000, 10_000, 10_000]).encode(), name="a.csv")
    Instalment.objects.filter(id=first.id).update(amount=6_000)
    desk = hall.desk("yamada")
    page = reverse("change", kwargs={"sheet_id": sheet.id})
    assert "今の調定と同じ" in desk.get(page).content.decode()
    assert desk.post(page, {"act": "take"}).status_code == 422
    assert desk.post(page, {"act": "drop"}).status_code == 303


def test_the_notice_of_change_carries_slips_for_what_is_left(hall, demanded, came, changed, tmp_path) -> None:
    first, second, *_ = demanded(people=2, parts=4)
    printed_run(charge="kotei")
    came((first, 10_000), (second, 4_000))
    changed([6_000, 10_000, 0, 12_000])
    with pytest.raises(SheetWrong) as wrong:
        changed([1, 1, 1, 1])
    assert "税額変更通知書をまだ作っていません" in wrong.value.lines[0]
    run = runs.run_start(actor="test", kind="change", charge="kotei", year=2026, issued_on=ON)
    assert (run.letters, run.amount) == (1, 18_000)
    run_worker()
    pdf = tmp_path / "change.pdf"
    pdf.write_bytes(bytes_of(run.files.get()))
    text = text_of(pdf.read_bytes())
    assert all(words in text for words in ("税額変更通知書", "変更前の年税額", "40,000円", "28,000円", "納めすぎの額", "4,000円", "家屋の滅失"))
    assert len(pypdf.PdfReader(pdf).pages) > 1
    read = " ".join(f.ja for f in check.explain(pdf))
    assert check.wrong(check.explain(pdf)) == []
    now = parts()
    assert [p.number in read for p in now] == [False, True, False, True] and first.number not in read
    with pytest.raises(NothingToPrint):
        runs.run_start(actor="test", kind="change", charge="kotei", year=2026, issued_on=ON)


def test_what_was_never_noticed_needs_no_notice_of_change_and_nothing_left_needs_no_slip(hall, demanded, came, changed) -> None:
    demanded(people=1, parts=1, charge="keiji")
    changed([8_000], charge="keiji")
    assert not Change.objects.get().told
    printed_run()
    changed([0], charge="keiji")
    run = runs.run_start(actor="test", kind="change", charge="keiji", year=2026, issued_on=ON)
    run_worker()
    assert run.amount == 0 and "納付していただく額" in text_of(bytes_of(run.files.get()))


def test_what_was_paid_after_the_change_is_not_asked_for_again(hall, demanded, came, changed, tmp_path) -> None:
    demanded(people=2)
    printed_run(charge="kotei")
    changed([9_000, 10_000, 10_000, 10_000])
    came((parts()[1], 10_000), (parts()[2], 4_000))
    run = runs.run_start(actor="test", kind="change", charge="kotei", year=2026, issued_on=ON)
    assert run.amount == 25_000
    came((parts()[3], 10_000, "final", "", PAID_ON + dt.timedelta(days=1)))  # while it is printed: the letter is as it was begun
    run_worker()
    pdf = tmp_path / "change.pdf"
    pdf.write_bytes(bytes_of(run.files.get()))
    read, text = " ".join(f.ja for f in check.explain(pdf)), text_of(pdf.read_bytes())
    assert check.wrong(check.explain(pdf)) == []
    assert [p.number in read for p in parts()] == [True, False, True, True] and "25,000円" in text and "14,000円" in text and "6,000円" in text
    assert nightly.differences() == []
    runs.job_sheet(run, lambda text: None)
    Change.objects.update(asked=1)
    assert any("税額変更通知書" in fault for fault in ledger.faults())


def test_a_letter_of_a_change_that_leaves_nothing_says_so(hall, demanded, came, changed) -> None:
    demanded(people=1, parts=1, charge="keiji")
    printed_run()
    changed([8_000], charge="keiji")
    came((parts()[0], 8_000))
    run = runs.run_start(actor="test", kind="change", charge="keiji", year=2026, issued_on=ON)
    run_worker()
    text = text_of(bytes_of(run.files.get())).replace("\n", "")
    assert run.amount == 0 and "納めていただく額は残っていません" in text and "下の納付書で" not in text and run.files.get().slips == 0
    assert nightly.differences() == []


def test_a_run_of_the_release_before_is_printed_as_it_was_begun(hall, demanded, came, changed) -> None:
    demanded(people=1, parts=1, charge="keiji")
    printed_run()
    changed([8_000], charge="keiji")
    run = runs.run_start(actor="test", kind="change", charge="keiji", year=2026, issued_on=ON)
    Change.objects.update(asks=None, asked=None)
    run_worker()
    assert run.files.get().amount == 8_000 == run.amount and nightly.differences() == []


SUMS = st.lists(st.integers(0, 4).map(lambda n: n * 1_000), min_size=4, max_size=4)
PAYS = st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.sampled_from([500, 1_000, 3_000, 4_000])), max_size=4)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(SUMS.map(lambda s: ("change", s)), PAYS.map(lambda p: ("pay", p))), min_size=1, max_size=6))
def test_whatever_is_changed_and_paid_in_whatever_order_the_books_are_equal(demanded, came, changed, steps) -> None:
    point = transaction.savepoint()
    old = [p.number for p in demanded(people=1, each=3_000)]
    for days, (what, values) in enumerate(steps):  # files of a day each: of one day they would be one that was sent again
        if what == "pay" and values:
            now, on = [p.number for p in parts()], PAID_ON + dt.timedelta(days=days)
            came(*((old[n] if by_old else now[n], yen, "final", "", on) for n, by_old, yen in values))
        elif what == "change" and [p.amount for p in parts()] != values:
            changed(values, why=f"{values}{Change.objects.count()}".replace(",", ""))
    assert ledger.faults() == []
    assert all(0 <= p.paid <= p.amount and (p.settled_on is not None) == (p.paid == p.amount) for p in parts())
    final = Money.objects.filter(stage="final")
    held = sum(p.paid + p.late_paid for p in parts()) + sum(e.left for e in Excess.objects.all())
    assert held == sum(m.amount for m in final)
    transaction.savepoint_rollback(point)


def test_two_yeses_are_one(demanded, changed, hall) -> None:
    demanded(people=1)
    sheet = changed([6_000, 10_000, 10_000, 10_000])
    before = Posting.objects.count()
    with pytest.raises(MoneyMoved):
        changes.change_take(actor=hall.staff("yamada"), sheet_id=sheet.id)
    assert Posting.objects.count() == before
