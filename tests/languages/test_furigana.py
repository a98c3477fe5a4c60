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
from madoguchi.intake import drafts, retold
from madoguchi.intake.models import Application
from madoguchi.kernel.said import bare
from madoguchi.offices.public import city
from madoguchi.procedures.pack import body, pack_files, read_file
from madoguchi.web.languages import FURIGANA, LANGUAGES, drawing

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
    """Words with kanji that this person typed."""
    def inside(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            for v in value.values():
                yield from inside(v)
        elif isinstance(value, list):
            for v in value:
                yield from inside(v)
        elif isinstance(value, str):
            yield value

    return {text for text in inside(walk.draft.answers) if ONE.search(text)}


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

    for path in ("/", "/procedures/", "/procedures/?q=あ", f"/p/{slug}/", "/status/", "/my/", "/accessibility/", "/life/disaster/",
                 "/guide/", "/guide/okuyami/", "/guide/hisai/", "/nowhere/"):
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
    ours = {path: gone for path, found in left.items() if (gone := [w for w in found if not any(t in w for t in theirs)])}
    assert ours == {}
    assert Application.objects.get().language == "ja"


def test_names_of_people_get_no_reading_even_where_a_word_of_ours_is_written_alike(hall: Hall):
    publish(hall, "ninshin-todoke")
    answers = hall.answers("ninshin-todoke")
    answers["name"] = {"sei": "七尾市", "mei": "妊娠"}
    walk = Walk(reading(hall.browser("hanako")), "ninshin-todoke", answers)
    walk.go()
    html = walk.client.get(walk.here).content.decode()
    assert "七尾市 妊娠" in html.replace("\u3000", " ")


def test_the_switch_works_without_javascript_and_is_remembered(hall: Hall):
    client = Client()
    off = client.get("/").content.decode()
    assert 'name="ruby" value="on" aria-pressed="false">ふりがな</button>' in off and "<ruby>" not in off and "data-ruby" not in off
    answer = client.post("/settings/", {"ruby": "on"}, headers={"referer": "http://testserver/procedures/"})
    assert (answer.status_code, answer["Location"]) == (303, "/procedures/")
    on = client.get("/").content.decode()
    assert 'name="ruby" value="std" aria-pressed="true">ふりがな</button>' in on and "data-ruby" in on
    assert "<b><ruby>七尾市<rp>(</rp><rt>ななおし</rt><rp>)</rp></ruby>" in on.replace("<span>", "").replace("</span>", "")
    client.post("/settings/", {"ruby": "on; x"})
    assert client.cookies["ui_ruby"].value == "on"
    client.post("/settings/", {"ruby": "std"})
    assert client.get("/").content.decode().count("<ruby>") == 0


def test_readings_belong_to_japanese_alone(hall: Hall):
    client = reading(Client())
    client.cookies["ui_lang"] = "en"
    html = client.get("/").content.decode()
    assert 'lang="en"' in html and 'name="ruby"' not in html and "<rt>" not in html
    client.cookies["ui_lang"] = "ja-ruby"  # no language of the menu
    assert 'lang="ja"' in client.get("/").content.decode()
    assert FURIGANA.code not in LANGUAGES


def test_staff_pages_have_no_readings(hall: Hall):
    client = reading(hall.desk("tanaka"))
    assert "<ruby>" not in client.get("/staff/").content.decode()


def test_attributes_titles_and_options_have_no_readings(hall: Hall):
    publish(hall, "ninshin-todoke")
    walk = Walk(reading(hall.browser("hanako")), "ninshin-todoke", hall.answers("ninshin-todoke"))
    for path in ("/", "/p/ninshin-todoke/", walk.here, walk.url("talk_page")):
        html = walk.client.get(path).content.decode()
        assert "<ruby>" in html and "《" not in html and "｜《" not in html
        assert re.findall(r'="[^"]*<r[ubtp]', html) == []
        assert all("<" not in inside for inside in re.findall("<(?:title|option)[^>]*>(.*?)</(?:title|option)>", html, re.S))


def test_without_ruby_in_the_browser_the_readings_stand_in_brackets(hall: Hall):
    html = reading(Client()).get("/").content.decode()
    assert html.count("<ruby>") == html.count("<rp>(</rp>") == html.count("<rp>)</rp>") > 50


def test_a_count_on_a_page_is_read_by_its_number(hall: Hall):
    publish(hall, "ninshin-todoke")
    html = reading(Client()).get("/p/ninshin-todoke/").content.decode()
    minutes = next(int(n) for n in re.findall(r"(\d+)<ruby>分<", html))
    told = re.search(r"\d+<ruby>分<rp>\(</rp><rt>(ふん|ぷん)", html)
    assert told is not None
    assert told[1] == ("ぷん" if minutes % 10 in (0, 1, 3, 4, 6, 8) else "ふん")


def test_the_sections_day_and_result_are_said_again():
    view = {"id": "1", "items": [{"label": "被害を受けた日", "old": "", "note": "七尾市の日付を書いてください"}], "due": "2026-12-20"}
    with drawing(FURIGANA):
        said = retold.correction(view)
        assert said is not None
        assert said["due_ja"].__html__().count("<ruby>") == 4 and "はつか" in said["due_ja"].__html__()
        assert said["items"][0]["note"] == "七尾市の日付を書いてください"
        assert "けっか" in retold.sentence({"ja": "結果が出ました（認定）"}).__html__()
    assert retold.correction(view)["due_ja"] == "令和8年12月20日"
    assert bare(retold.sentence({"ja": "結果が出ました（認定）"})) == "結果が出ました（認定）"
    assert retold.correction(None) is None
