"""`madoguchi inventory …`: lists of procedures from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from madoguchi.inventory import doubles, generate, taking
from madoguchi.inventory.columns import LABELS
from madoguchi.inventory.errors import DoubleNotFound, HeadingsUnknown, SheetWrong
from madoguchi.inventory.sheet import MOST_BYTES
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.oswords import os_words

KEEP = "そのまま残す"
FIELDS = {label: name for name, label in LABELS.items()} | {KEEP: ""}


class Command(BaseCommand):
    help = ("手続棚卸: 手続きの一覧を取り込み(import)、公開中の手続きと結び(link)、型で下書きにし(draft)、二重の公開をやめ(doubles)、"
            "試用の一覧を作ります(generate)")

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="import|link|draft|doubles|generate")
        taken = acts.add_parser("import", help="一覧(.xlsxかCSV)を取り込みます。全件か無か、どちらかです")
        taken.add_argument("file", type=Path, metavar="ファイル", help="手続きの一覧(.xlsx か CSV)")
        taken.add_argument("--mapping", action="append", default=[], metavar="見出し=項目",
                           help=f"知らない列が何か。覚えておきます。項目: {'、'.join(FIELDS)}")
        acts.add_parser("link", help="まだ結んでいない行を、名前か別名が同じ公開中の手続きと結びます")
        draft = acts.add_parser("draft", help="取り込んだ行から、型で定義の下書きを作ります(drafts make と同じ)。公開した行は結びます")
        draft.add_argument("--publish", action="store_true", help="公開できるものは公開する(書面・押印・対面で止まっている行と、人が止めた行のほか)")
        draft.add_argument("--barred", action="store_true", help="--publish のとき、止まっている行も公開する")
        draft.add_argument("--only", nargs="+", default=[], metavar="KEY", help="この手続IDの行だけ")
        double = acts.add_parser("doubles", help="手で作った定義と二重に公開している手続きを並べます")
        double.add_argument("--withdraw", nargs="+", default=[], metavar="番号", help="この番号の公開をやめ、行を手で作った定義に結び直す")
        made = acts.add_parser("generate", help="試用の一覧を作ります(本番では動きません)")
        made.add_argument("--rows", type=int, default=452, metavar="数", help="行の数(既定: 452)")
        made.add_argument("--seed", type=int, default=1, metavar="数", help="乱数の種")
        made.add_argument("--out", type=Path, required=True, help="拡張子が .xlsx ならExcel、ほかはCSV")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['act']}")(options)
        except SheetWrong as wrong:
            for line in wrong.lines:
                self.stderr.write(line)
            raise CommandError(wrong.ja) from None
        except HeadingsUnknown as unknown:
            for name in unknown.names:
                self.stderr.write(f"列「{name}」が何か分かりません: --mapping '{name}={KEEP}' か --mapping '{name}=項目'")
            raise CommandError(f"{unknown.ja}項目: {'、'.join(FIELDS)}") from None
        except DomainError as wrong:
            raise CommandError(wrong.ja) from None

    def _import(self, options: dict[str, Any]) -> None:
        answers = {}
        for text in options["mapping"]:
            shown, mark, label = text.rpartition("=")
            if not mark or not shown.strip() or label.strip() not in FIELDS:
                raise CommandError(f"--mapping「{text}」は 見出し=項目 の形で書いてください。項目: {'、'.join(FIELDS)}")
            answers[shown.strip()] = FIELDS[label.strip()]
        try:
            if options["file"].stat().st_size > MOST_BYTES:
                raise CommandError(f"{options['file']} が大きすぎます。{MOST_BYTES // 1_000_000}MBまでに分けてください。")
            data = options["file"].read_bytes()
        except OSError as wrong:
            raise CommandError(f"{options['file']} を開けません({os_words(wrong)})。場所と権限を確認してください。") from None
        taking.headings_remember(actor="cli", answers=answers)
        result = taking.list_take(actor="cli", data=data, name=options["file"].name).result
        self.stdout.write(f"新しい{result['new']:,}件、変わった{result['changed']:,}件、同じ{result['unchanged']:,}件、"
                          f"ファイルにない{result['missing']:,}件(消していません)。公開中の手続きと結んだ{result['linked']:,}件")
        for kind, words in (("changed", "変わった"), ("missing", "ファイルにない")):
            for _, name in result["named"][kind]:
                self.stdout.write(f"{words}: {name}")
        if result["kept"]:
            self.stdout.write(f"そのまま残した列: {'、'.join(result['kept'])}")

    def _link(self, options: dict[str, Any]) -> None:
        with transaction.atomic():
            taking.one_writer()
            linked = taking.slugs_link(actor="cli")
        self.stdout.write(f"{linked:,}件を、公開中の手続きと結びました")

    def _draft(self, options: dict[str, Any]) -> None:
        with transaction.atomic():
            taking.one_writer()
            taking.entries_settle()
        call_command("drafts", "make", *(f"--{name}" for name in ("publish", "barred") if options[name]),
                     *(["--only", *options["only"]] if options["only"] else []), stdout=self.stdout, stderr=self.stderr)
        if options["publish"]:
            self._link(options)
        if doubles.doubles_found():
            self._doubles({"withdraw": []})

    def _doubles(self, options: dict[str, Any]) -> None:
        for slug in options["withdraw"]:
            try:
                done = doubles.withdraw(by="cli", slug=slug)
            except DoubleNotFound:
                raise CommandError(f"{slug} は、二重に公開している手続きではありません。番号を確かめてください。") from None
            self.stdout.write(f"{slug}「{done.name}」の公開をやめました。{done.instead}「{done.instead_name}」に移ります")
        found = doubles.doubles_found()
        for d in found:
            self.stdout.write(f"二重の公開: {d.slug}「{d.name}」は、{d.instead}「{d.instead_name}」と同じです")
        self.stdout.write("二重の公開をやめるには: madoguchi inventory doubles --withdraw 番号 …(「手続棚卸」の「二重の公開」でもできます)"
                          if found else "二重に公開している手続きはありません")
        for d in doubles.doubles_named():
            if d.alike:
                self.stdout.write(f"名前が似ている: {d.slug}「{d.name}」と{d.instead}「{d.instead_name}」。同じ手続きか、確かめてください")

    def _generate(self, options: dict[str, Any]) -> None:
        if settings.PRODUCTION:
            raise CommandError("本番では実行できません。試用の一覧を作るためのものです。")
        try:
            table = generate.rows(options["rows"], seed=options["seed"])
        except ValueError as wrong:
            raise CommandError(f"{wrong}。") from None
        write = generate.as_xlsx if options["out"].suffix.lower() == ".xlsx" else generate.as_csv
        try:
            options["out"].write_bytes(write(table))
        except OSError as wrong:
            raise CommandError(f"{options['out']} に書けません({os_words(wrong)})。場所と権限を確認してください。") from None
        self.stdout.write(f"{options['out']}: {len(table):,}行を書きました。{generate.INVENTED}")
