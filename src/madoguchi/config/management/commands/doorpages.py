"""`madoguchi doorpages 行き先`: the pages that the proxy in front shows by itself (nobody answers, too much, too large), with the
city's name and telephone out of its pack."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from madoguchi.kernel.errors import StartRefused
from madoguchi.offices.public import city

PAGES = Path(__file__).resolve().parents[5] / "deploy" / "pages"


def page_filled(text: str) -> str:
    """One page of deploy/pages with what the city pack says."""
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
                temp.write_text(page_filled(source.read_text(encoding="utf-8")), encoding="utf-8")
                temp.chmod(0o644)
                temp.replace(target)
        except OSError as error:
            raise StartRefused(f"{folder} に書けません({type(error).__name__})。場所と権限を確認してください。") from None
        self.stdout.write(f"{folder} に {len(list(PAGES.glob('*.html')))}枚を書きました")
