"""`madoguchi signatures verify`: proves again that what was signed with a card is what lies here."""

from __future__ import annotations

import sys
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from madoguchi.intake.rules import receipt_read
from madoguchi.intake.signing import signed_applications, stored_faults


class Command(BaseCommand):
    help = "保存されている電子署名を、申請の内容からもう一度検証します"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["verify"], metavar="verify", help="電子署名を全部確かめる")
        parser.add_argument("--application", default="", metavar="受付番号", help="この申請だけを検証します(受付番号か、申請のID)")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = _wanted(options["application"])
        seen = bad = 0
        for row in signed_applications(wanted):
            faults = stored_faults(row)
            seen, bad = seen + 1, bad + bool(faults)
            for fault in faults:
                self.stdout.write(f"{row.receipt} {row.id}: {fault}")
        if wanted and not seen:
            raise CommandError("この申請は見つかりません。受付番号を確認してください")
        self.stdout.write(f"電子署名{seen}件を検証: " + (f"{bad}件に異常があります" if bad else "異常はありません"))
        if bad:
            sys.exit(1)


def _wanted(said: str) -> str:
    """The receipt number (as people type it) or id that was given; empty for none. Raises CommandError."""
    if not said or (number := receipt_read(said)):
        return number if said else ""
    try:
        return str(uuid.UUID(said))
    except ValueError:
        raise CommandError("--application には受付番号(例 R8-0352-1113-0)を指定してください。数字がちがわないか確認してください") from None
