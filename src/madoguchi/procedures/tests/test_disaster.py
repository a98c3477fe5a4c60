"""Rules for certificates of damage."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from madoguchi.procedures.rules.checks import Facts, Finding, run
from madoguchi.procedures.rules.read import read
from madoguchi.procedures.tests import pack

EVENTS = "r6-noto=2024-01-01、trial-2026=2026-11-10"


def found(rule: str, answers: dict[str, Any], **args: str) -> list[Finding]:
    return list(run(rule, Facts(answers, dt.date(2026, 11, 20)), args.items()))


def test_fire_belongs_to_the_fire_station() -> None:
    (finding,) = found("fire_goes_to_fire_station", {"cause": "fire"}, cause="cause")
    assert "消防本部" in finding.ja and finding.severity == "error"
    assert not found("fire_goes_to_fire_station", {"cause": "natural"}, cause="cause")
    (named,) = found("fire_goes_to_fire_station", {"cause": "fire"}, cause="cause", station="見本消防本部")
    assert "見本消防本部へ" in named.ja


def test_the_city_keeps_every_common_check() -> None:
    """A list in the city's override replaces the common one: it may add the fire station's name and nothing else."""
    name = "risai-shoumei"
    path = pack.ROOT / "procedures" / f"{name}.yaml"
    common, problems = read(path.read_text(encoding="utf-8"), str(path))
    assert common is not None, problems
    own = [(c.rule, tuple(a for a in c.args if a[0] != "station")) for c in pack.definition(name).checks]
    assert own == [(c.rule, c.args) for c in common.checks]


@pytest.mark.parametrize(
    ("kind", "target", "fits"),
    [("risai", "dwelling", True), ("risai", "building", False), ("risai", "movable", False),
     ("hisai", "building", True), ("hisai", "dwelling", False), ("hisai", "structure", False),
     ("todokede", "building", True), ("todokede", "structure", True), ("todokede", "movable", True),
     ("todokede", "dwelling", False)],
)
def test_three_certificates_for_three_things(kind: str, target: str, fits: bool) -> None:
    given = found("certificate_fits_target", {"k": kind, "t": target}, kind="k", target="t")
    assert bool(given) is not fits


def test_nothing_is_said_before_both_are_answered() -> None:
    assert not found("certificate_fits_target", {"t": "dwelling"}, kind="k", target="t")


def test_empty_house_is_no_dwelling() -> None:
    (finding,) = found("dwelling_was_lived_in", {"k": "risai", "l": False}, kind="k", lived="l")
    assert finding.severity == "notice", "whether somebody lived there is for the city to decide"
    assert not found("dwelling_was_lived_in", {"k": "risai", "l": True}, kind="k", lived="l")
    assert not found("dwelling_was_lived_in", {"k": "hisai"}, kind="k", lived="l")


def test_self_assessment_needs_photographs() -> None:
    (finding,) = found("self_assessment_needs_photos", {"w": "self", "p": False}, way="w", photos="p")
    assert finding.question == "p" and "「被害の写真はありますか」を「はい」に" in finding.ja, "the way out of it is named, and led to"
    label = pack.definition("risai-shoumei").question("photos_ready").label
    assert f"「{label}」" in finding.ja, "by the words of the question"
    assert not found("self_assessment_needs_photos", {"w": "self", "p": True}, way="w", photos="p")
    assert not found("self_assessment_needs_photos", {"w": "onsite", "p": False}, way="w", photos="p")


@pytest.mark.parametrize(
    ("disaster", "day", "refused"),
    [("trial-2026", "2026-11-09", True), ("trial-2026", "2026-11-10", False), ("r6-noto", "2026-01-01", False),
     ("unknown", "2020-01-01", False)],
)
def test_damage_comes_after_the_disaster(disaster: str, day: str, refused: bool) -> None:
    answers = {"disaster": disaster, "day": day}
    given = found("damage_not_before_event", answers, disaster="disaster", day="day", events=EVENTS)
    assert bool(given) is refused


def test_flat_needs_a_room_number() -> None:
    place = {"zip": "9268611", "city": "石川県七尾市", "town": "", "lot": "1", "building": ""}
    assert found("flat_has_room_number", {"f": "flat", "p": place}, form="f", place="p")
    assert not found("flat_has_room_number", {"f": "flat", "p": place | {"building": "101"}}, form="f", place="p")
    assert not found("flat_has_room_number", {"f": "house", "p": place}, form="f", place="p")


def test_household_has_one_head() -> None:
    args = {"kind": "k", "group": "m", "relation": "r"}
    assert not found("one_head_of_household", {"k": "risai", "m": [{"r": "head"}, {"r": "child"}]}, **args)
    two = found("one_head_of_household", {"k": "risai", "m": [{"r": "head"}, {"r": "head"}]}, **args)
    assert [f.index for f in two] == [1]
    assert found("one_head_of_household", {"k": "risai", "m": [{"r": "child"}]}, **args)[0].index == 0
    assert not found("one_head_of_household", {"k": "hisai"}, **args)
