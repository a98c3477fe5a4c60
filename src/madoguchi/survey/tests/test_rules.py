"""The pure rules of a survey: grades, percentages, photographs, states."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from madoguchi.survey.rules import (
    GRADES,
    Act,
    Damage,
    Finding,
    Method,
    Standing,
    State,
    after,
    decision_faults,
    decision_method,
    finding_faults,
    grade_of,
    method_asked,
)

TODAY = dt.date(2026, 11, 25)
QUAKE = Damage("地震", dt.date(2026, 11, 10), True, None)
FLOOD = Damage("水害", dt.date(2026, 11, 10), True, 80)
FOUND = Finding("hankai", dt.date(2026, 11, 24), "山田 浩", 25)


def wrong(finding: Finding = FOUND, damage: Damage = FLOOD, method: str = Method.SITE) -> dict[str, str]:
    return dict(finding_faults(finding, damage, method, TODAY))


@pytest.mark.parametrize(("percent", "grade"), [
    (0, "ichibu_sonkai"), (9, "ichibu_sonkai"), (10, "jun_hankai"), (19, "jun_hankai"), (20, "hankai"), (29, "hankai"),
    (30, "chuukibo_hankai"), (39, "chuukibo_hankai"), (40, "daikibo_hankai"), (49, "daikibo_hankai"), (50, "zenkai"), (100, "zenkai"),
])
def test_six_grades_by_percent(percent: int, grade: str) -> None:
    assert grade_of(percent) == grade
    assert not wrong(dataclasses.replace(FOUND, grade=grade, percent=percent))
    for other in set(GRADES) - {grade}:
        assert "grade" in wrong(dataclasses.replace(FOUND, grade=other, percent=percent))


def test_words_say_which_grade_fits() -> None:
    assert "「半壊」" in wrong(dataclasses.replace(FOUND, grade="zenkai"))["grade"]


def test_lost_floor_area_is_zenkai_whatever_the_percent() -> None:
    assert not wrong(dataclasses.replace(FOUND, grade="zenkai", percent=None, floor_percent=70))
    assert not wrong(dataclasses.replace(FOUND, grade="zenkai", percent=30, floor_percent=90))
    assert "grade" in wrong(dataclasses.replace(FOUND, grade="hankai", percent=25, floor_percent=70))
    assert not wrong(dataclasses.replace(FOUND, floor_percent=69))


def test_grade_alone_is_enough() -> None:
    assert not wrong(dataclasses.replace(FOUND, percent=None))


def test_points_add_up() -> None:
    points = {"屋根": 10, "壁": 15}
    assert not wrong(dataclasses.replace(FOUND, points=points))
    assert not wrong(dataclasses.replace(FOUND, percent=None, points=points))
    assert "percent" in wrong(dataclasses.replace(FOUND, percent=26, points=points))
    assert "grade" in wrong(dataclasses.replace(FOUND, grade="zenkai", percent=None, points=points))
    assert "point.屋根" in wrong(dataclasses.replace(FOUND, percent=None, points={"屋根": 16}))
    assert "point.設備" in wrong(dataclasses.replace(FOUND, percent=None, points={"設備": 1}))  # not on the first sheet
    assert not wrong(dataclasses.replace(FOUND, grade="ichibu_sonkai", percent=None, points={"設備": 1}), method=Method.SECOND)


def test_days_people_and_grade_must_be_there() -> None:
    assert "surveyed_on" in wrong(dataclasses.replace(FOUND, surveyed_on=TODAY + dt.timedelta(days=1)))
    assert "surveyed_on" in wrong(dataclasses.replace(FOUND, surveyed_on=dt.date(2026, 11, 9)))
    assert "surveyors" in wrong(dataclasses.replace(FOUND, surveyors=" "))
    assert "grade" in wrong(dataclasses.replace(FOUND, grade="awful"))
    assert "percent" in wrong(dataclasses.replace(FOUND, percent=101))


@pytest.mark.parametrize(("damage", "grade", "allowed"), [
    (QUAKE, "ichibu_sonkai", True), (dataclasses.replace(QUAKE, consented=False), "ichibu_sonkai", False),
    (QUAKE, "zenkai", True), (QUAKE, "hankai", False), (QUAKE, "jun_hankai", False),
    (FLOOD, "hankai", True), (FLOOD, "zenkai", True), (dataclasses.replace(FLOOD, flood_depth=None), "hankai", False),
    (dataclasses.replace(FLOOD, flood_depth=None), "zenkai", False), (dataclasses.replace(QUAKE, cause="風害"), "zenkai", False),
])
def test_what_photographs_can_show(damage: Damage, grade: str, allowed: bool) -> None:
    finding = dataclasses.replace(FOUND, grade=grade, percent=None)
    assert bool(wrong(finding, damage, Method.PHOTO)) is not allowed
    assert not wrong(finding, damage, Method.SITE)


def test_states() -> None:
    assert after(State.WAITING, Method.SITE, Act.APPOINT) == State.APPOINTED
    assert after(State.WAITING, Method.PHOTO, Act.APPOINT) is None
    assert after(State.DONE, Method.SITE, Act.CANCEL) is None
    assert after(State.CANCELLED, Method.SITE, Act.RECORD) is None
    assert after(State.DONE, Method.SITE, Act.RECORD) == State.DONE


def test_method_in_the_decision() -> None:
    assert [decision_method(m, n) for m, n in ((Method.SITE, 0), (Method.PHOTO, 0), (Method.SECOND, 0), (Method.SECOND, 1))] == [
        "first", "self", "second", "again"]


def test_method_asked() -> None:
    assert method_asked({"cert_kind": "risai", "survey_way": "self"}) == Method.PHOTO
    assert method_asked({"cert_kind": "risai", "survey_way": "onsite"}) == Method.SITE
    assert method_asked({"cert_kind": "hisai"}) == Method.SITE
    assert method_asked({"cert_kind": "todokede"}) is None


@pytest.mark.parametrize(("kind", "grade", "standing", "at", "words"), [
    ("self", "zenkai", Standing(open="photo"), ["grade"], "写真(自己判定))が終わっていません"),
    ("first", "hankai", Standing(open="site", called_off=True), ["grade"], "終わっていません"),
    ("second", "hankai", Standing(open="second", grade="", kind=""), ["grade"], "終わっていません"),
    ("self", "ichibu_sonkai", Standing(), ["grade"], "被害調査がありません"),
    ("self", "ichibu_sonkai", Standing(called_off=True), ["survey_kind"], "調査の結果がありません"),
    ("remote", "zenkai", Standing(called_off=True), [], ""),
    ("remote", "zenkai", Standing(), ["grade"], "被害調査がありません"),
    ("self", "zenkai", Standing(grade="ichibu_sonkai", kind="self"), ["grade"], "「準半壊に至らない(一部損壊)」です"),
    ("self", "hankai", Standing(grade="hankai", kind="first"), ["survey_kind"], "「第1次調査」です"),
    ("remote", "hankai", Standing(grade="hankai", kind="first"), ["survey_kind"], "「第1次調査」です"),
    ("again", "zenkai", Standing(grade="hankai", kind="self"), ["survey_kind", "grade"], ""),
    ("self", "ichibu_sonkai", Standing(grade="ichibu_sonkai", kind="self"), [], ""),
    ("self", "zenkai", Standing(grade="zenkai", kind="self"), [], ""),
    ("again", "hankai", Standing(grade="hankai", kind="second"), [], ""),
])
def test_a_certificate_says_what_the_survey_found(kind, grade, standing, at, words):
    faults = decision_faults(kind, grade, standing)
    assert [name for name, _ in faults] == at
    assert words in "".join(ja for _, ja in faults)
