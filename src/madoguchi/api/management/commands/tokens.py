"""`madoguchi tokens make|revoke|list`: tokens of other systems of the city hall."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from madoguchi.api.models import ApiToken
from madoguchi.api.services import DAYS, SCOPES, state_of, token_make, token_revoke
from madoguchi.kernel import clock
from madoguchi.offices.public import city


def _day(row: ApiToken) -> str:
    """Its last day here, as 権限の一覧 shows it."""
    return row.ends_at.astimezone(clock.JST).date().isoformat()


class Command(BaseCommand):
    help = "職員用APIのトークンを作る・止める・一覧にする"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="make|list|revoke")
        make = acts.add_parser("make")
        make.add_argument("name", metavar="名", help="何のためのトークンか")
        make.add_argument("--section", required=True, metavar="課", help="どの課の申請を読むか(city.yaml の名)")
        make.add_argument("--scope", action="append", required=True, choices=sorted(SCOPES), help="読んでよいもの(何度も書けます)")
        make.add_argument("--days", type=int, default=DAYS, metavar="日", help=f"使える日数(既定: {DAYS})")
        acts.add_parser("revoke").add_argument("id", metavar="番号", help="list に出る番号")
        acts.add_parser("list")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['act']}")(options)

    def _make(self, options: dict[str, Any]) -> None:
        if options["section"] not in city().sections:
            raise CommandError(f"課 {options['section']} はありません。{'、'.join(sorted(city().sections))} から選んでください。")
        if not 1 <= options["days"] <= 3660:
            raise CommandError("--days は 1 から 3660 で指定してください。")
        row, text = token_make(actor="command", name=options["name"], section=options["section"], scopes=options["scope"], days=options["days"])
        self.stdout.write(f"{text}\nこのトークンは二度と表示されません。id {row.id}、{_day(row)} まで。")

    def _revoke(self, options: dict[str, Any]) -> None:
        try:
            found = token_revoke(actor="command", token_id=str(uuid.UUID(options["id"])))
        except ValueError:
            found = False
        if not found:
            raise CommandError("そのトークンはないか、もう止まっています。tokens list で id を確かめてください。")
        self.stdout.write("止めました。")

    def _list(self, options: dict[str, Any]) -> None:
        for row in ApiToken.objects.order_by("made_at"):
            self.stdout.write(f"{row.id} {state_of(row)} {row.section} {','.join(row.scopes)} {_day(row)} {row.name}")
