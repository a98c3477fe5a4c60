"""cards.yaml of the city pack."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.walk import text

from madoguchi.booking.setup import standing
from madoguchi.cards.city import CardCity, card_city, read_cards
from madoguchi.cards.errors import CardsWrong
from madoguchi.cards.rules import DOOR

GOOD = "課: zeimu\n催促: \"30\"\n来庁:\n  受取り: {予約: pickup}\n"


def read(folder: Path, words: str) -> CardCity:
    (folder / "cards.yaml").write_text(words, encoding="utf-8")
    read_cards.cache_clear()
    return read_cards(folder, ("zeimu",))


@pytest.fixture(autouse=True)
def _forget():
    yield
    read_cards.cache_clear()


def test_what_is_written_and_what_is_left_out(tmp_path):
    found = read(tmp_path, GOOD)
    assert (found.section, found.remind, found.keep, found.service("受取り"), found.service("更新")) == ("zeimu", 30, 90, "pickup", "")


@pytest.mark.parametrize(("old", "new", "line", "words"), [
    ("zeimu", "nowhere", 1, "city.yaml"), ('"30"', '"0"', 2, "1〜366"), ("受取り", "受け取り", 4, "知らない項目"),
    ("予約", "よやく", 4, "予約"), ("来庁:", "来庁: [", 5, "読めません")])
def test_a_fault_is_told_with_its_line(tmp_path, old, new, line, words):
    with pytest.raises(CardsWrong) as wrong:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert f"cards.yaml:{line}" in wrong.value.ja and words in wrong.value.ja


def test_the_city_of_the_trial_is_good(db):
    services = standing().services
    assert all(p.service in services for p in card_city().parts)
    assert services[card_city().service("受取り")].door == DOOR


def test_a_city_without_the_file_has_no_page(hall, monkeypatch):
    for where in ("selectors", "views"):
        monkeypatch.setattr(f"madoguchi.cards.{where}.card_city", CardCity)
    assert hall.browser().get("/card/").status_code == 404
    assert 'href="/card/"' not in text(hall.browser().get("/booking/"))
    assert "カード交付" not in text(hall.desk("okada").get("/staff/"))
    assert hall.desk("okada").get("/staff/cards/").status_code == 403
