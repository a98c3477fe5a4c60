"""Sensitive acts ask who is there once more (大事な操作): accounts, 個人番号, money that goes out, what keeps or gives up a record."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import get_resolver, resolve, reverse
from tests.support.hall import OPENING
from tests.support.walk import text

from madoguchi.kernel import clock

SENSITIVE = {
    "account_passkey", "account_recovery", "account_totp", "factor_remove", "staff_reset", "staff_role", "staff_sessions", "staff_unlock",
    "staff_unrole",  # accounts; a new password asks for the old one
    "case_approve", "case_return", "bulk_confirm",  # only as 代決 (test_deputies)
    "case_number", "case_file_number", "scan_number", "case_lift", "operations_skip", "payment_refund_act", "excess_answer", "write_off_answer",
    "unmatch_answer"}


def asking() -> set[str]:
    def walk(patterns):
        for entry in patterns:
            if hasattr(entry, "url_patterns"):
                yield from walk(entry.url_patterns)
            elif getattr(entry.callback, "asks_again", False):
                yield entry.name

    return set(walk(get_resolver().url_patterns))


def test_these_acts_and_no_others_ask_again():
    assert asking() == SENSITIVE


@pytest.mark.parametrize("again", [False, True])
def test_a_hold_is_lifted_by_who_shows_again_who_they_are(hall, again):
    from madoguchi.casework import holds
    from madoguchi.casework.models import Hold
    from madoguchi.identity.public import TRIAL_PASSWORD

    case = hall.case("hanako", "risai-shoumei", hall.answers("risai-shoumei"))
    holds.hold_place(actor=hall.staff("yamada"), case_id=case.ref, kind="appeal", why="審査請求のため")
    url = reverse("case_lift", kwargs={"case_id": case.ref})
    assert resolve(url).func.asks_again
    desk = hall.desk("yamada")
    with clock.frozen(OPENING + dt.timedelta(minutes=20)):
        page = desk.post(url, {"why": "取り下げられた"})
        assert "取り下げられた" in text(page) and 'name="_confirm"' in text(page) and Hold.objects.get().lifted_at is None
        if again:
            assert desk.post(url, {"why": "取り下げられた", "_confirm": "post", "_password": TRIAL_PASSWORD}).status_code == 303
            assert Hold.objects.get().lifted_at is not None
