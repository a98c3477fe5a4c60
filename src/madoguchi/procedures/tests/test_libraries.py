"""Rules of the public library: a number that would order another book is told at the book it stands at."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import RULES, Facts
from madoguchi.procedures.rules.checks.libraries import isbn_is_right

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(("number", "right"), [
    ("9784000000000", True), ("9784000000001", False), ("9791000000008", True), ("9770000000008", False), ("4000000004", True),
    ("4000000005", False), ("400000008X", True), ("X000000000", False), ("978400000000X", False), ("978400000000", False), ("", False)])
def test_the_last_digit_answers_for_the_others(number: str, right: bool):
    assert isbn_is_right(number) is right


@pytest.mark.parametrize(("written", "refused"), [
    ("978-4-00-000000-0", False), ("ISBN 978-4-00-000000-0", False), ("ISBN：９７８４００００００００１", True),
    ("９７８４０００００００００", False),
    ("4-00-000008-x", False), ("わかりません", True), ("", False), (None, False)])
def test_a_number_is_read_as_people_copy_it(written: str | None, refused: bool):
    answers = {"books": [{"isbn": "9784000000000"}, {"isbn": written}]}
    found = list(RULES["isbn_adds_up"].run(Facts(answers, TODAY), group="books", item="isbn"))
    assert [(f.question, f.index, f.severity) for f in found] == ([("isbn", 1, "error")] if refused else [])
