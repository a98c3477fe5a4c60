"""The city's own years of 延滞金 and 還付加算金, over those that are shipped."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import OPENING
from tests.support.walk import text

from madoguchi.collection import city_rates
from madoguchi.collection.rates import RatesWrong
from madoguchi.collection.rates import rates as shipped
from madoguchi.kernel import clock

NEXT = """延滞金:
  - {年: 2027, 初月: "3.1", 以後: "9.4", 確度: S, 出典: 見本の告示}
還付加算金:
  - {年: 2027, 割合: "1.6", 確度: S, 出典: 見本の告示}
"""


@pytest.fixture
def pack(settings, tmp_path):
    settings.MADOGUCHI_CITY = str(tmp_path)
    city_rates.read_rates.cache_clear()
    yield tmp_path / "rates.yaml"
    city_rates.read_rates.cache_clear()


def test_the_new_year_is_a_line_of_the_city_and_no_release(pack) -> None:
    december = dt.date(2026, 12, 20)
    assert city_rates.rates_fault(december) == "2027年の行がありません" and city_rates.rates_fault(dt.date(2026, 11, 30)) == ""
    pack.write_text(NEXT, encoding="utf-8")
    city_rates.read_rates.cache_clear()
    assert city_rates.rates().late_of(2027).permille == (31, 94) and city_rates.rates().refund_of(2027).permille == (16,)
    assert city_rates.rates().late_of(2026) == shipped().late_of(2026) and city_rates.rates_fault(december) == ""


def test_one_table_is_enough_and_a_wrong_line_is_named(pack) -> None:
    pack.write_text(NEXT.partition("還付加算金")[0], encoding="utf-8")
    assert city_rates.rates_fault(dt.date(2027, 1, 4)) == "2027年の行がありません", "of the other table"
    pack.write_text("延滞金:\n  - {年: 27}\n", encoding="utf-8")
    city_rates.read_rates.cache_clear()
    with pytest.raises(RatesWrong) as wrong:
        city_rates.rates()
    assert "rates.yaml:2" in wrong.value.ja
    assert "rates.yaml:2" in city_rates.rates_fault(dt.date(2026, 11, 30))


def test_the_operator_is_told_in_december(hall) -> None:
    assert "割合" not in text(hall.desk("admin").get("/staff/operations/"))
    with clock.frozen(OPENING.replace(month=12, day=10)):
        page = text(hall.desk("admin").get("/staff/operations/"))
    assert "延滞金・還付加算金の割合" in page and "2027年の行がありません" in page
