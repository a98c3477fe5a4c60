"""Whom an unmatched payment may be of: numbers a digit or two off, voided slips, slips of fees, open ones of the same sum."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.collection import changes, nightly, unmatched
from madoguchi.collection.models import FeeSlip, Instalment, Money
from madoguchi.kernel import clock

from .conftest import changes_text

D = dt.date
NOBODY = "8" * 20


def test_candidates_of_a_wrong_digit_are_paid_ones_too_and_of_a_sum_those_of_its_day(demanded, came) -> None:
    parts = demanded(people=40, parts=1, charge="keiji")
    target = parts[30]
    Instalment.objects.filter(id=parts[35].id).update(due=D(2026, 5, 21))
    came(("1111" + target.number[4:], 10_000, "final", "", D(2026, 5, 20)))
    assert unmatched.candidates_of(Money.objects.get())[0].instalment.id == parts[35].id, "due that day"
    came((target, 10_000))
    wrong = str((int(target.number[8]) + 1) % 10)
    came((target.number[:8] + wrong + target.number[9:], 10_000))
    first = unmatched.candidates_of(Money.objects.order_by("-id").first())[0]
    assert first.instalment.id == target.id and first.why == "納付番号の違いは1桁（納付済み）"


def wrong_at(number, *places):
    for at in places:
        number = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1:]
    return number


@pytest.mark.parametrize("places", [(19,), (0, 19), (10, 11)])
def test_a_number_with_two_wrong_digits_anywhere_is_found_among_many(demanded, came, places) -> None:
    parts = demanded(people=400, parts=1, charge="keiji")
    target = parts[350]
    Instalment.objects.filter(id=target.id).update(amount=12_300)
    came((wrong_at(target.number, *places), 12_300))
    best = unmatched.candidates_of(Money.objects.get())
    assert (best[0].instalment.id, best[0].apart) == (target.id, len(places)), "the one whose sum it is; neighbours by number follow"


def test_a_wrong_digit_of_a_slip_that_a_change_made_void_leads_to_its_instalment(demanded, came, hall) -> None:
    first, *_ = demanded(people=3, parts=1, charge="keiji")
    sheet = changes.change_read(actor=hall.staff("yamada"), charge="keiji", year=2026, data=changes_text((9_000,)).encode(), name="更正.csv")
    changes.change_take(actor=hall.staff("nakamura"), sheet_id=sheet.id)
    came((wrong_at(first.number, 12), 10_000))
    money = Money.objects.get()
    best = unmatched.candidates_of(money)[0]
    assert best.instalment.id == first.id and best.why == f"更正の前の納付書（無効の番号{first.number}）と、違いは1桁"
    clerk = hall.desk("yamada")
    page = clerk.get(f"/staff/collection/unmatched/{money.id}/").content.decode()
    assert best.why in page and f'value="{best.number}"' in page
    assert clerk.post(f"/staff/collection/unmatched/{money.id}/match/", {"chosen": best.number}).status_code == 303
    money.refresh_from_db()
    assert money.instalment_id == first.id and nightly.differences() == []


def test_slips_of_fees_are_candidates_by_number_and_by_sum(demanded, came, hall) -> None:
    paid = FeeSlip(key="00000000-0000-4000-8000-000000000001", payment="00000000-0000-4000-8000-000000000002", words="住民票の写し R8-0000-0000-0",
                   number="7" * 20, confirm="000000", amount=600, until=D(2026, 5, 27), made_at=clock.now() - dt.timedelta(days=400))
    paid.save()
    came(("7" * 18 + "88", 500), (NOBODY, 600))
    near, same = Money.objects.order_by("id")
    assert [(c.fee.id, c.why) for c in unmatched.candidates_of(near)] == [(paid.id, "手数料の納付書で、納付番号の違いは2桁")]
    assert [(c.fee.id, c.why) for c in unmatched.candidates_of(same)] == [(paid.id, "手数料の納付書で、残りの額が同じ")]
    page = hall.desk("yamada").get(f"/staff/collection/unmatched/{near.id}/").content.decode()
    assert "手数料の納付書で、納付番号の違いは2桁" in page and "住民票の写し R8-0000-0000-0" in page and f'value="{"7" * 20}"' in page
    FeeSlip.objects.update(stopped_at=clock.now())
    assert unmatched.candidates_of(near)[0].why.endswith("（出すのをやめた納付書）") and not unmatched.candidates_of(same)
