"""納付書 of fees: made once, read back from its picture, paid by a file, and to the yen whatever comes in whatever order."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import pypdfium2
import pytest
import zxingcpp
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from tests.support.hall import run_worker

from madoguchi.collection import charges, desk, fee_waits, fees, givebacks, ledger, unmatched
from madoguchi.collection.models import Excess, FeeSlip, Money, Posting
from madoguchi.collection.tests.conftest import ACCOUNT
from madoguchi.kernel import audit, clock, witness
from madoguchi.payments import refunds, services
from madoguchi.payments.errors import PaymentClosed, PaymentNotFound, ProviderAway
from madoguchi.payments.models import Attempt, Payment, Refund
from madoguchi.payments.setup import Setup, Slips

STRANGERS = {"fee_slip": ("payment_id",)}  # route → the ids it carries
FINAL, PROMPT, CANCEL = ("final", "02"), ("prompt", "01"), ("cancel", "03")


@pytest.fixture
def fee(hall):
    made = []

    def make(amount=600, days=7):
        due = clock.now() + dt.timedelta(days=days) if days is not None else None
        with transaction.atomic():
            ref = f"00000000-0000-4000-8000-{len(made):012d}"
            made.append(services.payment_make(
                key=f"fee:{ref}", case_ref=ref, receipt=f"R8-0000-{len(made):04d}-0", section="kosodate", subject="住民票の写し",
                lines=[{"label": "住民票の写し", "unit": 300, "count": 2, "sum": 600}], amount=amount, due_at=due, actor="resident:test"))
        return made[-1]

    return make


def start(payment):
    assert services.payment_start(payment_id=str(payment.id), means="slip", back="", language="ja", actor="resident:test") == ""
    return FeeSlip.objects.get(payment=payment.id)


def state(payment):
    payment.refresh_from_db()
    return payment.state, payment.received, payment.refunded


def whole():
    """The books, the record and its witnesses agree."""
    assert ledger.faults() == [] and audit.verify() == [] == witness.verify()


def test_a_slip_is_one_order_however_often_it_is_asked_for(fee, hall):
    payment = fee()
    slip = start(payment)
    assert start(payment) == slip and Attempt.objects.count() == 1
    assert len(slip.number) == 20 and slip.number.startswith("9999998") and slip.until == payment.due_at.astimezone(clock.JST).date()
    assert start(payment) == slip and state(payment)[0] == "started"
    assert start(fee()).number != slip.number
    whole()


def test_where_there_is_no_last_day_the_city_says_how_long(fee):
    assert start(fee(days=None)).until == clock.today() + dt.timedelta(days=30)


def test_its_symbols_are_read_from_its_picture(fee):
    payment = fee()
    slip = start(payment)
    page = pypdfium2.PdfDocument(io.BytesIO(fees.fee_pdf(payment)))[0]
    found = {b.symbology_identifier: b.text for b in zxingcpp.read_barcodes(page.render(scale=4).to_pil(), text_mode=zxingcpp.TextMode.Plain)}
    assert {"]Q1", "]C1"} <= set(found)
    assert slip.number in found["]Q1"] and slip.confirm in found["]Q1"] and "00000000600" in found["]Q1"] and f"{slip.until:%Y%m%d}" in found["]Q1"]
    assert found["]C1"].startswith(f"91999999{slip.number}") and f"{slip.until:%y%m%d}0000600" in found["]C1"]
    words = page.get_textpage().get_text_bounded()
    assert "見本" in words and payment.receipt in words and "手数料" in words


def test_money_of_a_file_completes_the_fee_and_lies_on_its_own_account(fee, came):
    payment = fee()
    slip = start(payment)
    sheet = came((slip.number, 600))
    assert state(payment) == ("success", 600, 0) and payment.means == "slip" and payment.number
    assert sheet.counts == {"applied": [1, 600]}
    assert ledger.balances() == {"bank:cvs": 600, "office-fee": -600}
    assert fees.fee_pdf(payment) is None and fees.fee_stand(slip.number).state == "paid"
    whole()


def test_a_prompt_is_told_and_completes_nothing_and_its_cancel_is_taken_back(fee, came):
    payment = fee()
    slip = start(payment)
    came((slip.number, 600, *PROMPT))
    assert state(payment) == ("submitted", 0, 0) and fees.slip_of_payment(payment).prompt_on
    with pytest.raises(PaymentClosed):
        services.payment_cancel(payment_id=str(payment.id), actor="resident:test")
    came((slip.number, 600, *CANCEL))
    assert state(payment) == ("failed", 0, 0) and fees.slip_of_payment(payment).prompt_on is None
    assert start(payment) == slip, "the same paper is good again"
    came((slip.number, 600, *PROMPT), (slip.number, 600, *FINAL))
    assert state(payment) == ("success", 600, 0)
    whole()


def test_a_prompt_whose_money_is_another_sum_leaves_the_fee_to_be_paid(fee, came):
    payment = fee()
    slip = start(payment)
    came((slip.number, 600, *PROMPT))
    came((slip.number, 500))
    assert state(payment) == ("failed", 0, 0) and Excess.objects.get().left == 500
    assert start(payment) == slip
    came((slip.number, 600))
    assert state(payment) == ("success", 600, 0)
    whole()


@pytest.mark.parametrize("late", [False, True])
def test_a_prompt_without_its_money_is_believed_for_a_month(fee, came, late):
    payment = fee(days=None)
    slip = start(payment)
    came((slip.number, 600, *PROMPT))
    slip.refresh_from_db()
    month = dt.datetime.combine(slip.prompt_on + dt.timedelta(days=30), dt.time(9), clock.JST)
    with clock.frozen(month):
        assert fee_waits.fees_unanswered() == 0
    with clock.frozen(month + dt.timedelta(days=1)):
        assert fee_waits.fees_unanswered() == 1 and fee_waits.fees_unanswered() == 0
        assert state(payment) == ("failed", 0, 0)
        if late:
            came((slip.number, 600))
            assert state(payment) == ("success", 600, 0)
    whole()


def test_a_slip_whose_day_is_over_is_replaced_where_the_fee_has_no_last_day(fee, came, hall):
    payment = fee(days=None)
    slip = start(payment)
    with clock.frozen(clock.now() + dt.timedelta(days=30)):
        assert start(payment) == slip and fees.slip_of_payment(payment) is not None
    with clock.frozen(clock.now() + dt.timedelta(days=31)):
        assert fees.slip_of_payment(payment) is None and fees.fee_pdf(payment) is None
        assert services.payment_start(payment_id=str(payment.id), means="slip", back="", language="ja", actor="resident:test") == ""
        new = FeeSlip.objects.latest("id")
        assert new != slip and new.until == clock.today() + dt.timedelta(days=30) and fees.fee_pdf(payment)
        assert state(payment)[0] == "started"
        came((slip.number, 600))  # paid on the old paper all the same
        assert state(payment) == ("success", 600, 0)
    whole()


def test_what_was_paid_in_time_is_taken_though_its_file_comes_days_later(fee, came, hall, monkeypatch):
    payment, other = fee(), fee()
    slip = start(payment)
    later = payment.due_at + dt.timedelta(days=9)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert services.payments_expire() == 1, "only the one without a slip"
    assert state(other)[0] == "expired" and state(payment)[0] == "started"
    with pytest.raises(PaymentClosed):
        start(payment)  # nothing new is begun after the last day
    came((slip.number, 600))
    assert state(payment) == ("success", 600, 0)


def test_what_comes_too_late_is_the_payers_again(fee, came, hall, monkeypatch):
    payment = fee()
    slip = start(payment)
    now = payment.due_at + dt.timedelta(days=11)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert services.payments_expire() == 1 and state(payment)[0] == "expired" and fees.fee_pdf(payment) is None
    came((slip.number, 600))
    refund = Refund.objects.get()
    assert state(payment) == ("expired", 600, 0) and (refund.reason, refund.amount, refund.state) == ("late", 600, "asked")
    whole()
    given_back(hall, payment, refund)


def given_back(hall, payment, refund):
    """The whole way: approved by the section, transferred by who collects."""
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(refund.id), approve=True)
    run_worker()
    refund.refresh_from_db()
    excess = Excess.objects.get(order=refund.id)
    assert refund.state == "approved" and refund.reference == f"excess:{excess.id}" and (excess.left, excess.why) == (refund.amount, "fee")
    assert state(payment)[2] == 0, "nothing has gone back yet"
    whole()
    back = givebacks.refund_ask(actor=hall.staff("yamada"), excess_id=excess.id, amount=excess.left, account=ACCOUNT, since=None)
    givebacks.back_answer(actor=hall.staff("nakamura"), back_id=str(back.id), approve=True)
    on = clock.today() + dt.timedelta(days=3)
    givebacks.transfer_make(actor=hall.staff("yamada"), on=on)
    assert givebacks.refunds_tell(on - dt.timedelta(days=1)) == 0 and state(payment)[2] == 0, "not before the bank's day"
    whole()
    assert [givebacks.refunds_tell(on), givebacks.refunds_tell(on)] == [1, 0]
    refund.refresh_from_db()
    assert refund.state == "done" and state(payment)[2] == refund.amount
    whole()


def test_a_fee_that_was_paid_goes_back_by_transfer(fee, came, hall):
    payment = fee()
    came((start(payment).number, 600))
    refund = refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=200, reason="exempt")
    given_back(hall, payment, refund)
    assert ledger.balances() == {"bank:cvs": 600, "office-fee": -400, "excess": 0, "bank:transfer": -200}


def test_paid_twice_and_another_sum(fee, came):
    payment = fee()
    slip = start(payment)
    sheet = came((slip.number, 500), (slip.number, 600), (slip.number, 600))
    assert state(payment) == ("success", 600, 0)
    assert sheet.counts == {"applied": [1, 600], "differs": [1, 500], "twice": [1, 600]}
    assert sorted((e.why, e.left, e.fee_id) for e in Excess.objects.all()) == [("differs", 500, slip.id), ("twice", 600, slip.id)]
    whole()


def test_paid_by_slip_and_at_the_counter(fee, came, hall):
    from madoguchi.payments import cashier

    payment = fee()
    slip = start(payment)
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=600)
    came((slip.number, 600))
    assert state(payment) == ("success", 1200, 0) and Refund.objects.get().reason == "twice"
    whole()


def test_a_wrong_number_is_set_right_by_a_clerk(fee, came, hall):
    payment = fee()
    slip = start(payment)
    came(("8" * 20, 600))
    money = Money.objects.get(outcome="unknown")
    unmatched.money_match(actor=hall.staff("yamada"), money_id=money.id, number=slip.number)
    assert state(payment) == ("success", 600, 0) and ledger.balances() == {"bank:cvs": 600, "suspense": 0, "office-fee": -600}
    whole()


def test_a_fee_whose_case_was_destroyed_gives_the_money_back(fee, came):
    payment = fee()
    slip = start(payment)
    Attempt.objects.all().delete()
    Payment.objects.all().delete()
    came((slip.number, 600))
    assert Excess.objects.get().left == 600 and FeeSlip.objects.get().money is None and ledger.faults() == []


def test_differences_have_names(fee, came):
    payment = fee()
    slip = start(payment)
    came((slip.number, 600))
    Attempt.objects.update(state="open")
    assert [f for f in ledger.faults() if "支払いの記録では未納" in f]
    Attempt.objects.update(state="paid")
    Posting.objects.filter(credit="office-fee").update(amount=599)
    assert any(slip.number in f and "599円" in f for f in ledger.faults())


@pytest.mark.parametrize("who", ["sato", "admin", "auditor"])
def test_other_sections_print_no_slip(fee, hall, who):
    with pytest.raises(PaymentNotFound):
        desk.fee_slip(actor=hall.staff(who), payment_id=str(fee().id))
    assert not FeeSlip.objects.exists()


def test_strangers_cannot_tell_that_a_fee_exists(fee, hall):
    ids = {"payment_id": str(fee().id)}
    for name, keys in STRANGERS.items():
        real, nothing = (reverse(name, kwargs={k: given[k] for k in keys}) for given in (ids, {"payment_id": str(uuid.uuid4())}))
        for who in ("sato", "admin", "auditor", "yamada"):
            assert [hall.desk(who).post(url).status_code for url in (real, nothing)] == [404, 404]
        assert [b.post(real).status_code for b in (hall.browser("hanako"), hall.browser())] == [302, 302]
    assert not FeeSlip.objects.exists()


def test_the_counter_prints_it(fee, hall):
    payment, clerk = fee(), hall.desk("tanaka")
    assert "納付書を印刷する" in clerk.get(reverse("payment", kwargs={"payment_id": payment.id})).content.decode()
    answer = clerk.post(reverse("fee_slip", kwargs={"payment_id": payment.id}))
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF") and FeeSlip.objects.get().payment == payment.id


def test_no_numbers_no_slip(fee, settings, monkeypatch):
    settings.PRODUCTION = True
    assert not fees.fees_ready(), "nobody could pay numbers of the trial"
    with pytest.raises(ProviderAway):
        start(fee())
    real = charges.Charges("zeimu", {}, codes=charges.Codes(False, "17202", "000", "123456", "12345", 0), fees=charges.FeeCodes("909", "1720200001"))
    monkeypatch.setattr(fees, "charges", lambda: real)
    assert fees.fees_ready() and start(fee()).number == "17202000010000000001"


def test_a_city_without(hall, fee, monkeypatch):
    monkeypatch.setattr("madoguchi.payments.setup.setup", lambda: Setup(slips=Slips()))
    payment = fee()
    assert "納付書を印刷する" not in hall.desk("tanaka").get(reverse("payment", kwargs={"payment_id": payment.id})).content.decode()
    assert hall.desk("tanaka").post(reverse("fee_slip", kwargs={"payment_id": payment.id})).status_code == 422


@hypothesis(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["prompt", "cancel", "paid", "less", "cash", "expire", "cancel_it", "start"]), min_size=1, max_size=7))
def test_to_the_yen_in_any_order(fee, came, hall, acts):
    import contextlib

    from madoguchi.payments import cashier

    payment = fee()
    slip, brought = start(payment), 0
    for act in acts:
        with contextlib.suppress(PaymentClosed, ProviderAway):
            if act in ("prompt", "cancel"):
                came((slip.number, 600, *(PROMPT if act == "prompt" else CANCEL)))
            elif act in ("paid", "less"):
                brought += 600 if act == "paid" else 400
                came((slip.number, 600 if act == "paid" else 400))
            elif act == "cash":
                cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=600)
            elif act == "start":
                start(payment)
            else:
                services._end(str(payment.id), services.Act.EXPIRE if act == "expire" else services.Act.CANCEL, "worker")
    slip.refresh_from_db()
    kept = 600 if slip.money_id else 0
    over = sum(e.left for e in Excess.objects.filter(fee=slip))
    assert kept + over == brought, "no yen of the files is lost"
    payment.refresh_from_db()
    cash = 600 if payment.attempts.filter(provider="counter_cash", state="paid").exists() else 0
    assert payment.received == kept + cash
    assert ledger.faults() == []
