"""`madoguchi audit verify`: proves that no record of an act was removed, changed, reordered or cut off."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from madoguchi.kernel import audit
from madoguchi.kernel.models import AuditEntry, AuditSeal

from .worker import anchor_path


class Command(BaseCommand):
    help = "監査の記録を検証します"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["verify"])
        parser.add_argument("--anchor", default="", help="外に控えた封印のファイル(既定: データフォルダの anchors/seals.txt)")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["anchor"]) if options["anchor"] else anchor_path()
        anchors = []
        if path.exists():
            for line in path.read_text().splitlines():
                parts = line.split()
                if len(parts) >= 2 and parts[0].isdigit():
                    anchors.append((int(parts[0]), parts[1]))
        faults = audit.verify(anchors)
        for fault in faults:
            self.stdout.write(f"{fault.chain} {fault.seq}: {fault.ja}")
        entries, seals = AuditEntry.objects.count(), AuditSeal.objects.count()
        words = f"記録{entries}件、封印{seals}件、控え{len(anchors)}件を検証"
        self.stdout.write(f"{words}: {len(faults)}件の異常があります" if faults else f"{words}: 異常はありません")
        if faults:
            sys.exit(1)
