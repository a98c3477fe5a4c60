"""The list of parcels, page by page."""

from __future__ import annotations

import re

import pytest
from tests.support.hall import OPENING, Hall
from tests.support.walk import text

from madoguchi.delivery.models import Parcel


@pytest.fixture
def desk(hall: Hall):
    """The page that a clerk of the section sees."""
    browser = hall.desk("sato")
    section = next(iter(hall.staff("sato").sections()))
    Parcel.objects.bulk_create([
        Parcel(key=f"k{i}", case_ref="c", section=section, receipt="R", target="core", name=f"p{i}.csv", sha256="0" * 64, size=1,
               created_at=OPENING) for i in range(51)])
    return lambda address: text(browser.get(address))


def test_a_long_list_goes_on_and_back(desk):
    """Each page once, and no way before the first or behind the last."""
    first = desk("/staff/deliveries/")
    assert re.findall(r'href="\?(page=\d+)"', first) == ["page=2"]
    last = desk("/staff/deliveries/?page=2")
    assert re.findall(r'href="\?(page=\d+)"', last) == ["page=1"]
    names = [set(re.findall(r"p\d+\.csv", page)) for page in (first, last)]
    assert [len(n) for n in names] == [50, 1] and not names[0] & names[1]


def test_a_short_list_has_no_pages(desk):
    Parcel.objects.filter(key="k0").delete()
    assert 'class="pager"' not in desk("/staff/deliveries/")
