"""The gateway of the trial takes the numbers of its test cards, and no other."""

from __future__ import annotations

import pytest

from madoguchi.payments import services
from madoguchi.payments.models import Payment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("number", ["", "1234", "4111111111111111", "x"])
def test_another_number_is_refused_on_the_page_and_pays_nothing(cards, fee, number) -> None:
    payment = fee()
    url = services.payment_start(payment_id=str(payment.id), means="card", back="http://127.0.0.1/", language="ja", actor="resident:test")
    answer = cards.card(url, number)
    assert answer.status_code == 200 and "試用の番号ではありません" in answer.text
    services.payment_confirm(payment_id=str(payment.id), actor="resident:test")
    assert Payment.objects.get(id=payment.id).state == "started"
