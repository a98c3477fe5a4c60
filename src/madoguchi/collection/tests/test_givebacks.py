"""過誤納金 goes back, to the yen, by two persons: 充当 and 還付 with its 総合振込."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from madoguchi.collection import givebacks, ledger
from madoguchi.collection.errors import FormWrong, MoneyMoved, NothingToPrint, SecondPerson
from madoguchi.collection.formats.profiles import profile
from madoguchi.collection.formats.zengin import read_transfers
from madoguchi.collection.models import Excess, GiveBack, Instalment, Posting
from madoguchi.files.public import file_get, file_open
from madoguchi.kernel import clock

from .conftest import ACCOUNT, excess_of_payer, transferred

SOON = dt.date(2027, 3, 10)


@pytest.fixture
def paid_twice(hall):
    """(excess of 10,000 yen, the next 期 of the same person, clerk, chief)."""
    excess, second = excess_of_payer()
    return excess, second, hall.staff("yamada"), hall.staff("nakamura")


def test_an_offset_pays_another_due_of_the_same_person(paid_twice) -> None:
    excess, second, clerk, chief = paid_twice
    back = givebacks.offset_ask(actor=clerk, excess_id=excess.id, amount=10_000, target_id=second.id)
    assert givebacks.free(excess) == 0
    with pytest.raises(SecondPerson):
        givebacks.back_answer(actor=clerk, back_id=str(back.id), approve=True)
    givebacks.back_answer(actor=chief, back_id=str(back.id), approve=True)
    second.refresh_from_db()
    excess.refresh_from_db()
    assert (second.paid, excess.left, second.settled_on) == (10_000, 0, clock.today())
    assert ledger.faults() == []
    with pytest.raises(MoneyMoved):
        givebacks.back_answer(actor=chief, back_id=str(back.id), approve=True)


def test_an_offset_whose_due_was_paid_meanwhile_is_not_posted(paid_twice, came) -> None:
    excess, second, clerk, chief = paid_twice
    back = givebacks.offset_ask(actor=clerk, excess_id=excess.id, amount=10_000, target_id=second.id)
    came((second, 10_000))
    before = Posting.objects.count()
    with pytest.raises(MoneyMoved) as moved:
        givebacks.back_answer(actor=chief, back_id=str(back.id), approve=True)
    assert "却下して" in moved.value.ja
    assert Posting.objects.count() == before
    givebacks.back_answer(actor=chief, back_id=str(back.id), approve=False)
    assert givebacks.free(Excess.objects.get(id=excess.id)) == 10_000


def test_a_refund_goes_into_one_file_for_the_bank_with_its_interest(paid_twice) -> None:
    excess, _, clerk, chief = paid_twice
    sums = (9_000, 1_000)
    for yen in sums:
        back = givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=yen, account=ACCOUNT, since=None)
        assert b"0000000" not in bytes(back.account)
        givebacks.back_answer(actor=chief, back_id=str(back.id), approve=True)
    transfer = givebacks.transfer_make(actor=clerk, on=SOON)
    assert (transfer.refunds, transfer.amount) == (2, 10_000)
    with file_open(file_get(str(transfer.file_id))) as source:
        sender, on, orders = read_transfers(source.read(), profile("transfer"), today=clock.today())
    assert (sender.account.bank, on.month, on.day) == ("0000", 3, 10)
    assert sorted((o.amount, o.reference, o.account.number) for o in orders) == [
        (yen, excess.instalment.number, "0000000") for yen in sorted(sums)]
    assert ledger.balances()["bank:transfer"] == -10_000
    assert ledger.faults() == []
    with pytest.raises(NothingToPrint):
        givebacks.transfer_make(actor=clerk, on=SOON)


def test_interest_is_counted_until_the_day_of_the_approval(hall, came, demanded) -> None:
    first, *_ = demanded(people=1, parts=1, each=2_000_000)
    came((first, 2_000_000), (first, 2_000_000))
    excess = Excess.objects.get()
    back = givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=excess.id, amount=2_000_000, account=ACCOUNT, since=dt.date(2026, 6, 21))
    back = givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)
    days = (clock.today() - dt.date(2026, 6, 21)).days + 1
    assert back.interest == 2_000_000 * 13 * days // 365_000 // 100 * 100 > 0
    transfer = givebacks.transfer_make(actor=hall.staff("yamada"), on=SOON)
    assert transfer.amount == 2_000_000 + back.interest
    assert ledger.balances()["interest"] == back.interest
    assert ledger.faults() == []


WRONG = {
    "bank": ("9999", "この番号の銀行はありません"), "branch": ("999", "この支店番号(3桁)はありません"), "kind": ("7", "預金の種類"),
    "number": ("12345", "口座番号は7桁"), "holder": ("見本花子", "カタカナ"),
}


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_account_is_told_field_by_field(paid_twice, field) -> None:
    excess, _, clerk, _ = paid_twice
    value, words = WRONG[field]
    with pytest.raises(FormWrong) as wrong:
        givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=1, account=ACCOUNT | {field: value}, since=None)
    assert [(name, words in ja) for name, ja in wrong.value.faults] == [(field, True)]
    assert not GiveBack.objects.exists()


def test_no_more_than_is_there_goes_back(paid_twice) -> None:
    excess, second, clerk, _ = paid_twice
    givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=8_000, account=ACCOUNT, since=None)
    for yen in (0, 2_001):
        with pytest.raises(FormWrong, match="form_wrong") as wrong:
            givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=yen, account=ACCOUNT, since=None)
        assert "2,000円までです" in wrong.value.faults[0][1]
    with pytest.raises(FormWrong):
        givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=1, account=ACCOUNT, since=excess.money.paid_on)
    stranger = Instalment.objects.exclude(demand__payer=second.demand.payer).first()
    with pytest.raises(FormWrong):
        givebacks.offset_ask(actor=clerk, excess_id=excess.id, amount=1, target_id=stranger.id if stranger else 0)


def test_a_city_without_an_account_is_told_what_to_do(paid_twice, hall, settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(FormWrong) as wrong:
        transferred(hall)
    assert "collection.yaml の「振込」" in wrong.value.faults[0][1]
    assert GiveBack.objects.get().state == "approved", "it waits for the next file"


def test_the_whole_way_on_the_pages(paid_twice, hall) -> None:
    excess, second, *_ = paid_twice
    clerk, chief = hall.desk("yamada"), hall.desk("nakamura")
    page = reverse("excess_one", kwargs={"excess_id": excess.id})
    wrong = clerk.post(reverse("excess_refund", kwargs={"excess_id": excess.id}), ACCOUNT | {"amount": "20000", "since": "きのう", "bank": "1"})
    assert wrong.status_code == 422 and "起算日は" in wrong.content.decode() and 'value="20000"' in wrong.content.decode()
    assert clerk.post(reverse("excess_refund", kwargs={"excess_id": excess.id}), ACCOUNT | {"amount": "4,000円", "since": ""}).status_code == 303
    asked = clerk.post(reverse("excess_offset", kwargs={"excess_id": excess.id}), {"offset_amount": "6000", "target": str(second.id)})
    assert asked.status_code == 303
    assert "承認する" not in clerk.get(page).content.decode() and "承認する" in chief.get(page).content.decode()
    for back in GiveBack.objects.all():
        answer = reverse("excess_answer", kwargs={"excess_id": excess.id, "back_id": back.id})
        assert "自分で承認できません" in clerk.post(answer, {"act": "approve"}).content.decode()
        assert chief.post(answer, {"act": "approve"}).status_code == 303
    assert "振込を待っている還付が1件" in clerk.get(reverse("excess")).content.decode().replace("\n", "")
    assert clerk.post(reverse("transfers"), {"on": "2020-01-01"}).status_code == 422
    assert clerk.post(reverse("transfers"), {"on": str(SOON)}).status_code == 303
    assert "4,000円" in clerk.get(reverse("transfers")).content.decode()
    assert "返し終わりました" in clerk.get(page).content.decode()
    assert ledger.faults() == []
