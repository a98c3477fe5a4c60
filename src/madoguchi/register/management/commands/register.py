"""`madoguchi register import FILE` and `madoguchi register generate`: the residents whom the city knows."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from madoguchi.kernel import clock
from madoguchi.kernel.oswords import os_words
from madoguchi.offices.public import city
from madoguchi.register.errors import SheetWrong
from madoguchi.register.importer import Taken, register_import
from madoguchi.register.trial import sheet_write, town_entries


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"「{text}」という日はありません。2026-11-20 のように書いてください") from None


class Command(BaseCommand):
    help = "住民の情報を取り込みます(import)。試用のまちを作ります(generate)"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="import|generate")
        taken = acts.add_parser("import", help="住民のファイル(CSV)を取り込みます。全件か無か、どちらかです")
        taken.add_argument("file", type=Path, metavar="ファイル", help="住民のファイル(CSV)")
        taken.add_argument("--as-of", type=_day, default=None, metavar="2026-11-20", help="いつ時点の情報か(既定: 今日)")
        taken.add_argument("--partial", action="store_true", help="一部の人だけのファイル(いない人に印を付けない)")
        taken.add_argument("--accept-loss", action="store_true", help="人数が大きく減っていても取り込む")
        made = acts.add_parser("generate", help="架空のまちを作ります(本番では動きません)")
        made.add_argument("--people", type=int, default=48_000, metavar="人", help="何人のまちにするか(既定: 48000)")
        made.add_argument("--seed", type=int, default=1, metavar="数", help="乱数の種")
        made.add_argument("--day", type=_day, default=None, metavar="2026-11-20", help="年齢を数える日(既定: 今日)")
        made.add_argument("--out", type=Path, required=True, metavar="ファイル", help="書くファイル")

    def handle(self, *args: Any, **options: Any) -> None:
        (self._import if options["act"] == "import" else self._generate)(options)

    def _import(self, options: dict[str, Any]) -> None:
        try:
            taken = register_import(actor="command", path=options["file"], as_of=options["as_of"], partial=options["partial"],
                                    accept_loss=options["accept_loss"], names=city().register_columns)
        except SheetWrong as wrong:
            for line in wrong.lines:
                self.stderr.write(line)
            raise CommandError(wrong.ja) from None
        for line in report(taken):
            self.stdout.write(line)

    def _generate(self, options: dict[str, Any]) -> None:
        if settings.PRODUCTION:
            raise CommandError("本番では実行できません。架空の人を作るためのものです。")
        people = town_entries(people=options["people"], seed=options["seed"], day=options["day"] or clock.today())
        try:
            count = sheet_write(options["out"], people)
        except OSError as wrong:
            raise CommandError(f"{options['out']} に書けません({os_words(wrong)})。場所と権限を確認してください。") from None
        self.stdout.write(f"{options['out']}: {count}人(住民{options['people']}人と、消除された人{count - options['people']}人)を書きました")


def report(taken: Taken) -> list[str]:
    """What the operator must know."""
    out = [f"{taken.rows}人を読みました。新しい人{taken.added}人、変わった人{taken.changed}人、いなくなった人{taken.gone}人、"
           f"戻った人{taken.back}人。支援措置中は{taken.protected}人です"]
    if taken.lifted:
        out.append(f"支援措置が外れた人が{taken.lifted}人います。住民記録の担当に、正しいか確かめてください")
    if taken.lapsed:
        out.append(f"期間の過ぎた支援措置が{taken.lapsed}人あります。外す届けがあるまで隠し続けます。住民記録の担当に知らせてください")
    if taken.geta:
        out.append(f"氏名に〓のある人が{taken.geta}人います。文字が失われているため、照合で相違になります。UTF-8で出し直せないか確かめてください")
    return out
