"""The pages that the proxy shows by itself: there is one for each that its settings name, and each is whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from lxml import html

from madoguchi.config.management.commands import doorpages
from madoguchi.kernel.errors import StartRefused
from madoguchi.offices.public import city
from madoguchi.web.languages import LANGUAGES

DEPLOY = Path(__file__).resolve().parents[4] / "deploy"


def test_every_answer_of_nginx_has_its_page_and_every_page_is_used():
    named = dict(re.findall(r"^error_page ([0-9 ]+) /errors/([a-z]+)\.html;$", (DEPLOY / "errors.conf").read_text(encoding="utf-8"), re.M))
    assert sorted(named.values()) == sorted(path.stem for path in doorpages.PAGES.glob("*.html"))
    codes = {int(code) for codes in named for code in codes.split()}
    assert codes >= {400, 403, 404, 405, 413, 414, 429, 494, 497, 500, 502, 503, 504}


def test_the_pages_name_the_city_and_its_telephone(tmp_path, settings):
    for _ in range(2):
        call_command("doorpages", str(tmp_path / "errors"))
    pages = sorted((tmp_path / "errors").iterdir())
    assert [path.stat().st_mode & 0o777 for path in pages] == [0o644] * 5
    for path in pages:
        text = path.read_text(encoding="utf-8")
        page = html.fromstring(text)
        assert not re.search(r"@[A-Z_]+@", text)
        assert page.xpath("//title/text()")[0].endswith(f"｜{city().name}")
        assert page.xpath(f"//p[not(@lang)]/a[@href='tel:{city().phone}']") and page.xpath(f"//p[@lang='en']/a[@href='tel:{city().phone}']")
        assert str(city().english) in page.xpath("string(//p[@lang='en'])")
        for lang in {language.html for language in LANGUAGES.values()} - {"ja"}:
            assert len(page.xpath(f"//p[@lang='{lang}']")) == 1 == len(page.xpath(f"//p[@lang='{lang}']/a[@href='tel:{city().phone}']")), (path, lang)


def test_what_a_city_writes_is_text_on_the_pages(monkeypatch):
    import dataclasses

    odd = dataclasses.replace(city(), name="七尾<b>&市", phone='0767"><script>')
    monkeypatch.setattr(doorpages, "city", lambda: odd)
    filled = doorpages.page_filled("<p>@CITY@<a href=\"tel:@PHONE@\">")
    assert "<script>" not in filled and "<b>" not in filled


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StartRefused, match="に書けません"):
        call_command("doorpages", str(tmp_path / "file"))
