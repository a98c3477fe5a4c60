"""Certificates that residents order: the years and kinds that may be ordered, and what a bill says."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.fees import fee_words
from madoguchi.procedures.rules.checks import RULES, Facts
from madoguchi.procedures.rules.checks.certificates import newest_tax_year
from madoguchi.procedures.rules.fees import bill
from madoguchi.procedures.rules.validate import attachments_asked

from . import pack

PRICES = {"kazei": 300, "nouzei": 301, "koseki": 450, "joseki": 750, "inkan": 302, "yuusou": 110, "sodai": 500}  # told apart by their yen


def said(rule: str, answers: dict, today: dt.date, **args: str) -> list[str]:
    return [f.ja for f in RULES[rule].run(Facts(answers, today), **args)]


@pytest.mark.parametrize(("day", "year"), [("2026-05-31", 7), ("2026-06-01", 8), ("2026-11-20", 8), ("2027-01-01", 8), ("2027-06-01", 9)])
def test_a_new_tax_year_is_certified_from_june(day: str, year: int):
    assert newest_tax_year(dt.date.fromisoformat(day)) == year


@pytest.mark.parametrize(("year", "words"), [(9, "令和8年度まで"), (8, ""), (4, ""), (3, "令和4年度から")])
def test_a_tax_certificate_is_of_one_of_five_years(year: int, words: str):
    found = said("tax_year_is_issued", {"year": year}, dt.date(2026, 11, 20), item="year")
    assert len(found) == bool(words) and all(words in ja for ja in found)


def test_a_year_taxed_elsewhere_is_certified_there():
    assert said("tax_year_is_of_this_city", {"at": "other"}, dt.date(2026, 11, 20), item="at")
    assert not said("tax_year_is_of_this_city", {"at": "same"}, dt.date(2026, 11, 20), item="at")


@pytest.mark.parametrize(("day", "year", "refused"), [
    ("2026-11-20", 8, False), ("2026-11-20", 9, True), ("2026-11-20", 5, False), ("2026-11-20", 4, True),
    ("2027-03-31", 5, False), ("2027-04-01", 5, True), ("2027-04-01", 9, False),
])
def test_payment_is_certified_for_this_year_and_three_before(day: str, year: int, refused: bool):
    assert bool(said("payment_year_is_certified", {"year": year}, dt.date.fromisoformat(day), item="year")) == refused


def test_a_family_register_kept_elsewhere_is_asked_for_there():
    assert said("register_is_kept_here", {"at": "other"}, dt.date(2026, 11, 20), item="at")
    assert not said("register_is_kept_here", {"at": "here"}, dt.date(2026, 11, 20), item="at")


@pytest.mark.parametrize(("born", "refused"), [("2011-11-20", False), ("2011-11-21", True), ("1990-04-02", False), ("2027-01-01", False)])
def test_a_seal_is_certified_from_fifteen_and_on_the_card(born: str, refused: bool):
    assert bool(said("seal_is_registered_from_fifteen", {"born": born}, dt.date(2026, 11, 20), born="born")) == refused
    assert bool(said("seal_card_is_at_hand", {"card": not refused}, dt.date(2026, 11, 20), item="card")) == refused


@pytest.mark.parametrize(("slug", "answers", "total"), [
    ("kazei-shoumei", {"copies": 2, "receive": "post"}, 710),
    ("nouzei-shoumei", {"kind": "paid", "copies": 2, "receive": "counter"}, 602),
    ("nouzei-shoumei", {"kind": "car", "copies": 2, "receive": "counter"}, 0),
    ("nouzei-shoumei", {"kind": "car", "copies": 2, "receive": "post"}, 110),
    ("koseki-shoumei", {"kind": "all", "copies": 1, "receive": "counter"}, 450),
    ("koseki-shoumei", {"kind": "old", "copies": 2, "receive": "post"}, 1610),
    ("inkan-shoumei", {"copies": 3, "receive": "post"}, 1016),
    ("koseki-shoumei", {"kind": "old", "copies": 2, "receive": "post", "exempt": True}, 110),
])
def test_each_kind_is_billed_at_its_own_fee(slug: str, answers: dict, total: int):
    assert bill(pack.definition(slug), answers, lambda key: (key, PRICES[key], key == "yuusou")).total == total


def test_the_first_page_names_the_cheapest_and_the_dearest_kind(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("madoguchi.procedures.fees.fee_on", lambda key, _day: PRICES[key])
    assert fee_words(pack.definition("koseki-shoumei")) == "1通450円から750円（郵送料が加わることがあります）"
    assert fee_words(pack.definition("sodai-gomi")) == "1つ500円"
    assert fee_words(pack.definition("inkan-shoumei")) == "1通302円（郵送料が加わることがあります）"


def test_things_that_are_no_copies_are_not_called_so(monkeypatch: pytest.MonkeyPatch):
    prices = {"inu_touroku": 3000, "inu_chuusha": 550, "inu_kansatsu_sai": 1600, "inu_chuusha_sai": 340, "yuusou": 110}
    monkeypatch.setattr("madoguchi.procedures.fees.fee_on", lambda key, _day: prices[key])
    assert fee_words(pack.definition("inu-touroku")) == "340円から（選ぶものによって変わります）"


def test_a_refused_certificate_of_the_register_is_reviewed_by_the_legal_affairs_bureau():
    """戸籍法124条: not by the mayor, as other certificates are."""
    assert pack.definition("koseki-shoumei").review.appeal == "法務局長"
    assert pack.definition("juuminhyou-utsushi").review.appeal == "市長"


@pytest.mark.parametrize(("want", "asked"), [("register", False), ("retag", False), ("shot", True), ("both", True), ("reshot", True)])
def test_a_tag_of_the_shot_is_given_or_given_again_on_the_vets_paper(want: str, asked: bool):
    """狂犬病予防法施行規則12条2項・13条1項."""
    assert [a.id for a in attachments_asked(pack.definition("inu-touroku"), {"want": want})] == ["shot_proof"] * asked


@pytest.mark.parametrize(("slug", "level"), [("kazei-shoumei", "利用者証明用"), ("nouzei-shoumei", "署名用"), ("juuminhyou-utsushi", "署名用")])
def test_a_signature_is_asked_for_only_where_a_text_that_was_read_demands_one(slug, level) -> None:
    """納税証明書: 総務省関係法令に係る施行規則4条1項. Of 課税証明書 nothing that was read does: it says so, and can be ordered online."""
    d = pack.definition(slug)
    assert d.level == level
    assert (level == "署名用") or any("電子署名を求める定め" in words for _, words in d.doubts)
