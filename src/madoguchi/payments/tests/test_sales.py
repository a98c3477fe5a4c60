"""A fee at the counter without an online application: picked from the city's table, paid once, part of the day's close."""

from __future__ import annotations

import re
import uuid

import pytest
from django.urls import reverse
from tests.support.threads import together

from madoguchi.kernel import audit, witness
from madoguchi.kernel.models import AuditEntry, Message
from madoguchi.payments import refunds, sales, till
from madoguchi.payments.errors import CashWrong, CountWrong, PaymentClosed, PaymentNotFound
from madoguchi.payments.models import Payment
from madoguchi.payments.papers import paid_pdf
from madoguchi.payments.tests.test_till import HERE, close, pdf_text

PAGE = "/staff/payments/sale/kosodate/"
TWO = {"juuminhyou": 2, "yuusou": 1}  # 2 × 300 + 110


def sell(hall, counts=TWO, tendered=1000, who="tanaka", press=None):
    return sales.sale_take(actor=hall.staff(who), section=HERE, press=press or str(uuid.uuid4()), counts=counts, tendered=tendered)


def test_sold_with_change_receipt_and_record(hall):
    payment, change = sell(hall)
    assert (payment.amount, payment.received, change, payment.state, payment.means) == (710, 710, 290, "success", "counter_cash")
    assert re.fullmatch(r"領-C8-\d{4}-\d{4}", payment.number) and payment.case_ref == ""
    paper = pdf_text(paid_pdf(payment))
    assert "710円" in paper and "住民票の写し・郵送料の手数料として" in paper
    acts = list(AuditEntry.objects.filter(chain="till:kosodate").order_by("seq").values_list("action", flat=True))
    assert acts == ["payment.created", "payment.success"]
    assert not Message.objects.exists(), "no case waits for it"
    row = close(hall.staff("tanaka"))
    assert (row.taken, row.takings) == (710, 1)
    assert audit.verify() == [] == witness.verify()


def test_voided_by_two_and_given_back(hall):
    payment, _ = sell(hall)
    asked = refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=710, reason="void")
    refunds.refund_answer(actor=hall.staff("kimura"), refund_id=str(asked.id), approve=True)
    refunds.refund_hand_over(actor=hall.staff("tanaka"), refund_id=str(asked.id))
    row = close(hall.staff("tanaka"))
    assert (row.taken, row.voided, row.expected) == (710, 710, 0)
    assert AuditEntry.objects.filter(chain="till:kosodate", action__startswith="refund.").count() == 3
    assert audit.verify() == []


@pytest.mark.parametrize("counts", [{}, {"juuminhyou": 0}, {"juuminhyou": -1}, {"juuminhyou": 1000}, {"no-such-fee": 1}])
def test_what_cannot_be_sold(hall, counts):
    with pytest.raises(CountWrong):
        sell(hall, counts)
    assert not Payment.objects.exists()


def test_too_little_cash_and_other_people(hall):
    with pytest.raises(CashWrong):
        sell(hall, tendered=709)
    for who in ("sato", "admin", "auditor"):
        with pytest.raises(PaymentNotFound):
            sell(hall, who=who)
    with pytest.raises(CountWrong):
        sell(hall, press="again")
    assert not Payment.objects.exists() and not AuditEntry.objects.filter(chain="till:kosodate").exists()


def test_a_fee_without_an_amount_today_is_not_offered(hall, monkeypatch):
    import datetime as dt

    from madoguchi.kernel import clock

    counter = ["juuminhyou", "kazei", "nouzei", "koseki", "joseki", "inkan", "inu_touroku", "inu_chuusha", "inu_kansatsu_sai", "inu_chuusha_sai",
               "sodai", "yuusou"]  # the city's table, in its order
    assert [o.key for o in sales.fees_offered()] == counter
    with clock.frozen(dt.datetime(2021, 4, 1, 10, tzinfo=clock.JST)):
        assert [o.key for o in sales.fees_offered()] == counter[:-1]  # the postage has an amount from October 2024


def test_a_second_click_is_the_same_sale_and_another_count_is_refused(hall):
    press = str(uuid.uuid4())
    first, again = sell(hall, press=press), sell(hall, press=press)
    assert (first[0].id, first[1]) == (again[0].id, again[1])
    with pytest.raises(PaymentClosed):
        sell(hall, {"juuminhyou": 1}, press=press)
    assert till.till_now(actor=hall.staff("tanaka"), section=HERE).taken == 710


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment(hall):
    press, _ = str(uuid.uuid4()), hall.staff("tanaka")
    out = together(*[lambda: sell(hall, press=press)] * 3)
    assert len({payment.id for payment, _ in out}) == 1 and Payment.objects.get().received == 710
    assert AuditEntry.objects.filter(action="payment.success").count() == 1
    assert audit.verify() == []


def test_on_the_page(hall):
    desk = hall.desk("tanaka")
    assert PAGE in desk.get(reverse("payments")).content.decode()
    page = desk.get(PAGE).content.decode()
    form = {"press": re.search(r'name="press" value="([^"]+)"', page)[1], "f-juuminhyou": "２", "f-yuusou": "1"}
    total = desk.post(f"{PAGE}take/", form | {"act": "total"}).content.decode()
    assert "合計は 710円 です" in total and 'value="２"' in total and form["press"] in total and not Payment.objects.exists()
    little = desk.post(f"{PAGE}take/", form | {"act": "take", "tendered": "700"})
    assert little.status_code == 422 and "710円に足りません" in little.content.decode()
    assert desk.post(f"{PAGE}take/", form | {"act": "take", "f-yuusou": "多い"}).status_code == 422
    for _click in range(2):
        done = desk.post(f"{PAGE}take/", form | {"act": "take", "tendered": "1,000"})
        assert done.status_code == 200 and "お釣りは 290円" in done.content.decode() and "領収証を印刷する" in done.content.decode()
    assert Payment.objects.count() == 1
    refused = desk.post(f"{PAGE}take/", form | {"act": "take", "f-yuusou": "2", "tendered": "1000"})
    assert refused.status_code == 409
    number = Payment.objects.get().receipt
    assert number in desk.get(reverse("payments"), {"q": number.lower()}).content.decode()
    assert hall.desk("auditor").get(PAGE).status_code == 404
