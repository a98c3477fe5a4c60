"""The invented town: the same for the same seed, plausible, and taken in without an error."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

import pytest

from madoguchi.identity.public import TRIAL_RESIDENTS
from madoguchi.register.rules.columns import HEAD, cells_of, entry_of
from madoguchi.register.rules.match import Status, meant
from madoguchi.register.rules.specimens import SPECIMENS
from madoguchi.register.rules.town import town

DAY = dt.date(2026, 11, 20)
TOWNS = (("9260044", "相生町"), ("9292222", "中島町中島"), ("9260175", "和倉町"))


@pytest.fixture(scope="module")
def people():
    return list(town(people=6000, seed=1, day=DAY, towns=TOWNS, city=("石川県", "七尾市")))


@pytest.fixture(scope="module")
def living(people):
    return [p for p in people if not p.removed_why]


def age(entry):
    return (DAY - dt.date.fromisoformat(entry.born.replace("-00", "-15"))).days / 365.2425


def test_the_same_seed_gives_the_same_town(people):
    again = list(town(people=6000, seed=1, day=DAY, towns=TOWNS, city=("石川県", "七尾市")))
    assert again == people
    assert list(town(people=6000, seed=2, day=DAY, towns=TOWNS)) != people


@pytest.mark.parametrize("count", [1, 2, 7, 100])
def test_as_many_as_asked_for(count):
    assert sum(not p.removed_why for p in town(people=count, seed=5, day=DAY, towns=TOWNS)) == count


def test_an_ageing_city(living):
    assert len(living) == 6000
    old, young = sum(age(p) >= 65 for p in living) / 6000, sum(age(p) < 15 for p in living) / 6000
    assert 0.36 < old < 0.44
    assert 0.08 < young < 0.14
    assert min(map(age, living)) >= 0 and max(map(age, living)) < 105


def test_households_are_plausible(living):
    homes = defaultdict(list)
    for p in living:
        homes[p.household].append(p)
    assert 2.0 < 6000 / len(homes) < 2.6
    for members in homes.values():
        assert [m.relation for m in members].count(HEAD) == 1
        assert len({(m.town, m.lot, m.building) for m in members}) == 1
        children = [m.name for m in members if m.relation == "子"]
        assert len(set(children)) == len(children)
        head = next(m for m in members if m.relation == HEAD)
        for m in members:
            if m.relation == "子":
                assert age(head) - age(m) > 14
            if m.relation in ("父", "母"):
                assert age(m) - age(head) > 14


def test_there_is_what_a_clerk_meets(people, living):
    assert 0.005 < sum(p.kind == "2" for p in living) / 6000 < 0.03
    assert any(p.alias for p in living)
    assert 0 < sum(p.protected == "1" for p in living) < 60
    assert any(c in p.name for p in living for c in "髙﨑𠮷濵")
    assert any(p.building for p in living)
    assert any("-00" in p.born for p in list(town(people=20000, seed=1, day=DAY, towns=TOWNS)))
    assert Counter(p.removed_why for p in people if p.removed_why).keys() >= {"国内転出", "死亡"}


def test_every_line_is_in_order(people):
    from madoguchi.register.rules.columns import COLUMNS

    for p in [*people, *SPECIMENS]:
        read, faults = entry_of(dict(zip(COLUMNS.values(), cells_of(p), strict=True)), DAY)
        assert (read, faults) == (p, [])
    assert len({p.number for p in [*people, *SPECIMENS]}) == len(people) + len(SPECIMENS)


@pytest.mark.parametrize("who", sorted(TRIAL_RESIDENTS))
def test_the_residents_of_the_trial_are_found_by_their_card(hall, take, who):
    """What the form fills in from the card means the very person of the specimens."""
    from madoguchi.adapters.register_table import TableResidents
    from madoguchi.casework.holdings import _claim
    from madoguchi.identity.public import prefill
    from madoguchi.procedures.rules.named import Person

    take(*SPECIMENS)
    card = prefill(TRIAL_RESIDENTS[who])
    claim = _claim(Person("name", "請求者", {k: card[k] for k in ("氏名", "生年月日", "住所")}))
    found = meant(claim, TableResidents().candidates([claim], guarded=False))
    assert found.status is Status.FOUND
    assert found.person.name.replace("\u3000", " ") == TRIAL_RESIDENTS[who].name.replace("\u3000", " ")
