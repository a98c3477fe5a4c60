"""Fees from the account that is registered for taxes: chosen on the page, asked for once, completed or failed by the bank's answer."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.urls import reverse
from tests.support.hall import run_worker

from madoguchi.collection import charges, debits, fee_debits, fee_waits, ledger
from madoguchi.collection.errors import DemandNotFound, FormWrong, NothingToPrint
from madoguchi.collection.formats.profiles import profile
from madoguchi.collection.formats.zengin import read_request
from madoguchi.collection.models import Excess, FeeDebit, FeeSlip
from madoguchi.kernel import audit, clock, witness
from madoguchi.notifications.models import Mail
from madoguchi.payments import cashier, rebilling, refunds, services
from madoguchi.payments.errors import PaymentClosed, PaymentsWrong, ProviderUnknown
from madoguchi.payments.models import Payment, Refund
from madoguchi.payments.setup import Setup, read_setup

from .conftest import accounts_text
from .test_debits import file_of
from .test_mine import HANAKO, town  # noqa: F401 - a fixture

SLUG, ON = "juuminhyou-utsushi", dt.date(2026, 11, 25)


@pytest.fixture
def offered(monkeypatch):
    """The city takes fees so, when there are three days to the last one."""
    monkeypatch.setattr("madoguchi.payments.setup.read_setup", lambda *_: Setup(debit_days=3))


@pytest.fixture
def fee(hall, town, offered):  # noqa: F811
    """Hanako's order of a 住民票, not paid, and her account for 国保."""
    debits.debits_take(actor="test", data=accounts_text([HANAKO], "kokuho", number="1234567").encode(), name="口座.csv")
    import yaml
    from tests.test_cases import FOLDER

    answers = {k: v for k, v in yaml.safe_load((FOLDER / f"{SLUG}.yaml").read_text(encoding="utf-8"))["answers"].items() if v is not None}
    application = hall.file("hanako", SLUG, answers, mail="hanako@example.jp")
    return Payment.objects.get(case_ref=str(application.id))


def url(name, payment):
    return reverse(name, kwargs={"application_id": payment.case_ref})


def chosen(hall, payment):
    assert hall.browser("hanako").post(url("pay_debit", payment)).status_code == 303
    return FeeSlip.objects.get(payment=payment.id, stopped_at=None)


def requested(hall, on=ON):
    made, = fee_debits.fee_request_make(actor=hall.staff("yamada"), on=on)
    return made


def state(payment):
    payment.refresh_from_db()
    return payment.state, payment.received, payment.refunded


def whole():
    assert ledger.faults() == [] and audit.verify() == [] == witness.verify()


def test_a_bank_with_a_file_of_its_own_is_asked_for_fees_in_it(hall, fee, monkeypatch) -> None:
    known = charges.charges()
    own = dataclasses.replace(known, banks={"0001": charges.OwnBank("zengin-debit-ebcdic", None, {})})
    monkeypatch.setattr(charges, "read_charges", lambda folder: own)
    slip = chosen(hall, fee)
    request = requested(hall)
    [asked] = list(read_request(file_of(request), profile("zengin", "zengin-debit-ebcdic"), today=clock.today())[2])
    assert (request.bank, asked.reference, asked.account.bank) == ("0001", slip.number, "0001")
    whole()


def test_from_the_page_to_the_banks_answer(hall, fee, came) -> None:
    browser = hall.browser("hanako")
    page = browser.get(url("pay", fee)).content.decode()
    assert "登録した口座からの引き落とし" in page and "****567" in page and "1234567" not in page
    slip = chosen(hall, fee)
    assert chosen(hall, fee) == slip, "a second click is the same order"
    assert "口座からの引き落としを待っています" in browser.get(url("pay", fee)).content.decode()
    [asked] = list(read_request(file_of(requested(hall)), profile("zengin"), today=clock.today())[2])
    assert (asked.reference, asked.amount, asked.account.number) == (slip.number, fee.amount, "1234567")
    assert state(fee)[0] == "submitted"
    with pytest.raises(PaymentClosed):
        services.payment_cancel(payment_id=str(fee.id), actor="resident:x")
    with pytest.raises(NothingToPrint):
        requested(hall)
    came((slip.number, fee.amount, "final", "0", ON), form="zengin")
    assert state(fee)[:2] == ("success", fee.amount) and fee.means == "debit"
    run_worker()
    assert "登録した口座からの引き落とし" in pdf(browser.get(url("pay_receipt", fee)).content)
    assert ledger.balances() == {"bank:zengin": fee.amount, "office-fee": -fee.amount}
    whole()


@pytest.mark.parametrize("asked", [True, False])
def test_a_debit_that_nobody_answers_or_asks_for_is_over_and_the_payer_is_told(hall, fee, came, asked) -> None:
    Payment.objects.update(due_at=None)  # 受取時: nothing runs out
    slip = chosen(hall, fee)
    if asked:
        requested(hall)
    over = (ON if asked else slip.until) + dt.timedelta(days=11 if asked else 1)
    with clock.frozen(dt.datetime.combine(over - dt.timedelta(days=1), dt.time(9), clock.JST)):
        assert fee_waits.fees_unanswered() == 0
    with clock.frozen(dt.datetime.combine(over, dt.time(9), clock.JST)):
        assert fee_waits.fees_unanswered() == 1 and fee_waits.fees_unanswered() == 0
        run_worker()
        assert state(fee)[0] == "failed" and Mail.objects.filter(key__startswith="undebited:").count() == 1
        assert "引き落としを待っています" not in hall.browser("hanako").get(url("pay", fee)).content.decode()
        if asked:  # the bank answers after all
            came((slip.number, fee.amount, "final", "0", ON), form="zengin")
            assert state(fee)[:2] == ("success", fee.amount)
    whole()


