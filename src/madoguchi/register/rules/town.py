"""An invented town: people in plausible households, the same for the same seed and day.

Shape: an ageing city on a peninsula. Four in ten are 65 or older, a third of the households are people alone, one in eight
has three generations, one person in seventy comes from abroad, a few families are under 支援措置.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from . import town_words as words
from .columns import HEAD, Entry

FIRST_NUMBER = 100_000_001
FIRST_HOUSEHOLD = 200_000_001
KINDS = (("alone_old", 19), ("alone", 12), ("couple_old", 20), ("couple", 7), ("family", 12), ("one_parent", 4), ("three", 9),
         ("grown", 13), ("siblings", 2), ("abroad", 2))
GONE_SHARE = 0.035  # for so many households somebody left or died lately and is still in the file
PROTECTED_SHARE = 0.03  # of the households of a mother alone with children
Towns = Sequence[tuple[str, str]]  # (postcode, 町字)


@dataclass(slots=True)
class _Person:
    born: dt.date
    sex: str
    relation: str
    given: tuple[str, str]


@dataclass(slots=True)
class _Maker:
    """One town in the making."""

    rng: random.Random
    day: dt.date
    towns: Towns
    city: tuple[str, str]  # 都道府県, 市区郡町村名
    number: int = FIRST_NUMBER
    household: int = FIRST_HOUSEHOLD
    families: list[tuple[str, str]] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for line in words.FAMILY.split():
            name, kana, weight = line.split("/")
            self.families.append((name, kana))
            self.weights.append(int(weight))

    # --- small throws

    def family(self) -> tuple[str, str]:
        """A family name with its reading."""
        return self.rng.choices(self.families, self.weights)[0]

    def born(self, youngest: int, oldest: int) -> dt.date:
        """A birth date for an age between the two."""
        days = self.rng.randint(youngest * 365 + 1, oldest * 365 + 364)
        return self.day - dt.timedelta(days=int(days * 365.2425 / 365))

    def person(self, youngest: int, oldest: int, sex: str, relation: str) -> _Person:
        """Somebody of about that age."""
        born = self.born(youngest, oldest)
        era = sum(born.year >= year for year in (1946, 1969, 1989, 2009))
        name, kana = self.rng.choice(words.GIVEN[(sex, era)].split()).split("/")
        return _Person(born, sex, relation, (name, kana))

    def sex(self) -> str:
        """1 or 2."""
        return self.rng.choice("12")

    def address(self, *, flat: bool) -> dict[str, str]:
        """A house, or a flat with its 方書."""
        code, town = self.rng.choice(self.towns)
        if "丁目" in town or self.rng.random() < 0.3:
            lot = f"{self.rng.randint(1, 20)}番{self.rng.randint(1, 40)}号"
        elif self.rng.random() < 0.5:
            lot = f"{self.rng.choice('イロハニホヘト')}部{self.rng.randint(1, 180)}番地"
        else:
            lot = f"{self.rng.randint(1, 400)}番地" + (f"{self.rng.randint(1, 9)}" if self.rng.random() < 0.3 else "")
        return {"zip": code, "prefecture": self.city[0], "city": self.city[1], "town": town, "lot": lot,
                "building": self.flat() if flat else ""}

    def flat(self) -> str:
        """A 方書."""
        return f"{self.rng.choice(words.FLATS)}{self.rng.choice(words.FLAT_WORDS)}{self.rng.randint(1, 4)}0{self.rng.randint(1, 8)}号"

    def since(self, born: dt.date) -> str:
        """住民となった日: half were born here."""
        if self.rng.random() < 0.5:
            return born.isoformat()
        return min(self.day, born + dt.timedelta(days=self.rng.randint(0, max(1, (self.day - born).days)))).isoformat()

    # --- households

    def members(self, kind: str) -> list[_Person]:
        """Who lives together."""
        rng, p = self.rng, self.person
        if kind == "alone_old":
            return [p(65, 98, rng.choices("12", (3, 7))[0], HEAD)]
        if kind == "alone":
            return [p(20, 64, self.sex(), HEAD)]
        if kind in ("couple_old", "couple"):
            low, high = (65, 90) if kind == "couple_old" else (28, 64)
            head = p(low, high, "1", HEAD)
            return [head, self._near(head, "2", "妻")]
        if kind == "family":
            head = p(28, 56, "1", HEAD)
            wife = self._near(head, "2", "妻")
            return [head, wife, *self._children(wife, rng.choices((1, 2, 3), (5, 5, 2))[0])]
        if kind == "one_parent":
            parent = p(25, 52, rng.choices("21", (8, 2))[0], HEAD)
            return [parent, *self._children(parent, rng.choices((1, 2), (6, 3))[0])]
        if kind == "grown":  # parents with a son or daughter who stayed
            head = p(64, 88, "1", HEAD)
            return [head, *([self._near(head, "2", "妻")] if rng.random() < 0.7 else []), p(30, max(31, self._age(head) - 24), self.sex(), "子")]
        if kind == "siblings":
            return [p(50, 88, self.sex(), HEAD), p(50, 88, self.sex(), "弟" if rng.random() < 0.5 else "妹")]
        head = p(32, 60, "1", HEAD)
        wife = self._near(head, "2", "妻")
        elders = [p(min(95, self._age(head) + 24), min(99, self._age(head) + 36), sex, word)
                  for sex, word in (("1", "父"), ("2", "母")) if rng.random() < 0.75]
        return [head, wife, *self._children(wife, rng.choices((1, 2, 3), (5, 4, 1))[0]), *elders]

    def _age(self, person: _Person) -> int:
        return int((self.day - person.born).days / 365.2425)

    def _near(self, other: _Person, sex: str, relation: str) -> _Person:
        age = self._age(other)
        return self.person(max(19, age - 6), max(20, age + 3), sex, relation)

    def _children(self, parent: _Person, count: int) -> list[_Person]:
        age = self._age(parent)
        out: list[_Person] = []
        while len(out) < count:
            child = self.person(max(0, age - 40), max(0, min(age - 21, 30)), self.sex(), "子")
            if all(child.given[0] != other.given[0] for other in out):
                out.append(child)
        return out

    def entries(self, kind: str, most: int) -> list[Entry]:
        """One household of at most ``most`` people."""
        if kind == "abroad":
            return self._abroad(most)
        people = self.members(kind)[:most]
        for i, person in enumerate(people):  # 妹 is a woman, 弟 a man; brothers and sisters have their own names
            if person.relation in ("弟", "妹"):
                people[i] = self.person(50, 88, "1" if person.relation == "弟" else "2", person.relation)
        family, kana = self.family()
        home = self.address(flat=kind == "alone" or (kind in ("couple", "one_parent") and self.rng.random() < 0.5))
        protected = kind == "one_parent" and people[0].sex == "2" and self.rng.random() < PROTECTED_SHARE
        out = []
        for person in people:
            out.append(Entry(
                number=self._next(), household=str(self.household), name=f"{family}\u3000{person.given[0]}", kana=f"{kana}\u3000{person.given[1]}",
                relation=person.relation, gender=person.sex, born=person.born.isoformat(), since=self.since(person.born), **home))
        if self.rng.random() < 0.004 and self._age(people[0]) > 85:  # old registers do not know every day
            out[0] = replace(out[0], born=f"{out[0].born[:7]}-00")
        self.household += 1
        return [self._protect(e) for e in out] if protected else out

    def _next(self) -> str:
        self.number += 1
        return str(self.number - 1)

    def _protect(self, entry: Entry) -> Entry:
        start = self.day - dt.timedelta(days=self.rng.randint(10, 380))  # some have run out and go on (standards.md §4)
        until = start.replace(year=start.year + 1, day=min(start.day, 28)) - dt.timedelta(days=1)
        return replace(entry, protected="1", protected_from=start.isoformat(), protected_until=until.isoformat())

    def _abroad(self, most: int) -> list[Entry]:
        """People from abroad: workers who share a flat as households of one, or a couple."""
        country = self.rng.choices(list(words.ABROAD), [w[0] for w in words.ABROAD.values()])[0]
        _, men, women, families = words.ABROAD[country]
        home = self.address(flat=True)
        out = []
        for _ in range(min(most, self.rng.randint(1, 3))):
            sex = self.sex()
            family, family_kana = self.rng.choice(families.split("|")).split("/")
            given, given_kana = self.rng.choice((men if sex == "1" else women).split("|")).split("/")
            born = self.born(19, 45)
            latin = f"{family} {given}"
            alias = f"{self.rng.choice(words.ALIASES)}\u3000{'健' if sex == '1' else '花'}" if self.rng.random() < 0.15 else ""
            out.append(Entry(
                number=self._next(), household=str(self.household), name=latin, latin=latin, kana=f"{family_kana} {given_kana}", alias=alias,
                relation=HEAD, kind="2", gender=sex, born=born.isoformat(),
                since=max(born, self.day - dt.timedelta(days=self.rng.randint(20, 1800))).isoformat(), **home))
            self.household += 1
        return out

    def leave(self, entry: Entry) -> Entry:
        """The same person, gone lately."""
        day = self.day - dt.timedelta(days=self.rng.randint(1, 300))
        why = self.rng.choices([w for w, _ in words.REMOVALS], [n for _, n in words.REMOVALS])[0]
        return replace(entry, removed_on=max(day.isoformat(), entry.since, entry.born), removed_why=why)


def town(*, people: int, seed: int, day: dt.date, towns: Towns = words.TOWNS, city: tuple[str, str] = ("", "")) -> Iterator[Entry]:
    """``people`` residents in households, and beside them a few who left or died lately."""
    maker = _Maker(random.Random(seed), day, towns, city)  # noqa: S311 - dice, not secrets
    kinds, weights = [k for k, _ in KINDS], [w for _, w in KINDS]
    left = people
    while left > 0:
        for entry in maker.entries(maker.rng.choices(kinds, weights)[0], left):
            left -= 1
            yield entry
        if maker.rng.random() < GONE_SHARE:
            yield from (maker.leave(entry) for entry in maker.entries("alone_old", 1))
