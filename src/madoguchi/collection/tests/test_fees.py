"""督促手数料 and 延滞金 after the tax was paid; 不納欠損."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.support.hall import run_worker

from madoguchi.collection import changes, charges, charges_file, ledger, nightly, runs, writeoffs
from madoguchi.collection.errors import DemandNotFound, FormWrong, MoneyMoved, SecondPerson
from madoguchi.collection.lateness import extra_owed
from madoguchi.collection.models import Excess, Instalment, WriteOff
from madoguchi.collection.slips import check
from madoguchi.kernel import clock
from madoguchi.kernel.packfile import Wrong

from .conftest import changes_text, fee_of, shops_file
from .test_runs import LATER, bytes_of, text_of


def fresh(row):
    return Instalment.objects.get(id=row.id)


def reminded():
    run = runs.run_start(actor="test", kind="reminder", charge="keiji", year=2026, issued_on=LATER)
    run_worker()
    return run


@pytest.fixture
def late(hall, demanded, monkeypatch):
    """One 期 of 軽自動車税 that was reminded, with a fee of 100 yen."""
    fee_of(monkeypatch, [("2020-04-01", 70), ("2026-06-01", 100), ("2026-07-01", 500)])
    first, *_ = demanded(people=1, parts=1, charge="keiji")
    return first, reminded()


def test_the_fee_of_the_day_is_booked_and_asked_for_with_the_reminder(late) -> None:
    first, run = late
    assert (fresh(first).fee, run.amount) == (100, 10_100)
    assert ledger.balances()["fee-due"] == 100 and ledger.balances()["fee"] == -100
    text = text_of(bytes_of(run.files.get()))
    assert "督促手数料" in text and "10,100円" in text and "10,000円" in text
    assert ledger.faults() == []


def test_the_slip_of_the_reminder_pays_tax_and_fee(late, came) -> None:
    first, _ = late
    came((first, 10_100, "final", "", LATER))
    paid = fresh(first)
    assert (paid.paid, paid.fee_paid, paid.settled_on) == (10_000, 100, LATER)
    assert ledger.balances()["fee-due"] == 0 and not Excess.objects.exists()
    assert ledger.faults() == []


def test_the_old_slip_pays_the_tax_and_the_fee_stays(late, came, hall) -> None:
    first, _ = late
    came((first, 10_000, "final", "", LATER))
    assert (fresh(first).settled_on, fresh(first).fee_paid) == (LATER, 0)
    page = reverse("demand", kwargs={"demand_id": first.demand_id})
    assert "残り100円" in hall.desk("yamada").get(page).content.decode()
    pdf = hall.desk("yamada").post(reverse("demand_late", kwargs={"demand_id": first.demand_id}))
    assert "延滞金の納付のお願い" in text_of(pdf.content)
    came((first, 100))
    assert fresh(first).fee_paid == 100
    assert ledger.faults() == []


@pytest.mark.parametrize("paid", [0, 50, 100])
def test_a_tax_that_is_taken_back_to_nothing_takes_its_fee_along(late, hall, came, paid) -> None:
    first, _ = late
    if paid:
        came((first, 10_000 + paid, "final", "", LATER))
    sheet = changes.change_read(actor=hall.staff("yamada"), charge="keiji", year=2026, data=changes_text((0,)).encode(), name="更正.csv")
    changes.change_take(actor=hall.staff("nakamura"), sheet_id=sheet.id)
    part = fresh(first)
    assert (part.amount, part.paid, part.fee, part.fee_paid, extra_owed(part, charge="keiji", on=LATER)) == (0, 0, 0, 0, 0)
    assert ledger.balances()["fee-due"] == 0 == ledger.balances()["fee"]
    assert sorted(Excess.objects.values_list("amount", flat=True)) == ([paid, 10_000] if paid else [])
    assert listed(hall.desk("yamada")) == [] == nightly.differences()


def test_a_tax_that_is_less_keeps_its_fee(late, hall) -> None:
    first, _ = late
    sheet = changes.change_read(actor=hall.staff("yamada"), charge="keiji", year=2026, data=changes_text((9_000,)).encode(), name="更正.csv")
    changes.change_take(actor=hall.staff("nakamura"), sheet_id=sheet.id)
    assert fresh(first).fee == 100 and nightly.differences() == []


def test_a_slip_for_the_late_charge_is_printed_paid_and_done(hall, demanded, came, tmp_path) -> None:
    first, *_ = demanded(people=1, each=56_400)
    came((first, 56_400, "final", "", dt.date(2026, 9, 25)))
    desk = hall.desk("yamada")
    url = reverse("demand_late", kwargs={"demand_id": first.demand_id})
    pdf = tmp_path / "late.pdf"
    pdf.write_bytes(desk.post(url).content)
    read = " ".join(f.ja for f in check.explain(pdf))
    assert check.wrong(check.explain(pdf)) == [] and first.number in read
    owed = 1_300  # 128円 + 1,214円
    assert f"{owed:011d}" in read and f"{owed:,}円" in text_of(pdf.read_bytes())
    came((first, owed, "final", "", clock.today()))
    assert fresh(first).late_paid == owed and not Excess.objects.exists()
    none = desk.post(url)
    assert none.status_code == 422 and "残っている期は、ありません" in none.content.decode()
    assert ledger.faults() == []


def listed(desk, **kept):
    page = desk.get(reverse("demands"), {"wanted": "extra"} | kept).content.decode()
    return re.findall(r'<th scope="row" class="num"><a href="([^"]+)"', page)


def test_who_owes_only_late_charge_or_fees_is_in_a_list(hall, demanded, came, monkeypatch) -> None:
    late, soon, small, owes, feed = demanded(people=5, parts=1, each=56_400, charge="keiji")
    Instalment.objects.filter(id=small.id).update(amount=10_000)
    came((late, 56_400, "final", "", dt.date(2026, 9, 25)), (soon, 56_400, "final", "", dt.date(2026, 6, 10)),
         (small, 10_000, "final", "", dt.date(2026, 9, 25)), (owes, 1_000, "final", "", dt.date(2026, 9, 25)))
    fee_of(monkeypatch, [("2026-06-01", 100)])
    Instalment.objects.filter(id=feed.id).update(fee=100)
    came((feed, 56_400, "final", "", dt.date(2026, 6, 10)))
    desk, pages = hall.desk("yamada"), [reverse("demand", kwargs={"demand_id": due.demand_id}) for due in (late, feed)]
    assert listed(desk) == pages and listed(desk, charge="kotei") == []
    came((late, 1_300, "final", "", clock.today()))
    assert listed(desk) == pages[1:]


def test_a_fee_is_read_with_its_days() -> None:
    where = ("科目", "x", "督促")
    rows = charges_file.read_fees({"手数料": [{"から": "2020-04-01", "円": "70"}, {"から": "2026-06-01", "円": "100"}]}, where)
    assert [charges.Charge("", "", "", "", 0, rows, "", "", "", "").fee_on(dt.date(2026, *d)) for d in ((5, 31), (6, 1))] == [70, 100]
    assert charges_file.read_fees({"手数料": "0"}, where) == ((dt.date(2000, 1, 1), 0),)
    for wrong in ([{"円": "1"}], "百円", ["100"], [{"から": "きょう", "円": "1"}]):
        with pytest.raises(Wrong) as told:
            charges_file.read_fees({"手数料": wrong}, where)
        assert told.value.path[:4] == (*where, "手数料")


SINCE = dt.date(2026, 6, 1)
AFTER = dt.datetime(2031, 6, 2, 10, tzinfo=clock.JST)


def asked(hall, part, **how):
    words = {"no": part.no, "ground": "lapse", "since": SINCE, "reason": "財産がなく、時効が完成した"} | how
    return writeoffs.write_off_ask(actor=hall.staff("yamada"), demand_id=part.demand_id, **words)


WRONG = {
    "納付の終わっていない期": {"no": 9}, "根拠を選んで": {"ground": "x"}, "起算日は 2021": {"since": None}, "理由を1〜": {"reason": ""},
    "納期限(2026-05-31)の翌日": {"since": dt.date(2026, 5, 31)}, "5年たつのは2031-06-03": {"since": dt.date(2026, 6, 3)},
    "3年たつのは2031-06-03": {"since": dt.date(2028, 6, 3), "ground": "stay"},
}


@pytest.mark.parametrize("words", WRONG)
def test_what_is_not_due_to_be_written_off_is_refused(hall, demanded, words) -> None:
    first, *_ = demanded(people=1)
    with clock.frozen(AFTER), pytest.raises(FormWrong) as wrong:
        asked(hall, first, **WRONG[words])
    assert any(words in ja for _, ja in wrong.value.faults), wrong.value.faults
    assert not WriteOff.objects.exists()


def test_two_persons_write_off_what_is_left(hall, demanded, came) -> None:
    first, *_ = demanded(people=1)
    came((first, 4_000))
    with clock.frozen(AFTER):
        row = asked(hall, first)
        with pytest.raises(FormWrong):
            asked(hall, first)
        with pytest.raises(SecondPerson):
            writeoffs.write_off_answer(actor=hall.staff("yamada"), write_off_id=str(row.id), approve=True)
        with pytest.raises(DemandNotFound):
            writeoffs.write_off_answer(actor=hall.staff("suzuki"), write_off_id=str(row.id), approve=True)
        assert fresh(first).written == 0, "never by itself"
        writeoffs.write_off_answer(actor=hall.staff("nakamura"), write_off_id=str(row.id), approve=True)
        with pytest.raises(MoneyMoved):
            writeoffs.write_off_answer(actor=hall.staff("nakamura"), write_off_id=str(row.id), approve=True)
        gone = fresh(first)
        assert (gone.written, gone.paid, gone.settled_on) == (6_000, 4_000, AFTER.date())
        assert ledger.balances()["written"] == 6_000
        assert ledger.faults() == []
        came((first, 6_000), (fresh(first), 1))
        assert sorted(Excess.objects.values_list("why", "amount")) == [("over", 1), ("over", 6_000)], "what comes after is the payer's"
        assert ledger.faults() == []
        listed = writeoffs.write_off_sheet(actor=hall.staff("auditor"))
        assert "6000" in listed and "財産がなく" in listed and listed.count("\r\n") == 2


def test_what_was_paid_meanwhile_is_not_written_off_and_a_declined_one_may_be_asked_again(hall, demanded, came) -> None:
    first, *_ = demanded(people=1)
    chief = hall.staff("nakamura")
    with clock.frozen(AFTER):
        row = asked(hall, first)
        came((first, 1_000))
        with pytest.raises(MoneyMoved):
            writeoffs.write_off_answer(actor=chief, write_off_id=str(row.id), approve=True)
        writeoffs.write_off_answer(actor=chief, write_off_id=str(row.id), approve=False)
        assert (fresh(first).written, WriteOff.objects.get().state) == (0, "declined")
        assert asked(hall, first).amount == 9_000
        assert ledger.faults() == []


def test_the_fee_goes_with_its_tax(hall, late) -> None:
    first, _ = late
    with clock.frozen(AFTER):
        row = asked(hall, first, since=dt.date(2026, 6, 2))
        writeoffs.write_off_answer(actor=hall.staff("nakamura"), write_off_id=str(row.id), approve=True)
        assert (fresh(first).fee, fresh(first).written) == (0, 10_000)
        assert ledger.balances()["fee-due"] == 0
        assert ledger.faults() == []


def test_the_whole_way_on_the_pages(hall, demanded) -> None:
    first, *_ = demanded(people=1)
    with clock.frozen(AFTER):
        clerk, chief = hall.desk("yamada"), hall.desk("nakamura")
        form = reverse("write_off_propose", kwargs={"demand_id": first.demand_id})
        wrong = clerk.post(form, {"no": "1", "ground": "lapse", "since": "きのう", "reason": "調べた"})
        assert wrong.status_code == 422 and "起算日は" in wrong.content.decode() and "調べた" in wrong.content.decode()
        assert clerk.post(form, {"no": "1", "ground": "lapse", "since": str(SINCE), "reason": "=調べた"}).status_code == 303
        page = reverse("write_offs")
        assert 'value="approve"' not in clerk.get(page).content.decode() and 'value="approve"' in chief.get(page).content.decode()
        answer = reverse("write_off_answer", kwargs={"write_off_id": WriteOff.objects.get().id})
        assert clerk.post(answer, {"act": "approve"}).status_code == 403
        assert chief.post(answer, {"act": "approve"}).status_code == 303
        assert "不納欠損 10,000円" in clerk.get(reverse("demand", kwargs={"demand_id": first.demand_id})).content.decode()
        assert "'=調べた" in clerk.get(reverse("write_offs_sheet")).content.decode()


NEW_YEAR = dt.datetime(2027, 1, 5, 10, tzinfo=clock.JST)


def test_a_year_whose_rate_is_not_announced_is_refused_and_says_what_to_do(hall, demanded) -> None:
    first, second, *_ = demanded(people=1, each=56_400)
    on = NEW_YEAR.date()
    with clock.frozen(NEW_YEAR):
        clerk = hall.desk("yamada")

        def send(*sums):
            file = SimpleUploadedFile("確報.txt", shops_file([(p.number, yen) for p, yen in sums], on=on))
            return clerk.post(reverse("collection_sheets"), {"kind": "results", "form": "cvs", "file": file})

        late = send((first, 60_000))
        assert late.status_code == 422
        assert all(words in late.content.decode() for words in ("2027年の延滞金の割合が", "12月に財務大臣が告示", "rates.yaml", "何も変えていません"))
        assert fresh(first).paid == 0 and ledger.faults() == []
        assert send((first, 56_400), (second, 56_400)).status_code == 303, "what only pays the tax needs no rate"
        page = clerk.get(reverse("demand", kwargs={"demand_id": first.demand_id}))
        assert page.status_code == 200 and "2027年の延滞金の割合が" in page.content.decode()
        late = clerk.post(reverse("demand_late", kwargs={"demand_id": first.demand_id}))
        assert late.status_code == 422 and "rates.yaml" in late.content.decode()
        assert ledger.faults() == []
