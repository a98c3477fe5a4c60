"""The end of the term of keeping: names and files go, sums and the record stay, and nothing goes that somebody still needs."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from madoguchi.collection import charges, givebacks, keeping, ledger
from madoguchi.collection.errors import ChargesWrong, DemandNotFound
from madoguchi.collection.models import DebitRequest, Demand, Excess, GiveBack, Instalment, Posting, RunFile, Sheet
from madoguchi.files.models import StoredFile
from madoguchi.kernel import audit, witness

from .conftest import ACCOUNT, PAID_ON, change_waiting, debited, printed_run

LATER = dt.date(2037, 4, 1)  # ten years after the end of 2026年度
NAMES = ("name", "payer", "zip", "address", "building")


def plan(today=LATER):
    return {(v.kind, v.id): v.why_not for v in keeping.plan(today=today)}


def destroyed(today=LATER):
    for _ in range(2):  # files wait for the demands in them
        for found in list(keeping.plan(today=today)):
            keeping.destroy(actor="test", kind=found.kind, row_id=found.id, today=today)


def whole():
    return ledger.faults() + audit.verify() + witness.verify()


@pytest.fixture
def paid(demanded, came):
    """固定資産税 of two: one has paid all of it, one the first 期."""
    parts = demanded(people=2, parts=4)
    came(*((p, 10_000, "final", "", PAID_ON) for p in (*parts[:4], parts[4])))
    return parts


def test_who_has_paid_is_forgotten_and_the_books_say_the_same(hall, paid) -> None:
    one, two = Demand.objects.order_by("id")
    before = ledger.balances(), Posting.objects.count()
    assert {kind for kind, _ in plan(dt.date(2037, 3, 31))} == {"sheet"}, "a day before"
    assert plan()[("demand", one.id)] == "" and "納め終わっていない" in plan()[("demand", two.id)]
    destroyed()
    one.refresh_from_db()
    two.refresh_from_db()
    assert [getattr(one, field) for field in NAMES] == [""] * 5 and one.forgotten_on and one.amount == 40_000
    assert two.name and two.forgotten_on is None
    assert (ledger.balances(), Posting.objects.count()) == before and whole() == []
    desk = hall.desk("yamada")
    assert one.notice in desk.get("/staff/collection/demands/").content.decode()
    assert desk.get(f"/staff/collection/demands/{one.id}/").status_code == 200


def test_files_wait_for_the_demands_in_them_and_then_their_contents_go(hall, demanded, came) -> None:
    parts = demanded(people=2, parts=1)
    printed_run(charge="kotei")
    came(*((p, 10_000, "final", "", PAID_ON) for p in parts))
    waits = {kind: why for (kind, _), why in plan(dt.date(2034, 4, 1)).items()}  # theirs is over, that of the demands is not
    assert set(waits.values()) == {"廃棄していない調定があります", ""} and "demand" not in waits
    stored = StoredFile.objects.count()
    destroyed()
    assert not Sheet.objects.exclude(file_id=None).exists() and not RunFile.objects.exclude(file_id=None).exists()
    assert stored - StoredFile.objects.count() == 3 and whole() == []
    assert hall.desk("yamada").get(f"/staff/collection/runs/file/{RunFile.objects.first().id}/").status_code == 404
    destroyed()
    assert whole() == [], "again changes nothing"


def test_what_somebody_still_needs_stays(hall, demanded, came, paid) -> None:
    one, part = Demand.objects.order_by("id")[0], paid[0]
    came((part, 10_000, "final", "", PAID_ON))
    assert "過誤納金" in plan()[("demand", one.id)]
    back = givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=Excess.objects.get().id, amount=10_000, account=ACCOUNT, since=None)
    givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)
    assert plan()[("demand", one.id)]
    givebacks.transfer_make(actor=hall.staff("yamada"), on=dt.date(2027, 3, 10))
    assert plan()[("demand", one.id)] == ""
    destroyed()
    assert bytes(GiveBack.objects.get().account) == b"" and whole() == []


def test_a_hold_keeps_it_until_it_is_lifted(hall, paid) -> None:
    one = Demand.objects.order_by("id")[0]
    keeping.hold_set(actor="test", charge="kotei", year=2026, notice=one.notice, kind="appeal")
    assert "審査請求" in plan()[("demand", one.id)]
    assert not keeping.destroy(actor="test", kind="demand", row_id=one.id, today=LATER)
    keeping.hold_set(actor="test", charge="kotei", year=2026, notice=one.notice, kind="")
    assert keeping.destroy(actor="test", kind="demand", row_id=one.id, today=LATER)
    assert not keeping.destroy(actor="test", kind="demand", row_id=one.id, today=LATER), "once"
    with pytest.raises(DemandNotFound):
        keeping.hold_set(actor="test", charge="kotei", year=2026, notice="nobody", kind="appeal")


def test_money_of_nobody_and_a_change_that_waits_keep_their_files(hall, demanded, came) -> None:
    demanded(people=1, parts=1, charge="keiji")
    sheet, change = came(("8" * 20, 500)), change_waiting(hall)
    found = plan()
    assert "未整理" in found[("sheet", sheet.id)] and "待っています" in found[("sheet", change.id)]


def test_a_request_for_the_bank_goes_with_its_accounts(hall) -> None:
    request = debited(hall)
    destroyed()
    assert DebitRequest.objects.get().file_id is None and whole() == []
    page = hall.desk("yamada").get("/staff/collection/debits/").content.decode()
    assert "廃棄済み" in page and hall.desk("yamada").get(f"/staff/collection/debits/{request.id}/").status_code == 404


def test_a_name_that_was_put_back_by_hand_is_named(paid) -> None:
    destroyed()
    Demand.objects.exclude(forgotten_on=None).update(name="見本 花子")
    assert any("廃棄した調定" in str(fault) for fault in witness.verify())


def run(*words):
    out = io.StringIO()
    call_command("collection", "retention", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_lists_holds_and_destroys(hall, paid, monkeypatch) -> None:
    notice = Demand.objects.order_by("id")[0].notice
    assert "0件が廃棄の対象" in run("--dry-run")
    monkeypatch.setattr("madoguchi.kernel.clock.today", lambda: LATER)
    assert "廃棄   調定 kotei" in run("--dry-run") and Demand.objects.filter(forgotten_on=None).count() == 2
    assert "止めました(訴訟)" in run("hold", notice, "--charge", "kotei", "--year", "2026", "--kind", "lawsuit")
    assert "廃棄を止めています(訴訟)" in run("--dry-run")
    assert "解きました" in run("lift", notice, "--charge", "kotei", "--year", "2026")
    assert "廃棄した   調定 kotei" in run() and Demand.objects.filter(forgotten_on=None).count() == 1
    with pytest.raises(CommandError):
        run("hold", "nobody", "--charge", "kotei")
    assert Instalment.objects.filter(demand__forgotten_on__isnull=False).count() == 4


def test_without_a_term_nothing_goes(paid, monkeypatch) -> None:
    import dataclasses

    known = charges.charges()
    monkeypatch.setattr(charges, "read_charges", lambda folder: dataclasses.replace(known, keep={}))
    assert plan() == {} and "対象外  調定" in run("--dry-run")


@pytest.mark.parametrize("line", ["{調定: {期間: 永遠}}", "{知らない: {期間: 5年}}"])
def test_a_term_that_cannot_be_read_is_told(tmp_path, line) -> None:
    (tmp_path / "collection.yaml").write_text(f"課: zeimu\n科目: {{}}\n保存: {line}\n", encoding="utf-8")
    with pytest.raises(ChargesWrong):
        charges.read_charges(tmp_path)
