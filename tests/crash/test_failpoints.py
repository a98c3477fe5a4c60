"""Every failpoint once: the process dies there as by a power cut (or the disk is full there), somebody starts it again,
and whoever pressed the button presses it again. Afterwards nothing is lost, nothing is there twice, the record is whole."""

from __future__ import annotations

from collections import Counter

import pytest

from . import points
from .journeys import ENDS, JOURNEYS

KILL = 9


@pytest.fixture(scope="session")
def reached(town):
    """failpoint → (journey, number of the act) where it is reached first; ``messages``: journey → [(act, messages done)]."""
    found = {"messages": {}}
    for name, journey in JOURNEYS.items():
        known = {}
        for number, act in enumerate(journey):
            answer = town.do([act], known, listen=True)
            assert not answer["error"], answer
            known = answer["said"]
            heard = answer["heard"][act[0]]
            for point in heard:
                found.setdefault(point, (name, number))
            found["messages"].setdefault(name, []).append((number, heard.count("worker.after_effect")))
        assert end(town, known) == ENDS[name]
    return found


def end(town, known):
    seen = town.well([("look", {})], known)
    return seen["state"], seen["status"]


def test_nothing_is_wrong_when_nothing_fails(town, reached):
    assert town.faults() == []


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
def test_death_after_each_effect_before_it_is_noted(town, reached, tmp_path, name):
    """The classic gap of at-least-once: every handler's work is done and the machine dies before the outbox knows. Each
    message of the journey in turn is done twice."""
    journey = JOURNEYS[name]
    for number, messages in reached["messages"][name]:
        for nth in range(messages):
            once, letters = tmp_path / f"{number}-{nth}", len(town.server.letters)
            known = town.well(journey[:number])
            struck = town.do([journey[number]], known, fail="worker.after_effect", pass_over=nth, once=str(once))
            assert struck["killed"] == KILL, (number, nth)
            known = town.well(journey[number:], known)
            assert end(town, known) == ENDS[name], (number, nth)
            assert town.faults([known["application"]]) == [], (number, nth)
            assert max(Counter(town.server.ids()[letters:]).values(), default=0) <= 2, (number, nth)


def after_filing(town, known, name):
    """Right after the crash: the draft is whole or it is filed, never half."""
    if "draft" in known and "application" not in known:
        seen = town.well([("look", {})], known)
        assert (seen["draft"], seen["applications"]) in (("open", 0), ("filed", 1))
        assert (seen["answers"] == 0) == (seen["draft"] == "filed") or seen["draft"] == "open"
