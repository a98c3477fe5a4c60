"""減免 as the definition says: of which fees, how much, rounded how; never more than the fee."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.procedures.rules.charge import ROUNDINGS
from madoguchi.procedures.rules.fees import Bill, bill, less
from madoguchi.procedures.rules.model import Charge, ChargeItem, Definition, Exemption
from madoguchi.procedures.rules.read import read
from madoguchi.procedures.rules.yaml_strict import Problem

from . import pack

SLUG = "koseki-shoumei"
FILE = pack.ROOT / "procedures" / f"{SLUG}.yaml"
PRICES = {"koseki": 455, "joseki": 750, "yuusou": 110}
WANTS = {"kind": "all", "copies": 2, "receive": "post", "exempt": True}
OLD = "    - {名: 生活保護を受けている方, 条件: exempt = はい}\n"


def price(key: str) -> tuple[str, int, bool]:
    return key, PRICES[key], key == "yuusou"


def written(*waivers: str) -> str:
    return FILE.read_text("utf-8").replace(OLD, "".join(f"    - {{名: 方, 条件: exempt = はい{w}}}\n" for w in waivers))


def taken(*waivers: str) -> tuple[Definition | None, list[Problem]]:
    city = pack.city()
    return read(written(*waivers), "x.yaml", sections=city.sections, appeals=city.appeals, life_events=city.life_events)


def billed(*waivers: str, **answers: object) -> Bill:
    d, faults = taken(*waivers)
    assert d is not None, faults
    return bill(d, WANTS | answers, price)


@pytest.mark.parametrize(("waiver", "total"), [
    ("", 110), (", 割合: 全額", 110), (", 料金: [koseki]", 110), (", 料金: [yuusou]", 910), (", 料金: [koseki, yuusou]", 0),
    (", 料金: [joseki]", 1020), (", 割合: 半額", 110 + 2 * 227), (", 割合: 半額, 端数: 1円未満切上げ", 110 + 2 * 228),
    (", 割合: 半額, 端数: 10円未満切捨て", 110 + 2 * 220), (", 割合: 30%, 端数: 10円未満切上げ", 110 + 2 * 320),
    (", 円: 100", 110 + 2 * 355), (", 円: 9999", 110), (", 円: 1, 料金: [yuusou]", 1019), (", 割合: 1%, 端数: 100円未満切上げ", 1020),
])
def test_what_a_waiver_takes_away(waiver: str, total: int):
    assert billed(waiver).total == total


def test_of_each_fee_the_first_that_holds():
    found = billed(", 料金: [yuusou], 割合: 半額", "", ", 円: 1")
    assert [(line.unit, line.count) for line in found.lines] == [(455, 2), (110, 1), (-455, 2), (-55, 1)]
    assert (found.total, found.waived) == (55, 965)
    assert billed("", exempt=False).total == 1020


def test_the_bill_without_the_waiver():
    d, _ = taken("")
    assert d is not None and bill(d, WANTS, price, waived=False).total == 1020


@pytest.mark.parametrize(("waiver", "words"), [
    (", 料金: [inkan]", "「inkan」は、手数料の明細にありません"), (", 割合: 三割", "全額・半額か、1%から99%まで"), (", 割合: 100%", "1%から99%"),
    (", 割合: 半額, 円: 10", "どちらか一つ"), (", 円: 0", "1以上の整数"), (", 円: -5", "0以上の整数"),
    (", 端数: 適当", "「端数」の「適当」は使えません"),
    (", 額: 3", "「額」という見出しは使えません"),
])
def test_what_cannot_be_read_is_said(waiver: str, words: str):
    _, faults = taken(waiver)
    assert any(words in f.ja for f in faults), faults


WAIVERS = st.builds(
    lambda percent, yen, rounding, fees: Exemption("方", None, "", 0, fees, 0 if yen else percent, yen, *ROUNDINGS[rounding]),
    st.integers(1, 100), st.one_of(st.just(0), st.integers(1, 2000)), st.sampled_from(list(ROUNDINGS)),
    st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(tuple))


@given(WAIVERS, st.integers(0, 9_999_999))
def test_no_more_is_taken_than_the_fee(waiver: Exemption, unit: int):
    off = less(waiver, unit)
    assert 0 <= off <= unit
    left = unit - off
    assert left == unit or left % waiver.step == 0
    exact = max(unit - waiver.yen, 0) if waiver.yen else unit * (100 - waiver.percent) / 100
    assert left == unit or (exact <= left < exact + waiver.step if waiver.up else exact - waiver.step < left <= exact)


FEES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5000), st.booleans()), min_size=1, max_size=4)


@given(st.lists(WAIVERS, max_size=4).map(tuple), FEES)
def test_the_sum_is_never_below_zero_nor_above_the_fees(waivers: tuple[Exemption, ...], fees: list[tuple[str, int, bool]]):
    table = {key: (key, yen, actual) for key, yen, actual in fees}
    d = pack.definition(SLUG)
    d = type(d)(**{f: getattr(d, f) for f in d.__dataclass_fields__} | {"charge": Charge(tuple(ChargeItem(k) for k in table), waivers, True, 7)})
    found, whole = bill(d, {}, table.__getitem__), bill(d, {}, table.__getitem__, waived=False)
    assert 0 <= found.total <= whole.total == found.total + found.waived
    if not any(x.fees for x in waivers):
        assert found.total >= sum(yen for _, yen, actual in table.values() if actual)
