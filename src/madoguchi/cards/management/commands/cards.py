"""`madoguchi cards …`: cards that arrived, letters, expiries and rates from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from madoguchi.cards import expiries, printing, rating, services
from madoguchi.cards.city import card_city
from madoguchi.cards.operators import Operator
from madoguchi.cards.rates import WAYS
from madoguchi.cards.spreadsheet import csv_bytes
from madoguchi.cards.staff_errors import SheetWrong
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.oswords import os_words

ACTOR = Operator("cli")


class Command(BaseCommand):
    help = "マイナンバーカードの交付: 届いたカード(stock)、手紙(letters)、期限(expiries)、交付率(rates)"

    def add_arguments(self, parser: CommandParser) -> None:
        rooms = parser.add_subparsers(dest="room", required=True, metavar="stock|letters|expiries|rates")
        stock = rooms.add_parser("stock", help="お預かりしているカード").add_subparsers(dest="act", required=True, metavar="import")
        ends = rooms.add_parser("expiries", help="期限の一覧").add_subparsers(dest="act", required=True, metavar="import")
        rates = rooms.add_parser("rates", help="交付率").add_subparsers(dest="act", required=True, metavar="import|export")
        letters = rooms.add_parser("letters", help="手紙").add_subparsers(dest="act", required=True, metavar="make")
        counted = rates.add_parser("import", help="交付率の統計(CSV)を取り込みます。全件か無か、どちらかです")
        for each in (stock.add_parser("import", help="届いたカード(CSV)を取り込みます。全件か無か、どちらかです"),
                     ends.add_parser("import", help="期限の一覧(CSV)を取り込みます。全件か無か、どちらかです"), counted):
            each.add_argument("file", type=Path, metavar="ファイル", help="取り込むファイル(CSV)")
            each.add_argument("--dry-run", action="store_true", help="取り込まず、誤りと、何が変わるかだけを出す")
        counted.add_argument("--source", required=True, metavar="出典", help="例: 総務省 マイナンバーカード交付状況 2026年10月末")
        told = rates.add_parser("export", help="交付率をCSVで書き出します")
        told.add_argument("--out", type=Path, default=None, help="書くファイル(既定: 画面に出す)")
        made = letters.add_parser("make", help="出す時期の手紙をつくり、PDFで置きます。途中で切れたら、同じ命令で続きから")
        made.add_argument("--out", type=Path, required=True, metavar="DIR", help="PDFを置くフォルダ")
        made.add_argument("--kind", choices=list(printing.KINDS), default="notice", help="notice 通知書(既定)、reminder 催促、expiry 期限")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if not card_city().section:
                raise CommandError("市のパックに cards.yaml がありません。docs/cards.md のとおりに書いてください。")
            getattr(self, f"_{options['room']}_{options['act']}")(options)
        except SheetWrong as wrong:
            for line in wrong.faults:
                self.stderr.write(f"{options['file']} {line}")
            raise CommandError("何も取り込んでいません。上のところを直して、もう一度実行してください。") from None
        except DomainError as wrong:
            raise CommandError(wrong.ja) from None

    def _bytes(self, options: dict[str, Any]) -> bytes:
        try:
            return bytes(options["file"].read_bytes())
        except OSError as wrong:
            raise CommandError(f"{options['file']} を開けません({os_words(wrong)})。場所と権限を確認してください。") from None

    def _did(self, options: dict[str, Any]) -> str:
        return "取り込むと" if options["dry_run"] else "取り込みました"

    def _stock_import(self, options: dict[str, Any]) -> None:
        done = services.cards_import(actor=ACTOR, data=self._bytes(options), dry_run=options["dry_run"])
        self.stdout.write(f"{self._did(options)}: 新しいカード{done.added:,}枚、変わったカード{done.changed:,}枚、同じカード{done.same:,}枚")

    def _expiries_import(self, options: dict[str, Any]) -> None:
        done = expiries.expiries_import(actor=ACTOR, data=self._bytes(options), dry_run=options["dry_run"])
        self.stdout.write(f"{self._did(options)}: 新しい期限{done:,}件")

    def _rates_import(self, options: dict[str, Any]) -> None:
        done = rating.rates_take(actor=ACTOR, data=self._bytes(options), source=options["source"], dry_run=options["dry_run"])
        self.stdout.write(f"{self._did(options)}: {done.months:,}か月分")
        for month, way in done.replaced:
            self.stdout.write(f"入れ替え: {month:%Y-%m} {WAYS[way]}")
        for month, way in done.dropped:
            self.stdout.write(f"「全体」の数と合わないため消すもの: {month:%Y-%m} {WAYS[way]}")
        for words in done.apart:
            self.stdout.write(f"{words}。出典が違うためなら、そのままで構いません")

    def _rates_export(self, options: dict[str, Any]) -> None:
        rows = rating.table(actor=ACTOR)
        if options["out"] is None:
            self.stdout.write(csv_bytes(rows).decode(), ending="")
            return
        try:
            options["out"].write_bytes(csv_bytes(rows))
        except OSError as wrong:
            raise CommandError(f"{options['out']} に書けません({os_words(wrong)})。場所と権限を確認してください。") from None
        self.stdout.write(f"{options['out']}: {len(rows) - 1:,}行を書きました")

    def _letters_make(self, options: dict[str, Any]) -> None:
        files = letters = 0
        try:
            options["out"].mkdir(parents=True, exist_ok=True)
            for path, count in printing.letters_lay(operator=ACTOR, kind=options["kind"], folder=options["out"]):
                files, letters = files + 1, letters + count
                self.stdout.write(f"{path}: {count}通")
        except OSError as wrong:
            raise CommandError(f"{options['out']} に書けません({os_words(wrong)})。場所と権限を確認し、もう一度実行してください。") from None
        self.stdout.write(f"手紙{letters:,}通、PDF{files}つ" if files else "いま出す手紙はありません")
