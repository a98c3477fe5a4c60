"""A means of payment that the city switches off while orders by it are open."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support import gateway
from tests.support.hall import run_worker

from madoguchi.kernel import clock
from madoguchi.payments import refunds, services
from madoguchi.payments.errors import ProviderAway
from madoguchi.payments.models import Refund

from .test_card import now_of, start


def test_a_means_that_was_switched_off_holds_up_its_own_orders_and_nothing_else(cards, fee, settings):
    """Emptying MADOGUCHI_CARD_KEY while an order is open: it waits, the other fee runs out, the counter says why it cannot take."""
    last = clock.now() + dt.timedelta(days=7)
    payment, other = fee(due_at=last), fee(due_at=last)
    url = start(payment)
    cards.card(url, gateway.PAYS)
    offered = settings.PAYMENT_PROVIDERS
    settings.PAYMENT_PROVIDERS = {k: v for k, v in offered.items() if k != "card"}
    with clock.frozen(clock.now() + dt.timedelta(minutes=30)):
        assert services.payments_ask() == 0 and refunds.refunds_ask() == 0
        with pytest.raises(ProviderAway):
            services.pages_close(payment_id=str(payment.id), actor="x")
    with clock.frozen(last + dt.timedelta(minutes=1)):
        assert services.payments_expire() == 1
        settings.PAYMENT_PROVIDERS = offered
        services.payments_expire()
    assert (now_of(payment), now_of(other)) == (("success", 600, 0), ("expired", 0, 0))


def test_money_that_goes_back_by_a_means_that_was_switched_off_waits_for_it(cards, fee, hall, settings):
    payment = fee()
    cards.card(start(payment), gateway.PAYS)
    services.payment_confirm(payment_id=str(payment.id), actor="x")
    refund = refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=600, reason="mistake")
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(refund.id), approve=True)
    offered = settings.PAYMENT_PROVIDERS
    settings.PAYMENT_PROVIDERS = {k: v for k, v in offered.items() if k != "card"}
    run_worker()
    assert now_of(payment) == ("success", 600, 0) and Refund.objects.get().state == "approved"
    settings.PAYMENT_PROVIDERS = offered
    with clock.frozen(clock.now() + dt.timedelta(hours=1)):
        run_worker()
    assert now_of(payment) == ("success", 600, 600)
