"""`madoguchi retention`: destroys the cases whose term of keeping is over. `--dry-run` only says which, and why."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from madoguchi.casework import holds, retention
from madoguchi.casework.states import HOLDS
from madoguchi.collection import keeping as collection_keeping
from madoguchi.config import leaving
from madoguchi.kernel.eras import wareki
from madoguchi.kernel.errors import DomainError
from madoguchi.payments import public as payments

from .keys import actor


class Command(BaseCommand):
    help = "保存期間の過ぎた申請を廃棄します(--dry-run で一覧だけ)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", nargs="?", default="run", choices=["run", "hold", "lift"],
                            help="run 廃棄(既定)、hold 止める、lift 止めるのをやめる")
        parser.add_argument("receipt", nargs="?", default="", help="hold / lift: 受付番号")
        parser.add_argument("--dry-run", action="store_true", help="廃棄せず、何がなぜ対象かだけを出す")
        parser.add_argument("--limit", type=int, default=0, help="この件数で終わる")
        parser.add_argument("--kind", default="appeal", choices=sorted(HOLDS), help="hold: 審査請求 appeal、訴訟 lawsuit …")
        parser.add_argument("--why", default="", help="hold / lift: 理由")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["action"] == "run" and options["receipt"]:
                raise CommandError(f"run は、保存期間の過ぎたものを全部廃棄します。受付番号({options['receipt']})は付けられません。"
                                   "廃棄を止めるのは hold、解くのは lift です。")
            if options["action"] == "run":
                self._run(dry=options["dry_run"], limit=options["limit"])
            elif options["action"] == "hold":
                holds.hold_place_by_receipt(by=actor(), receipt=options["receipt"], kind=options["kind"], why=options["why"])
                self.stdout.write(f"{options['receipt']} の廃棄を止めました({HOLDS[options['kind']]})。")
            else:
                holds.hold_lift_by_receipt(by=actor(), receipt=options["receipt"], why=options["why"])
                self.stdout.write(f"{options['receipt']} の廃棄の停止を解きました。")
        except DomainError as wrong:
            raise CommandError(wrong.ja) from None

    def _run(self, *, dry: bool, limit: int) -> None:
        gone, kept, cut = 0, 0, False
        for found in retention.plan():
            if cut := bool(limit and gone >= limit):
                break
            words = (f"{found.receipt} {found.procedure} 最後の処理 {wareki(found.last_on)} "
                     f"保存{found.years}年 {wareki(found.goes_on)}から廃棄できます")
            if found.why_not:
                kept += 1
                self.stdout.write(f"残す   {words} → {found.why_not}")
            elif dry:
                gone += 1
                self.stdout.write(f"廃棄   {words}")
            elif retention.case_destroy(actor=actor(), case_id=found.case_id):
                gone += 1
                self.stdout.write(f"廃棄した {words}")
                self.stdout.flush()
        gone, kept, cut = self._payments(dry=dry, limit=limit, gone=gone, kept=kept, cut=cut)
        if dry:
            self._by_the_clock()
        for name in retention.unruled():
            self.stdout.write(f"対象外  {name}: {retention.NO_RULE}")
        done = f"{gone}件が廃棄の対象です" if dry else f"{gone}件を廃棄しました。住民側の控えは、作業係が続けて廃棄します"
        if cut:
            done += f"。--limit の{limit}件で止めました。この先は見ていません"
        self.stdout.write(f"{done}({'ここまでに' if cut else ''}残すもの{kept}件)")

    def _by_the_clock(self) -> None:
        """What the worker takes by itself (config.leaving), and what `collection retention` takes."""
        for line in leaving.lines():
            self.stdout.write(f"次の片付け {line}")
        for found in collection_keeping.plan():
            words = f"{found.words} 最後の処理 {found.last_on} {found.goes_on}から廃棄できます"
            self.stdout.write(f"残す   {words} → {found.why_not}" if found.why_not else f"収納の廃棄 {words}")

    def _payments(self, *, dry: bool, limit: int, gone: int, kept: int, cut: bool) -> tuple[int, int, bool]:
        """Payments whose case is gone, or that never had one."""
        for found in payments.payments_over():
            if limit and gone >= limit:
                return gone, kept, True
            words = f"{found.words} 最後の動き {wareki(found.last_on)} {wareki(found.goes_on)}から廃棄できます"
            if found.why_not:
                kept += 1
                self.stdout.write(f"残す   {words} → {found.why_not}")
            elif dry or payments.payment_destroy(actor=actor(), payment_id=found.payment_id):
                gone += 1
                self.stdout.write(f"{'廃棄  ' if dry else '廃棄した'} {words}")
        return gone, kept, cut
