"""`madoguchi booking check`: is booking.yaml of the city pack good?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from madoguchi.booking.errors import BookingWrong
from madoguchi.booking.setup import standing


class Command(BaseCommand):
    help = "窓口の予約の設定(booking.yaml)を確かめます"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["check"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = standing()
        except BookingWrong as wrong:
            self.stderr.write(wrong.ja)
            raise SystemExit(1) from None
        self.stdout.write(f"窓口{len(found.counters)}、サービス{len(found.services)}: よく読めました")
