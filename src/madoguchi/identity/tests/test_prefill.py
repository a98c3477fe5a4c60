"""The address of a card, cut as the form asks for it."""

from __future__ import annotations

import pytest

from madoguchi.identity.rules import Person, prefill


@pytest.mark.parametrize(("address", "town", "lot"), [
    ("石川県七尾市袖ケ江町イ部25番地", "袖ケ江町", "イ部25番地"),
    ("石川県七尾市田鶴浜町り部11番地", "田鶴浜町", "り部11番地"),
    ("石川県七尾市小島町ヲ部38", "小島町", "ヲ部38"),
    ("石川県七尾市中島町中島甲部170番地1", "中島町中島", "甲部170番地1"),
    ("石川県七尾市ひかり台1丁目2-3", "ひかり台", "1丁目2-3"),
    ("石川県七尾市石崎町西部3番地", "石崎町西部", "3番地"),
])
def test_a_card_s_address_is_cut_before_the_lot(address: str, town: str, lot: str) -> None:
    place = prefill(Person("見本 花子", "1990-01-01", address))["住所"]
    assert (place["city"], place["town"], place["lot"]) == ("石川県七尾市", town, lot)
