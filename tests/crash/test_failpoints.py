"""Every failpoint once: the process dies there as by a power cut (or the disk is full there), somebody starts it again,
and whoever pressed the button presses it again. Afterwards nothing is lost, nothing is there twice, the record is whole."""

from __future__ import annotations

from collections import Counter

import pytest

from . import points
from .journeys import ENDS, JOURNEYS

KILL = 9


@pytest.fixture(scope="session")
def reached(founded):
    """failpoint → (journey, number of the act) where it is reached first; ``faults``: what was wrong afterwards, though
    nothing failed."""
    town, found = founded, {}
    for name, journey in JOURNEYS.items():
        known = {}
        for number, act in enumerate(journey):
            answer = town.do([act], known, listen=True)
            assert not answer["error"], answer
            known = answer["said"]
            for point in answer["heard"][act[0]]:
                found.setdefault(point, (name, number))
        assert end(town, known) == ENDS[name]
    found["faults"] = town.faults()
    return found


def end(town, known):
    seen = town.well([("look", {})], known)
    return seen["state"], seen["status"]


def test_nothing_is_wrong_when_nothing_fails(reached):
    assert reached["faults"] == []


WRITING = ("files.", "core_folder.", "casework.letter.", "worker.", "intake.submit.", "intake.attach.", "publish.intake.")
RUNS = [(point, "") for point in points.failpoints()]
RUNS += [(point, ":error") for point in points.failpoints() if point.startswith(WRITING)]


@pytest.mark.parametrize(("point", "kind"), RUNS, ids=[f"{p}-{'disk-full' if kind else 'killed'}" for p, kind in RUNS])
def test_failpoint(town, reached, tmp_path, point, kind):
    assert point in reached, f"no journey in tests/crash reaches {point}: a new side effect needs a crash run (STYLE 9)"
    name, number = reached[point]
    journey, once = JOURNEYS[name], tmp_path / "struck"
    letters = len(town.server.letters)
    known = town.well(journey[:number]) if number else {}
    struck = town.do([journey[number]], known, fail=point + kind, once=str(once))
    assert once.exists(), "the failpoint was not reached"
    if kind == "":
        assert struck["killed"] == KILL
    else:
        assert not struck["killed"]
    after_filing(town, known, name)
    again = town.do([journey[number]], known | struck["said"])
    assert not again["error"], again
    known = town.well(journey[number + 1:], again["said"])
    assert end(town, known) == ENDS[name]
    assert town.faults([known["application"]]) == []
    once_or_twice = Counter(town.server.ids()[letters:])
    assert not {mail: count for mail, count in once_or_twice.items() if count > 2}


@pytest.mark.parametrize("name", JOURNEYS)
def test_death_after_each_effect_before_it_is_noted(town, tmp_path, name):
    """The classic gap of at-least-once: every handler's work is done and the machine dies before the outbox knows. Each
    message of the journey dies so once, and is done a second time."""
    known, letters, deaths = {}, len(town.server.letters), 0
    for number, act in enumerate(JOURNEYS[name]):
        while True:
            struck = town.do([act], known, fail="worker.after_effect", first_attempts=True, once=str(tmp_path / f"{number}-{deaths}"))
            assert not struck["error"], struck
            known |= struck["said"]
            if not struck["killed"]:
                break
            deaths += 1
    assert deaths >= JOURNEYS[name].count(("work", {}))
    assert end(town, known) == ENDS[name]
    assert town.faults([known["application"]]) == []
    assert max(Counter(town.server.ids()[letters:]).values(), default=0) <= 2


def after_filing(town, known, name):
    """Right after the crash: the draft is whole or it is filed, never half."""
    if "draft" in known and "application" not in known:
        seen = town.well([("look", {})], known)
        assert (seen["draft"], seen["applications"]) in (("open", 0), ("filed", 1))
        assert (seen["answers"] == 0) == (seen["draft"] == "filed") or seen["draft"] == "open"
