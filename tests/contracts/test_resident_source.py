"""The port that knows residents (register.ports.ResidentSource): one contract, run against the own table and a fake."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from madoguchi.adapters.register_table import TableResidents
from madoguchi.register.importer import register_import, row_of
from madoguchi.register.ports import Claim, HeldPerson, Place, Waiting
from madoguchi.register.rules.match import born_forms
from madoguchi.register.rules.specimens import SPECIMENS
from madoguchi.register.rules.text import place_key
from madoguchi.register.trial import sheet_write

CLAIM = Claim("name", "請求者", "見本", "花子", born="1991-07-25", place=Place("", "石川県七尾市", "袖ヶ江町", "イ部25", ""))
FAR = Claim("name", "請求者", "遠い", "人", born="2001-02-03", place=Place("", "石川県金沢市", "広坂", "1番1号", ""))
MAMORI = Claim("name", "請求者", "試用", "まもり", born="1995-04-10", place=Place("", "石川県七尾市", "和倉町", "ヨ部100番地", "コーポみなと101号"))


class LinkUp:
    """A fake of a city's link-up: a list, and the rule of who is guarded written anew (by household and flat)."""

    people: list[HeldPerson] = []
    busy = False

    def as_of(self):
        return dt.date(2026, 11, 20) if self.people else None

    def candidates(self, claims, *, guarded):
        if self.busy:
            return Waiting("closed at night")
        born = {form for c in claims for form in born_forms(c.born)}
        places = {place_key(c.place.city, c.place.town, c.place.lot) for c in claims if c.place}
        return tuple(p for p in self.people if (guarded or not p.guarded)
                     and (p.born in born or place_key(p.place.city, p.place.town, p.place.lot) in places))


def _fake(entries):
    rows = [row_of(e) for e in entries]
    hidden = {r.household_id for r in rows if r.protected}
    LinkUp.people = sorted((HeldPerson(r.number, r.household_id, r.name, r.kana, Place(r.zip, r.city, r.town, r.lot, r.building), r.born,
                                       relation=r.relation, protected=r.protected, guarded=r.household_id in hidden) for r in rows),
                           key=lambda p: p.number)
    return LinkUp()


@pytest.fixture(params=["table", "link-up"])
def source(request, hall, tmp_path):
    """A maker: entries → a source that knows them."""

    def make(*entries):
        if request.param == "link-up":
            return _fake(entries)
        if entries:
            sheet_write(tmp_path / "x.csv", entries)
            register_import(actor="test", path=tmp_path / "x.csv", accept_loss=True)
        return TableResidents()

    return make


def numbers(answer):
    return [p.number for p in answer]


class TestContract:
    """What every source does."""

    def test_it_knows_of_which_day_it_is(self, source):
        assert source().as_of() is None
        assert source(*SPECIMENS).as_of() == dt.date(2026, 11, 20)

    def test_everybody_of_the_birthday_or_the_address_and_nobody_else(self, source):
        there = source(*SPECIMENS)
        assert numbers(there.candidates([CLAIM], guarded=False)) == ["900000001", "900000002", "900000003", "900000004"]
        assert numbers(there.candidates([dataclasses.replace(CLAIM, place=Place())], guarded=False)) == ["900000002"]
        assert numbers(there.candidates([dataclasses.replace(CLAIM, born="")], guarded=False)) == [f"90000000{n}" for n in (1, 2, 3, 4)]
        assert there.candidates([FAR], guarded=True) == ()

    def test_several_claims_in_one_question(self, source):
        there = source(*SPECIMENS)
        assert numbers(there.candidates([FAR, CLAIM, dataclasses.replace(FAR, born="1988-03-02")], guarded=False)) == [
            f"90000000{n}" for n in (1, 2, 3, 4, 5)]

    def test_a_day_that_is_not_known_may_be_the_day(self, source):
        there = source(dataclasses.replace(SPECIMENS[1], born="1991-07-00", lot="9番地"))
        assert numbers(there.candidates([CLAIM], guarded=False)) == ["900000002"]

    def test_what_is_held_comes_whole(self, source):
        [held] = source(*SPECIMENS).candidates([dataclasses.replace(CLAIM, place=Place())], guarded=False)
        assert (held.name, held.kana, held.household, held.relation, held.born, held.gone) == (
            "見本\u3000花子", "ミホン\u3000ハナコ", "990000001", "妻", "1991-07-25", False)
        assert held.place == Place("9268611", "石川県七尾市", "袖ケ江町", "イ部25番地", "")

    def test_the_guarded_are_as_if_they_were_not_there(self, source):
        asked = [MAMORI, CLAIM]
        without = source(*SPECIMENS[:8]).candidates(asked, guarded=False)
        there = source(*SPECIMENS)
        assert there.candidates(asked, guarded=False) == without

    def test_those_who_may_see_get_them_marked(self, source):
        answer = source(*SPECIMENS).candidates([MAMORI], guarded=True)
        assert [(p.number, p.protected, p.guarded) for p in answer] == [("900000009", True, True), ("900000010", False, True)]


def test_a_source_may_say_that_it_has_no_answer_yet(hall):
    there = _fake(SPECIMENS)
    there.busy = True
    assert isinstance(there.candidates([CLAIM], guarded=False), Waiting)
