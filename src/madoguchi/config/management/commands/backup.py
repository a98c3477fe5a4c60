"""`madoguchi backup 行き先`: database, files and anchors at one moment, while the city hall serves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from madoguchi.config.backup import backup_make

from .keys import actor


class Command(BaseCommand):
    help = "控えを取ります(開いたまま)。鍵束は入りません"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", metavar="行き先", help="行き先。.tar で終わる名なら一つのファイル、そうでなければフォルダ")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(options["target"]).resolve()
        made = backup_make(target, actor=actor())
        rows = sum(made.counts.values())
        self.stdout.write(f"控えを取りました: {target}")
        self.stdout.write(f"  データベース {len(made.counts)}表 {rows}行、ファイル {made.files}件 {made.bytes:,}バイト、封印の控え")
        self.stdout.write("  鍵束は入っていません。`madoguchi keys export` の控えを、別の所に保管してください。")
        for fault in made.faults:
            self.stderr.write(f"  市役所のファイルに異常があります: {fault}")
        if made.faults:
            sys.exit(1)
