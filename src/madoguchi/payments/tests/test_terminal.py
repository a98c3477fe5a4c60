"""A terminal at the counter: its slip's number once, its refunds by a second person, its own lines beside the cash."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from tests.support.threads import together

from madoguchi.kernel import audit, clock, witness
from madoguchi.payments import cashier, keeping, refunds, sales, terminals, till
from madoguchi.payments.emv import Merchant
from madoguchi.payments.errors import CountWrong, PaymentClosed, PaymentNotFound, PaymentsWrong, RefundWrong, TillMoved
from madoguchi.payments.models import Attempt, DayClose, Payment, Refund, TerminalSlip
from madoguchi.payments.rules import slip_read
from madoguchi.payments.setup import Setup, Terminal, read_setup
from madoguchi.payments.terminals import Typed

HERE = "kosodate"
TILL = f"/staff/payments/till/{HERE}/"


def text(response):
    return response.content.decode()


def typed(slip, brand="card", terminal="kosodate1"):
    return Typed(terminal, brand, slip)


def take(fee, hall, slip, amount=600, brand="card"):
    return terminals.terminal_take(actor=hall.staff("tanaka"), payment_id=str(fee(amount=amount).id), typed=typed(slip, brand))


def back(hall, payment, amount, slip, reason="mistake"):
    refund = refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=amount, reason=reason)
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(refund.id), approve=True)
    refunds.refund_hand_over(actor=hall.staff("tanaka"), refund_id=str(refund.id), slip=slip)
    return refund


def close(hall, terminals_seen=None):
    now = till.till_now(actor=hall.staff("tanaka"), section=HERE)
    said = terminals.seen(now.terminals) if terminals_seen is None else terminals_seen
    count = till.Count({1: now.expected}, now.expected, "", now.number, now.expected, said)
    return till.till_close(actor=hall.staff("tanaka"), section=HERE, count=count)


def test_the_slip_pays_once(fee, hall):
    paid = take(fee, hall, " ００1２3 ")
    assert (paid.state, paid.received, paid.means) == ("success", 600, "terminal")
    assert TerminalSlip.objects.get().number == "00123" and Attempt.objects.get().paid_by.endswith("/00123")
    with pytest.raises(PaymentClosed):
        terminals.terminal_take(actor=hall.staff("tanaka"), payment_id=str(paid.id), typed=typed("124"))
    other = fee()
    with pytest.raises(CountWrong) as wrong:
        terminals.terminal_take(actor=hall.staff("tanaka"), payment_id=str(other.id), typed=typed("00123", "code"))
    assert wrong.value.faults[0][0] == "slip" and paid.receipt in wrong.value.ja
    assert Payment.objects.get(id=other.id).state == "created" and Attempt.objects.count() == 1
    assert audit.verify() == [] == witness.verify()


@pytest.mark.parametrize(("given", "field"), [
    (typed("1", terminal="shimin1"), "terminal"), (typed("1", terminal=""), "terminal"), (typed("1", brand="cash"), "brand"), (typed(""), "slip"),
    (typed("---"), "slip"), (typed("1 2"), "slip"), (typed("9" * 41), "slip"), (typed("番号"), "slip")])
def test_what_cannot_be_typed(fee, hall, given, field):
    payment = fee()
    with pytest.raises(CountWrong) as wrong:
        terminals.terminal_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), typed=given)
    assert wrong.value.faults[0][0] == field and not TerminalSlip.objects.exists() and not Attempt.objects.exists()


def test_slips_are_read_in_any_width():
    assert [slip_read(t) for t in ("ａ-12", " 7 ", "", "-", "1/2")] == ["A-12", "7", "", "", ""]


@pytest.mark.django_db(transaction=True)
def test_two_clerks_with_one_slip_at_the_same_moment(fee, hall):
    payments, clerks = [fee(), fee()], [hall.staff("tanaka"), hall.staff("kimura")]

    def go(number):
        try:
            terminals.terminal_take(actor=clerks[number], payment_id=str(payments[number].id), typed=typed("77"))
        except CountWrong:
            return "used"
        return "taken"

    assert sorted(together(lambda: go(0), lambda: go(1))) == ["taken", "used"]
    assert Payment.objects.filter(state="success").count() == 1 == TerminalSlip.objects.count() == Attempt.objects.count()


@pytest.mark.parametrize("who", ["sato", "admin", "auditor"])
def test_other_sections_take_nothing(fee, hall, who):
    with pytest.raises(PaymentNotFound):
        terminals.terminal_take(actor=hall.staff(who), payment_id=str(fee().id), typed=typed("1"))


def test_a_refund_needs_its_own_slip_of_the_same_terminal(fee, hall):
    payment = take(fee, hall, "10")
    refund = refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=200, reason="exempt")
    with pytest.raises(PaymentClosed):
        refunds.refund_hand_over(actor=hall.staff("tanaka"), refund_id=str(refund.id), slip="11")
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(refund.id), approve=True)
    for slip in ("", "10"):
        with pytest.raises(CountWrong):
            refunds.refund_hand_over(actor=hall.staff("tanaka"), refund_id=str(refund.id), slip=slip)
    assert Payment.objects.get().refunded == 0 and Refund.objects.get().state == "approved"
    refunds.refund_hand_over(actor=hall.staff("tanaka"), refund_id=str(refund.id), slip="11")
    assert Payment.objects.get().refunded == 200 and Refund.objects.get().reference.startswith("kosodate1/")
    with pytest.raises(CountWrong):
        take(fee, hall, "11")
    assert witness.verify() == []


def test_the_close_has_its_own_lines_and_no_yen_of_them_in_the_box(fee, hall):
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(fee().id), tendered=600)
    first = take(fee, hall, "1")
    take(fee, hall, "2", 300)
    take(fee, hall, "3", 100, "code")
    back(hall, first, 250, "4")
    row = close(hall)
    assert (row.taken, row.takings, row.expected, row.back) == (600, 1, 600, 0)
    assert [(x["terminal"], x["brand"], x["n"], x["taken"], x["backs"], x["back"]) for x in row.terminals] == [
        ("kosodate1", "card", 2, 900, 1, 250), ("kosodate1", "code", 1, 100, 0, 0)]
    take(fee, hall, "5", 500)
    assert [x["taken"] for x in till.till_now(actor=hall.staff("tanaka"), section=HERE).terminals] == [500], "each belongs to one close"
    assert [x["taken"] for x in close(hall).terminals] == [500]
    assert audit.verify() == [] == witness.verify()


def test_a_payment_at_a_terminal_between_show_and_close(fee, hall):
    take(fee, hall, "1")
    with pytest.raises(TillMoved):
        close(hall, terminals.NOTHING)
    assert not DayClose.objects.exists() and not Attempt.objects.exclude(closed=None).exists()


def test_void_before_the_close_only(fee, hall):
    payment = take(fee, hall, "1")
    with pytest.raises(RefundWrong):
        refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=100, reason="void")
    later = take(fee, hall, "2")
    back(hall, payment, 600, "3", "void")
    assert close(hall).terminals[0]["back"] == 600
    with pytest.raises(RefundWrong):
        refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(later.id), amount=600, reason="void")


def test_what_is_not_counted_holds_the_case_and_the_lines_outlive_it(fee, hall):
    payment = take(fee, hall, "1")
    back(hall, payment, 100, "2")
    assert "日締め" in keeping.payments_hold(payment.case_ref)
    row = close(hall)
    assert keeping.payments_hold(payment.case_ref) == ""
    assert keeping.payments_forget(payment.case_ref) == {"payments": 0, "refunds": 0}, "they have a term of their own"
    with clock.frozen(dt.datetime(2032, 4, 1, tzinfo=clock.JST)):
        assert keeping.payments_forget(payment.case_ref) == {"payments": 1, "refunds": 1}
    assert not TerminalSlip.objects.exists() and DayClose.objects.get(id=row.id).terminals[0]["taken"] == 600


def test_the_pages(fee, hall):
    payment, desk = fee(), hall.desk("tanaka")
    one = reverse("payment", kwargs={"payment_id": payment.id})
    assert "子育て支援課の端末" in text(desk.get(one)) and "<img" not in text(desk.get(one)).partition("端末で受け取る")[2]
    form = {"terminal": "kosodate1", "brand": "emoney", "slip": "伝票"}
    wrong = desk.post(f"{one}terminal/", form)
    assert wrong.status_code == 422 and 'id="slip-err"' in text(wrong) and 'value="伝票"' in text(wrong)
    assert re.search(r'value="emoney"[^>]* checked', text(wrong))
    assert desk.post(f"{one}terminal/", form | {"slip": "A-9"}).status_code == 303
    assert desk.post(f"{one}terminal/", form | {"slip": "A-9"}).status_code == 409
    page = text(desk.get(one))
    assert "A-9" in page and "電子マネー" in page and "端末で受け取る" not in page
    desk.post(f"{one}refund/", {"amount": "600", "reason": "refused"})
    act = f"{one}refund/{Refund.objects.get().id}/"
    hall.desk("kimura").post(act, {"act": "approve"})
    assert "端末で返した" in text(desk.get(one))
    twice = desk.post(act, {"act": "hand_over", "back_slip": "A-9"})
    assert twice.status_code == 422 and 'value="A-9"' in text(twice)
    assert desk.post(act, {"act": "hand_over", "back_slip": "A-10"}).status_code == 303
    page = text(desk.get(TILL))
    assert "端末の支払い" in page and "1件 600円" in page and "1件 −600円" in page and "A-10" in page
    hidden = dict(re.findall(r'name="(number|seen|terminals)" value="([^"]*)"', page))
    assert hidden == {"number": "1", "seen": "0", "terminals": "1:600:1:600"}
    done = desk.post(f"{TILL}close/", hidden | {"kept": "0"})
    assert done.status_code == 303 and "端末の支払い（現金の外）" in text(desk.get(done["Location"]))


def test_a_sale_by_terminal(hall):
    desk, page = hall.desk("tanaka"), "/staff/payments/sale/kosodate/"
    assert "端末で受け取る" not in text(desk.get(page)), "first the sum"
    form = {"press": re.search(r'name="press" value="([^"]+)"', text(desk.get(page)))[1], "f-juuminhyou": "2", "act": "total"}
    assert "600円を端末で受け取った" in text(desk.post(f"{page}take/", form))
    form["said"] = re.search(r'name="said" value="([^"]+)"', text(desk.post(f"{page}take/", form)))[1]
    wrong = desk.post(f"{page}take/", form | {"act": "terminal", "terminal": "kosodate1", "slip": "5"})
    assert wrong.status_code == 422 and 'id="brand-err"' in text(wrong) and 'value="5"' in text(wrong) and not Payment.objects.exists()
    right = form | {"act": "terminal", "terminal": "kosodate1", "brand": "code", "slip": "5"}
    other = desk.post(f"{page}take/", right | {"f-juuminhyou": "3"})
    assert other.status_code == 422 and "600円から900円に変わりました" in text(other) and 'name="said" value="900"' in text(other)
    unsaid = desk.post(f"{page}take/", {k: v for k, v in right.items() if k != "said"})
    assert unsaid.status_code == 422 and "先に「合計を出す」" in text(unsaid) and not Payment.objects.exists()
    first, again = (desk.post(f"{page}take/", right) for _click in range(2))
    assert first.status_code == 303 and first["Location"] == again["Location"] and Payment.objects.get().received == 600
    cash = desk.post(f"{page}take/", form | {"act": "take", "tendered": "1000"})
    assert cash.status_code == 409 and "端末で済んでいます" in text(cash)
    with pytest.raises(CountWrong):
        sales.sale_terminal(actor=hall.staff("tanaka"), section=HERE, press="1", counts={"juuminhyou": 1}, typed=typed("6"), said=300)


def test_the_sum_is_shown_and_its_code_where_the_city_has_one(fee, hall, monkeypatch):
    shown = Terminal("kosodate1", "子育ての画面", HERE, True, ("code",))
    page = reverse("payment", kwargs={"payment_id": fee().id})
    for merchant, image in ((None, False), (Merchant({"26": {"00": "x"}}, "9399", "N", "N"), True)):
        found = Setup({"kosodate1": shown}, merchant)
        monkeypatch.setattr("madoguchi.payments.setup.setup", lambda found=found: found)
        monkeypatch.setattr("madoguchi.payments.terminals.setup", lambda found=found: found)
        html = text(hall.desk("tanaka").get(page))
        assert '<p class="pay-sum num">600円</p>' in html and ("data:image/svg" in html) is image


@pytest.mark.parametrize(("wrong", "words"), [
    ("端末: {a: {名: x, 課: nowhere, 金額: 入力, 種類: [card]}}", "nowhere"),
    ("端末: {a: {名: x, 課: shimin, 金額: 手, 種類: [card]}}", "入力か表示"),
    ("端末: {a: {名: x, 課: shimin, 金額: 入力, 種類: [gold]}}", "gold"),
    ("端末: {a: {名: x, 課: shimin, 種類: [card]}}", "金額"),
    ("端末: {a-b: {名: x, 課: shimin, 金額: 入力, 種類: [card]}}", "英数字"), ("端末: [", "payments.yaml:"),
    ("JPQR: {加盟店: {}, 業種: '9399', 店名: N, 市: N}", "加盟店")])
def test_a_file_with_a_fault_says_where(tmp_path, wrong, words):
    (tmp_path / "payments.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(PaymentsWrong) as refused:
        read_setup(tmp_path, ("shimin",))
    assert words in refused.value.ja
    assert read_setup(tmp_path / "none") == Setup()
