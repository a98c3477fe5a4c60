"""`madoguchi booking check`: is booking.yaml of the city pack good?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from madoguchi.booking.closures import shut_out
from madoguchi.booking.errors import BookingWrong
from madoguchi.booking.setup import Setup, standing
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.pack import pack_files

SHOWN = 20


class Command(BaseCommand):
    help = "窓口の予約の設定(booking.yaml)を確かめます"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["check"], metavar="check", help="設定を読み、誤りを全部出す")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = standing()
        except BookingWrong as wrong:
            self.stderr.write(wrong.ja)
            raise SystemExit(1) from None
        if unknown := self._unknown(found):
            self.stderr.write("\n".join(unknown))
            raise SystemExit(1)
        self.stdout.write(f"窓口{len(found.counters)}、サービス{len(found.services)}: よく読めました")
        for line in self._shut(found):
            self.stdout.write(line)

    def _shut(self, found: Setup) -> list[str]:
        """Bookings to come that lie in a time in which the file, or a day on which the city hall is closed, has no hours."""
        try:
            rows = [b for section in sorted({c.section for c in found.counters.values()}) for b in shut_out(section)]
        except DatabaseError:  # the file is checked where nothing is set up yet
            return []
        told = f"窓口が開いていない時間の予約が{len(rows)}件あります。職員画面の「受付の停止」に、電話番号が並びます。"
        return [told, *(f"  {b.day} {b.at} 予約番号 {b.number}" for b in rows[:SHOWN])] if rows else []

    def _unknown(self, found: Setup) -> list[str]:
        """Procedures that a service names and that neither the pack nor what is published here has."""
        known = {path.stem for path, _ in pack_files(city())}
        missing = [(key, slug) for key, s in found.services.items() for slug in s.procedures if slug not in known]
        try:
            known |= {p.slug for p in procedures.catalogue()} if missing else set()
        except DatabaseError:  # the file is checked where nothing is set up yet
            known |= set()
        return [f"booking.yaml サービス・{key}・手続き: 「{slug}」という手続きはありません。"
                "手続きのページのアドレス(/p/番号/)の番号に直してください。" for key, slug in missing if slug not in known]
