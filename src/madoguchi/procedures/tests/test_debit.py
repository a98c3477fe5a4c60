"""Rules of an application to pay by debit."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import RULES, Facts

TODAY = dt.date(2026, 11, 20)
KANA = {"sei": "ミホン", "mei": "ハナコ"}


def found(kana=KANA, **account):
    held = {"bank": "0146", "branch": "101", "kind": "普通", "number": "0000000", "holder": "ミホン ハナコ"} | account
    rule = RULES["debit_account_is_ones_own"]
    return [(f.severity, f.ja) for f in rule.run(Facts({"account": held, "kana": kana}, TODAY), account="account", kana="kana")]


def test_ones_own_ordinary_account_is_taken():
    assert found() == [] and found(kind="当座") == [] and found(holder="ハナコ ミホン") == []


@pytest.mark.parametrize(("account", "severity", "words"), [
    ({"kind": "貯蓄"}, "error", "貯蓄預金"), ({"holder": "ミホン タロウ"}, "error", "申し込む方ご本人の名義"),
    ({"bank": "9900"}, "notice", "記号と番号"), ({"holder": "MIHON HANAKO"}, "notice", "職員が確かめます"),
])
def test_what_the_bank_would_not_debit_is_told(account, severity, words):
    assert [(s, words in ja) for s, ja in found(**account)] == [(severity, True)]


@pytest.mark.parametrize(("name", "refused"), [("ガ" * 14, False), ("ガ" * 16, True)])
def test_a_name_longer_than_the_banks_record_is_told(name, refused):
    said = found(kana={"sei": name, "mei": ""}, holder=name)
    assert any("30文字" in ja for _, ja in said) == refused


@pytest.mark.parametrize(("month", "refused"), [("2026-10", True), ("2026-11", False), ("2027-01", False), (None, False)])
def test_nothing_begins_in_a_month_that_is_over(month, refused):
    assert bool(list(RULES["month_not_past"].run(Facts({"m": month}, TODAY), item="m"))) == refused


def test_nothing_is_said_of_no_account():
    assert list(RULES["debit_account_is_ones_own"].run(Facts({}, TODAY), account="account", kana="kana")) == []
