"""The cash box of a section: counted, closed, taken over; every yen is in one close, whatever happens at the same moment."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.threads import together

from madoguchi.kernel import audit, clock, witness
from madoguchi.kernel.models import AuditEntry
from madoguchi.payments import cashier, keeping, refunds, till
from madoguchi.payments.errors import CountWrong, PaymentNotFound, RefundWrong, SecondPersonNeeded, TillMoved
from madoguchi.payments.models import Attempt, DayClose, Payment, Refund
from madoguchi.payments.rules import DENOMINATIONS, counted

HERE = "kosodate"


def yen(amount):
    """The fewest notes and coins."""
    out = {}
    for kind in DENOMINATIONS:
        out[kind], amount = divmod(amount, kind)
    return out


def count(who, amount=None, kept=0, reason=""):
    """A form filled in now: the box holds ``amount`` (what it should, unless told)."""
    now = till.till_now(actor=who, section=HERE)
    return till.Count(yen(now.expected if amount is None else amount), kept, reason, now.number, now.expected)


def close(who, *args, **more):
    return till.till_close(actor=who, section=HERE, count=count(who, *args, **more))


def take(fee, who, amount=600):
    return cashier.cash_take(actor=who, payment_id=str(fee(amount=amount).id), tendered=amount)[0]


def back(hall, payment, amount, reason="mistake"):
    refund = refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=amount, reason=reason)
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(refund.id), approve=True)
    refunds.refund_hand_over(actor=hall.staff("tanaka"), refund_id=str(refund.id))


def test_counted_closed_and_carried_over(fee, hall):
    tanaka, kimura = hall.staff("tanaka"), hall.staff("kimura")
    first = take(fee, tanaka), take(fee, tanaka, 300)
    back(hall, first[0], 100)
    row = close(tanaka, kept=500)
    assert (row.number, row.left, row.taken, row.takings, row.back, row.voided, row.expected, row.counted) == (1, 0, 900, 2, 100, 0, 800, 800)
    assert row.difference == 0 and row.counts == {"500": 1, "100": 3}
    take(fee, kimura)
    second = close(kimura, kept=1100)
    assert (second.number, second.left, second.taken, second.back, second.expected) == (2, 500, 600, 0, 1100)
    assert till.till_now(actor=tanaka, section=HERE).expected == 1100
    assert audit.verify() == [] == witness.verify()
    assert [e.facts["number"] for e in AuditEntry.objects.filter(chain="till:kosodate", action="till.closed").order_by("seq")] == [1, 2]


def test_a_difference_needs_a_reason_and_only_the_record_of_the_close_holds_its_words(fee, hall):
    tanaka = hall.staff("tanaka")
    take(fee, tanaka)
    with pytest.raises(CountWrong) as wrong:
        close(tanaka, 590)
    assert wrong.value.faults[0][0] == "reason" and "10円少ない" in wrong.value.ja
    assert not DayClose.objects.exists()
    row = close(tanaka, 590, reason="つり銭を10円多く渡した")
    assert (row.difference, row.reason) == (-10, "つり銭を10円多く渡した")
    entry = AuditEntry.objects.get(action="till.closed")
    assert entry.digest and "つり銭" not in str(entry.facts)
    assert close(tanaka, reason="差はない").reason == "", "no difference, no reason"


@pytest.mark.parametrize(("kept", "reason", "field"), [(601, "", "kept"), (-1, "", "kept"), (0, "あ" * 201, "reason")])
def test_what_cannot_be_kept_or_said(fee, hall, kept, reason, field):
    take(fee, hall.staff("tanaka"))
    with pytest.raises(CountWrong) as wrong:
        close(hall.staff("tanaka"), kept=kept, reason=reason)
    assert wrong.value.faults[0][0] == field


def test_notes_that_do_not_exist():
    assert counted({10_000: 1, 1: 3}) == 10_003
    for wrong in ({3: 1}, {1000: -1}, {1000: 100_000}):
        with pytest.raises(ValueError):
            counted(wrong)


def test_a_payment_between_show_and_close(fee, hall):
    tanaka = hall.staff("tanaka")
    take(fee, tanaka)
    form = count(tanaka)
    take(fee, hall.staff("kimura"), 300)
    with pytest.raises(TillMoved):
        till.till_close(actor=tanaka, section=HERE, count=form)
    assert not DayClose.objects.exists() and not Attempt.objects.exclude(closed=None).exists()
    assert close(tanaka).taken == 900


def test_cash_that_comes_between_reading_and_claiming_is_seen(fee, hall, monkeypatch):
    tanaka, late, real = hall.staff("tanaka"), fee(amount=300), till._now
    take(fee, tanaka)
    form = count(tanaka)

    def read(section):
        seen = real(section)
        cashier.cash_take_in(actor=tanaka, payment=Payment.objects.get(id=late.id), tendered=300)
        return seen

    monkeypatch.setattr(till, "_now", read)
    with pytest.raises(TillMoved):
        till.till_close(actor=tanaka, section=HERE, count=form)
    assert not DayClose.objects.exists()


def test_a_second_click_is_the_same_close_and_another_form_is_not(fee, hall):
    tanaka = hall.staff("tanaka")
    take(fee, tanaka)
    form = count(tanaka, kept=600)  # all of it stays: the next close would expect the same sum
    row = till.till_close(actor=tanaka, section=HERE, count=form)
    assert till.till_close(actor=tanaka, section=HERE, count=form).id == row.id
    for other in (dataclasses.replace(form, kept=0), dataclasses.replace(form, counts={100: 6})):
        with pytest.raises(TillMoved):
            till.till_close(actor=tanaka, section=HERE, count=other)
    with pytest.raises(TillMoved):
        till.till_close(actor=hall.staff("kimura"), section=HERE, count=form)
    assert DayClose.objects.count() == 1


def test_more_given_back_than_there_was(fee, hall):
    tanaka = hall.staff("tanaka")
    payment = take(fee, tanaka)
    close(tanaka)
    back(hall, payment, 600)
    assert till.till_now(actor=tanaka, section=HERE).expected == -600
    assert close(tanaka, 0, reason="会計課の現金で返した").difference == 600


def test_taking_over(fee, hall):
    tanaka, kimura, suzuki = (hall.staff(n) for n in ("tanaka", "kimura", "suzuki"))
    take(fee, tanaka)
    row = close(tanaka, kept=600)
    with pytest.raises(SecondPersonNeeded):
        till.till_take_over(actor=tanaka, close_id=str(row.id), amount=600)
    with pytest.raises(CountWrong):
        till.till_take_over(actor=kimura, close_id=str(row.id), amount=599)
    for _click in range(2):
        assert till.till_take_over(actor=kimura, close_id=str(row.id), amount=600).accepted_by == kimura.actor
    with pytest.raises(TillMoved):
        till.till_take_over(actor=suzuki, close_id=str(row.id), amount=600)
    second = close(kimura, kept=600)
    close(kimura)
    with pytest.raises(TillMoved):
        till.till_take_over(actor=tanaka, close_id=str(second.id), amount=600)
    assert AuditEntry.objects.filter(action="till.taken_over").count() == 1
    assert audit.verify() == []


def test_a_void_is_all_of_it_before_the_close_and_by_two_persons(fee, hall):
    from madoguchi.payments.papers import paid_pdf

    tanaka = hall.staff("tanaka")
    payment, kept = take(fee, tanaka), take(fee, tanaka, 300)
    for amount in (599, 601):
        with pytest.raises(RefundWrong):
            refunds.refund_ask(actor=tanaka, payment_id=str(payment.id), amount=amount, reason="void")
    back(hall, payment, 600, "void")
    payment.refresh_from_db()
    text = pdf_text(paid_pdf(payment))
    assert "この領収証は無効です" in text and "領収しました" not in text
    assert "領収しました" in pdf_text(paid_pdf(kept))
    row = close(tanaka)
    assert (row.taken, row.back, row.voided, row.counted) == (900, 600, 600, 300)
    slips = till.till_slips(actor=tanaka, section=HERE, close=row)
    assert [len(x) for x in (slips.taken, slips.back, slips.voided)] == [2, 0, 1]
    with pytest.raises(RefundWrong) as late:
        refunds.refund_ask(actor=tanaka, payment_id=str(kept.id), amount=300, reason="void")
    assert "締める前" in late.value.ja
    assert witness.verify() == []


def pdf_text(data):
    import io

    from pypdf import PdfReader

    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).replace("\n", "")


def test_cash_that_nobody_counted_holds_its_case(fee, hall):
    tanaka = hall.staff("tanaka")
    payment = take(fee, tanaka)
    assert "日締め" in keeping.payments_hold(payment.case_ref)
    row = close(tanaka)
    assert keeping.payments_hold(payment.case_ref) == ""
    with clock.frozen(dt.datetime(2032, 4, 1, tzinfo=clock.JST)):
        keeping.payments_forget(payment.case_ref)
    row.refresh_from_db()
    assert (row.taken, row.takings) == (600, 1) and not Payment.objects.exists()


def test_other_sections_and_the_auditor(fee, hall):
    take(fee, hall.staff("tanaka"))
    form = count(hall.staff("tanaka"))
    with pytest.raises(PaymentNotFound):
        till.till_now(actor=hall.staff("tanaka"), section="no-such-section")
    auditor = hall.staff("auditor")
    assert till.till_now(actor=auditor, section=HERE).taken == 600
    for who in ("sato", "admin", "auditor"):
        with pytest.raises(PaymentNotFound):
            till.till_close(actor=hall.staff(who), section=HERE, count=form)


@pytest.mark.django_db(transaction=True)
def test_two_clerks_close_at_once(fee, hall):
    tanaka, kimura = hall.staff("tanaka"), hall.staff("kimura")
    for n in range(4):
        take(fee, tanaka)
        forms = [(who, count(who)) for who in (tanaka, kimura)]
        out = together(*(lambda w=who, f=form: till.till_close(actor=w, section=HERE, count=f) for who, form in forms))
        assert sorted(type(x).__name__ for x in out) == ["DayClose", "TillMoved"], out
        assert DayClose.objects.count() == n + 1
    form = count(tanaka)
    twice = together(*[lambda: till.till_close(actor=tanaka, section=HERE, count=form)] * 2)
    assert twice[0].id == twice[1].id
    assert DayClose.objects.aggregate(x=Sum("taken"))["x"] == 2400 == Payment.objects.aggregate(x=Sum("received"))["x"]
    assert audit.verify() == []


@pytest.mark.django_db(transaction=True)
def test_cash_is_taken_at_the_moment_of_the_close(fee, hall):
    tanaka, kimura = hall.staff("tanaka"), hall.staff("kimura")
    for _round in range(6):
        form, payment = count(tanaka), fee()
        out = together(lambda f=form: till.till_close(actor=tanaka, section=HERE, count=f),
                       lambda p=payment: cashier.cash_take(actor=kimura, payment_id=str(p.id), tendered=600))
        assert isinstance(out[0], DayClose | TillMoved) and isinstance(out[1], tuple), out
        balanced()
    close(tanaka)
    assert DayClose.objects.aggregate(x=Sum("taken"))["x"] == 3600
    assert not Attempt.objects.filter(closed=None).exists()


def balanced():
    """All closes and the open box are all cash that came less what went back; each close says what its rows say."""
    rows = list(DayClose.objects.filter(section=HERE).order_by("number"))
    for number, row in enumerate(rows, 1):
        claimed = [x.objects.filter(closed=row).aggregate(x=Sum("amount"))["x"] or 0 for x in (Attempt, Refund)]
        assert [row.taken, row.back] == claimed and row.number == number
        assert row.left == (rows[number - 2].kept if number > 1 else 0)
    now = till._now(HERE)
    paid = Payment.objects.aggregate(came=Sum("received"), back=Sum("refunded"))
    assert sum(r.taken - r.back for r in rows) + now.taken - now.back == (paid["came"] or 0) - (paid["back"] or 0)
    treasury, differences = sum(r.counted - r.kept for r in rows), sum(r.difference for r in rows)
    assert now.expected == (paid["came"] or 0) - (paid["back"] or 0) - treasury + differences


ACTS = st.lists(st.one_of(
    st.tuples(st.just("take"), st.integers(1, 20_000), st.just(0)), st.tuples(st.just("back"), st.integers(0, 9), st.integers(1, 100)),
    st.tuples(st.just("void"), st.integers(0, 9), st.just(100)), st.tuples(st.just("close"), st.integers(-50, 50), st.integers(0, 100))), max_size=14)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_the_order_every_yen_is_in_one_close(fee, hall, acts):
    for model in (Refund, Attempt, Payment, DayClose):
        model.objects.all().delete()
    taken, tanaka = [], hall.staff("tanaka")
    for act, first, part in acts:
        if act == "take":
            taken.append(take(fee, tanaka, first))
        elif act == "close":
            there = max(till._now(HERE).expected + first, 0)
            close(tanaka, there, kept=there * part // 100, reason="数え違い")
        elif taken:
            payment = Payment.objects.get(id=taken[first % len(taken)].id)
            amount = payment.amount if act == "void" else max(payment.amount * part // 100, 1)
            try:
                back(hall, payment, amount, act if act == "void" else "mistake")
            except RefundWrong:
                assert act == "void" or payment.refunded + amount > payment.amount
        balanced()


TAMPERED = {
    "の数えた額が記録と違います(記録 600、今は 500)": {"counted": 500}, "の受け取った額": {"taken": 1}, "の締めた人": {"closed_by": "staff:other"},
    "金種の合計が": {"counts": {"1000": 9}}, "の引き継いだ人": {"accepted_by": "staff:other"}, "つり銭": {"kept": 1},
}


@pytest.mark.parametrize("words", TAMPERED)
def test_a_close_that_was_changed_by_hand_is_named(fee, hall, words):
    take(fee, hall.staff("tanaka"))
    row = close(hall.staff("tanaka"), kept=600)
    till.till_take_over(actor=hall.staff("kimura"), close_id=str(row.id), amount=600)
    assert audit.verify() + witness.verify() == []
    DayClose.objects.filter(id=row.id).update(**TAMPERED[words])
    assert audit.verify() == [], "the chain itself is whole"
    assert any(words in fault.ja and fault.chain == f"till:{HERE}" for fault in witness.verify()), witness.verify()


def test_a_close_that_is_gone_or_was_written_by_hand_is_named(fee, hall):
    take(fee, hall.staff("tanaka"))
    row = close(hall.staff("tanaka"))
    DayClose.objects.create(section="zeimu", number=1, left=0, counts={}, counted=0, kept=0, closed_by="x", closed_at=row.closed_at)
    assert ["書き足した" in fault.ja for fault in witness.verify()] == [True]
    Attempt.objects.update(closed=None)
    DayClose.objects.all().delete()
    assert ["日締め 1番が消されています" in fault.ja for fault in witness.verify()] == [True]
