"""まとめて書く: what several applications ask alike of somebody else than the one who writes stands in each, and at nobody else's place."""

from __future__ import annotations

import pytest
from tests.support.walk import text

from madoguchi.guide import services
from madoguchi.intake.models import Draft
from madoguchi.intake.together import offered
from madoguchi.procedures import public as procedures

from .test_plans import DIED, begin

SOUSAI, KOUGAKU, KOSEKI = "sousai-hi", "kaigo-kougaku", "koseki-shoumei"
DEAD = {"o_name.sei": "試用", "o_name.mei": "松蔵", "o_kana.sei": "シヨウ", "o_kana.mei": "マツゾウ", "o_born.era": "s", "o_born.y": "9",
        "o_born.m": "3", "o_born.d": "1", "o_died.era": "r", "o_died.y": "8", "o_died.m": "11", "o_died.d": "9"}
MINE = {"k1.sei": "見本", "k1.mei": "花子"}


@pytest.fixture
def town(hall):
    for slug in (SOUSAI, KOUGAKU, KOSEKI):
        hall.publish(slug)
    return hall


@pytest.fixture
def listed(town):
    """The list of somebody whose father died, who had care, and the browser."""
    client = town.browser("hanako")
    return client, begin(client, "okuyami", DIED | {"care": "yes", "pension": "yes"})


def draft_of(slug: str) -> Draft:
    return Draft.objects.get(slug=slug)


def values(town, slug: str, page: str, **known: str):
    d = town.definition(slug)
    return offered(draft_of(slug), d, d.step(page), known)


def test_the_page_has_a_part_for_each_person(listed):
    client, url = listed
    page = text(client.get(f"{url}together/", {"go": "1", "p": [SOUSAI, KOUGAKU]}))
    assert page.index("申請する方") < page.index('name="k1.sei"') < page.index(">亡くなった方<") < page.index('name="o_name.sei"')
    assert 'name="o_died.y"' in page and 'name="o_address.lot"' in page


def test_what_only_one_of_them_asks_is_asked_there(listed):
    client, url = listed
    page = text(client.get(f"{url}together/", {"go": "1", "p": [SOUSAI, KOSEKI]}))
    assert 'name="o_born.y"' in page and 'name="o_died.y"' not in page
    alone = text(client.get(f"{url}together/", {"go": "1", "p": [SOUSAI]}))
    assert 'name="o_died.y"' in alone


def test_the_dead_and_the_heir_stand_each_at_their_place(town, listed):
    client, url = listed
    assert client.post(f"{url}together/", {"p": [SOUSAI, KOUGAKU, KOSEKI]} | MINE | DEAD)["Location"] == f"{url}#begun"
    dead, mine = {"sei": "試用", "mei": "松蔵"}, {"sei": "見本", "mei": "花子"}
    heir = values(town, KOUGAKU, "insured_page", filer="heir")
    assert (heir["insured_name"], heir["insured_born"], heir["insured_kana"]) == (dead, "1934-03-01", {"sei": "シヨウ", "mei": "マツゾウ"})
    assert "insured_address" not in heir, "it was left empty"
    assert values(town, KOUGAKU, "applicant_page", filer="heir")["applicant_name"] == mine
    assert values(town, KOUGAKU, "applicant_page", filer="heir")["died_on"] == "2026-11-09"
    assert values(town, KOUGAKU, "insured_page", filer="self")["insured_name"] == mine, "one's own where one is the insured"
    assert values(town, SOUSAI, "dead_page")["dead_name"] == dead
    assert values(town, SOUSAI, "claimant_page")["name"] == mine
    assert values(town, KOSEKI, "target_page", filer="other")["target_name"] == dead
    page = text(client.get(f"/a/{draft_of(SOUSAI).id}/dead_page/"))
    assert 'value="松蔵"' in page and "まとめて書いた内容が入っています" in page


def test_nobody_elses_name_is_put_where_one_of_somebody_else_is_asked(town, listed):
    client, url = listed
    client.post(f"{url}together/", {"p": [SOUSAI, KOUGAKU]} | MINE)
    for filer in ("heir", "family", "guardian"):
        assert values(town, KOUGAKU, "insured_page", filer=filer) == {}, filer
    page = town.definition(SOUSAI).step("dead_page")
    assert offered(draft_of(SOUSAI), town.definition(SOUSAI), page, {}) == {}


def test_a_wrong_day_is_said_at_its_field_and_begins_nothing(listed):
    client, url = listed
    page = client.post(f"{url}together/", {"p": [SOUSAI, KOUGAKU]} | MINE | DEAD | {"o_born.m": "13"})
    assert page.status_code == 422 and "o_born" in text(page) and 'value="松蔵"' in text(page)
    assert not Draft.objects.exists()


def test_the_postcode_fills_the_address_at_which_it_was_asked(listed):
    client, url = listed
    page = text(client.post(f"{url}together/", {"p": [SOUSAI, KOUGAKU], "o_address.zip": "9260811", "_action": "zip:o_address"} | MINE))
    at = page.index('name="o_address.zip"')
    assert "石川県七尾市" in page[at:] and "石川県七尾市" not in page[page.index('name="k4.zip"'):at]
    assert not Draft.objects.exists()


def test_a_question_that_another_version_lacks_is_left_out(town):
    finder = procedures.finder("okuyami")
    task = next(t for t in finder.tasks if t.slug == SOUSAI)
    assert ("dead_name", "name") in services.takes_of(finder, task, town.definition(SOUSAI))
    assert services.takes_of(finder, task, town.definition(KOSEKI)) == []


def test_nothing_chosen_is_told(listed):
    client, url = listed
    answer = client.post(f"{url}together/", {"p": "nowhere"} | MINE)
    assert answer.status_code == 422
    assert "手続きを一つ以上選んでください" in text(answer)
