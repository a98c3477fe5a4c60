"""`madoguchi demo`: files all procedures on a running city hall and follows them to the letter and the core system."""

from __future__ import annotations

import logging
import sys
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from madoguchi.config import demo
from madoguchi.kernel import clock
from madoguchi.offices.public import city, terms_in_pack
from madoguchi.procedures.pack import pack_files, read_file
from madoguchi.procedures.rules.disasters import asks_disaster, with_disasters, with_event_days


class Command(BaseCommand):
    help = "動いている市役所で、すべての手続を申請から連携まで通します(試用だけ)"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=settings.BASE_URL, metavar="アドレス", help="動いている市役所のアドレス")
        parser.add_argument("--only", default="", help="手続の番号(コンマ区切り)")
        parser.add_argument("--seed", type=int, default=1, metavar="数", help="答えを作る乱数の種")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("本番では実行できません。架空の申請を作るためのものです。")
        wanted = {slug.strip() for slug in options["only"].split(",")} - {""}
        if unknown := sorted(wanted - {path.stem for path, _ in pack_files(city())}):
            raise CommandError(f"手続「{'」「'.join(unknown)}」は、この市にありません。番号は、定義のファイルの名です"
                               "(`madoguchi demo` だけなら、全部の手続きを通し、番号を表示します)。")
        try:
            demo.must_be_trial(options["url"])
        except requests.RequestException:
            raise CommandError(f"{options['url']} に市役所がありません。./up で開くか、--url で指定してください。") from None
        except demo.DemoFailed as refused:
            raise CommandError(str(refused)) from None
        logging.getLogger("urllib3").setLevel(logging.ERROR)  # a door that opens on the second knock is no news
        disasters = self._disasters()
        days = {d["番号"]: str(d["発生日"]) for d in city().disasters}
        offices: dict[str, demo.Office] = {}
        rows = []
        self.stdout.write(f"{'手続':<36}{'受付番号':<18}画面  {'ms':>6}  連携 / 通知書")
        for path, override in pack_files(city()):
            definition, _ = read_file(path, override, city())
            if definition is None or (wanted and definition.id not in wanted):
                continue
            if asks_disaster(definition) and not disasters:
                self.stdout.write(f"{definition.id:<38}受付中の災害がありません(city.yaml の「災害」)。申請を送りませんでした")
                continue
            asked = with_event_days(with_disasters(definition, disasters), days)
            row = demo.one(options["url"], asked, options["seed"], offices)
            rows.append(row)
            self.stdout.write(f"{row.slug:<38}{row.receipt:<18}{row.steps:>4}  {row.ms:>6}  {row.error or row.delivered}")
            if row.letter:
                words = row.letter.partition(f"{city().seal_words})")[2].strip() or row.letter  # what follows the head
                self.stdout.write(f"    {words[:150]}…")
            self.stdout.flush()
        bad = [r for r in rows if r.error or not r.letter]
        self.stdout.write(f"{len(rows)}件中{len(rows) - len(bad)}件が最後まで届きました")
        sys.exit(1 if bad or not rows else 0)

    def _disasters(self) -> dict[str, str]:
        """Those of the pack that are for trial, or where there are none those that applications are accepted for today."""
        trial = {d["番号"]: d["名"] for d in city().disasters if d.get("試用") == "はい"}
        return trial or {d.key: d.name for d in map(terms_in_pack, city().disasters) if d.open_on(clock.today())}
