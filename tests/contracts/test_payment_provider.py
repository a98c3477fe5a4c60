"""The port to whoever moves money: the same answers of every adapter to the same questions."""

from __future__ import annotations

import time
import uuid

import pytest
from tests.support import gateway

from madoguchi.collection.debits import debits_take
from madoguchi.collection.fee_debits import debit_note
from madoguchi.collection.models import DirectDebit
from madoguchi.collection.tests.conftest import accounts_text
from madoguchi.payments.ports import (
    Accepted,
    Later,
    Order,
    RefundOrder,
    RefundReport,
    Refused,
    Report,
    Retry,
    Started,
)
from madoguchi.payments.providers import provider_of

KEYS = ("10000000-0000-4000-8000-000000000001", "10000000-0000-4000-8000-000000000002")
UNTIL = int(time.time()) + 3600  # the same in every call of one key
AT_ONCE = {"free": 0, "counter_cash": 600, "terminal": 600}  # paid the moment that it starts, and the sum


@pytest.fixture(scope="session")
def card_process():
    with gateway.running() as found:
        yield found


@pytest.fixture
def cards(card_process, settings):
    settings.CARD_GATEWAY = {"key": gateway.KEY, "webhook_secret": gateway.SECRET, "base": card_process.base, "page": card_process.base}
    settings.PAYMENT_PROVIDERS = settings.PAYMENT_PROVIDERS | {"card": "madoguchi.adapters.card_gateway.CardGateway"}
    return card_process


def order(key=KEYS[0], amount=600, slip="t/20270101/1"):
    return Order(key, "20000000-0000-4000-8000-000000000001", amount, "住民票の写し R8-0000-0000-0", "http://127.0.0.1/back", "ja",
                 UNTIL, slip)


def test_every_means_of_the_settings_is_held_to_the_contract(settings):
    assert set(settings.PAYMENT_PROVIDERS) == {*AT_ONCE, *ORDERED}


@pytest.mark.parametrize("means", AT_ONCE)
class TestPaidAtOnce:
    def test_a_start_is_the_report_of_the_money(self, means):
        amount = AT_ONCE[means]
        report = provider_of(means).start(order(amount=amount))
        assert isinstance(report, Report)
        assert (report.state, report.amount, report.currency, report.key) == ("paid", amount, "jpy", KEYS[0])

    def test_nobody_outside_knows_more_and_nobody_sends_notices(self, means):
        provider = provider_of(means)
        assert provider.code == means
        assert isinstance(provider.confirm("x"), Refused) and isinstance(provider.stop("x"), Refused)
        assert provider.verify_webhook(b"{}", "t=1,v1=00") is None

    def test_giving_back_is_noted(self, means):
        assert isinstance(provider_of(means).refund(RefundOrder(KEYS[0], "x", 1)), Accepted)


def test_what_is_not_free_and_what_has_no_slip_is_refused():
    assert isinstance(provider_of("free").start(order(amount=1)), Refused)
    assert isinstance(provider_of("terminal").start(order(slip="")), Refused)


ORDERED = ("card", "slip", "debit")


@pytest.fixture(params=ORDERED)
def means(request, cards, db):
    if request.param == "debit":  # its payer has said from which account
        debits_take(actor="test", data=accounts_text().encode(), name="口座.csv")
        debit_note(payment=order().payment, row=DirectDebit.objects.get())
    return request.param


class TestOrdered:
    """Means by which an order waits for its money."""


    def test_two_starts_of_one_key_are_one_order(self, means):
        provider = provider_of(means)
        first, again, other = (provider.start(order(key)) for key in (KEYS[0], KEYS[0], KEYS[1]))
        assert isinstance(first, Started) and first == again and isinstance(other, Started) and other.reference != first.reference

    def test_an_order_is_open_until_it_is_stopped(self, means):
        provider = provider_of(means)
        begun = provider.start(order())
        assert isinstance(begun, Started)
        found = provider.confirm(begun.reference)
        assert isinstance(found, Report) and (found.state, found.amount, found.key) == ("open", 600, KEYS[0])
        for _again in range(2):
            stopped = provider.stop(begun.reference)
            assert isinstance(stopped, Report) and stopped.state == "over"

    def test_an_order_that_nobody_knows(self, means):
        assert isinstance(provider_of(means).confirm("nobody"), Refused | Retry)

    def test_a_forged_notice_is_none(self, means):
        assert provider_of(means).verify_webhook(b'{"type":"checkout.session.completed"}', "t=1,v1=00") is None


def refunded(cards, number):
    """A gateway, what this card has paid there, and what it says when all of it is to go back."""
    provider = provider_of("card")
    begun = provider.start(order(str(uuid.uuid4())))
    cards.card(begun.url, number)
    back = RefundOrder(str(uuid.uuid4()), provider.confirm(begun.reference).paid_by, 600)
    return provider, back, provider.refund(back)


class TestRefundsByCard:
    """A refund is asked for once, however often; what the gateway says of it is done, under way or failed."""

    @pytest.mark.parametrize(("number", "first", "last", "state"), [
        (gateway.PAYS, Accepted, Accepted, "done"), (gateway.PENDING, Later, Accepted, "done"), (gateway.FAILS, Accepted, Refused, "failed")])
    def test_it_goes_back_now_or_later_or_not(self, cards, number, first, last, state):
        provider, back, said = refunded(cards, number)
        assert isinstance(said, first) and provider.refund(back) == said
        if number != gateway.PAYS:
            cards.settle(said.reference)
        assert isinstance(provider.refund(back), last)
        made, = cards.refunds(back.paid_by)
        for kind in ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated"):
            notice = provider.verify_webhook(*gateway.event(kind, made))
            assert notice.report is None and notice.refund == RefundReport(said.reference, state, back.key)

    def test_a_refund_without_our_key_is_told_all_the_same(self, cards):
        notice = provider_of("card").verify_webhook(*gateway.event("refund.updated", {"id": "re_1", "status": "requires_action", "metadata": None}))
        assert notice.refund == RefundReport("re_1", "later", "")
