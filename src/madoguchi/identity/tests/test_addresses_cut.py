"""Where the municipality of a card's address ends: some have 市, 町 or 村 inside their names."""

from __future__ import annotations

import pytest

from madoguchi.identity.rules import Person, prefill


@pytest.mark.parametrize(("address", "city", "town", "lot"), [
    ("石川県七尾市袖ヶ江町イ部25番地", "石川県七尾市", "袖ヶ江町", "イ部25番地"),
    ("石川県野々市市三納1丁目1番地", "石川県野々市市", "三納", "1丁目1番地"),
    ("長野県大町市大町1番地", "長野県大町市", "大町", "1番地"),
    ("三重県四日市市諏訪町1番5号", "三重県四日市市", "諏訪町", "1番5号"),
    ("東京都町田市森野2丁目2番22号", "東京都町田市", "森野", "2丁目2番22号"),
    ("群馬県佐波郡玉村町大字下新田201番地", "群馬県佐波郡玉村町", "大字下新田", "201番地"),
    ("北海道余市郡余市町朝日町26番地", "北海道余市郡余市町", "朝日町", "26番地"),
    ("長野県上霧郡霧ヶ原町見本1番地", "長野県上霧郡霧ヶ原町", "見本", "1番地"),
    ("千葉県市川市八幡1丁目1番1号", "千葉県市川市", "八幡", "1丁目1番1号"),
    ("新潟県十日町市千歳町3番地", "新潟県十日町市", "千歳町", "3番地"),
])
def test_an_address_is_cut_behind_the_municipality(address, city, town, lot):
    found = prefill(Person("見本 花子", "1991-07-25", address, "2"))["住所"]
    assert (found["city"], found["town"], found["lot"]) == (city, town, lot)
