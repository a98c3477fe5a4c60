"""取消し of a 消込: asked for with a reason, approved by another; the 期 stands as if the money had never come, and the money waits again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from madoguchi.collection import changes, desk, givebacks, ledger, nightly, runs, selectors, unmatched, unmatches
from madoguchi.collection.errors import DemandNotFound, FormWrong, MoneyMoved, SecondPerson
from madoguchi.collection.models import Excess, Instalment, Money, Posting, Unmatch
from madoguchi.kernel import audit, clock, witness

from .conftest import ACCOUNT, changes_text, excess_of_payer, fee_of, unmatched_money, write_off_asked

LATE = dt.date(2026, 9, 25)


def whole():
    assert nightly.differences() == [] and audit.verify() == [] == witness.verify()


def asked(hall, money, reason="番号の読み違い"):
    return unmatches.unmatch_ask(actor=hall.staff("yamada"), money_id=money.id, reason=reason)


def taken_back(hall, money):
    asked(hall, money)
    unmatches.unmatch_answer(actor=hall.staff("nakamura"), money_id=money.id, approve=True)
    money.refresh_from_db()


@pytest.fixture
def wrong(hall):
    """Money of nobody that a clerk set against the wrong one of five."""
    money = unmatched_money()
    part = Instalment.objects.last()
    unmatched.money_match(actor=hall.staff("yamada"), money_id=money.id, number=part.number)
    money.refresh_from_db()
    return money, part


def test_the_wrong_one_owes_again_and_the_right_one_is_paid(hall, wrong) -> None:
    money, part = wrong
    asked(hall, money)
    part.refresh_from_db()
    assert part.settled_on is not None, "nothing happens before another person says yes"
    unmatches.unmatch_answer(actor=hall.staff("nakamura"), money_id=money.id, approve=True)
    part.refresh_from_db()
    money.refresh_from_db()
    assert (part.paid, part.settled_on, money.outcome, money.instalment) == (0, None, "unknown", None)
    assert ledger.balances()["suspense"] == -money.amount and list(selectors.unmatched_list(actor=hall.staff("yamada"))) == [money]
    assert part.id in [c.instalment.id for c in unmatched.candidates_of(money)]
    whole()
    right = Instalment.objects.exclude(id=part.id).filter(settled_on=None).first()
    unmatched.money_match(actor=hall.staff("yamada"), money_id=money.id, number=right.number)
    right.refresh_from_db()
    assert (right.paid, right.settled_on) == (right.amount, money.paid_on) and ledger.balances()["suspense"] == 0
    whole()


def test_tax_fee_late_charge_and_excess_all_come_back(hall, demanded, came, monkeypatch) -> None:
    fee_of(monkeypatch, [("2020-04-01", 100)])
    part, *_ = demanded(people=1, parts=1, each=60_000)
    with clock.frozen(dt.datetime(2026, 6, 10, 3, tzinfo=dt.UTC)):
        runs.run_start(actor="test", kind="reminder", charge="kotei", year=2026, issued_on=dt.date(2026, 6, 10), promise=False)
    with clock.frozen(dt.datetime(2026, 9, 26, 3, tzinfo=dt.UTC)):
        came((part, 70_000, "final", "", LATE))
        part.refresh_from_db()
        assert part.paid == 60_000 and part.fee_paid == 100 and part.late_paid > 0 and Excess.objects.get().left > 0
        money = Money.objects.get()
        taken_back(hall, money)
    part.refresh_from_db()
    assert (part.paid, part.fee, part.fee_paid, part.late_paid, part.settled_on) == (0, 100, 0, 0, None)
    assert Excess.objects.get().left == 0 and not list(selectors.excess_list(actor=hall.staff("yamada")))
    assert unmatched.candidates_of(money)[0].why == "納付番号が同じ"
    whole()


def test_a_fee_that_was_let_go_for_this_money_is_owed_again(hall, demanded, came, monkeypatch) -> None:
    fee_of(monkeypatch, [("2020-04-01", 100)])
    part, *_ = demanded(people=1, parts=1)
    with clock.frozen(dt.datetime(2026, 6, 10, 3, tzinfo=dt.UTC)):
        runs.run_start(actor="test", kind="reminder", charge="kotei", year=2026, issued_on=dt.date(2026, 6, 10), promise=False)
        came((part, 10_000))
    part.refresh_from_db()
    assert part.fee == 0
    taken_back(hall, Money.objects.get())
    part.refresh_from_db()
    assert (part.fee, part.paid) == (100, 0)
    whole()


def test_what_a_change_set_free_of_it_comes_back_too(hall, wrong) -> None:
    money, part = wrong
    sheet = changes.change_read(actor=hall.staff("yamada"), charge="keiji", year=2026, name="更正.csv",
                                data=changes_text((9_000,), part.demand.notice).encode())
    changes.change_take(actor=hall.staff("nakamura"), sheet_id=sheet.id)
    assert Excess.objects.get(money=money).left == 1_000
    taken_back(hall, money)
    part.refresh_from_db()
    assert (part.amount, part.paid, part.settled_on) == (9_000, 0, None) and ledger.balances()["suspense"] == -10_000
    whole()


def test_the_right_money_that_came_before_it_says_when_it_was_settled(hall, demanded, came) -> None:
    part, other = demanded(people=2, parts=1)
    came(("8" * 20, 10_000, "final", "", dt.date(2026, 5, 28)), ("7" * 20, 10_000, "final", "", dt.date(2026, 5, 12)))
    wrong, right = Money.objects.order_by("id")
    unmatched.money_match(actor=hall.staff("yamada"), money_id=wrong.id, number=part.number)
    wrong.refresh_from_db()
    taken_back(hall, wrong)
    unmatched.money_match(actor=hall.staff("yamada"), money_id=right.id, number=part.number)
    part.refresh_from_db()
    assert part.settled_on == right.paid_on
    sheet = changes.change_read(actor=hall.staff("yamada"), charge="kotei", year=2026, name="更正.csv",
                                data=changes_text((9_000,), part.demand.notice).encode())
    changes.change_take(actor=hall.staff("nakamura"), sheet_id=sheet.id)
    assert Excess.objects.get(left__gt=0).money == right, "nothing is set free of what was taken back"
    assert other.number
    whole()


def test_one_of_several_payments_leaves_the_others(hall, demanded, came) -> None:
    part, *_ = demanded(people=1, parts=1)
    came((part, 4_000), (part, 6_000, "final", "", dt.date(2026, 5, 25)))
    taken_back(hall, Money.objects.get(amount=6_000))
    part.refresh_from_db()
    assert (part.paid, part.settled_on) == (4_000, None)
    whole()


def test_a_second_payment_leaves_the_first_where_it_is(hall) -> None:
    excess, _ = excess_of_payer()
    part = excess.instalment
    taken_back(hall, excess.money)
    part.refresh_from_db()
    assert part.settled_on is not None and part.paid == part.amount and not Excess.objects.filter(left__gt=0, instalment=part).exists()
    whole()


def test_money_that_has_gone_on_is_refused(hall) -> None:
    excess, _ = excess_of_payer()
    clerk, chief = hall.staff("yamada"), hall.staff("nakamura")
    asked(hall, excess.money)
    back = givebacks.refund_ask(actor=clerk, excess_id=excess.id, amount=100, account=ACCOUNT, since=None)
    with pytest.raises(MoneyMoved) as moved:
        unmatches.unmatch_answer(actor=chief, money_id=excess.money_id, approve=True)
    assert moved.value.ja == unmatches.GONE
    unmatches.unmatch_answer(actor=chief, money_id=excess.money_id, approve=False)
    with pytest.raises(MoneyMoved):
        asked(hall, excess.money)
    givebacks.back_answer(actor=chief, back_id=str(back.id), approve=False)
    taken_back(hall, excess.money)
    whole()


def test_what_we_took_ourselves_and_what_was_written_off_stay(hall, wrong) -> None:
    money, part = wrong
    Money.objects.filter(id=money.id).update(channel="online")
    with pytest.raises(MoneyMoved) as ours:
        asked(hall, money)
    Money.objects.filter(id=money.id).update(channel="cvs")
    Instalment.objects.filter(id=part.id).update(paid=5_000, written=5_000)
    with pytest.raises(MoneyMoved) as gone:
        asked(hall, money)
    assert (ours.value.ja, gone.value.ja) == (unmatches.OWN, unmatches.WRITTEN) and not Unmatch.objects.exists()
    assert write_off_asked(hall)


def test_who_may_and_when(hall, wrong) -> None:
    money, _ = wrong
    for reason in ("", "あ" * 201):
        with pytest.raises(FormWrong):
            asked(hall, money, reason)
    for who in ("tanaka", "auditor"):
        with pytest.raises(DemandNotFound):
            unmatches.unmatch_ask(actor=hall.staff(who), money_id=money.id, reason="x")
    with pytest.raises(MoneyMoved):
        unmatches.unmatch_answer(actor=hall.staff("nakamura"), money_id=money.id, approve=True)
    unmatches.unmatch_ask(actor=hall.staff("nakamura"), money_id=money.id, reason="x")
    with pytest.raises(MoneyMoved):
        asked(hall, money)
    for who in ("nakamura", "yamada"):
        with pytest.raises(SecondPerson):
            unmatches.unmatch_answer(actor=hall.staff(who), money_id=money.id, approve=True)
    assert Money.objects.get(id=money.id).outcome == "applied"
    whole()


def test_the_books_name_what_is_put_back_by_hand(hall, wrong) -> None:
    money, part = wrong
    taken_back(hall, money)
    Money.objects.filter(id=money.id).update(instalment=part, outcome="applied")
    Instalment.objects.filter(id=part.id).update(paid=part.amount, settled_on=money.paid_on)
    assert any("消し込み先が記録と違います" in fault for fault in nightly.differences())
    stands = f"納付番号{part.number}に消し込まれています(職員が消し込んだ記録はありません)"
    assert any(stands in fault for fault in desk.parity_get(actor=hall.staff("yamada")))


def test_the_books_name_a_takeback_that_nobody_approved(hall, wrong) -> None:
    money, _ = wrong
    asked(hall, money)
    Unmatch.objects.update(state="done")
    Posting.objects.create(sheet=money.sheet, money=money, instalment=money.instalment, debit="receivable", credit="suspense", amount=money.amount,
                           on=dt.date(2026, 7, 1))
    found = nightly.differences()
    assert any("の払い方・日・ファイルのどれかが" in fault for fault in found) and any("未整理の額は0円" in fault for fault in found)


def test_in_the_browser(hall, wrong) -> None:
    money, part = wrong
    clerk, chief = hall.desk("yamada"), hall.desk("nakamura")
    url, back, answer = (reverse(name, args=[money.id]) for name in ("unmatched_money", "unmatch_ask", "unmatch_answer"))
    assert url in clerk.get(reverse("demand", args=[part.demand_id])).content.decode()
    typed = clerk.post(back, {"reason": "あ" * 201})
    assert typed.status_code == 422 and "理由を1〜200文字で" in typed.content.decode() and "あ" * 201 in typed.content.decode()
    assert clerk.post(back, {"reason": "番号の読み違い"}).status_code == 303
    page = clerk.get(url).content.decode()
    assert "番号の読み違い" in page and "承認を待っています" in page and "取消しを承認する" not in page
    for listed in ("collection", "unmatched"):
        assert "承認" in clerk.get(reverse(listed)).content.decode()
    assert clerk.post(back, {"reason": "もう一度"}).status_code == 409 and clerk.post(answer, {"act": "approve"}).status_code == 403
    assert "取消しを承認する" in chief.get(url).content.decode()
    assert "承認を待っています" in hall.desk("auditor").get(url).content.decode()
    assert chief.post(answer, {"act": "approve"}).status_code == 303 and chief.post(answer, {"act": "approve"}).status_code == 409
    assert "この納付書かもしれません" in clerk.get(url).content.decode()
    whole()
