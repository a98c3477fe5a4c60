"""Rules of elections: until when ballots are asked for, who votes, and in which elections after moving away."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import RULES, Facts

TODAY = dt.date(2026, 11, 20)


def found(rule: str, answers: dict[str, object], **items: str):
    return [(f.question, f.severity) for f in RULES[rule].run(Facts(answers, TODAY), **items)]


@pytest.mark.parametrize(("day", "said"), [
    ("2026-11-19", ["error"]), ("2026-11-20", ["error"]), ("2026-11-21", ["notice"]), ("2026-11-26", ["notice"]), ("2026-11-27", []), (None, [])])
def test_ballots_are_asked_for_until_the_day_before_the_vote(day: str | None, said: list[str]):
    assert found("ballots_are_asked_for_in_time", {"vote_on": day}, item="vote_on") == [("vote_on", severity) for severity in said]


@pytest.mark.parametrize(("born", "refused"), [
    ("2008-12-13", False), ("2008-12-14", False), ("2008-12-15", True), ("1958-05-03", False), ("2010-01-01", True), (None, False)])
def test_a_voter_is_eighteen_when_the_day_before_the_birthday_ends(born: str | None, refused: bool):
    answers = {"born": born, "vote_on": "2026-12-13"}
    assert found("voter_is_eighteen", answers, born="born", day="vote_on") == ([("born", "error")] if refused else [])
    assert found("voter_is_eighteen", answers | {"vote_on": None}, born="born", day="vote_on") == []


@pytest.mark.parametrize(("asked", "moved", "refused"), [
    (["shugi", "sangi"], True, 0), (["mayor"], True, 1), (["council", "mayor"], True, 1), (["governor"], True, 1), (["governor", "council"], True, 2),
    (["mayor", "governor", "assembly", "council"], False, 0), (["mayor"], None, 0), (None, True, 0)])
def test_who_has_moved_away_asks_for_the_ballots_of_national_elections_only(asked: list[str] | None, moved: bool | None, refused: int):
    said = found("moved_voter_asks_for_what_is_open", {"elections": asked, "moved": moved}, elections="elections", moved="moved")
    assert said == [("elections", "error")] * refused
