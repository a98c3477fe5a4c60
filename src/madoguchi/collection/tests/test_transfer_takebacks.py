"""取下げ of a 総合振込: asked for with a reason, approved by another, as a whole, until its day; its 還付 wait for the next file."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from madoguchi.collection import givebacks, ledger, nightly, transfer_takebacks
from madoguchi.collection.errors import DemandNotFound, FormWrong, MoneyMoved, SecondPerson
from madoguchi.collection.models import Excess, GiveBack, Posting, Transfer
from madoguchi.kernel import audit, clock, witness

from .conftest import excess_of_payer, transferred

ON = dt.date(2027, 3, 10)
NEXT = dt.date(2027, 3, 12)


def whole():
    assert nightly.differences() == [] and audit.verify() == [] == witness.verify()


@pytest.fixture
def sent(hall):
    """A file of one 還付 of a thousand yen."""
    excess_of_payer()
    return transferred(hall)


def asked(hall, row, reason="日を間違えた"):
    return transfer_takebacks.transfer_back_ask(actor=hall.staff("yamada"), transfer_id=row.id, reason=reason)


def answered(hall, row, who="nakamura", approve=True):
    return transfer_takebacks.transfer_back_answer(actor=hall.staff(who), transfer_id=row.id, approve=approve)


def test_its_refunds_go_into_the_next_file(hall, sent) -> None:
    asked(hall, sent)
    assert GiveBack.objects.get().state == "done"
    answered(hall, sent)
    back, excess = GiveBack.objects.get(), Excess.objects.get()
    assert (back.state, back.transfer, excess.left, ledger.balances()["bank:transfer"]) == ("approved", None, 10_000, 0)
    whole()
    again = givebacks.transfer_make(actor=hall.staff("yamada"), on=NEXT)
    assert (again.amount, GiveBack.objects.get().transfer, ledger.balances()["bank:transfer"]) == (1_000, again, -1_000)
    whole()


def test_interest_comes_back_too(hall, came, demanded) -> None:
    from .conftest import ACCOUNT

    first, *_ = demanded(people=1, parts=1, each=2_000_000)
    came((first, 2_000_000), (first, 2_000_000))
    back = givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=Excess.objects.get().id, amount=2_000_000, account=ACCOUNT,
                                since=dt.date(2026, 6, 21))
    givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)
    row = givebacks.transfer_make(actor=hall.staff("yamada"), on=ON)
    asked(hall, row)
    answered(hall, row)
    assert ledger.balances()["interest"] == 0 == ledger.balances()["bank:transfer"]
    assert givebacks.transfer_make(actor=hall.staff("yamada"), on=NEXT).amount == row.amount > 2_000_000
    whole()


def test_who_may_and_when(hall, sent) -> None:
    for reason in ("", "あ" * 201):
        with pytest.raises(FormWrong):
            asked(hall, sent, reason)
    for who in ("tanaka", "auditor"):
        with pytest.raises(DemandNotFound):
            transfer_takebacks.transfer_back_ask(actor=hall.staff(who), transfer_id=sent.id, reason="x")
    with pytest.raises(MoneyMoved):
        answered(hall, sent)
    transfer_takebacks.transfer_back_ask(actor=hall.staff("nakamura"), transfer_id=sent.id, reason="x")
    with pytest.raises(MoneyMoved):
        asked(hall, sent)
    for who in ("nakamura", "yamada"):
        with pytest.raises(SecondPerson):
            answered(hall, sent, who)
    with clock.frozen(dt.datetime(2027, 3, 10, 3, tzinfo=dt.UTC)):
        with pytest.raises(MoneyMoved) as past:
            answered(hall, sent, "kobayashi")
        assert past.value.ja == transfer_takebacks.PAST
        answered(hall, sent, "kobayashi", approve=False)
        with pytest.raises(MoneyMoved):
            asked(hall, sent)
    assert Transfer.objects.get().state == "made" and GiveBack.objects.get().state == "done"
    whole()


def test_a_file_of_which_something_came_back_stays(hall, sent) -> None:
    givebacks.back_returned(actor=hall.staff("nakamura"), back_id=str(GiveBack.objects.get().id))
    with pytest.raises(MoneyMoved) as returned:
        asked(hall, sent)
    assert returned.value.ja == transfer_takebacks.RETURNED
    whole()


def test_the_books_name_a_takeback_that_nobody_approved(hall, sent) -> None:
    Transfer.objects.update(state="back")
    assert any("総合振込" in fault and "状態が記録と違います" in fault for fault in nightly.differences())
    assert any(fault.startswith("総合振込 ") for fault in ledger.faults()) and Posting.objects.exists()


def test_in_the_browser(hall, sent) -> None:
    clerk, chief = hall.desk("yamada"), hall.desk("nakamura")
    url, back, file = reverse("transfers"), reverse("transfer_back", args=[sent.id]), reverse("transfer", args=[sent.id])
    assert back in clerk.get(url).content.decode() and back not in hall.desk("auditor").get(url).content.decode()
    wrong = clerk.post(back, {"act": "ask", f"reason-{sent.id}": "い" * 201})
    assert wrong.status_code == 422 and "取下げの理由を1〜200文字で" in wrong.content.decode() and "い" * 201 in wrong.content.decode()
    assert clerk.post(back, {"act": "ask", f"reason-{sent.id}": "日を間違えた"}).status_code == 303
    page = clerk.get(url).content.decode()
    assert "日を間違えた" in page and "承認を待っています" in page and "取下げを承認する" not in page
    assert clerk.get(file).status_code == 404, "nobody sends it now"
    assert clerk.post(back, {"act": "approve"}).status_code == 403
    assert "取下げを承認する" in chief.get(url).content.decode() and chief.post(back, {"act": "approve"}).status_code == 303
    listed = clerk.get(url).content.decode()
    assert "取り下げ</td>" in listed and back not in listed and chief.post(back, {"act": "approve"}).status_code == 409
