"""Cards, against a gateway in its own process: 3-D Secure, decline, and notices late, twice, out of order, forged, unknown."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.test import Client
from tests.support import gateway
from tests.support.hall import run_worker

from madoguchi.kernel import audit, clock, witness
from madoguchi.kernel.models import AuditEntry
from madoguchi.payments import refunds, selectors, services
from madoguchi.payments.errors import PaymentClosed, ProviderAway, RefundWrong
from madoguchi.payments.models import Attempt, GatewayNotice, Payment, Refund


def start(payment):
    return services.payment_start(payment_id=str(payment.id), means="card", back="http://127.0.0.1:1/back/", language="ja", actor="resident:test")


def told(body, signature):
    return Client(enforce_csrf_checks=True).post("/hooks/card/", body, content_type="application/json", headers={"Stripe-Signature": signature})


def now_of(payment):
    payment.refresh_from_db()
    return payment.state, payment.received, payment.refunded


def completed(cards, url, number="evt_1"):
    return gateway.event("checkout.session.completed", cards.session(gateway.order_of(url)), number=number)


def test_paid_with_3d_secure_and_found_by_asking(cards, fee):
    payment = fee()
    url = start(payment)
    assert now_of(payment) == ("started", 0, 0)
    back = cards.card(url, gateway.SECURE)
    assert (back.status_code, back.headers["Location"]) == (303, "http://127.0.0.1:1/back/")
    services.payment_confirm(payment_id=str(payment.id), actor="resident:test")
    assert now_of(payment) == ("success", 600, 0)
    assert payment.number == f"領-{payment.receipt}"
    assert audit.verify() == []


def test_declined_and_3d_secure_refused_then_another_card_on_the_same_page(cards, fee):
    payment = fee()
    url = start(payment)
    assert "使えませんでした" in cards.card(url, gateway.DECLINED).text
    assert "使えませんでした" in cards.card(url, gateway.SECURE, code="no").text
    services.payment_confirm(payment_id=str(payment.id), actor="resident:test")
    assert now_of(payment) == ("started", 0, 0)
    cards.card(url, gateway.PAYS)
    assert told(*completed(cards, url)).status_code == 200
    assert now_of(payment) == ("success", 600, 0)


def test_two_clicks_are_one_order(cards, fee):
    payment = fee()
    assert start(payment) == start(payment)
    assert Attempt.objects.count() == 1


def test_an_answer_that_got_lost_finds_the_same_order(cards, fee):
    payment = fee()
    url = start(payment)
    Attempt.objects.update(reference="", url="")  # dead between the call and the note of it
    assert start(payment) == url


def test_an_answer_that_got_lost_and_another_language_meanwhile(cards, fee):
    payment = fee()
    start(payment)
    Attempt.objects.update(reference="", url="")
    def again():
        return services.payment_start(payment_id=str(payment.id), means="card", back="http://127.0.0.1:1/", language="en", actor="resident:test")

    with pytest.raises(ProviderAway):
        again()
    assert cards.card(again(), gateway.PAYS).status_code == 303
    services.payment_confirm(payment_id=str(payment.id), actor="resident:test")
    assert now_of(payment) == ("success", 600, 0)


def test_a_notice_that_is_faster_than_our_note_of_the_order(cards, fee):
    payment = fee()
    url = start(payment)
    Attempt.objects.update(reference="", url="")
    cards.card(url, gateway.PAYS)
    assert told(*completed(cards, url)).content == b"applied\n"
    assert now_of(payment) == ("success", 600, 0)


def test_twice_late_and_out_of_order(cards, fee):
    payment = fee()
    url = start(payment)
    cards.card(url, gateway.PAYS)
    expired = cards.session(gateway.order_of(url)) | {"status": "expired", "payment_status": "unpaid"}
    before, notice = gateway.event("checkout.session.expired", expired, number="evt_0"), completed(cards, url)
    assert [told(*notice).content, told(*notice).content, told(*before).content] == [b"applied\n", b"again\n", b"nothing\n"]
    assert told(*completed(cards, url, "evt_another_of_the_same")).content == b"nothing\n"
    assert now_of(payment) == ("success", 600, 0)
    assert GatewayNotice.objects.count() == 3


def test_expired_first_and_paid_afterwards_goes_on_to_paid(cards, fee):
    payment = fee()
    url = start(payment)
    cards.card(url, gateway.PAYS)
    session = cards.session(gateway.order_of(url))
    told(*gateway.event("checkout.session.expired", session | {"status": "expired", "payment_status": "unpaid"}, number="evt_0"))
    assert now_of(payment)[0] == "failed"
    told(*gateway.event("checkout.session.completed", session, number="evt_1"))
    assert now_of(payment) == ("success", 600, 0)


@pytest.mark.parametrize("wrong", ["secret", "old", "changed", "none", "garbage"])
def test_forged_notices_change_nothing(cards, fee, wrong):
    payment = fee()
    url = start(payment)
    session = cards.session(gateway.order_of(url)) | {"payment_status": "paid", "status": "complete"}
    body, signature = gateway.event("checkout.session.completed", session, secret="whsec_other" if wrong == "secret" else gateway.SECRET,
                                    at=int(time.time()) - 3600 if wrong == "old" else None)
    body = body.replace(b"600", b"601") if wrong == "changed" else body
    answer = told(body, {"none": "", "garbage": "t=x,v1=,="}.get(wrong, signature))
    assert answer.status_code == 400
    assert now_of(payment) == ("started", 0, 0)
    assert not GatewayNotice.objects.exists()


def test_forged_notices_are_limited(cards, settings, db):
    from madoguchi.kernel.limits import Rate

    settings.LIMITS = settings.LIMITS | {"hook.address": Rate(2, 600)}
    client = Client(REMOTE_ADDR="198.51.100.7")
    codes = [client.post("/hooks/card/", b"{}", content_type="application/json").status_code for _ in range(4)]
    assert codes == [400, 400, 429, 429]


def test_an_unknown_order_and_another_currency_are_kept_for_a_person_and_pay_nothing(cards, fee, hall):
    payment = fee()
    url = start(payment)
    cards.card(url, gateway.PAYS)
    session = cards.session(gateway.order_of(url))
    unknown = session | {"id": "cs_test_unknown", "client_reference_id": "not-ours"}
    assert told(*gateway.event("checkout.session.completed", unknown, number="evt_u")).content == b"unknown\n"
    assert told(*gateway.event("checkout.session.completed", session | {"currency": "usd"}, number="evt_c")).content == b"amount\n"
    assert told(*gateway.event("charge.updated", {"id": "ch_1"}, number="evt_x")).content == b"nothing\n"
    assert now_of(payment) == ("submitted", 0, 0)
    assert len(selectors.notices_odd(actor=hall.staff("tanaka"))) == 2


def test_another_sum_is_money_that_waits_to_be_given_back(cards, fee, hall):
    payment = fee(due_at=clock.now() + dt.timedelta(minutes=1))
    url = start(payment)
    cards.card(url, gateway.PAYS)
    Attempt.objects.update(amount=500)  # as if the gateway had taken 100 yen more than was asked for
    run_out(payment)
    assert services.payments_expire() == 0
    for number in ("evt_1", "evt_2"):  # found by asking first, told twice afterwards
        assert told(*completed(cards, url, number)).content == b"nothing\n"
        assert services.payments_expire() == services.payments_ask() == 0
    assert now_of(payment) == ("failed", 600, 0)
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason, refund.state) == (600, "differs", "asked")
    assert AuditEntry.objects.filter(action="payment.amount_differs").count() == len(selectors.notices_odd(actor=hall.staff("tanaka"))) == 1
    assert list(selectors.payment_list(actor=hall.staff("tanaka"), wanted="refunds")) == [payment]
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(refund.id), approve=True)
    run_worker()
    assert services.payments_expire() == 1
    assert now_of(payment) == ("expired", 600, 600)
    assert audit.verify() == [] == witness.verify()


def test_another_sum_told_again_and_again_is_recorded_once(cards, fee, hall):
    payment = fee()
    url = start(payment)
    session = cards.session(gateway.order_of(url)) | {"payment_status": "paid", "status": "complete", "payment_intent": "pi_x"}
    for number, amount in enumerate((500, 500, 700, 600)):
        told(*gateway.event("checkout.session.completed", session | {"amount_total": amount}, number=f"evt_{number}"))
    assert now_of(payment) == ("failed", 500, 0)
    odd = selectors.notices_odd(actor=hall.staff("tanaka"))
    assert AuditEntry.objects.filter(action="payment.amount_differs").count() == len(odd) == Refund.objects.count() == 1


def test_a_lost_notice_loses_no_money(cards, fee):
    payment = fee()
    cards.card(start(payment), gateway.PAYS)
    Attempt.objects.update(created_at=clock.now() - dt.timedelta(minutes=5))
    assert services.payments_ask() == 1
    assert now_of(payment) == ("success", 600, 0)
    assert services.payments_ask() == 0


def run_out(payment):
    """Its last minute is over."""
    Payment.objects.filter(id=payment.id).update(due_at=clock.now() - dt.timedelta(seconds=1))


def test_nothing_is_begun_after_the_last_minute(cards, fee):
    with pytest.raises(PaymentClosed):
        start(fee(due_at=clock.now() - dt.timedelta(seconds=1)))


def test_running_out_closes_the_page_first(cards, fee):
    payment = fee(due_at=clock.now() + dt.timedelta(minutes=1))
    url = start(payment)
    run_out(payment)
    assert services.payments_expire() == 1
    assert now_of(payment) == ("expired", 0, 0)
    assert cards.card(url, gateway.PAYS).status_code == 303  # the page leads back; nothing is taken
    assert cards.session(gateway.order_of(url))["payment_status"] == "unpaid"
    with pytest.raises(PaymentClosed):
        start(payment)


def test_paid_in_the_last_moment_does_not_run_out(cards, fee):
    payment = fee(due_at=clock.now() + dt.timedelta(minutes=1))
    cards.card(start(payment), gateway.PAYS)
    run_out(payment)
    assert services.payments_expire() == 0
    assert now_of(payment) == ("success", 600, 0)


def test_paid_although_cancelled_waits_to_be_given_back(cards, fee, hall):
    payment = fee()
    url = start(payment)
    session = cards.session(gateway.order_of(url)) | {"payment_status": "paid", "status": "complete", "payment_intent": "pi_late"}
    services.payment_cancel(payment_id=str(payment.id), actor="resident:test")
    told(*gateway.event("checkout.session.completed", session))
    assert now_of(payment) == ("cancelled", 600, 0)
    assert list(Refund.objects.values_list("amount", "reason", "state", "asked_by")) == [(600, "late", "asked", "worker")]


def test_the_gateway_is_away(cards, fee, settings):
    from madoguchi.adapters.card_gateway import CardGateway
    from madoguchi.payments.ports import Retry

    payment = fee(due_at=clock.now())
    url = start(payment)
    settings.CARD_GATEWAY = settings.CARD_GATEWAY | {"base": "http://127.0.0.1:9"}
    assert isinstance(CardGateway().confirm(gateway.order_of(url)), Retry)
    assert services.payments_expire() == 0, "what nobody can ask about does not run out"
    with pytest.raises(ProviderAway):
        start(fee())
    settings.CARD_GATEWAY = settings.CARD_GATEWAY | {"base": cards.base, "key": "sk_test_wrong"}
    with pytest.raises(ProviderAway):
        start(fee())


@pytest.fixture
def hanging(cards, monkeypatch):
    """A gateway that does not answer: each call costs its whole time limit. Which orders it was asked about."""
    from madoguchi.adapters.card_gateway import CardGateway
    from madoguchi.payments.ports import Retry

    calls = []
    for name in ("stop", "confirm"):
        monkeypatch.setattr(CardGateway, name, lambda _, reference: calls.append(reference) or Retry("hangs"))
    return calls


def round_of_the_worker(minutes):
    """A later round: when it begins is when each order was last asked at the latest."""
    with clock.frozen(clock.now() + dt.timedelta(minutes=minutes)):
        return services.payments_ask(), services.payments_expire()


def test_a_gateway_that_hangs_costs_a_round_two_calls_and_nobody_starves(fee, hanging):
    late = [fee(due_at=clock.now() + dt.timedelta(minutes=1)) for _ in range(5)]
    for payment in late:
        start(payment)
    without = fee(due_at=clock.now() + dt.timedelta(minutes=1))
    for n in range(1, 6):
        assert round_of_the_worker(5 * n) == (0, 1 if n == 1 else 0), "what is not at the gateway does not wait for it"
        assert len(hanging) <= 2 * n
    assert now_of(without)[0] == "expired"
    assert set(hanging) == set(Attempt.objects.values_list("reference", flat=True))
    assert {now_of(payment)[0] for payment in late} == {"started"}


def test_payments_on_their_way_do_not_keep_others_from_running_out(fee, monkeypatch):
    for _ in range(3):
        fee(due_at=clock.now() - dt.timedelta(days=2))
    Payment.objects.update(state="submitted")
    over, tried = fee(due_at=clock.now() - dt.timedelta(days=1)), []
    monkeypatch.setattr(services, "_end", lambda payment_id, *_: tried.append(payment_id))
    services.payments_expire()
    assert tried == [str(over.id)]


def test_a_wrong_key_ends_no_order_and_refuses_no_refund(cards, fee, hall, settings):
    from madoguchi.adapters.card_gateway import CardGateway
    from madoguchi.payments.ports import RefundOrder, Retry

    payment = fee(due_at=clock.now() + dt.timedelta(minutes=1))
    url = start(payment)
    cards.card(url, gateway.PAYS)
    run_out(payment)
    Attempt.objects.update(created_at=clock.now() - dt.timedelta(minutes=5))
    right = settings.CARD_GATEWAY
    settings.CARD_GATEWAY = right | {"key": "sk_test_revoked"}
    assert (services.payments_ask(), services.payments_expire(), now_of(payment)) == (0, 0, ("started", 0, 0))
    assert isinstance(CardGateway().refund(RefundOrder("x", "pi_x", 1)), Retry)
    settings.CARD_GATEWAY = right
    assert services.payments_expire() == 0
    assert now_of(payment) == ("success", 600, 0)


def test_part_and_rest_go_back_once_each(cards, fee, hall):
    payment = fee()
    cards.card(start(payment), gateway.PAYS)
    services.payment_confirm(payment_id=str(payment.id), actor="resident:test")
    tanaka, kimura = hall.staff("tanaka"), hall.staff("kimura")
    for amount in (200, 400):
        asked = refunds.refund_ask(actor=tanaka, payment_id=str(payment.id), amount=amount, reason="mistake")
        refunds.refund_answer(actor=kimura, refund_id=str(asked.id), approve=True)
        run_worker()
        refunds.refund_send(type("M", (), {"payload": {"refund": str(asked.id)}}))  # the message comes again
    assert now_of(payment) == ("success", 600, 600)
    paid_by = Attempt.objects.get().paid_by
    assert sorted(r["amount"] for r in cards.refunds(paid_by)) == [200, 400]
    Refund.objects.filter(amount=200).update(state="approved")  # dead before the note of it, and the gateway has forgotten the key
    Payment.objects.update(refunded=400)
    refunds.refund_send(type("M", (), {"payload": {"refund": str(Refund.objects.get(amount=200).id)}}))
    assert now_of(payment) == ("success", 600, 600)
    assert len(cards.refunds(paid_by)) == 2


def refund_by_card(cards, fee, hall, number):
    """A fee that was paid by this card, and its refund, approved and sent."""
    payment = fee()
    cards.card(start(payment), number)
    services.payment_confirm(payment_id=str(payment.id), actor="resident:test")
    refund_again(hall, payment)
    return payment, Attempt.objects.get(payment=payment).paid_by


def refund_again(hall, payment):
    asked = refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=600, reason="mistake")
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(asked.id), approve=True)
    run_worker()


def settled(cards, paid_by, kind, number="evt_r"):
    return gateway.event(kind, cards.settle(cards.refunds(paid_by)[0]["id"]), number=number)


def test_a_refund_that_is_pending_is_under_way_until_the_gateway_says_so(cards, fee, hall, client):
    payment, paid_by = refund_by_card(cards, fee, hall, gateway.PENDING)
    assert (Refund.objects.get().state, now_of(payment)) == ("approved", ("success", 600, 0))
    client.force_login(hall.staff("tanaka"))
    assert "カード会社が返しています" in client.get(f"/staff/payments/{payment.id}/").content.decode()
    with pytest.raises(RefundWrong):
        refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=1, reason="mistake")
    assert told(*gateway.event("refund.created", cards.refunds(paid_by)[0], number="evt_0")).content == b"nothing\n"
    notice = settled(cards, paid_by, "refund.updated")
    assert [told(*notice).content, told(*notice).content] == [b"applied\n", b"again\n"]
    assert (Refund.objects.get().state, now_of(payment)) == ("done", ("success", 600, 600))
    assert audit.verify() == [] == witness.verify()


def test_a_lost_notice_leaves_no_refund_under_way(cards, fee, hall, settings):
    payment, paid_by = refund_by_card(cards, fee, hall, gateway.PENDING)
    assert (refunds.refunds_ask(), now_of(payment)) == (1, ("success", 600, 0))
    cards.settle(cards.refunds(paid_by)[0]["id"])
    right = settings.CARD_GATEWAY
    settings.CARD_GATEWAY = right | {"base": "http://127.0.0.1:9"}
    assert refunds.refunds_ask() == 0
    settings.CARD_GATEWAY = right
    assert (refunds.refunds_ask(), now_of(payment), len(cards.refunds(paid_by))) == (1, ("success", 600, 600), 1)
    assert refunds.refunds_ask() == 0


def test_a_refund_that_fails_later_is_owed_again(cards, fee, hall, client):
    payment, paid_by = refund_by_card(cards, fee, hall, gateway.FAILS)
    assert now_of(payment) == ("success", 600, 600)
    assert told(*settled(cards, paid_by, "refund.failed")).content == b"applied\n"
    assert told(*gateway.event("charge.refund.updated", cards.refunds(paid_by)[0], number="evt_2")).content == b"nothing\n"
    assert (Refund.objects.get().state, now_of(payment)) == ("refused", ("success", 600, 0))
    tanaka = hall.staff("tanaka")
    assert list(selectors.payment_list(actor=tanaka, wanted="refunds")) == [payment]
    client.force_login(tanaka)
    page = client.get(f"/staff/payments/{payment.id}/").content.decode()
    assert "返せませんでした" in page and "お金は市に残っています" in page
    assert audit.verify() == [] == witness.verify()
    refund_again(hall, payment)
    assert now_of(payment) == ("success", 600, 600)
    assert list(selectors.payment_list(actor=tanaka, wanted="refunds")) == []
    assert "お金は市に残っています" not in client.get(f"/staff/payments/{payment.id}/").content.decode()


def test_a_refund_that_nobody_here_asked_for_is_shown_to_a_person(cards, fee, hall):
    body = {"id": "re_other", "object": "refund", "status": "succeeded", "amount": 600, "metadata": {}}
    for number, kind in enumerate(("refund.created", "refund.updated")):
        assert told(*gateway.event(kind, body, number=f"evt_{number}")).content == b"unknown\n"
    assert len(selectors.notices_odd(actor=hall.staff("tanaka"))) == 1
