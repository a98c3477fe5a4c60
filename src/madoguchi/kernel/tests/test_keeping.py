"""文書の保存期間, as municipalities count it."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.kernel import keeping


@pytest.mark.parametrize(("text", "years"), [
    ("5年", 5), ("1年", 1), ("30年", 30), ("100年", 100), ("永年", keeping.FOREVER),
    ("", None), ("0年", None), ("5", None), ("101年", None), ("五年", None), ("5年間", None), ("-1年", None), ("永久", None),
])
def test_terms_are_read_strictly(text, years):
    assert keeping.years_read(text) == years


@pytest.mark.parametrize(("last", "years", "goes"), [
    ("2026-11-20", 5, "2032-04-01"),  # 令和8年度: kept 令和9年度 to 13年度
    ("2027-03-31", 5, "2032-04-01"),  # the last day of the same year
    ("2027-04-01", 5, "2033-04-01"),  # the first day of the next
    ("2024-02-29", 1, "2025-04-01"),
])
def test_the_term_starts_with_the_next_fiscal_year(last, years, goes):
    day = dt.date.fromisoformat(goes)
    assert keeping.goes_on(dt.date.fromisoformat(last), years) == day
    assert dt.date.fromisoformat(last) < keeping.last_before(day, years)
    assert dt.date.fromisoformat(last) >= keeping.last_before(day - dt.timedelta(days=1), years)
