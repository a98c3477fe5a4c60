"""`madoguchi audit verify`: proves that no record of an act was removed, changed, reordered or cut off."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from madoguchi.kernel import audit, witness
from madoguchi.kernel.errors import StartRefused
from madoguchi.kernel.models import AuditEntry, AuditSeal

from .worker import anchor_path


def read_anchors(path: Path) -> tuple[list[tuple[int, str]], list[audit.Fault]]:
    """(seal number, hash) pairs of an anchor file, and what is wrong with the file itself. Without anchors nobody can tell
    whether the end of the record was cut off, so that a missing file is a fault as soon as there are seals."""
    anchors, faults = [], []
    for number, line in enumerate(path.read_text(errors="replace").splitlines() if path.exists() else [], 1):
        parts = line.split()
        if len(parts) >= 2 and parts[0].isascii() and parts[0].isdecimal():
            anchors.append((int(parts[0]), parts[1]))
        else:
            faults.append(audit.Fault(path.name, number, "控えの行が壊れています"))
    if not anchors and AuditSeal.objects.exists():
        words = f"外の控え({path})がありません。末尾の切り取りを確かめられません。別に写した控えを --anchor で指定してください"
        faults.append(audit.Fault("seal", 1, words))
    return anchors, faults


def bare_end(anchors: list[tuple[int, str]]) -> str:
    """What to say of seals newer than the newest anchor. The worker writes one beside each seal, so that a death in between leaves one
    without; more at the end may be lines that were taken off, or an older copy of the file (after a restore, or given by --anchor)."""
    last = max((number for number, _ in anchors), default=0)
    bare = list(AuditSeal.objects.filter(seq__gt=last).order_by("seq").values_list("seq", flat=True))
    if not anchors or len(bare) < 2:
        return ""
    return (f"注意: 封印{bare[0]}から{bare[-1]}までは控えと比べていません(控えの末尾がないか、古い写しです)。"
            "新しい写しがあれば --anchor で指定してください")


class Command(BaseCommand):
    help = "監査の記録を検証します"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["verify"], metavar="verify", help="記録の鎖を初めから確かめる")
        parser.add_argument("--anchor", default="", help="外に控えた封印のファイル(既定: データフォルダの anchors/seals.txt)")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["anchor"]) if options["anchor"] else anchor_path()
        if options["anchor"] and not path.is_file():
            raise StartRefused(f"控えのファイルがありません: {path}。--anchor の場所を確認してください。")
        anchors, faults = read_anchors(path)
        faults += audit.verify(anchors) + witness.verify()
        for fault in faults:
            self.stdout.write(f"{fault.chain} {fault.seq}: {fault.ja}")
        if note := bare_end(anchors):
            self.stdout.write(note)
        entries, seals = AuditEntry.objects.count(), AuditSeal.objects.count()
        words = f"記録{entries}件、封印{seals}件、控え{len(anchors)}件を検証"
        self.stdout.write(f"{words}: {len(faults)}件の異常があります" if faults else f"{words}: 異常はありません")
        if faults:
            sys.exit(1)
