"""`madoguchi restore 控え`: into an empty city hall; says whether chain, files and counts are all there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from madoguchi.config.restore import backup_check, backup_restore
from madoguchi.kernel.models import AuditEntry, AuditSeal

from .keys import actor


class Command(BaseCommand):
    help = "控えから戻します(空のデータベースと空のデータフォルダへ)"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="控え", help="控え(フォルダか .tar)")
        parser.add_argument("--check", action="store_true", help="戻さずに、控えが揃っているかだけを調べる")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["source"]).resolve()
        if options["check"]:
            _, body = backup_check(path)
            self.stdout.write(f"控えは揃っています({body['made_at']}、{body['database']}、ファイル {body['files']['count']}件)")
            return
        body, faults = backup_restore(path, actor=actor())
        rows = sum(body["counts"].values())
        self.stdout.write(f"{body['made_at']} の控えから戻しました。")
        self.stdout.write(f"  データベース {len(body['counts'])}表 {rows}行、ファイル {body['files']['count']}件")
        for fault in body["faults"]:
            self.stdout.write(f"  控えを取ったときから異常があったもの: {fault}")
        for fault in faults:
            self.stdout.write(f"  異常: {fault}")
        if faults:
            self.stdout.write(f"{len(faults)}件の異常があります。開かずに、別の控えを試してください。")
            sys.exit(1)
        self.stdout.write(f"件数・記録({AuditEntry.objects.count()}件、封印{AuditSeal.objects.count()}件)・ファイルを検証: 異常はありません。")
        self.stdout.write("職員のログインはすべて終わらせました。控えのあとに離れた人・止めたトークン・出した文書番号を確かめてください。"
                          "番号は `madoguchi numbers after` で先へ進められます(docs/administrator.md「戻したあとにすること」)。")
        self.stdout.write("続けて `madoguchi setup` を実行し、`madoguchi serve` で開いてください。")
