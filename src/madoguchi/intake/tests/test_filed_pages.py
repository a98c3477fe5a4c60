"""Whoever files a lot finds all of it: an office that files for its clients has more than fits on a page."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.intake import listing
from madoguchi.intake.models import Application

SLUG = "jidou-teate-mishiharai"


def many(row: Application, owner: str, count: int) -> None:
    """The same again, each a minute older."""
    Application.objects.bulk_create([
        Application(receipt=f"{row.receipt}-{n}", owner=owner, slug=row.slug, version=row.version, checksum=row.checksum, channel="online",
                    filed_at=row.filed_at - dt.timedelta(minutes=n), answers=row.answers, digest=row.digest, view=row.view, id=uuid.uuid4())
        for n in range(1, count)])


@pytest.mark.parametrize("who", ["hanako", "kyotaku"])
def test_the_oldest_is_found_too(hall: Hall, who: str):
    row = hall.file("hanako", SLUG)
    home, owner, browser = ("/my/", hall.owner(who), hall.browser(who)) if who == "hanako" else ("/office/", hall.company(who), hall.office(who))
    Application.objects.filter(id=row.id).update(owner=owner.key)
    many(row, owner.key, 130)
    oldest = Application.objects.order_by("filed_at").first()
    assert oldest is not None
    first = text(browser.get(home))
    assert "1 / 3" in first and oldest.receipt not in first
    assert 'href="?page=2"' in first
    assert oldest.receipt in text(browser.get(f"{home}?page=3"))
    for odd in ("0", "-1", "x", "99999999999"):
        assert browser.get(f"{home}?page={odd}").status_code == 200


def test_a_stranger_has_no_page(hall: Hall):
    hall.file("hanako", SLUG)
    found = listing.filed_page(owner=hall.owner("taro"))
    assert (found.whole, found.copies, found.number, found.pages) == ([], [], 1, 1)
