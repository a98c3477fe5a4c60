"""Where pairs of letters stand."""

import random

import pytest

from madoguchi.procedures.rules.postings import Postings


@pytest.mark.parametrize("numbers", [300, 70_000])  # what fits into two bytes, and what does not
def test_every_pair_gives_back_its_entries(numbers: int):
    dice = random.Random(7)
    grown = {chr(0x3041 + n): sorted(dice.sample(range(numbers), dice.randint(1, 200))) for n in range(80)}
    grown["最後"] = [numbers - 1]
    found = Postings(grown)
    assert {gram: list(found.get(gram)) for gram in grown} == grown
    assert list(found.get("無い")) == [] and list(Postings({}).get("か")) == []
