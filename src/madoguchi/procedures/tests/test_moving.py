"""Rules of moving house: 転出 out of the city, 転居 within it, and everybody who moves named once."""

from __future__ import annotations

import datetime as dt

from madoguchi.procedures.rules.checks import RULES, Facts

TODAY = dt.date(2026, 11, 20)
HERE, THERE = {"city": "石川県七尾市"}, {"city": "石川県金沢市"}
HANAKO, TARO = {"sei": "見本", "mei": "花子"}, {"sei": "見本", "mei": "太郎"}


def found(rule: str, answers: dict[str, object], **args: str) -> list[tuple[str, str, int | None]]:
    return [(f.severity, f.question, f.index) for f in RULES[rule].run(Facts(answers, TODAY), **args)]


def test_moving_within_the_city_is_no_moving_out():
    args = {"here": "old", "to": "new"}
    assert found("moves_out_of_the_city", {"old": HERE, "new": THERE}, **args) == []
    assert found("moves_out_of_the_city", {"old": HERE, "new": {"city": "石川県 七尾市"}}, **args) == [("error", "new", None)]
    assert found("moves_out_of_the_city", {"old": HERE}, **args) == [], "not answered yet"


def test_the_clerk_is_told_which_of_both_a_visit_is_for():
    rule, args = RULES["moves_within_or_into_the_city"], {"here": "old", "to": "new"}
    within = [f.ja for f in rule.run(Facts({"old": HERE, "new": HERE}, TODAY), **args)]
    into = [f.ja for f in rule.run(Facts({"old": THERE, "new": HERE}, TODAY), **args)]
    assert "転居届" in within[0] and "転入届" in into[0]
    assert found("moves_within_or_into_the_city", {"old": THERE, "new": HERE}, **args) == [("notice", "new", None)]


def test_who_moves_is_listed_once():
    args = {"filer": "filer", "name": "name", "born": "born", "group": "movers", "mover": "mover_name", "mover_born": "mover_born"}
    filer = {"filer": "self", "name": HANAKO, "born": "1996-04-12"}
    hanako, taro = {"mover_name": HANAKO, "mover_born": "1996-04-12"}, {"mover_name": TARO, "mover_born": "1994-08-01"}
    assert found("mover_is_listed", filer | {"movers": [taro, hanako]}, **args) == []
    assert found("mover_is_listed", filer | {"movers": [taro]}, **args) == [("error", "mover_name", 0)]
    assert found("mover_is_listed", filer | {"filer": "family", "movers": [taro]}, **args) == []
    twice = {"movers": [hanako, taro, hanako]}
    assert found("nobody_moves_twice", twice, group="movers", name="mover_name", born="mover_born") == [("error", "mover_name", 2)]


def test_a_visit_follows_the_move_within_fourteen_days():
    def told(visit: str) -> list[str]:
        answers = {"moved": "2026-11-28", "visit": visit}
        return [severity for severity, _, _ in found("visit_follows_the_move", answers, moved="moved", visit="visit")]

    assert told("2026-11-27") == ["error"]
    assert told("2026-11-28") == [] == told("2026-12-12"), "民法140条: the day of the move does not count"
    assert told("2026-12-13") == ["notice"]
