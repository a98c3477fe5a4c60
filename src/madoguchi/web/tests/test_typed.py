"""Days as staff type them."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import Hall

from madoguchi.web.typed import day_typed, number_typed, page_typed


@pytest.mark.parametrize(("text", "day"), [
    ("2026-11-27", dt.date(2026, 11, 27)), (" 2026/11/27 ", dt.date(2026, 11, 27)), ("２０２６－１１－２７", dt.date(2026, 11, 27)), ("", None),
    ("2026-13-01", None), ("%", None), ("9999-12-31", None), ("0001-01-01", None),
])
def test_a_day_in_any_width(text: str, day: dt.date | None):
    assert day_typed(text) == day


@pytest.mark.parametrize("since", ["9999-12-31", "0001-01-01", "%"])
def test_a_day_without_an_end_is_no_fault_of_the_page(hall: Hall, since: str):
    assert hall.desk("nakamura").get(f"/staff/collection/daily/?since={since}").status_code == 200


@pytest.mark.parametrize(("text", "number"), [
    ("1,000円", 1000), ("１２", 12), ("0", 0), ("", -1), ("-1", -1), ("10²", -1), ("①", -1), ("1e3", -1), ("9" * 5000, -1), ("０" * 9, -1),
])
def test_a_sum_in_any_width(text: str, number: int):
    assert number_typed(text) == number


@pytest.mark.parametrize(("text", "page"), [("1", 1), ("12", 12), ("７", 7), ("0", 1), ("-3", 1), ("", 1), ("x", 1), ("²", 1), ("1" * 8, 1)])
def test_a_page_of_a_list(text, page):
    assert page_typed(text) == page
