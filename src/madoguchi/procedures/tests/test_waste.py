"""Rules of waste: business waste and what shops and makers take back is not collected."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import RULES, Facts

TODAY = dt.date(2026, 11, 20)


def found(rule: str, answers: dict[str, object], **args: str) -> list[tuple[str, str, int | None]]:
    return [(f.severity, f.question, f.index) for f in RULES[rule].run(Facts(answers, TODAY), **args)]


def test_a_business_does_not_ask_for_the_collection_of_households():
    assert found("only_household_waste", {"kind": "shop"}, kind="kind") == [("error", "kind", None)]
    assert found("only_household_waste", {"kind": "home"}, kind="kind") == found("only_household_waste", {}, kind="kind") == []


@pytest.mark.parametrize("item", ["液晶テレビ", "ｴｱｺﾝ", "冷蔵庫（小）", "全自動洗濯機", "ノートパソコン"])
def test_what_shops_and_makers_take_back_is_refused_by_its_name(item: str):
    answers = {"items": [{"item": "食器棚"}, {"item": item}]}
    assert found("recycled_by_makers", answers, group="items", item="item") == [("error", "item", 1)]


@pytest.mark.parametrize("item", ["テレビ台", "パソコンデスク", "洗濯機置き台", "食器棚", None])
def test_furniture_that_is_named_after_it_is_collected(item: str | None):
    assert found("recycled_by_makers", {"items": [{"item": item}]}, group="items", item="item") == []


def test_the_total_is_that_of_the_list():
    args, items = {"total": "total", "group": "items", "number": "number"}, [{"number": 1}, {"number": 2}, {"number": None}]
    assert found("pieces_add_up", {"total": 3, "items": items}, **args) == [] == found("pieces_add_up", {"items": items}, **args)
    assert found("pieces_add_up", {"total": 2, "items": items}, **args) == [("error", "total", None)]
