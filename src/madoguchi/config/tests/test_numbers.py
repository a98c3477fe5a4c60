"""After a restore the document numbers go on after the last that went out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from madoguchi.kernel.models import AuditEntry
from madoguchi.records.public import number_take, numbers_go_on
from madoguchi.records.services import NumberWrong

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 29)


def taken(sign: str) -> str:
    with transaction.atomic():
        return number_take(sign=sign, day=DAY)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    call_command("numbers", *words)
    return capsys.readouterr().out


def test_numbers_are_shown_and_go_on_after_the_last_that_went_out(capsys):
    assert "まだ出していません" in said(capsys)
    assert taken("七子") == "七子第1号"
    assert said(capsys) == "2026年度 七子第1号 まで\n"
    assert said(capsys, "after", "七子", "57", "--year", "2026") == "2026年度の次の文書は 七子第58号 です。\n"
    assert taken("七子") == "七子第58号"
    entry = AuditEntry.objects.get(chain="numbers")
    assert entry.action == "numbers.moved" and entry.actor.startswith("cli:")
    assert entry.facts == {"sign": "七子", "year": 2026, "before": 1, "last": 57}


@pytest.mark.parametrize("last", [0, 4, 5, -3])
def test_numbers_never_go_back(last):
    numbers_go_on(actor="cli:test", sign="七子", year=2026, last=5)
    with pytest.raises(NumberWrong) as refused:
        numbers_go_on(actor="cli:test", sign="七子", year=2026, last=last)
    assert "5号まで出ています" in refused.value.ja
    assert taken("七子") == "七子第6号" and AuditEntry.objects.filter(chain="numbers").count() == 1


@pytest.mark.parametrize("words", [("99999999999999999999",), ("2147483648",), ("10000000",), ("5", "--year", "99999999999"), ("5", "--year", "206")])
def test_a_slip_of_the_finger_is_no_number_and_no_year(words):
    """PostgreSQL keeps no such number, SQLite would, and nothing leads back from it."""
    with pytest.raises((CommandError, NumberWrong)):
        call_command("numbers", "after", "七子", *words)
    assert taken("七子") == "七子第1号"


def test_a_sign_of_no_section_is_refused_with_those_that_are(capsys):
    with pytest.raises(CommandError, match="city.yaml にある記号: .*七子"):
        call_command("numbers", "after", "丙丙", "5")
