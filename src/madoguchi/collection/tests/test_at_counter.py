"""Taxes paid over the counter: a clerk chooses the 期 on the page of a demand, and cash or a terminal pays them into the books."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from tests.support import gateway
from tests.support.hall import run_worker

from madoguchi.collection import at_counter, debits, ledger, mine, nightly, online
from madoguchi.collection.errors import DemandNotFound, FormWrong
from madoguchi.collection.models import Demand, Excess, Instalment, Money, OnlineOrder
from madoguchi.collection.rates import RateMissing
from madoguchi.kernel import audit, clock, witness
from madoguchi.kernel.models import AuditEntry
from madoguchi.payments import cashier, refunds, services, till
from madoguchi.payments.errors import PaymentClosed, RefundWrong
from madoguchi.payments.models import Payment
from madoguchi.payments.setup import Setup, Terminal

from .conftest import accounts_text
from .test_mine import HANAKO, LATE, demand_of, pdf_text, town  # noqa: F401 - a fixture

TODAY = dt.date(2026, 11, 20)
WHOLE = 100_000 + LATE + 10_000


@pytest.fixture
def dues(hall):
    return demand_of()


def at(part, name="demand_counter"):
    return reverse(name, args=[part.demand_id])


def ordered(hall, *parts):
    return at_counter.counter_order(actor=hall.staff("yamada"), demand_id=parts[0].demand_id, chosen=[part.number for part in parts])


def refused(hall, *parts):
    with pytest.raises(FormWrong) as wrong:
        ordered(hall, *parts)
    return " ".join(words for _, words in wrong.value.faults)


def paid(order):
    return online.order_payment(OnlineOrder.objects.get(id=order.id))


def sound():
    return ledger.faults() + nightly.differences() + audit.verify() + witness.verify()


def now(part):
    part.refresh_from_db()
    return part.paid, part.late_paid, part.settled_on


def test_cash_from_the_demands_page_to_the_books_and_the_close_of_the_day(hall, town, dues) -> None:  # noqa: F811
    desk, (late, soon) = hall.desk("yamada"), dues
    text = desk.get(at(late, "demand")).content.decode()
    assert "窓口で受け取る" in text and "103,700円（うち延滞金3,700円）" in text
    chosen = desk.post(at(late), {"due": [late.number, soon.number]})
    payment = Payment.objects.get()
    assert (chosen.status_code, chosen["Location"]) == (303, f"/staff/payments/{payment.id}/") and payment.amount == WHOLE
    assert "2026年度 第1期 延滞金" in desk.get(chosen["Location"]).content.decode()
    change = desk.post(f"{chosen['Location']}take/", {"tendered": "120,000"}).content.decode()
    assert "お釣りは 6,300円 です" in change
    assert "帳簿に載るのを待っている支払い" in desk.get(at(late, "demand")).content.decode()
    run_worker()
    assert now(late) == (100_000, LATE, TODAY) and now(soon) == (10_000, 0, TODAY)
    assert {m.channel for m in Money.objects.all()} == {"cashier"} and ledger.balances()["bank:cashier"] == WHOLE
    assert f"{WHOLE:,}円" in pdf_text(desk.get(f"{chosen['Location']}receipt.pdf").content)
    closed = till.till_close(actor=hall.staff("yamada"), section="zeimu", count=till.Count({10_000: 11, 1_000: 3, 500: 1, 100: 2}, 0, "", 1, WHOLE))
    assert (closed.taken, closed.takings, closed.difference) == (WHOLE, 1, 0)
    said = AuditEntry.objects.get(action="online.ordered")
    assert (said.actor, said.facts["demand"]) == (hall.staff("yamada").actor, late.demand_id)
    own = hall.browser("hanako").get(reverse("taxes")).content.decode()
    assert "市の窓口の現金" in own and "いま納めるものはありません" in own
    order = OnlineOrder.objects.get()
    assert hall.browser("hanako").get(reverse("taxes_receipt", args=[order.id])).status_code == 200, "the payer has the 領収証 too"
    assert hall.browser("taro").get(reverse("taxes_receipt", args=[order.id])).status_code == 404
    assert sound() == []


def test_a_terminal_takes_it_from_one_who_has_no_account_here(hall, monkeypatch) -> None:
    own = Setup({"zeimu1": Terminal("zeimu1", "税務課の端末", "zeimu", False, ("card",))})
    monkeypatch.setattr("madoguchi.payments.setup.read_setup", lambda *_: own)
    late, _ = demand_of(payer="C000000001")
    desk = hall.desk("yamada")
    page = desk.post(at(late), {"due": [late.number]})["Location"]
    assert desk.post(f"{page}terminal/", {"terminal": "zeimu1", "brand": "card", "slip": "7"}).status_code == 303
    run_worker()
    assert now(late) == (100_000, LATE, TODAY) and Money.objects.get().channel == "terminal"
    assert ledger.balances()["bank:terminal"] == 100_000 + LATE and sound() == []


def test_late_charge_alone_is_taken(hall, dues, came) -> None:
    came((dues[0], 100_000, "final", "", TODAY))
    assert ordered(hall, dues[0]).amount == LATE


def test_nothing_chosen_nothing_owed_and_what_was_paid_meanwhile(hall, dues, came) -> None:
    desk = hall.desk("yamada")
    answer = desk.post(at(dues[0]), {})
    assert answer.status_code == 422 and "受け取る期を選んでください" in answer.content.decode()
    other = demand_of(payer="C000000001", notice="00000009")[0]
    assert "選び直してください" in refused(hall, dues[0], other), "of another demand"
    came((dues[1], 10_000, "final", "", TODAY))
    assert "もう納められたものがあります" in refused(hall, *dues)
    came((dues[0], 100_000 + LATE, "final", "", TODAY))
    assert "いま納めるものはありません" in refused(hall, dues[0])
    assert not OnlineOrder.objects.exists()


def test_what_is_told_debited_or_cannot_be_counted_is_refused(hall, came, monkeypatch) -> None:
    late, told, soon = demand_of(dues=(("2026-05-31", 100_000), ("2026-12-01", 7_000), ("2026-12-25", 10_000)))
    debited = demand_of(charge="kokuho", notice="00000002", dues=(("2026-12-28", 30_000),))[0]
    debits.debits_take(actor="test", data=accounts_text([HANAKO], "kokuho").encode(), name="口座.csv")
    came((told, 7_000, "prompt", "", clock.today()))
    assert "速報があり" in refused(hall, told, soon) and "口座振替で納める期" in refused(hall, debited)

    def missing(*args, **kwargs):
        raise RateMissing("2026年の行がありません")

    monkeypatch.setattr(mine, "late_owed", missing)
    assert "延滞金の割合がまだ登録されていない" in refused(hall, late)
    page = hall.desk("yamada").post(at(late), {"due": [late.number]})
    assert page.status_code == 422 and "管理者に" in page.content.decode() and 'name="due"' not in page.content.decode()
    assert not OnlineOrder.objects.exists()


def test_a_debit_that_was_asked_of_the_bank_is_refused_until_it_fails(hall, came) -> None:
    part = demand_of(charge="kokuho", dues=(("2026-12-28", 30_000),))[0]
    debits.debits_take(actor="test", data=accounts_text([HANAKO], "kokuho").encode(), name="口座.csv")
    debits.request_make(actor=hall.staff("yamada"), charge="kokuho", due=part.due, on=dt.date(2026, 12, 28))
    assert "口座振替で納める期" in refused(hall, part)
    came((part, 30_000, "failed", "1", dt.date(2026, 12, 28)), form="zengin")
    assert ordered(hall, part).amount == 30_000


def test_a_demand_whose_term_is_over_is_nobodys(hall, dues) -> None:
    Demand.objects.update(payer="", name="", forgotten_on=TODAY)
    assert "保存期間が過ぎて廃棄した" in refused(hall, dues[0])
    assert "窓口で受け取る" not in hall.desk("yamada").get(at(dues[0], "demand")).content.decode()


def test_a_card_page_that_the_payer_has_opened(hall, town, dues, cards) -> None:  # noqa: F811
    own = online.order_make(owner=hall.owner("hanako"), payer=HANAKO, chosen=[dues[1].number])
    url = online.order_start(order=own, language="ja", actor="resident:x")
    assert ordered(hall, dues[1]).id == own.id, "the same 期: the payment that is there"
    assert "オンラインの支払いが始まっています" in refused(hall, dues[0])
    desk = hall.desk("yamada")
    assert f"/staff/payments/{paid(own).id}/" in desk.get(at(dues[0], "demand")).content.decode()
    assert desk.post(at(dues[0]), {"act": "end"}).status_code == 303
    assert cards.session(gateway.order_of(url))["status"] == "expired" and paid(own).state == "cancelled"
    made = ordered(hall, dues[0])
    assert made.id != own.id
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(paid(made).id), tendered=made.amount)
    run_worker()
    assert now(dues[0])[0] == 100_000 and now(dues[1])[0] == 0 and sound() == []


def test_what_was_paid_by_card_a_moment_ago_is_not_taken_again(hall, town, dues, cards) -> None:  # noqa: F811
    own = online.order_make(owner=hall.owner("hanako"), payer=HANAKO, chosen=[dues[1].number])
    cards.card(online.order_start(order=own, language="ja", actor="resident:x"), gateway.PAYS)
    online.order_confirm(order=own, actor="x")
    assert "帳簿に載るのを待っています" in refused(hall, dues[1]) and "納められたばかり" in refused(hall, dues[0])
    answer = hall.desk("yamada").post(at(dues[0]), {"act": "end"})
    assert answer.status_code == 422 and "二重になる" in answer.content.decode()
    run_worker()
    assert ordered(hall, dues[0]).amount == 100_000 + LATE and sound() == []


def test_the_gateway_is_away_while_a_page_is_open(hall, dues, cards, settings) -> None:
    own = online.order_make(owner=hall.owner("hanako"), payer=HANAKO, chosen=[dues[1].number])
    online.order_start(order=own, language="ja", actor="resident:x")
    settings.CARD_GATEWAY = settings.CARD_GATEWAY | {"base": "http://127.0.0.1:9"}
    answer = hall.desk("yamada").post(at(dues[0]), {"act": "end"})
    assert answer.status_code == 422 and "カード会社につながらず" in answer.content.decode()


def test_the_same_again_is_the_same_and_another_choice_ends_the_first(hall, dues) -> None:
    first = ordered(hall, *dues)
    assert ordered(hall, *dues).id == first.id
    other = ordered(hall, dues[1])
    assert paid(first).state == "cancelled" and other.amount == 10_000
    with pytest.raises(PaymentClosed):
        cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(paid(first).id), tendered=WHOLE)
    at_counter.counter_end(actor=hall.staff("yamada"), demand_id=dues[0].demand_id)
    at_counter.counter_end(actor=hall.staff("yamada"), demand_id=dues[0].demand_id)
    assert OnlineOrder.objects.filter(state="open").count() == 0 and sound() == []


def test_the_payer_was_faster(hall, dues, monkeypatch) -> None:
    first = online.order_write(actor="resident:x", payer=HANAKO, lines=[[dues[1].number, 10_000, 0]])
    monkeypatch.setattr(at_counter, "order_open", lambda demand: None)  # it was not there yet when it was looked for
    assert "いま別に作られました" in refused(hall, dues[0])
    assert OnlineOrder.objects.get().id == first.id and Payment.objects.count() == 1


def test_it_is_taken_on_its_day_only_and_runs_out(hall, dues, monkeypatch) -> None:
    order = ordered(hall, dues[0])
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 11, 21, 0, 1, tzinfo=clock.JST))
    with pytest.raises(PaymentClosed) as late:
        cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(paid(order).id), tendered=200_000)
    assert "作った日のうちしか受け取れません" in late.value.ja, "the worker has not come yet"
    assert services.payments_expire() == 1
    run_worker()
    order.refresh_from_db()
    assert order.state == "over" and not Money.objects.exists() and sound() == []


def test_the_slip_was_paid_while_the_clerk_counted(hall, dues, came) -> None:
    order = ordered(hall, dues[1])
    came((dues[1], 10_000))
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(paid(order).id), tendered=10_000)
    run_worker()
    excess = Excess.objects.get()
    assert (excess.why, excess.amount, excess.money.channel) == ("twice", 10_000, "cashier") and sound() == []


def test_after_the_close_a_taking_goes_back_as_kagonou_alone_and_the_words_say_so(hall, dues) -> None:
    payment = paid(ordered(hall, dues[1]))
    cashier.cash_take(actor=hall.staff("yamada"), payment_id=str(payment.id), tendered=10_000)
    run_worker()
    till.till_close(actor=hall.staff("yamada"), section="zeimu", count=till.Count({10_000: 1}, 0, "", 1, 10_000))
    for reason in ("void", "mistake"):
        with pytest.raises(RefundWrong) as wrong:
            refunds.refund_ask(actor=hall.staff("yamada"), payment_id=str(payment.id), amount=10_000, reason=reason)
        assert "過誤納金から還付" in wrong.value.ja
    page = hall.desk("yamada").get(f"/staff/payments/{payment.id}/").content.decode()
    assert wrong.value.ja in page and "還付を申し出る</h3>" not in page


def test_others_cannot_begin_or_end_it(hall, dues) -> None:
    order = ordered(hall, dues[0])
    for who in ("tanaka", "auditor", "admin"):
        for sent in ({"due": [dues[1].number]}, {"act": "end"}):
            assert hall.desk(who).post(at(dues[0]), sent).status_code == 404
        with pytest.raises(DemandNotFound):
            at_counter.counter_order(actor=hall.staff(who), demand_id=dues[0].demand_id, chosen=[dues[1].number])
    assert [o.id for o in OnlineOrder.objects.filter(state="open")] == [order.id]
    assert "受け取る期" not in hall.desk("auditor").get(at(dues[0], "demand")).content.decode()
    assert Instalment.objects.get(id=dues[0].id).paid == 0