def pdf(data):
    from .test_mine import pdf_text

    return pdf_text(data)


def test_a_failed_debit_is_told_and_other_means_are_offered(hall, fee, came) -> None:
    slip = chosen(hall, fee)
    requested(hall)
    came((slip.number, fee.amount, "failed", "1", ON), form="zengin")
    run_worker()
    assert state(fee)[:2] == ("failed", 0)
    page = hall.browser("hanako").get(url("pay", fee)).content.decode()
    assert "登録した口座からの引き落とし" in page and "現金で払うこともできます" in page
    assert "口座から引き落とせませんでした" in hall.browser("hanako").get(url("status", fee)).content.decode()
    assert Mail.objects.filter(key__startswith="undebited:").count() == 1
    second = chosen(hall, fee)
    assert second.number != slip.number and requested(hall).debits == 1
    came((second.number, fee.amount, "failed", "1", ON), form="zengin")
    run_worker()
    assert Mail.objects.filter(key__startswith="undebited:").count() == 2, "told each time"
    cashier.cash_take(actor=hall.staff("okada"), payment_id=str(fee.id), tendered=10_000)
    assert fee_debits.waiting() == [] and state(fee)[0] == "success"
    whole()


def test_a_debit_that_we_stopped_did_not_fail(hall, fee) -> None:
    slip = chosen(hall, fee)
    rebilling.waiver_grant(actor=hall.staff("matsui"), payment_id=str(fee.id), less=100)
    run_worker()
    slip.refresh_from_db()
    assert slip.stopped_at and state(fee)[0] == "created"
    assert not Mail.objects.filter(key__startswith="undebited:").exists() and Mail.objects.filter(key__startswith="rebilled:").count() == 1
    assert "口座から引き落とせませんでした" not in hall.browser("hanako").get(url("status", fee)).content.decode()
    assert fee_debits.waiting() == []
    assert chosen(hall, fee).amount == fee.amount
    whole()


def test_what_was_paid_otherwise_is_not_asked_for(hall, fee) -> None:
    chosen(hall, fee)
    cashier.cash_take(actor=hall.staff("okada"), payment_id=str(fee.id), tendered=10_000)
    with pytest.raises(NothingToPrint):
        requested(hall)
    whole()


def test_it_goes_back_as_excess(hall, fee, came) -> None:
    slip = chosen(hall, fee)
    requested(hall)
    came((slip.number, fee.amount, "final", "0", ON), form="zengin")
    refund = refunds.refund_ask(actor=hall.staff("okada"), payment_id=str(fee.id), amount=100, reason="mistake")
    refunds.refund_answer(actor=hall.staff("matsui"), refund_id=str(refund.id), approve=True)
    run_worker()
    assert (Excess.objects.get().why, Excess.objects.get().left, Refund.objects.get().state) == ("fee", 100, "approved")
    whole()


def test_it_is_offered_to_who_has_an_account_and_time(hall, fee, monkeypatch) -> None:
    monkeypatch.setattr("madoguchi.payments.setup.read_setup", lambda *_: Setup(debit_days=30))
    for why in ("too late", "switched off"):
        page = hall.browser("hanako").get(url("pay", fee)).content.decode()
        assert "引き落とし" not in page, why
        with pytest.raises(ProviderUnknown):
            fee_debits.account_choose(owner=hall.owner("hanako"), payment=fee)
        monkeypatch.setattr("madoguchi.payments.setup.read_setup", lambda *_: Setup())
    monkeypatch.setattr("madoguchi.payments.setup.read_setup", lambda *_: Setup(debit_days=3))
    assert fee_debits.account_offered(owner=hall.owner("taro"), payment=fee) is None, "no account of his"
    assert fee_debits.account_offered(owner=hall.company("kyotaku"), payment=fee) is None
    assert hall.browser("taro").post(url("pay_debit", fee)).status_code == 404 and not FeeDebit.objects.exists()


def test_the_file_is_made_on_the_page_of_the_section(hall, fee) -> None:
    desk, page = hall.desk("yamada"), reverse("debits")
    assert "手数料の引落しを頼む" not in desk.get(page).content.decode()
    chosen(hall, fee)
    assert "手数料の引落しを頼む" in desk.get(page).content.decode()
    for day, words in (("きのう", "引落日は"), ("2026-11-20", "明日より後"), ("2027-11-20", "ありません")):
        wrong = desk.post(reverse("debits_fees"), {"fees_on": day})
        assert wrong.status_code == 422 and words in wrong.content.decode()
    assert desk.post(reverse("debits_fees"), {"fees_on": str(ON)}).status_code == 303
    assert "手数料" in desk.get(page).content.decode()
    assert hall.desk("tanaka").post(reverse("debits_fees"), {"fees_on": str(ON)}).status_code == 404
    for who in ("auditor", "tanaka"):
        with pytest.raises(DemandNotFound):
            fee_debits.fee_request_make(actor=hall.staff(who), on=ON)
    with pytest.raises(FormWrong):
        requested(hall, on=clock.today())


def test_the_city_says_whether_and_when(tmp_path) -> None:
    for text, days in (("口座振替: {使う: はい, 日数: \"5\"}", 5), ("口座振替: {使う: いいえ, 日数: \"5\"}", 0), ("端末: {}", 0)):
        folder = tmp_path / str(abs(hash(text)))
        folder.mkdir()
        (folder / "payments.yaml").write_text(text, encoding="utf-8")
        assert read_setup(folder).debit_days == days
    (tmp_path / "payments.yaml").write_text("口座振替: {使う: はい, 日数: すぐ}", encoding="utf-8")
    with pytest.raises(PaymentsWrong):
        read_setup(tmp_path)
