"""`madoguchi doorpages 行き先`: the pages that the proxy in front shows by itself (nobody answers, too much, too large), with the
city's name and telephone out of its pack. `deploy/page.html` is what all share, `deploy/pages` what each says (its heading, its words,
a line of each other language)."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from madoguchi.kernel.errors import StartRefused
from madoguchi.offices.public import city

DEPLOY = Path(__file__).resolve().parents[5] / "deploy"
PAGES = DEPLOY / "pages"
LINES = (("ENGLISH", "en"), ("CHINESE", "zh-Hans"), ("VIETNAMESE", "vi"), ("PORTUGUESE", "pt"))  # no cookie of ours is read there
SAYS = re.compile(r"<h1>(?P<TITLE>.*?)</h1>\n(?P<WORDS>.*)" + "".join(rf'<p lang="{lang}">(?P<{mark}>.*?)</p>\n' for mark, lang in LINES), re.S)


def page_whole(said: str) -> str:
    """A page of deploy/pages in the frame of all. Raises ValueError for one of another form."""
    parts = SAYS.fullmatch(said)
    if parts is None:
        raise ValueError("a page has a heading, words and a line of each language")
    text = (DEPLOY / "page.html").read_text(encoding="utf-8")
    for mark, words in parts.groupdict().items():
        text = text.replace(f"@{mark}@", words)
    return text


def page_filled(text: str) -> str:
    """A page with what the city pack says."""
    here = city()
    words = {"@CITY@": here.name, "@CITY_EN@": here.english, "@PHONE@": here.phone, "@HOURS@": here.hours}
    for mark, word in words.items():
        text = text.replace(mark, escape(str(word)))
    return text


class Command(BaseCommand):
    help = "前に置くプロキシ(nginx)が自分で出す画面を、市の名前と電話を入れて書き出します"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", metavar="行き先", help="プロキシが読むフォルダ(例: /var/www/madoguchi/errors)")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["target"]).resolve()
        try:
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            for source in sorted(PAGES.glob("*.html")):
                target = folder / source.name
                temp = target.with_name(f".{target.name}.part")
                temp.write_text(page_filled(page_whole(source.read_text(encoding="utf-8"))), encoding="utf-8")
                temp.chmod(0o644)
                temp.replace(target)
        except OSError as error:
            raise StartRefused(f"{folder} に書けません({type(error).__name__})。場所と権限を確認してください。") from None
        self.stdout.write(f"{folder} に {len(list(PAGES.glob('*.html')))}枚を書きました")
