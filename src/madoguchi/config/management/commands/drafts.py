"""`madoguchi drafts …`: definitions made of rows of the inventory by patterns, and their publication."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from madoguchi.builder.public import drafts_folder
from madoguchi.config import drafts
from madoguchi.inventory.public import BARRED_WORDS, rows_for_drafts
from madoguchi.kernel.oswords import os_words
from madoguchi.procedures import public as procedures
from madoguchi.procedures.pack import PatternsWrong, patterns
from madoguchi.procedures.rules.draft_row import COLUMNS

from .keys import actor

STATES = {"new": "作った", "again": "作り直した", "same": "変わらない", "edited": "手で直してあるため、そのまま", "pack": "定義がすでにある",
          "twice": "手続IDが重なる", "wrong": "検査に通らない"}


def rows_of(path: Path) -> list[dict[str, str]]:
    """A CSV whose first line names the columns; UTF-8 or cp932. Raises CommandError."""
    try:
        raw = path.read_bytes()
    except OSError as wrong:
        raise CommandError(f"{path} を開けません({os_words(wrong)})。場所と権限を確認してください。") from None
    for encoding in ("utf-8-sig", "cp932"):
        try:
            reader = csv.DictReader(io.StringIO(raw.decode(encoding), newline=""), strict=True)
            rows = list(reader)
            break
        except UnicodeDecodeError:
            continue
        except csv.Error as wrong:
            raise CommandError(f"{path} をCSVとして読めません({wrong})。表計算ソフトで保存し直してください。") from None
    else:
        raise CommandError(f"{path} の文字コードが読めません。UTF-8かcp932で保存し直してください。")
    if missing := {"key", "name", "section"} - set(reader.fieldnames or ()):
        raise CommandError(f"{path} の1行目に {'・'.join(sorted(missing))} がありません。使える見出しは: {'、'.join(COLUMNS)}")
    if bad := next((n for n, row in enumerate(rows, 2) if None in row), 0):
        raise CommandError(f"{path} の{bad}件目の行に、見出しより多い列があります。「,」を含む欄は「\"」で囲んでください。")
    return rows


class Command(BaseCommand):
    help = "手続棚卸の行から、型で定義の下書きを作ります"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="make")
        make = acts.add_parser("make", help="下書きを作る")
        make.add_argument("--from", dest="source", type=Path, metavar="FILE.csv",
                          help=f"省くと、取り込んだ手続棚卸の全部の行。見出し: {','.join(COLUMNS)}")
        make.add_argument("--publish", action="store_true", help="公開できるものは公開する(書面・押印・対面で止まっている行と、人が止めた行のほか)")
        make.add_argument("--barred", action="store_true",
                          help="--publish のとき、止まっている行も公開する。担当課が公開してよいと決めた行を --only で示して使う")
        make.add_argument("--only", nargs="+", default=[], metavar="KEY", help="この手続IDの行だけ")
        publish = acts.add_parser("publish", help="下書きを今のファイルのとおりに公開する")
        publish.add_argument("slug", nargs="+", metavar="番号", help="手続きの番号(アドレスの名)")
        publish.add_argument("--barred", action="store_true", help="一覧か人が止めている手続きも公開する")
        acts.add_parser("patterns", help="型の一覧と、その検査")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            {"make": self._make, "publish": self._publish, "patterns": self._patterns}[options["act"]](options)
        except PatternsWrong as wrong:
            raise CommandError(str(wrong)) from None

    def _make(self, options: dict[str, Any]) -> None:
        rows = rows_of(options["source"]) if options["source"] else list(rows_for_drafts())
        if not rows:
            raise CommandError("手続棚卸に行がありません。先に madoguchi inventory import で一覧を取り込んでください。")
        only = set(options["only"])
        if lost := only - {row["key"] for row in rows}:
            raise CommandError(f"手続ID {'、'.join(sorted(lost))} の行がありません。")
        began = time.monotonic()
        report = drafts.drafts_make([r for r in rows if not only or r["key"] in only], actor=actor(), publish=options["publish"],
                                    barred=options["barred"])
        self.told(report, time.monotonic() - began)

    def told(self, report: drafts.Report, seconds: float) -> None:
        """Print what became of every row, then the counts."""
        offered = {p.slug for p in procedures.catalogue()}
        for r in report.rows:
            self.stdout.write(f"{r.key or '-'}\t{r.slug}\t{STATES[r.state]}\t{r.pattern}\t{r.name}")
            if r.why:
                self.stdout.write(f"    {r.pattern}を選んだ理由: {r.why}。要確認{len(r.doubts)}件{'。公開した' if r.published else ''}")
            for words in r.blocks:
                self.stdout.write(f"    公開できません: {words}" if r.state != "pack" else f"    {words}")
            if r.barred and not r.published and r.state != "pack":
                self.stdout.write(f"    止まっています: {r.barred}")
            if r.slug in offered and not r.published and r.state != "pack" and (r.barred or r.blocks):
                self.stdout.write("    前に公開した版を、住民はいまも出せます。公開したままでよいか、担当課と確かめてください")
        self.stdout.write("型: " + "、".join(f"{name} {n}件" for name, n in report.patterns.most_common()))
        self.stdout.write("結果: " + "、".join(f"{STATES[s]} {n}件" for s, n in report.states.most_common()))
        if missing := report.sections_missing:
            self.stdout.write("city.yaml の「課」にない課: " + "、".join(f"{name} {n}件" for name, n in missing.most_common()))
        self.stdout.write(f"{len(report.rows)}行、公開できるもの{report.publishable}件、公開した{report.published}件、{seconds:.1f}秒。{drafts_folder()}")
        if report.barred:
            self.stdout.write(f"公開したうち{report.barred}件は、一覧か人が止めています(--barred)。公開したままでよいか、担当課と確かめてください"
                              f"(「手続棚卸」の状態「{BARRED_WORDS}」)")
        if report.held:
            self.stdout.write(f"公開できる形の下書きのうち{report.held}件は、一覧に書面・押印・対面を求める記載があるか、人が止めているか、ほかの場所で受け付けています。{drafts.STOPPED}"
                              "(一覧の記載が古いときは、直して取り込み直してください)")

    def _publish(self, options: dict[str, Any]) -> None:
        rows = list(rows_for_drafts())
        wrong, barred, blocks = 0, {} if options["barred"] else drafts.barred_slugs(rows), drafts.blocks_of(rows, options["slug"])
        for slug in options["slug"]:
            faults = drafts.draft_publish(slug, actor=actor(), barred=barred.get(slug, ""), blocks=blocks.get(slug, ()))
            wrong += bool(faults)
            for words in faults:
                self.stderr.write(f"{slug}: {words}")
            if not faults:
                self.stdout.write(f"{slug}: 公開しました")
        if wrong:
            raise CommandError(f"{wrong}件を公開できませんでした。上の行を直してください。")

    def _patterns(self, options: dict[str, Any]) -> None:
        for pattern in patterns()[0]:
            words = "、".join(f"{word}{weight}" for word, weight in [*pattern.kinds.items(), *pattern.words.items()])
            self.stdout.write(f"{pattern.name}({pattern.id}): {words}")
        if faults := drafts.patterns_check():
            raise CommandError("\n".join(faults))
        self.stdout.write("どの型からも、検査に通る下書きができます。")
