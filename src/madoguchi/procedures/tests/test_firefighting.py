"""Rules of the fire department: which course makes which manager; a fire that is notified."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import RULES, Facts

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(("grade", "course", "refused"), [
    ("first", ["second"], True), ("first", ["second", "disaster"], True), ("first", ["first"], False), ("first", ["first", "second"], False),
    ("second", ["second"], False), ("second", ["first"], False), ("unknown", ["second"], False), ("first", ["disaster"], False),
    ("first", None, False)])
def test_a_building_of_the_first_class_needs_the_course_of_the_first(grade: str, course: list[str] | None, refused: bool):
    facts = Facts({"course": course, "grade": grade}, TODAY)
    found = list(RULES["second_class_manager_suits_building"].run(facts, course="course", grade="grade"))
    assert bool(found) is refused and all(f.question == "course" and f.severity == "error" for f in found)


@pytest.mark.parametrize(("rights", "refused"), [("single", True), ("several", False), (None, True)])
def test_a_small_part_of_a_building_with_divided_rights_may_have_the_second_class(rights: str | None, refused: bool):
    facts = Facts({"course": ["second"], "grade": "first", "rights": rights}, TODAY)
    assert bool(list(RULES["second_class_manager_suits_building"].run(facts, course="course", grade="grade", rights="rights"))) is refused


@pytest.mark.parametrize(("target", "course", "found"), [
    ("fire", ["first_again"], []), ("fire", ["disaster"], ["error"]), ("disaster", ["first", "disaster_again"], []),
    ("disaster", ["disaster_again"], ["notice"]), ("disaster", ["second", "disaster"], ["notice"]), ("disaster", ["second"], ["error"]),
    ("both", ["first", "disaster"], []), ("both", ["second", "disaster"], ["notice"]), ("both", ["first"], ["error"]),
    ("both", ["disaster"], ["error", "notice"]), ("both", [], []), (None, ["first"], [])])
def test_each_manager_has_a_course_of_its_own(target: str | None, course: list[str], found: list[str]):
    facts = Facts({"course": course, "target": target}, TODAY)
    said = list(RULES["course_matches_target"].run(facts, course="course", target="target"))
    assert [f.severity for f in said] == found and all(f.question == "course" for f in said)


@pytest.mark.parametrize(("starts", "ends", "refused"), [
    ("h09", "h10", False), ("h09", "h09", True), ("h10", "h09", True), ("h05", "h22", False), (None, "h09", False), ("h09", None, False)])
def test_a_fire_is_out_after_it_is_lit(starts: str | None, ends: str | None, refused: bool):
    facts = Facts({"starts": starts, "ends": ends}, TODAY)
    found = list(RULES["fire_is_out_after_it_is_lit"].run(facts, starts="starts", ends="ends"))
    assert bool(found) is refused and all(f.question == "ends" and f.severity == "error" for f in found)


@pytest.mark.parametrize(("day", "told"), [
    ("2026-11-20", 1), ("2026-11-22", 1), ("2026-11-23", 0), ("2026-12-20", 0), ("2026-11-19", 0), (None, 0)])
def test_a_fire_that_is_notified_late_is_taken_and_the_clerk_is_told(day: str | None, told: int):
    found = list(RULES["fire_is_told_in_time"].run(Facts({"from_on": day}, TODAY), item="from_on"))
    assert len(found) == told and all(f.question == "from_on" and f.severity == "notice" for f in found)
