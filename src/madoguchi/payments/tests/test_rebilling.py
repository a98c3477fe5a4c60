"""減免 said again by a clerk: an open bill is changed, a settled one gets a second beside it, old orders pay nothing."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

import pytest
from django.db import transaction
from tests.support import gateway
from tests.support.walk import text

from madoguchi.kernel import clock, witness
from madoguchi.kernel.outbox import Message
from madoguchi.payments import cashier, rebilling, refunds, selectors, services
from madoguchi.payments.errors import BillWrong, PaymentClosed, PaymentNotFound, SecondPersonNeeded
from madoguchi.payments.models import Attempt, Payment, Refund
from madoguchi.payments.parity import differences

REF = "00000000-0000-4000-8000-000000000000"
FULL = [{"label": "住民票の写し", "unit": 300, "count": 2, "sum": 600}, {"label": "郵送料", "unit": 110, "count": 1, "sum": 110},
        {"label": "生活保護を受けている方", "unit": -300, "count": 2, "sum": -600}]
HALF = [FULL[0], {"label": "方", "unit": -150, "count": 2, "sum": -300}]


@pytest.fixture
def made(db):
    """A fee with 減免."""
    def make(lines, due=None):
        with transaction.atomic():
            return services.payment_make(key=f"fee:{REF}", case_ref=REF, receipt="R8-0000-0000-0", section="kosodate", subject="住民票の写し",
                                         lines=lines, amount=sum(x["sum"] for x in lines), due_at=due, actor="resident:test")
    return make


def day(n: int = 14) -> dt.date:
    return clock.today() + dt.timedelta(days=n)


def told() -> list[tuple[str, str]]:
    return [(m.payload["state"], m.payload.get("why", "")) for m in Message.objects.filter(handler="intake.pay").order_by("id")]


def test_what_was_settled_stays_and_the_rest_is_asked_for_beside_it(hall, made) -> None:
    first, tanaka = made(FULL), hall.staff("tanaka")
    cashier.cash_take(actor=tanaka, payment_id=str(first.id), tendered=110)
    more = rebilling.waiver_reject(actor=tanaka, payment_id=str(first.id), why="register", until=day())
    assert [(x["label"], x["unit"], x["count"], x["sum"]) for x in more.lines] == [("住民票の写し", 300, 2, 600)]
    assert (more.amount, more.state, more.due_at.astimezone(clock.JST).date()) == (600, "created", day())
    first.refresh_from_db()
    assert (first.amount, first.received, first.state) == (110, 110, "success")
    with pytest.raises(PaymentClosed):  # pressed twice
        rebilling.waiver_reject(actor=tanaka, payment_id=str(first.id), why="register", until=day())
    cashier.cash_take(actor=tanaka, payment_id=str(more.id), tendered=600)
    more.refresh_from_db()
    first.refresh_from_db()
    assert (first.number, more.number) == ("領-R8-0000-0000-0", "領-R8-0000-0000-0-2") and witness.verify() == []
    assert ("rebilled", "register") in told()


def test_a_part_that_was_waived_has_words_of_its_own(hall, made) -> None:
    first, tanaka = made(HALF), hall.staff("tanaka")
    cashier.cash_take(actor=tanaka, payment_id=str(first.id), tendered=300)
    more = rebilling.waiver_reject(actor=tanaka, payment_id=str(first.id), why="papers", until=None)
    assert [(x["label"], x["unit"], x["count"]) for x in more.lines] == [("減免に当たらなかった分", 150, 2)]
    assert more.amount == 300 and more.due_at is None


def test_what_cost_nothing_is_asked_for(hall, made) -> None:
    first = made([FULL[0], FULL[2]])
    assert first.state == "success"
    assert rebilling.waiver_reject(actor=hall.staff("tanaka"), payment_id=str(first.id), why="rule", until=day()).amount == 600


def test_an_open_bill_is_changed_in_its_place_and_its_old_slip_pays_nothing(hall, made) -> None:
    first, tanaka = made(FULL, clock.now() + dt.timedelta(days=7)), hall.staff("tanaka")
    services.payment_start(payment_id=str(first.id), means="slip", back="", language="ja", actor="resident:test")
    old = Attempt.objects.get()
    same = rebilling.waiver_reject(actor=tanaka, payment_id=str(first.id), why="papers", until=day())
    assert same.id == first.id and same.amount == 710 and same.state == "created" and same.due_at.date() >= day()
    assert [x["sum"] for x in same.lines] == [600, 110]
    from madoguchi.collection import results
    from madoguchi.collection.formats.received import Received
    from madoguchi.collection.models import FeeSlip

    slip = FeeSlip.objects.get()
    rows = [Received(1, 0, slip.number, slip.amount, clock.today(), "cvs", "final", "02")]
    results.results_take(actor="test", results=results.Results("cvs", "a.txt", b"a", rows))
    first.refresh_from_db()
    assert (first.state, first.received) == ("created", 110), "110 yen do not pay 710"
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason, refund.attempt_id, refund.state) == (110, "rebilled", old.id, "asked")
    cashier.cash_take(actor=tanaka, payment_id=str(first.id), tendered=710)
    first.refresh_from_db()
    assert (first.state, first.received) == ("success", 820) and witness.verify() == []


def test_the_card_page_of_the_old_sum_is_closed_first(hall, made, cards) -> None:
    first, tanaka = made(FULL), hall.staff("tanaka")
    page = services.payment_start(payment_id=str(first.id), means="card", back="http://city/", language="ja", actor="resident:test")
    rebilling.waiver_reject(actor=tanaka, payment_id=str(first.id), why="papers", until=day())
    cards.card(page, gateway.PAYS)
    services.payments_ask()
    first.refresh_from_db()
    assert (first.state, first.received, first.amount) == ("created", 0, 710)
    again = services.payment_start(payment_id=str(first.id), means="card", back="http://city/", language="ja", actor="resident:test")
    cards.card(again, gateway.PAYS)
    services.payment_confirm(payment_id=str(first.id), actor="resident:test")
    first.refresh_from_db()
    assert (first.state, first.received) == ("success", 710)


def test_paid_by_card_a_moment_before_the_rest_is_asked_for_beside_it(hall, made, cards) -> None:
    first = made(FULL)
    page = services.payment_start(payment_id=str(first.id), means="card", back="http://city/", language="ja", actor="resident:test")
    cards.card(page, gateway.PAYS)
    more = rebilling.waiver_reject(actor=hall.staff("tanaka"), payment_id=str(first.id), why="papers", until=day())
    first.refresh_from_db()
    assert (first.state, first.received, more.amount) == ("success", 110, 600) and more.id != first.id


def test_found_to_be_exempt_before_payment_less_is_asked_for_or_nothing(hall, made) -> None:
    first, chief = made([FULL[0], FULL[1]]), hall.staff("kimura")
    with pytest.raises(SecondPersonNeeded):
        rebilling.waiver_grant(actor=hall.staff("tanaka"), payment_id=str(first.id), less=600)
    for wrong in (0, -1, 711):
        with pytest.raises(BillWrong):
            rebilling.waiver_grant(actor=chief, payment_id=str(first.id), less=wrong)
    found = rebilling.waiver_grant(actor=chief, payment_id=str(first.id), less=600)
    assert (found.amount, found.state) == (110, "created") and sum(x["sum"] for x in found.lines) == 110
    found = rebilling.waiver_grant(actor=chief, payment_id=str(first.id), less=110)
    assert (found.amount, found.state, found.means) == (0, "success", "free")
    assert ("rebilled", "granted") in told() and witness.verify() == []


def test_found_to_be_exempt_after_payment_it_goes_back(hall, made) -> None:
    first, tanaka = made([FULL[0]]), hall.staff("tanaka")
    cashier.cash_take(actor=tanaka, payment_id=str(first.id), tendered=600)
    with pytest.raises(PaymentClosed):
        rebilling.waiver_grant(actor=hall.staff("kimura"), payment_id=str(first.id), less=600)
    refund = refunds.refund_ask(actor=tanaka, payment_id=str(first.id), amount=600, reason="exempt")
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(refund.id), approve=True)
    refunds.refund_hand_over(actor=tanaka, refund_id=str(refund.id))
    first.refresh_from_db()
    assert (first.received, first.refunded) == (600, 600)


def test_it_runs_out_is_asked_for_again_and_dropped(hall, made) -> None:
    first, tanaka = made(FULL[:1] + FULL[2:]), hall.staff("tanaka")
    more = rebilling.waiver_reject(actor=tanaka, payment_id=str(first.id), why="papers", until=day(7))
    for round_ in (1, 2):
        with clock.frozen(clock.now() + dt.timedelta(days=20 * round_)):
            assert services.payments_expire() == 1
            if round_ == 1:
                rebilling.fee_again(actor=tanaka, payment_id=str(more.id), until=day(7))
    assert [x for x, _ in told()].count("expired") == 2, "each is told"
    with clock.frozen(clock.now() + dt.timedelta(days=50)):
        rebilling.fee_again(actor=tanaka, payment_id=str(more.id), until=day(7))
        assert rebilling.fee_drop(actor=tanaka, payment_id=str(more.id)).state == "cancelled"
        with pytest.raises(PaymentClosed):
            rebilling.fee_drop(actor=tanaka, payment_id=str(first.id))
    assert witness.verify() == []


def test_the_fee_of_an_application_that_waited_is_not_asked_for_again(hall, made) -> None:
    first = made(FULL, clock.now() + dt.timedelta(days=1))
    with clock.frozen(clock.now() + dt.timedelta(days=2)):
        services.payments_expire()
        with pytest.raises(PaymentClosed):
            rebilling.fee_again(actor=hall.staff("tanaka"), payment_id=str(first.id), until=day())
        with pytest.raises(PaymentClosed):
            rebilling.waiver_reject(actor=hall.staff("tanaka"), payment_id=str(first.id), why="papers", until=day())


def test_what_nobody_will_fetch_is_asked_for_no_more_by_who_stamps(hall, made) -> None:
    """受取時 or on paper: the case ended otherwise, and the fee must not stand open for ever."""
    fee = made(FULL[:1])
    assert "drop" not in rebilling.may(hall.staff("tanaka"), fee) and "drop" in rebilling.may(hall.staff("kimura"), fee)
    with pytest.raises(SecondPersonNeeded):
        rebilling.fee_drop(actor=hall.staff("tanaka"), payment_id=str(fee.id))
    assert rebilling.fee_drop(actor=hall.staff("kimura"), payment_id=str(fee.id)).state == "cancelled"
    assert not selectors.fee_owed(REF)


def test_what_waits_for_its_fee_is_not_dropped(hall, made) -> None:
    fee = made(FULL[:1], due=clock.now() + dt.timedelta(days=7))
    with pytest.raises(PaymentClosed):
        rebilling.fee_drop(actor=hall.staff("kimura"), payment_id=str(fee.id))


def test_what_was_taken_by_mistake_and_given_back_is_owed_until_it_is_asked_for_again_and_paid(hall, made) -> None:
    fee, tanaka = made(FULL[:1]), hall.staff("tanaka")
    cashier.cash_take(actor=tanaka, payment_id=str(fee.id), tendered=600)
    assert not selectors.fee_owed(REF)
    back = refunds.refund_ask(actor=tanaka, payment_id=str(fee.id), amount=600, reason="void")
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(back.id), approve=True)
    refunds.refund_hand_over(actor=tanaka, refund_id=str(back.id))
    assert selectors.fee_owed(REF), "the certificate is not issued for nothing"
    page = text(hall.desk("tanaka").get(f"/staff/payments/{fee.id}/"))
    assert "改めて同じ額を請求します" in page
    more = rebilling.fee_again(actor=tanaka, payment_id=str(fee.id), until=None)
    assert (more.amount, more.state, more.due_at) == (600, "created", None) and selectors.fee_owed(REF)
    with pytest.raises(PaymentClosed):  # pressed twice
        rebilling.fee_again(actor=tanaka, payment_id=str(fee.id), until=None)
    cashier.cash_take(actor=tanaka, payment_id=str(more.id), tendered=600)
    more.refresh_from_db()
    assert not selectors.fee_owed(REF) and more.number == "領-R8-0000-0000-0-再"
    assert differences() == [] and witness.verify() == []


def test_who_may_not(hall, made) -> None:
    first = made(FULL)
    for who in ("sato", "auditor", "admin"):
        for act in (lambda a: rebilling.waiver_reject(actor=a, payment_id=str(first.id), why="papers", until=day()),
                    lambda a: rebilling.waiver_grant(actor=a, payment_id=str(first.id), less=1),
                    lambda a: rebilling.fee_drop(actor=a, payment_id=str(first.id))):
            with pytest.raises(PaymentNotFound):
                act(hall.staff(who))


def test_on_the_page(hall, made) -> None:
    first, desk = made(FULL), hall.desk("tanaka")
    url = f"/staff/payments/{first.id}/"
    page = desk.get(url).content.decode()
    assert "減免に当たらない" in page and "減免：生活保護を受けている方" in page and "減免に当たることが分かった" not in page
    assert "減免に当たることが分かった" in hall.desk("kimura").get(url).content.decode()
    none = desk.post(f"{url}rebill/", {"act": "reject", "why": "", "until": day().isoformat()})
    assert none.status_code == 422 and "減免に当たらない理由を選んでください" in none.content.decode()
    for until, words in (("2020-01-01", "明日から60日後まで"), ("あした", "年月日で入力してください"), ("", "「期限を付けない」を選んで")):
        late = desk.post(f"{url}rebill/", {"act": "reject", "why": "rule", "until": until})
        assert late.status_code == 422 and words in late.content.decode() and f'value="{until}"' in late.content.decode()
        assert '<option value="rule" selected>' in late.content.decode()
    answer = desk.post(f"{url}rebill/", urlencode({"act": "reject", "why": "rule", "until": day().strftime("%Y/%m/%d")}),
                       content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 303 and Payment.objects.get().amount == 710


def test_a_bill_without_a_last_day_is_chosen_not_forgotten(hall, made) -> None:
    first, desk = made(FULL), hall.desk("tanaka")
    answer = desk.post(f"/staff/payments/{first.id}/rebill/", {"act": "reject", "why": "rule", "until": day().isoformat(), "no_until": "yes"})
    assert answer.status_code == 303 and Payment.objects.get().due_at is None
