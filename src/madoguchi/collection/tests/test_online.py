"""Taxes paid by card, from the page to the books: against a gateway in its own process."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

import pytest
from django.urls import reverse
from tests.support import gateway
from tests.support.hall import run_worker

from madoguchi.collection import ledger, mine, online
from madoguchi.collection.charges import Online, charges
from madoguchi.collection.models import Excess, Instalment, Money, OnlineOrder, Posting, Sheet
from madoguchi.collection.my_errors import OrderBusy, OrderStale, OrderWrong
from madoguchi.collection.rules import Account, account_words
from madoguchi.kernel import audit, clock, witness
from madoguchi.payments import cashier, refunds, services, terminals, webhooks
from madoguchi.payments.errors import ProviderAway, RefundWrong
from madoguchi.payments.models import Payment, Refund
from madoguchi.payments.setup import Setup, Terminal
from madoguchi.payments.terminals import Typed

from .test_mine import HANAKO, LATE, demand_of, pdf_text, town  # noqa: F401 - a fixture

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def dues(hall, town, cards):  # noqa: F811
    return demand_of()


def made(hall, *parts):
    return online.order_make(owner=hall.owner("hanako"), payer=HANAKO, chosen=[part.number for part in parts])


def started(order):
    return online.order_start(order=order, language="ja", actor="resident:x")


def sound():
    """To the yen, in the books and in the record."""
    return ledger.faults() + audit.verify() + witness.verify()


def now(part):
    part.refresh_from_db()
    return part.paid, part.late_paid, part.settled_on


def test_two_instalments_are_paid_from_the_page_to_the_books(hall, dues, cards) -> None:
    late, soon = dues
    browser = hall.browser("hanako")
    assert "この画面から領収証（PDF）を取れます" in browser.get(reverse("taxes")).content.decode()
    chosen = browser.post(reverse("taxes_choose"), {"due": [late.number, soon.number]})
    order = OnlineOrder.objects.get()
    assert (chosen.status_code, chosen["Location"]) == (303, f"/my/taxes/pay/{order.id}/")
    assert order.amount == 100_000 + LATE + 10_000
    assert "113,700円" in browser.get(chosen["Location"]).content.decode()
    url = browser.post(f"{chosen['Location']}card/")["Location"]
    cards.card(url, gateway.SECURE)
    assert browser.get(f"{chosen['Location']}back/")["Location"] == chosen["Location"]
    assert "お支払いを確かめています" in browser.get(reverse("taxes")).content.decode(), "paid, and not in the books yet"
    run_worker()
    assert now(late) == (100_000, LATE, TODAY) and now(soon) == (10_000, 0, TODAY)
    assert {m.channel for m in Money.objects.all()} == {"online"} and mine.dues_of(HANAKO) == []
    assert sum(Posting.objects.filter(debit="bank:online").values_list("amount", flat=True)) == order.amount
    text = browser.get(reverse("taxes")).content.decode()
    assert "いま納めるものはありません" in text and "オンラインの納付" in text
    assert sound() == []


def test_the_receipt_of_what_was_paid_is_had_from_the_list(hall, dues, cards) -> None:
    browser, order = hall.browser("hanako"), made(hall, *dues)
    url = reverse("taxes_receipt", kwargs={"order_id": order.id})
    assert browser.get(url).status_code == 404, "not paid yet"
    cards.card(started(order), gateway.PAYS)
    online.order_confirm(order=order, actor="x")
    run_worker()
    assert url in browser.get(reverse("taxes")).content.decode()
    assert url in browser.get(reverse("taxes_order", kwargs={"order_id": order.id})).content.decode()
    answer = browser.get(url)
    text = pdf_text(answer.content)
    assert answer["Content-Type"] == "application/pdf" and f"{order.amount:,}円" in text and "延滞金" in text
    assert "税・料金の納付として" in text and "手数料" not in text and "花子" not in text


def test_a_notice_that_comes_late_twice_and_without_the_payer_posts_once(hall, dues, cards) -> None:
    order = made(hall, dues[1])
    url = started(order)
    cards.card(url, gateway.PAYS)
    body, signature = gateway.event("checkout.session.completed", cards.session(gateway.order_of(url)))
    for _ in range(2):
        webhooks.notice_take(provider="card", body=body, signature=signature)
        run_worker()
    assert Money.objects.count() == 1 and now(dues[1]) == (10_000, 0, TODAY)
    message = type("M", (), {"payload": {"case": str(order.id), "state": "success"}})
    online.payment_changed(message)
    assert Money.objects.count() == 1 and sound() == []


def test_a_payment_that_never_reached_the_books_is_named(hall, dues, cards, monkeypatch) -> None:
    order = made(hall, dues[1])
    cards.card(started(order), gateway.PAYS)
    online.order_confirm(order=order, actor="x")
    assert ledger.faults() == [], "it is on its way"
    later = clock.now() + dt.timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    [fault] = ledger.faults()
    assert "10,000円が支払われたのに、帳簿にありません" in fault
    run_worker()
    assert ledger.faults() == []
    OnlineOrder.objects.update(amount=9_999)
    assert any("9,999円、帳簿では10,000円" in fault for fault in ledger.faults())


def test_the_slip_is_paid_while_the_card_is_typed(hall, dues, cards, came) -> None:
    order = made(hall, dues[1])
    url = started(order)
    came((dues[1], 10_000))
    cards.card(url, gateway.PAYS)
    online.order_confirm(order=order, actor="resident:x")
    run_worker()
    excess = Excess.objects.get()
    assert (excess.why, excess.amount, excess.money.channel) == ("twice", 10_000, "online")
    assert sound() == []


def test_half_of_it_is_paid_meanwhile(hall, dues, cards, came) -> None:
    order = made(hall, dues[1])
    url = started(order)
    came((dues[1], 4_000))
    cards.card(url, gateway.PAYS)
    online.order_confirm(order=order, actor="resident:x")
    run_worker()
    assert now(dues[1])[:2] == (10_000, 0) and (Excess.objects.get().why, Excess.objects.get().amount) == ("over", 4_000)
    assert sound() == []


def test_what_changed_before_the_card_is_asked_again(hall, dues, cards, came) -> None:
    order = made(hall, *dues)
    came((dues[1], 10_000))
    with pytest.raises(OrderStale):
        started(order)
    order.refresh_from_db()
    assert order.state == "over" and Payment.objects.get().state == "cancelled"
    assert made(hall, *dues).amount == 100_000 + LATE


def test_the_sums_are_those_of_the_day(hall, dues, cards, monkeypatch) -> None:
    order = made(hall, dues[0])
    tomorrow = clock.now() + dt.timedelta(days=40)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    with pytest.raises(OrderStale):
        started(order)
    assert made(hall, dues[0]).amount > order.amount
    assert sound() == []


def test_an_order_that_nobody_pays_runs_out_with_its_day(hall, dues, cards, monkeypatch) -> None:
    order = made(hall, dues[0])
    url = started(order)
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 11, 21, 0, 1, tzinfo=clock.JST))
    assert services.payments_expire() == 1
    run_worker()
    order.refresh_from_db()
    assert order.state == "over"
    assert "使えません" in cards.card(url, gateway.PAYS).text or cards.session(gateway.order_of(url))["payment_status"] != "paid"
    assert not Money.objects.exists() and sound() == []


def test_the_same_again_is_the_same_order_and_another_choice_ends_it(hall, dues, cards) -> None:
    order = made(hall, *dues)
    assert made(hall, *dues).id == order.id
    url = started(order)
    other = made(hall, dues[1])
    order.refresh_from_db()
    assert (order.state, other.state, OnlineOrder.objects.filter(state="open").count()) == ("over", "open", 1)
    assert cards.session(gateway.order_of(url))["status"] == "expired", "nobody can pay on the page of the first any more"
    assert sound() == []


def test_while_one_is_paid_no_other_begins(hall, dues, cards) -> None:
    order = made(hall, dues[0])
    cards.card(started(order), gateway.PAYS)  # the gateway has it, we have not heard
    with pytest.raises(OrderBusy):
        made(hall, dues[1])
    run_worker()
    assert now(dues[0])[0] == 100_000 and sound() == []


def test_nothing_begins_while_the_gateway_is_away(hall, dues, cards, settings) -> None:
    started(made(hall, dues[0]))
    settings.CARD_GATEWAY = settings.CARD_GATEWAY | {"base": "http://127.0.0.1:9"}
    with pytest.raises(ProviderAway):
        made(hall, dues[1])


def test_cash_for_an_order_closes_its_page_and_what_comes_all_the_same_goes_back_from_the_cashier(hall, dues, cards) -> None:
    order = made(hall, dues[1])
    first = gateway.order_of(started(order))
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(online.order_payment(order).id), tendered=10_000)
    assert cards.session(first)["status"] == "expired"
    late = cards.session(first) | {"payment_status": "paid", "status": "complete", "payment_intent": "pi_late"}  # on its way at that moment
    body, signature = gateway.event("checkout.session.completed", late)
    webhooks.notice_take(provider="card", body=body, signature=signature)
    run_worker()
    assert Money.objects.get().channel == "cashier" and Refund.objects.get().reason == "twice", "what the books never saw"
    assert sound() == []


def test_each_counter_means_has_its_own_account(hall, dues, monkeypatch) -> None:
    own = Setup({"zeimu1": Terminal("zeimu1", "税務課の端末", "zeimu", False, ("card",))})
    monkeypatch.setattr("madoguchi.payments.setup.read_setup", lambda *_: own)
    paid = {}
    for part, take in ((dues[0], lambda pay: terminals.terminal_take(actor=hall.staff("yamada"), payment_id=pay, typed=Typed("zeimu1", "card", "7"))),
                       (dues[1], lambda pay: cashier.cash_take(actor=hall.staff("yamada"), payment_id=pay, tendered=10_000))):
        order = made(hall, part)
        take(str(online.order_payment(order).id))
        run_worker()
        paid[part.number] = order.amount
    assert {m.channel: m.number for m in Money.objects.all()} == {"terminal": dues[0].number, "cashier": dues[1].number}
    sums = ledger.balances()
    assert (sums["bank:terminal"], sums["bank:cashier"]) == (paid[dues[0].number], paid[dues[1].number])
    assert "窓口の端末" in hall.browser("hanako").get(reverse("taxes")).content.decode()
    assert account_words("bank:terminal") == "収納金(市の窓口の端末)" and sound() == []


def test_what_is_in_the_books_goes_back_through_the_books(hall, dues, cards) -> None:
    order = made(hall, dues[1])
    cards.card(started(order), gateway.PAYS)
    online.order_confirm(order=order, actor="x")
    run_worker()
    with pytest.raises(RefundWrong) as refused:
        refunds.refund_ask(actor=hall.staff("yamada"), payment_id=str(online.order_payment(order).id), amount=100, reason="mistake")
    assert "過誤納金から" in refused.value.ja


def test_what_cannot_be_paid_is_told(hall, dues, cards, monkeypatch) -> None:
    browser = hall.browser("hanako")
    for chosen, words in (([], "納めるものを選んでください"), (["9" * 20], "納めるものを選んでください")):
        answer = browser.post(reverse("taxes_choose"), {"due": chosen})
        assert answer.status_code == 422 and words in answer.content.decode()
    monkeypatch.setattr(online, "charges", lambda: dataclasses.replace(charges(), online=Online(True, True, 50_000)))
    with pytest.raises(OrderWrong) as refused:
        made(hall, *dues)
    assert "50,000円まで" in refused.value.ja
    assert not OnlineOrder.objects.exists()


@pytest.mark.parametrize(("late", "amount"), [(True, 103_700), (False, 100_000)])
def test_the_city_says_whether_late_charge_is_taken_online(hall, dues, monkeypatch, late, amount) -> None:
    monkeypatch.setattr(online, "charges", lambda: dataclasses.replace(charges(), online=Online(True, late, 1_000_000)))
    assert made(hall, dues[0]).amount == amount


def test_late_charge_alone_is_paid(hall, dues, cards, came) -> None:
    came((dues[0], 100_000, "final", "", TODAY))
    due = next(d for d in mine.dues_of(HANAKO) if d.part.id == dues[0].id)
    assert (due.left, due.late) == (0, LATE)
    order = made(hall, dues[0])
    cards.card(started(order), gateway.PAYS)
    online.order_confirm(order=order, actor="x")
    run_worker()
    assert now(dues[0])[:2] == (100_000, LATE) and not Excess.objects.exists()
    assert Posting.objects.get(credit=Account.LATE).amount == LATE and sound() == []


# route → the ids it carries
STRANGERS = {"taxes_order": ("order_id",), "taxes_card": ("order_id",), "taxes_back": ("order_id",), "taxes_cancel": ("order_id",),
             "taxes_slips": ("demand_id",), "taxes_receipt": ("order_id",)}


def test_nobody_else_sees_or_pays_it(hall, dues, cards) -> None:
    order = made(hall, dues[0])
    for ids in ({"order_id": str(order.id), "demand_id": dues[0].demand_id}, {"order_id": str(uuid.uuid4()), "demand_id": 9_999_999}):
        for who in ("taro", "jiro"):
            for name, keys in STRANGERS.items():
                url = reverse(name, kwargs={key: ids[key] for key in keys})
                form_only = name in ("taxes_card", "taxes_cancel", "taxes_slips")
                assert getattr(hall.browser(who), "post" if form_only else "get")(url).status_code == 404, (name, who)
        assert hall.office("kyotaku").get(f"/my/taxes/pay/{ids['order_id']}/").status_code == 200, "a company reads that it sees nothing here"
    assert hall.browser("taro").post(reverse("taxes_choose"), {"due": [dues[0].number]}).status_code == 422
    assert OnlineOrder.objects.count() == 1 and Sheet.objects.filter(form="online").count() == 0
    assert Instalment.objects.get(id=dues[0].id).paid == 0
