"""収納日計表: the sums of a day are those of the ledger, and of what the counter and the card took beside it."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.db import transaction

from madoguchi.collection import daily, givebacks, ledger
from madoguchi.collection.errors import DemandNotFound
from madoguchi.collection.models import Excess, Posting
from madoguchi.kernel import clock
from madoguchi.payments import cashier, refunds, services

from .conftest import ACCOUNT, PAID_ON, excess_of_payer, unmatched_money


@pytest.fixture
def busy(hall):
    """Taxes that were paid, paid twice, and of nobody; one 還付 approved."""
    unmatched_money()
    excess_of_payer()
    back = givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=Excess.objects.first().id, amount=100, account=ACCOUNT, since=None)
    givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)


def fee_taken(hall, yen=600):
    with transaction.atomic():
        payment = services.payment_make(key="fee:daily", case_ref="00000000-0000-4000-8000-00000000000a", receipt="R8-0000-0001-0",
                                        section="kosodate", subject="住民票の写し", lines=[], amount=yen, due_at=None, actor="resident:test")
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=yen)
    return payment


def everything(hall):
    return daily.daily_get(actor=hall.staff("yamada"), since=PAID_ON, until=PAID_ON), daily.daily_get(
        actor=hall.staff("yamada"), since=clock.today(), until=clock.today())


def test_all_days_together_are_the_ledger(hall, busy) -> None:
    days = set(Posting.objects.values_list("on", flat=True))
    sums: dict[str, int] = {}
    for day in days:
        for account, yen in daily.daily_get(actor=hall.staff("yamada"), since=day, until=day).accounts.items():
            sums[account] = sums.get(account, 0) + yen
    assert {account: yen for account, yen in sums.items() if yen} == {a: yen for a, yen in ledger.balances().items() if yen}


def test_a_day_says_its_money_by_charge_year_account_and_means(hall, busy) -> None:
    paid, _ = everything(hall)
    rows = {(x.charge, x.year, *x.words): (x.count, x.yen) for x in paid.lines if x.debit.startswith("bank:")}
    tax = ("市民税・県民税・森林環境税(普通徴収)", 2026, "収納金(コンビニ・スマホ決済)")
    assert rows[(*tax, "収入未済")] == (1, 10_000) and rows[(*tax, "過誤納金")] == (1, 10_000)
    assert rows[("（期別なし）", None, "収納金(コンビニ・スマホ決済)", "未整理(納付書の分からない入金)")] == (1, 10_000)
    assert paid.came == sum(yen for _, yen in rows.values()) and paid.went == 0
    assert sum(paid.accounts.values()) == 0


def test_what_the_counter_took_and_gave_back_is_there_and_not_twice(hall) -> None:
    payment = fee_taken(hall)
    asked = refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=600, reason="void")
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(asked.id), approve=True)
    today = everything(hall)[1]
    assert (today.came, today.went) == (600, 0), "approved is not given back yet"
    refunds.refund_hand_over(actor=hall.staff("tanaka"), refund_id=str(asked.id))
    found = everything(hall)[1]
    row, = found.fees
    assert (row.section, row.means, row.count, row.yen, row.backs, row.back) == ("kosodate", "counter_cash", 1, 600, 1, 600)
    assert (found.came, found.went) == (600, 600)


def test_the_csv_is_the_page(client, hall, busy) -> None:
    fee_taken(hall)
    client.force_login(hall.staff("yamada"))
    days = f"since={PAID_ON}&until={clock.today()}"
    text = client.get(f"/staff/collection/daily.csv?{days}").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    found = daily.daily_get(actor=hall.staff("yamada"), since=PAID_ON, until=clock.today())
    assert sum(int(row["金額"]) for row in rows if row["区分"] == "帳簿") == sum(x.yen for x in found.lines if x.on <= found.until)
    assert [int(row["金額"]) for row in rows if row["区分"].endswith("の合計")] == [found.came, found.went]
    first = [row for row in rows if row["日"] == str(PAID_ON) and row["区分"] == "帳簿"]
    assert len(first) > 1 and first[0]["科目・課"] == "（期別なし）", "at whichever end a database puts what has none"
    page = client.get(f"/staff/collection/daily/?since={PAID_ON}").content.decode()
    assert "未整理(納付書の分からない入金)" in page and f"{everything(hall)[0].came:,}円" in page


def test_no_more_than_a_quarter_at_once(hall) -> None:
    found = daily.daily_get(actor=hall.staff("yamada"), since=dt.date(2026, 1, 1), until=dt.date(2027, 1, 1))
    assert found.until - found.since == daily.LONGEST


def test_the_treasury_sees_the_sums_and_nothing_else(client, hall, busy) -> None:
    client.force_login(hall.staff("hirano"))  # a clerk of 会計課 among others
    page = client.get(f"/staff/collection/daily/?since={PAID_ON}").content.decode()
    assert "収納日計表" in page and "見本" not in page and 'href="/staff/collection/demands/"' not in page
    assert client.get("/staff/collection/demands/").status_code == 404
    assert "/staff/collection/daily/" in client.get("/staff/").content.decode()
    for who in ("tanaka", "sato"):
        with pytest.raises(DemandNotFound):
            daily.daily_get(actor=hall.staff(who), since=PAID_ON, until=PAID_ON)
