"""Odd notices of the gateway: those of one's own section, until a person has said what they were."""

from __future__ import annotations

import pytest
from django.urls import reverse

from madoguchi.kernel import audit, clock, witness
from madoguchi.kernel.models import AuditEntry
from madoguchi.payments import cashier, notices, selectors
from madoguchi.payments.errors import CountWrong, PaymentNotFound
from madoguchi.payments.models import Attempt, GatewayNotice


def noticed(event, reference="cs_nobody", outcome="unknown"):
    return GatewayNotice.objects.create(provider="card", event=event, kind="x", reference=reference, outcome=outcome, at=clock.now())


@pytest.fixture
def own(hall, fee):
    """A notice of another sum for a fee of 子育て支援課, and two of an order that nobody knows."""
    payment = fee()
    cashier.cash_take(actor=hall.staff("tanaka"), payment_id=str(payment.id), tendered=600)
    Attempt.objects.update(reference="cs_ours")
    noticed("u1"), noticed("ok", "cs_fine", "applied")
    return noticed("a1", "cs_ours", "amount"), noticed("u2")


def shown(hall, who):
    return [row.event for row in selectors.notices_odd(actor=hall.staff(who))]


def test_a_section_sees_its_own_and_what_is_nobodys(hall, own) -> None:
    assert shown(hall, "tanaka") == ["u2", "a1"] == shown(hall, "auditor") and shown(hall, "sato") == ["u2"]
    assert shown(hall, "admin") == [], "who works in no section compares nothing"


def test_what_was_looked_at_is_gone_until_more_is_said(hall, own) -> None:
    ours, nobodys = own
    for who, notice in (("sato", ours), ("auditor", ours), ("admin", nobodys)):
        with pytest.raises(PaymentNotFound):
            notices.notice_seen(actor=hall.staff(who), notice_id=notice.id, why="見た")
    for why in ("", "あ" * 201):
        with pytest.raises(CountWrong):
            notices.notice_seen(actor=hall.staff("tanaka"), notice_id=ours.id, why=why)
    notices.notice_seen(actor=hall.staff("tanaka"), notice_id=nobodys.id, why="決済会社の試しの知らせ")
    assert shown(hall, "tanaka") == ["a1"] and shown(hall, "sato") == []
    assert GatewayNotice.objects.filter(seen_why="決済会社の試しの知らせ", seen_by=hall.staff("tanaka").actor).count() == 2
    entry = AuditEntry.objects.get(action="notice.seen")
    assert entry.facts["notices"] == 2 and entry.digest and audit.verify() == [] == witness.verify()
    noticed("u3")
    assert shown(hall, "tanaka") == ["u3", "a1"], "a new one is not hidden by an old one"
    with pytest.raises(PaymentNotFound):
        notices.notice_seen(actor=hall.staff("tanaka"), notice_id=nobodys.id, why="もう一度")


def test_in_the_browser(hall, own) -> None:
    ours, _ = own
    desk, url = hall.desk("tanaka"), reverse("notice_seen", args=[ours.id])
    page = desk.get(reverse("payments")).content.decode()
    assert "人が見るもの（2件の注文）" in page and url in page and "cs_ours" in page and "請求と違う金額" in page
    assert "見比べた" not in hall.desk("auditor").get(reverse("payments")).content.decode()
    wrong = desk.post(url, {f"why-{ours.id}": "う" * 201})
    assert wrong.status_code == 422 and "見比べて分かったことを、1〜200文字で" in wrong.content.decode() and "う" * 201 in wrong.content.decode()
    assert desk.post(url, {f"why-{ours.id}": "手入力の金額違い。返金済み"}).status_code == 303
    assert "（1件の注文）" in desk.get(reverse("payments")).content.decode()
