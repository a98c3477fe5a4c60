"""No name that staff search for stands in an address: of a page, a link, a redirect (docs/auditor.md)."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

import pytest
from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.web import searches

CLAIM = "jidou-teate-mishiharai"


@pytest.fixture
def case(hall: Hall):
    return hall.case("hanako", CLAIM)


def family(case) -> str:
    return str(case.name.split()[0])


def test_a_name_is_found_by_an_address_that_does_not_say_it(hall, case):
    desk, name = hall.desk("tanaka"), family(case)
    away = desk.post("/staff/", {"q": name, "state": "all", "slug": CLAIM})
    assert away.status_code == 303
    assert name not in unquote_plus(away["Location"])
    assert "state=all" in away["Location"]
    page = desk.get(away["Location"])
    assert case.ref in text(page)
    assert f'value="{name}"' in text(page), "the box still holds what was searched"
    links = re.findall(r'(?:href|action)="([^"]*)"', text(page))
    assert any("s=" in link for link in links), "the case opens beside the same list"
    assert not [link for link in links if name in unquote_plus(link)]
    beside = next(link for link in links if case.ref in link).replace("&amp;", "&")
    assert f'value="{name}"' in text(desk.get(beside))


def test_paging_and_filters_keep_the_search(hall, case, monkeypatch):
    from madoguchi.casework import lists

    monkeypatch.setattr(lists, "PAGE", 1)
    hall.case("hanako", CLAIM)
    desk = hall.desk("tanaka")
    page = text(desk.get(desk.post("/staff/", {"q": family(case)})["Location"]))
    after = re.search(r'href="(/staff/\\?[^"]*page=2)"', page)[1].replace("&amp;", "&")
    assert "2 / 2" in text(desk.get(after))
    assert re.search(r'<form class="fl".*?<input type="hidden" name="s" value="[^"]+">', page, re.S)


def test_an_address_with_a_name_goes_to_one_without(hall, case):
    """A bookmark of old."""
    away = hall.desk("tanaka").get("/staff/", {"q": family(case)})
    assert away.status_code == 303
    assert family(case) not in unquote_plus(away["Location"])


def test_a_number_stays_readable_and_can_be_passed_on(hall, case):
    away = hall.desk("tanaka").post("/staff/", {"q": case.receipt})
    assert away["Location"] == f"/staff/?q={case.receipt}"
    assert case.ref in text(hall.desk("kimura").get(away["Location"]))


def test_a_colleague_reads_nothing_out_of_a_copied_address(hall, case):
    address = hall.desk("tanaka").post("/staff/", {"q": family(case)})["Location"]
    assert f'value="{family(case)}"' not in text(hall.desk("kimura").get(address))


@pytest.mark.parametrize("words", ["0767530000", "09012345678", "123456789018", "1234 5678 9018", "山田", "ヤマダ", "yamada", "R山田"])
def test_what_is_no_receipt_number_is_sealed(db, words):
    assert set(searches.carried(words, 1)) == {"s"}
    assert searches.found_in(searches.carried(words, 1), 1) == words


@pytest.mark.parametrize("token", ["", "x", "あ", "====", "A" * 900])
def test_a_made_up_token_finds_nothing_and_breaks_nothing(hall, token):
    assert hall.desk("tanaka").get("/staff/", {"s": token}).status_code == 200


def test_the_search_for_staff(hall):
    hall.staff("tanaka")
    desk = hall.desk("admin")
    away = desk.post("/staff/people/", {"q": "田中"})
    assert "田中" not in unquote_plus(away["Location"])
    assert "tanaka" in text(desk.get(away["Location"]))
    assert desk.get("/staff/people/", {"q": "田中"}).status_code == 303
    assert hall.desk("tanaka").post("/staff/people/", {"q": "田中"}).status_code in (403, 404)
