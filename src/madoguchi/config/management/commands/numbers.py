"""`madoguchi numbers`: how far the document numbers have come; after a restore, let them go on after the last that went out."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from madoguchi.kernel import clock
from madoguchi.kernel.keeping import year_typed
from madoguchi.offices.public import city
from madoguchi.records.public import fiscal_year, numbers_go_on, registers

from .keys import actor


class Command(BaseCommand):
    help = "文書番号がどこまで出たかを表示します。控えから戻したあとは、出した番号の次へ進めます(after)"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", metavar="after")
        after = acts.add_parser("after", help="最後に出した番号の次から続けます(戻すことはできません)")
        after.add_argument("sign", metavar="記号", help="文書の記号。例: 七子")
        after.add_argument("last", metavar="番号", type=int, help="最後に出した番号。次の文書はこの次の番号になる")
        after.add_argument("--year", type=year_typed, default=fiscal_year(clock.today()), metavar="年度", help="年度(既定: 今の年度)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "after":
            signs = sorted({section.sign for section in city().sections.values() if section.sign})
            if options["sign"] not in signs:
                raise CommandError(f"{options['sign']} という記号の課はありません。city.yaml にある記号: {'、'.join(signs)}")
            moved = numbers_go_on(actor=actor(), sign=options["sign"], year=options["year"], last=options["last"])
            self.stdout.write(f"{moved.year}年度の次の文書は {moved.sign}第{moved.last + 1}号 です。")
            return
        rows = registers()
        for row in rows:
            self.stdout.write(f"{row.year}年度 {row.sign}第{row.last}号 まで")
        if not rows:
            self.stdout.write("文書番号はまだ出していません。")
