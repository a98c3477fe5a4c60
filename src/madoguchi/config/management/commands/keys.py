"""`madoguchi keys …`: what lies under which key, a new key while people work, taking an old one away, a copy for the safe."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from madoguchi.config import keys_cli
from madoguchi.kernel import audit, clock, keybox, keyring, keys, rotation, sealing
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.keyring import Kind
from madoguchi.kernel.keysource import ReadOnly, RingChanged
from madoguchi.kernel.oswords import os_words


def actor() -> str:
    """Whoever sits at the terminal, as the record names them."""
    return f"cli:{getpass.getuser()}"


class Command(BaseCommand):
    help = "鍵を調べ、入れ替え、控えを取ります(初めに作るのは keys make、控えから戻すのは keys import 控え)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["list", "rotate", "reseal", "retire", "next", "export"],
                            help="list 一覧、rotate 新しい鍵、reseal 封じ直し、retire 古い鍵を外す、next 次にすること、export 控え")
        parser.add_argument("name", nargs="?", default="", help="retire: 鍵の名 / export: 控えを書くファイル")
        parser.add_argument("--search", action="store_true", help="検索用の鍵(完全一致の検索)を対象にする")
        parser.add_argument("--new", action="store_true", help="続きがあっても、さらに新しい鍵を作る")
        parser.add_argument("--pause", type=float, default=0.02, help="一束(100件)ごとの休み(秒)")

    def handle(self, *args: Any, **options: Any) -> None:
        kind: Kind = "search" if options["search"] else "seal"
        try:
            getattr(self, f"_{options['action']}")(kind, options)
        except DomainError as wrong:
            raise CommandError(wrong.ja) from None
        except ReadOnly as wrong:
            raise CommandError(str(wrong)) from None
        except RingChanged:
            raise CommandError("鍵束が、ほかの人の操作で変わりました。`madoguchi keys list` で確かめてから、もう一度実行してください。") from None

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()

    def _list(self, kind: Kind, options: dict[str, Any]) -> None:
        labels = sealing.labels()
        for each, words in (("seal", "封をする鍵"), ("search", "検索の鍵")):
            mine, found = keys.ring(fresh=True).of(each), sealing.report(each)  # type: ignore[arg-type]
            self._say(words)
            for name in mine.known:
                mark = {mine.current: "今の鍵", mine.pending: "用意した鍵"}.get(name, "前の鍵")
                total = sum(found[name].values())
                self._say(f"  {name} {mark} {mine.made.get(name, '')}  {total}件" + ("" if total else " (なし)"))
                for table, rows in found[name].items():
                    self._say(f"    {labels[table]} ({table}): {rows}件")
            lost = sealing.left(each) - sum(sum(t.values()) for n, t in found.items() if n != mine.current)  # type: ignore[arg-type]
            if lost:
                self._say(f"  鍵束にない鍵のもの: {lost}件(開けません)")

    def _rotate(self, kind: Kind, options: dict[str, Any]) -> None:
        rotation.key_begin(kind, actor=actor(), new=options["new"], say=self._say)
        self._reseal(kind, options)

    def _reseal(self, kind: Kind, options: dict[str, Any]) -> None:
        stuck = rotation.everything_reseal(kind, actor=actor(), pause=options["pause"], say=self._say)
        if stuck:
            raise CommandError(f"{stuck}件は、どの鍵でも開けません。`madoguchi keys list` で確かめ、鍵束の控えを調べてください。")
        self._say("すべて今の鍵で封をしました。古い鍵は、控え(バックアップ)が要らなくなってから `madoguchi keys retire` で外せます。")

    def _retire(self, kind: Kind, options: dict[str, Any]) -> None:
        if not options["name"]:
            raise CommandError("外す鍵の名を書いてください(例: madoguchi keys retire k1)。")
        rotation.key_retire(options["name"], actor=actor())
        self._say(f"{options['name']} を鍵束から外しました。この鍵で取った控え(バックアップ)の封は、もう開きません。")

    def _next(self, kind: Kind, options: dict[str, Any]) -> None:
        ring = keys.ring(fresh=True)
        mine = ring.of(kind).with_pending(keyring.PREFIX[kind]).with_current(clock.now())
        self.stdout.write(keyring.dump(ring.replaced(kind, mine)), ending="")
        self.stderr.write("この鍵束は秘密です。置き直したら、すべてのプロセスを起動し直し、`madoguchi keys reseal` を実行してください。")

    def _export(self, kind: Kind, options: dict[str, Any]) -> None:
        if not options["name"]:
            raise CommandError("控えを書くファイルの名を書いてください。")
        try:
            box = keybox.lock(keys.ring_text(keys.source()), keys_cli.passphrase(twice=True))
            keys_cli.private_write(Path(options["name"]), box)
        except keybox.BoxWrong as wrong:
            raise CommandError(str(wrong)) from None
        except FileExistsError:
            raise CommandError("そのファイルはもうあります。別の名にしてください。") from None
        except OSError as wrong:
            raise CommandError(f"{options['name']} に書けません({os_words(wrong)})。場所と権限を確認してください。") from None
        with transaction.atomic():
            audit.record(actor(), "keys.exported", chain=rotation.CHAIN)
        self._say("鍵束の控えを書きました。合言葉とは別の所、データベースの控えとも別の所に保管してください。")
