"""Lists for staff keep their budget in a city with five hundred procedures, for somebody who works in every section."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client
from django.urls import get_resolver
from lxml import html

from madoguchi.identity.public import staff_enrol
from madoguchi.inventory import generate, taking
from madoguchi.inventory.models import Entry
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.selectors import forget

MANY, BUDGET = 500, 10_000
NO_PAGES = ("sign-out", ".csv", "sign-in", "/link/", "/take/", "section-feed", "callback")


def lists() -> list[str]:
    """Every page for staff that names nothing in its address."""
    def walk(resolver, before=""):
        for pattern in resolver.url_patterns:
            path = before + str(pattern.pattern)
            yield from walk(pattern, path) if hasattr(pattern, "url_patterns") else [f"/{path}"]

    return [url for url in walk(get_resolver()) if url.startswith("/staff/") and "<" not in url and not any(n in url for n in NO_PAGES)]


@pytest.fixture
def everywhere(hall, db):
    """A city of many procedures, and a clerk of all its sections who keeps the inventory too."""
    slug = "juuminhyou-utsushi"
    hall.definition(slug)
    body = procedures.body_of(slug)
    sections = list(city().sections)
    rows = generate.rows(MANY, seed=1)
    for number, row in enumerate(rows):
        one = body | {"手続": f"t-n{number:04d}", "名称": row[1], "よみ": row[1], "担当": sections[number % len(sections)]}
        procedures.version_publish(actor="test", slug=one["手続"], body=one)
    forget()
    taking.list_take(actor="test", data=generate.as_csv(rows), name="一覧.csv")
    person = staff_enrol(username="everybody", name="全課 見本", password="madoguchi-trial",
                         memberships=[(s, role) for s in sections for role in ("clerk", "manager")] + [("*", "digital")])
    desk = Client()
    desk.force_login(person)
    return desk


def test_lists_keep_their_budget(everywhere) -> None:
    sizes = {}
    for url in [*lists(), f"/staff/inventory/{Entry.objects.first().id}/"]:
        answer = everywhere.get(url)
        if answer.status_code == 200:
            sizes[url] = len(gzip.compress(answer.content, 6))
    assert len(sizes) > 20 and {"/staff/", "/staff/counter/", "/staff/counter/interview/", "/staff/figures/"} <= set(sizes)
    assert {url: size for url, size in sizes.items() if size > BUDGET} == {}


def page(desk, url, **sent):
    answer = desk.get(url, sent)
    assert answer.status_code == 200
    return html.fromstring(answer.content)


def test_nothing_is_out_of_reach(everywhere) -> None:
    filtered = page(everywhere, "/staff/")
    assert len(filtered.xpath("//select[@name='slug']/option")) == 1 and len(filtered.xpath("//select[@name='section']/option")) > 10
    filtered = page(everywhere, "/staff/", section="kosodate", slug="t-n0001")
    assert len(filtered.xpath("//select[@name='slug']/option")) > 20
    assert filtered.xpath("//select[@name='section']/option[@selected]/@value") == ["kosodate"]
    asked = page(everywhere, "/staff/counter/interview/")
    assert len(asked.xpath("//input[@name='p'][@type='checkbox']")) == 100 and "100件までを出しています" in asked.text_content()
    assert page(everywhere, "/staff/counter/interview/", q="印鑑登録").xpath("//input[@name='p'][@type='checkbox']")
    figures = [page(everywhere, "/staff/figures/", page=n) for n in (1, 2)]
    names = [{row.text for row in f.xpath("//table[contains(@class,'figs')][1]/tbody/tr/th")} for f in figures]
    assert "合計" in names[0] & names[1] and len(names[0] - names[1]) == 40 == len(names[1] - names[0])
    entry = f"/staff/inventory/{Entry.objects.first().id}/"
    assert 1 < len(page(everywhere, entry).xpath("//select[@name='slug']/option")) < 40
    found = page(everywhere, entry, q="犬の登録").xpath("//select[@name='slug']/option[contains(., '犬')]/@value")
    assert found
    sent = {"revision": "1", "section": "", "slug": found[0], "target_year": "x", "status_by_hand": "", "note": ""}
    wrong = html.fromstring(everywhere.post(entry, sent).content)
    assert wrong.xpath("//select[@name='slug']/option[@selected]/@value") == found[:1], "what was chosen stays"
