"""Readings over the kanji of the residents' pages: nothing left out, nothing over what people typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client
from tests.support.hall import Hall, run_worker
from tests.support.walk import Walk

from madoguchi.config.furigana import ONE
from madoguchi.config.procedures_cli import body, pack_files, read_file
from madoguchi.intake import drafts
from madoguchi.intake.models import Application
from madoguchi.kernel.said import KANJI
from madoguchi.offices.public import city

NOT_DRAWN = {"title", "option", "textarea", "script", "style", "rt", "rp"}


class Reader(HTMLParser):
    """Text of a page that stands outside of ruby, as far as ruby could stand there."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.foreign = 0
        self.bare: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("input", "meta", "link", "br", "wbr", "img", "path", "circle", "rect", "line", "polyline", "hr"):
            return
        self.open.append(tag if dict(attrs).get("lang") in (None, "ja") else "foreign")

    def handle_endtag(self, tag: str) -> None:
        if self.open and tag not in ("br", "wbr", "path", "circle", "rect", "line", "polyline"):
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not NOT_DRAWN & set(self.open) and not {"ruby", "foreign"} & set(self.open) and ONE.search(data):
            self.bare.append(data.strip())


def bare_kanji(html: str) -> list[str]:
    """Pieces of text with kanji that have no reading."""
    reader = Reader()
    reader.feed(html)
    return reader.bare


def publish(hall: Hall, slug: str) -> None:
    """As `madoguchi setup` publishes it, with its readings."""
    path, override = next(pair for pair in pack_files(city()) if pair[0].stem == slug)
    definition, _ = read_file(path, override, city())
    assert definition is not None
    hall.publish(slug, body(path, override, definition))


def reading(client: Client) -> Client:
    """The same browser with the switch on."""
    client.cookies["ui_ruby"] = "on"
    return client


def typed(walk: Walk) -> set[str]:
    """Words that this person typed or chose to be called by."""
    def inside(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            for v in value.values():
                yield from inside(v)
        elif isinstance(value, list):
            for v in value:
                yield from inside(v)
        elif isinstance(value, str):
            yield value

    return set(inside(walk.draft.answers))


def attach(hall: Hall, walk: Walk) -> None:
    """The papers that the procedure requires."""
    d = drafts.published_of(walk.draft).definition
    for slot in drafts.procedures_attachments(d, drafts.steps_of(walk.draft, d)[0]):
        if slot.required:
            hall.attach(hall.owner("hanako"), walk.draft, slot.id)


@pytest.mark.parametrize("slug", ["risai-shoumei", "ninshin-todoke", "jidou-teate-nintei", "kaigo-nintei-shinki"])
def test_no_kanji_of_ours_is_left_without_a_reading(hall: Hall, slug: str):
    publish(hall, slug)
    client = reading(hall.browser("hanako"))
    left: dict[str, list[str]] = {}

    def look(path: str) -> str:
        html = client.get(path).content.decode()
        if found := bare_kanji(html):
            left[path] = found
        return html

    for path in ("/", "/procedures/", "/procedures/?q=あ", f"/p/{slug}/", "/status/", "/my/", "/accessibility/", "/life/disaster/", "/nowhere/"):
        look(path)
    walk = Walk(client, slug, hall.answers(slug))
    wrong = client.post(walk.here, {"_action": "next", "_mark": ""}).content.decode()
    if found := bare_kanji(wrong):
        left["wrong"] = found
    pages = 0
    while walk.step_id != "check" and pages < 40:
        look(walk.here)
        here = walk.step_id
        if here == "documents":
            attach(hall, walk)
            look(walk.here)
        answer = client.post(walk.here, {"_action": "next"}) if here == "documents" else walk.post(here)
        assert answer.status_code == 303, answer.content.decode()[:2000]
        walk.here, pages = answer["Location"], pages + 1
    theirs = typed(walk)
    look(walk.here)
    filed = walk.submit(mail="hanako@example.jp")
    look(filed["Location"])
    run_worker()
    look(f"/my/{Application.objects.get().id}/")
    ours = {path: gone for path, found in left.items() if (gone := [w for w in found if not any(t and t in w for t in theirs)])}
    import json; print("OURS", json.dumps({k.split("/",3)[-1]: v for k, v in ours.items()}, ensure_ascii=False))
    assert ours == {}
    assert Application.objects.get().language == "ja"
