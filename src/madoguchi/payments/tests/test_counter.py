"""The counter and refunds: cash, change, second person, other sections; and that no order of events makes or loses a yen."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support import gateway

from madoguchi.kernel import audit, clock, witness
from madoguchi.payments import cashier, refunds, selectors, services, terminals
from madoguchi.payments.errors import (
    CashWrong,
    PaymentClosed,
    PaymentNotFound,
    ProviderAway,
    RefundWrong,
    SecondPersonNeeded,
)
from madoguchi.payments.models import Attempt, Payment, Refund
from madoguchi.payments.ports import Report
from madoguchi.payments.rules import Act, State, after


def test_cash_with_change_and_a_second_click(fee, hall):
    payment = fee()
    paid, change = cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=1000)
    assert (paid.state, paid.received, change, paid.means) == ("success", 600, 400, "counter_cash")
    with pytest.raises(PaymentClosed):
        cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=1000)
    assert Payment.objects.get().received == 600
    assert audit.verify() == [] == witness.verify()


@pytest.mark.parametrize("tendered", [599, 0, -1])
def test_too_little_cash(fee, hall, tendered):
    with pytest.raises(CashWrong):
        cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(fee().id), tendered=tendered)
    assert not Attempt.objects.exists()


def card_page(payment):
    return services.payment_start(payment_id=str(payment.id), means="card", back="http://127.0.0.1:1/back/", language="ja", actor="resident:test")


def counter_take(hall, payment, means):
    if means == "cash":
        return cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=600)
    return terminals.terminal_take(actor=hall.staff("okada"), payment_id=str(payment.id), typed=terminals.Typed("shimin1", "card", "1234"))


@pytest.mark.parametrize(("means", "section"), [("cash", "kosodate"), ("terminal", "shimin")])
class TestWhileTheCardPageIsOpen:
    def test_the_page_is_closed_before_money_is_taken(self, cards, fee, hall, means, section):
        payment = fee(section=section)
        url = card_page(payment)
        counter_take(hall, payment, means)
        assert cards.session(gateway.order_of(url))["status"] == "expired"
        cards.card(url, gateway.PAYS)
        services.payment_confirm(payment_id=str(payment.id), actor="resident:test")
        payment.refresh_from_db()
        assert (payment.state, payment.received, Refund.objects.count()) == ("success", 600, 0)

    def test_who_has_paid_online_meanwhile_pays_nothing_more(self, cards, fee, hall, means, section):
        payment = fee(section=section)
        cards.card(card_page(payment), gateway.PAYS)
        with pytest.raises(PaymentClosed) as closed:
            counter_take(hall, payment, means)
        assert "クレジットカード" in closed.value.ja and "返してください" in closed.value.ja
        payment.refresh_from_db()
        assert (payment.state, payment.received, payment.means) == ("success", 600, "card")
        assert Attempt.objects.count() == 1

    def test_a_page_that_cannot_be_closed_is_waited_for(self, cards, fee, hall, settings, means, section):
        payment = fee(section=section)
        card_page(payment)
        settings.CARD_GATEWAY = settings.CARD_GATEWAY | {"base": "http://127.0.0.1:9"}
        with pytest.raises(ProviderAway):
            counter_take(hall, payment, means)
        assert Attempt.objects.count() == 1

    def test_a_page_that_is_being_made_is_waited_for(self, cards, fee, hall, means, section):
        payment = fee(section=section)
        card_page(payment)
        Attempt.objects.update(reference="", url="")  # the gateway's answer is on its way
        with pytest.raises(PaymentClosed):
            counter_take(hall, payment, means)
        Attempt.objects.update(created_at=clock.now() - dt.timedelta(minutes=2))  # it will never come
        counter_take(hall, payment, means)

    def test_money_that_is_on_its_way_is_not_taken_twice(self, fee, hall, means, section):
        payment = fee(section=section)
        Payment.objects.filter(id=payment.id).update(state="submitted")
        with pytest.raises(PaymentClosed):
            counter_take(hall, payment, means)


def test_what_was_voided_says_how_it_is_collected_again(fee, hall, client):
    payment, tanaka = fee(), hall.staff("tanaka")
    cashier.cash_take(actor=tanaka, payment_id=str(payment.id), tendered=600)
    asked = refunds.refund_ask(actor=tanaka, payment_id=str(payment.id), amount=600, reason="void")
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(asked.id), approve=True)
    refunds.refund_hand_over(actor=tanaka, refund_id=str(asked.id))
    with pytest.raises(PaymentClosed) as closed:
        cashier.cash_take(actor=tanaka, payment_id=str(payment.id), tendered=600)
    assert "「窓口で手数料を受け取る」で、同じ手数料を選んで" in closed.value.ja
    client.force_login(tanaka)
    page = client.get(f"/staff/payments/{payment.id}/").content.decode()
    assert '<a href="/staff/payments/sale/kosodate/">窓口で手数料を受け取る</a>' in page


def test_too_little_cash_closes_no_page(cards, fee, hall):
    payment = fee()
    url = card_page(payment)
    with pytest.raises(CashWrong):
        cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=599)
    assert cards.session(gateway.order_of(url))["status"] == "open"


def test_the_page_offers_no_counter_while_money_is_on_its_way(fee, hall, client):
    payment = fee()
    client.force_login(hall.staff("tanaka"))
    assert 'name="tendered"' in client.get(f"/staff/payments/{payment.id}/").content.decode()
    Payment.objects.filter(id=payment.id).update(state="submitted")
    page = client.get(f"/staff/payments/{payment.id}/").content.decode()
    assert 'name="tendered"' not in page and "結果が出るまで窓口では受け取れません" in page


def test_the_clerk_is_told_on_the_page_that_it_cannot_be_closed(cards, fee, hall, client, settings):
    payment = fee()
    card_page(payment)
    settings.CARD_GATEWAY = settings.CARD_GATEWAY | {"base": "http://127.0.0.1:9"}
    client.force_login(hall.staff("tanaka"))
    answer = client.post(f"/staff/payments/{payment.id}/take/", {"tendered": "1000"})
    assert answer.status_code == 422 and "まだ受け取らずに" in answer.content.decode() and 'value="1000"' in answer.content.decode()


def test_nothing_to_pay_is_paid_at_once(fee):
    payment = fee(amount=0)
    assert (payment.state, payment.means) == ("success", "free")


@pytest.mark.parametrize("who", ["sato", "admin", "auditor"])
def test_other_sections_see_nothing_and_take_nothing(fee, hall, who):
    payment = fee()
    with pytest.raises(PaymentNotFound):
        cashier.cash_take(actor=hall.staff(who), payment_id=str(payment.id), tendered=600)
    if who != "auditor":
        with pytest.raises(PaymentNotFound):
            selectors.payment_get(actor=hall.staff(who), payment_id=str(payment.id))
        assert list(selectors.payment_list(actor=hall.staff(who))) == []


def test_who_asks_does_not_approve_and_a_clerk_never(fee, hall):
    payment = fee()
    tanaka, kimura, suzuki = (hall.staff(n) for n in ("tanaka", "kimura", "suzuki"))
    cashier.cash_take(actor=tanaka, payment_id=str(payment.id), tendered=600)
    for asker, approver in ((kimura, kimura), (kimura, tanaka)):
        asked = refunds.refund_ask(actor=asker, payment_id=str(payment.id), amount=100, reason="exempt")
        with pytest.raises(SecondPersonNeeded):
            refunds.refund_answer(actor=approver, refund_id=str(asked.id), approve=True)
    with pytest.raises(PaymentClosed):
        refunds.refund_hand_over(actor=tanaka, refund_id=str(asked.id))
    refunds.refund_answer(actor=suzuki, refund_id=str(asked.id), approve=True)
    refunds.refund_hand_over(actor=tanaka, refund_id=str(asked.id))
    with pytest.raises(PaymentClosed):
        refunds.refund_hand_over(actor=tanaka, refund_id=str(asked.id))
    payment.refresh_from_db()
    assert (payment.received, payment.refunded) == (600, 100)
    assert witness.verify() == []


@pytest.mark.parametrize(("amount", "reason"), [(0, "mistake"), (-5, "mistake"), (601, "mistake"), (100, "because")])
def test_refunds_that_cannot_be(fee, hall, amount, reason):
    payment = fee()
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=600)
    with pytest.raises(RefundWrong):
        refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=amount, reason=reason)


def test_what_is_promised_cannot_be_promised_again(fee, hall):
    payment = fee()
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=600)
    refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=400, reason="mistake")
    with pytest.raises(RefundWrong) as wrong:
        refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=201, reason="mistake")
    assert "200円まで" in wrong.value.ja


def test_a_changed_sum_is_found_by_the_witness(fee, hall):
    payment = fee()
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=600)
    Payment.objects.update(received=500)
    assert ["金額が記録と違います" in f.ja for f in witness.verify()] == [True]


def test_the_end_states_lead_nowhere():
    assert [(s, a) for s in (State.SUCCESS, State.CANCELLED, State.EXPIRED) for a in Act if after(s, a)] == [(State.EXPIRED, Act.REBILL)]


EVENTS = st.lists(st.tuples(st.sampled_from(["paid", "failed", "over", "waiting", "open", "cancel", "expire", "cash", "more", "wrong"]),
                            st.integers(0, 2)), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_whatever_happens_in_whatever_order_the_yen_are_equal(fee, hall, events):
    payment = fee(due_at=clock.now() + dt.timedelta(days=1))
    orders = [Attempt.objects.create(payment=payment, provider="card", amount=600, created_at=clock.now() - dt.timedelta(minutes=2))
              for _ in range(3)]
    tanaka, paid, cash = hall.staff("tanaka"), {}, 0  # the first sum that is told of an order is its money
    for what, which in events:
        if what in ("cancel", "expire"):
            with contextlib.suppress(PaymentClosed):
                services._end(str(payment.id), Act.CANCEL if what == "cancel" else Act.EXPIRE, "worker")
        elif what == "cash":
            with contextlib.suppress(PaymentClosed):
                cashier.cash_take(actor=tanaka, payment_id=str(payment.id), tendered=600)
                cash = 600
        else:
            state, amount = ("paid", {"more": 601, "wrong": 599}[what]) if what in ("more", "wrong") else (what, 600)
            report = Report("", state, amount, "jpy", f"pi_{which}", str(orders[which].id))
            services.report_apply(provider="card", actor="gateway:card", report=report)
            if state == "paid":
                paid.setdefault(which, amount)
        payment.refresh_from_db()
        came, owed = sum(paid.values()) + cash, 600 if payment.state == "success" else 0
        assert payment.received == came
        assert came - owed == sum(Refund.objects.filter(payment=payment).values_list("amount", flat=True))
        assert (payment.state == "success") == bool(payment.paid_at)
    assert not [f for f in witness.verify() if payment.case_ref in f.chain]
