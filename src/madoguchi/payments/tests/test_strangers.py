"""Every address of this room that has an id in it, for the section whose it is and for everybody else (tests/meta)."""

from __future__ import annotations

import datetime as dt
import uuid

from django.urls import reverse

from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry
from madoguchi.payments import cashier, refunds, till
from madoguchi.payments.models import Attempt, GatewayNotice, Payment, Refund

# route → the ids it carries
STRANGERS = {"payment": ("payment_id",), "payment_paper": ("payment_id",), "payment_take": ("payment_id",), "payment_terminal": ("payment_id",),
             "payment_refund": ("payment_id",), "payment_keep": ("payment_id",), "payment_rebill": ("payment_id",),
             "payment_refund_act": ("payment_id", "refund_id"), "till": ("section",), "till_close": ("section",), "day_sheet": ("close_id",),
             "till_take_over": ("close_id",), "sale": ("section",), "sale_take": ("section",),
             "notice_seen": ("notice_id",)}
# opened, they lead to their page
FORMS = {"payment_take", "payment_terminal", "payment_refund", "payment_keep", "payment_rebill", "payment_refund_act", "till_close", "till_take_over",
         "sale_take", "notice_seen"}


def answers(client, ids):
    """(route, method, status) of every address, by the methods that it knows."""
    out = []
    for name, keys in STRANGERS.items():
        url = reverse(name, kwargs={key: ids[key] for key in keys})
        for method in ("post",) if name in FORMS else ("get", "post"):
            response = getattr(client, method)(url, {"act": "approve", "tendered": "1000", "amount": "10", "reason": "mistake"}
                                               if method == "post" else {})
            if response.status_code != 405:
                out.append((name, method, response.status_code))
    return out


def snapshot():
    return AuditEntry.objects.count(), list(Payment.objects.values_list("state", "received")), list(Refund.objects.values_list("state"))


def test_strangers_cannot_tell_that_a_payment_exists(hall, fee) -> None:
    payment = fee()
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=600)
    refund = refunds.refund_ask(actor=hall.staff("tanaka"), payment_id=str(payment.id), amount=100, reason="mistake")
    close = till.till_close(actor=hall.staff("tanaka"), section="kosodate", count=till.Count({100: 6}, 600, "", 1, 600))
    ids = {"payment_id": str(payment.id), "refund_id": str(refund.id), "section": "kosodate", "close_id": str(close.id)}
    Attempt.objects.update(reference="cs_ours")
    ids["notice_id"] = GatewayNotice.objects.create(
        provider="card", event="e", kind="x", reference="cs_ours", outcome="amount", at=clock.now()).id
    before = snapshot()
    for who in ("sato", "admin"):
        assert {status for _, _, status in answers(hall.desk(who), ids)} == {404}
        assert answers(hall.desk(who), ids) == answers(hall.desk(who), {k: str(uuid.uuid4()) for k in ids} | {"notice_id": 987654})
    for client in (hall.browser("hanako"), hall.browser()):
        assert {status for _, _, status in answers(client, ids)} == {302}, "a resident is no member of staff"
    auditor = answers(hall.desk("auditor"), ids)
    assert {(m, s) for n, m, s in auditor if n != "sale"} == {("get", 200), ("post", 404)}
    assert ("sale", "get", 404) in auditor, "nothing to read there"
    assert snapshot() == before
    assert all(status != 404 for _, _, status in answers(hall.desk("tanaka"), ids))


def test_the_page_takes_cash_says_the_change_and_refuses_too_little(hall, fee) -> None:
    payment, desk = fee(), hall.desk("tanaka")
    url = reverse("payment_take", kwargs={"payment_id": payment.id})
    little = desk.post(url, {"tendered": "\uff15\uff10\uff10"})
    assert little.status_code == 422 and "足りません" in little.content.decode()
    taken = desk.post(url, {"tendered": "1,000円"})
    assert taken.status_code == 200 and "お釣りは 400円" in taken.content.decode()
    again = desk.post(url, {"tendered": "1000"})
    assert again.status_code == 200 and "二度は受け取っていません" in again.content.decode() and "お釣りは 400円" in again.content.decode()
    assert "領収証を印刷する" in again.content.decode() and Payment.objects.get().received == 600
    assert hall.desk("suzuki").post(url, {"tendered": "1000"}).status_code == 409, "another has not taken it"
    with clock.frozen(clock.now() + dt.timedelta(minutes=11)):
        assert desk.post(url, {"tendered": "1000"}).status_code == 409, "nor is it the same press later"
    assert payment.receipt in desk.get(reverse("payments"), {"q": payment.receipt}).content.decode()


def test_asking_approving_and_handing_over_on_the_page(hall, fee) -> None:
    payment = fee()
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=600)
    desk, chief = hall.desk("tanaka"), hall.desk("kimura")
    ask = reverse("payment_refund", kwargs={"payment_id": payment.id})
    assert desk.post(ask, {"amount": "700", "reason": "mistake"}).status_code == 422
    assert desk.post(ask, {"amount": "600", "reason": "mistake"}).status_code == 303
    act = reverse("payment_refund_act", kwargs={"payment_id": payment.id, "refund_id": Refund.objects.get().id})
    assert "自分で承認できません" in desk.post(act, {"act": "approve"}).content.decode()
    assert "承認する" in chief.get(reverse("payment", kwargs={"payment_id": payment.id})).content.decode()
    assert chief.post(act, {"act": "approve"}).status_code == 303
    assert desk.post(act, {"act": "hand_over"}).status_code == 303
    page = desk.get(reverse("payment", kwargs={"payment_id": payment.id})).content.decode()
    assert "全額をお返ししました" in page and "還付を申し出る" not in page
