"""`madoguchi exchange …`: definitions to and from other cities, as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from madoguchi.builder import offers
from madoguchi.builder.errors import CopyNotFound, ExchangeWrong, FormWrong
from madoguchi.builder.exchange import lacks, unpack
from madoguchi.builder.models import Offer
from madoguchi.identity.public import Staff
from madoguchi.kernel.oswords import os_words
from madoguchi.offices.public import city
from madoguchi.procedures.public import catalogue


class Command(BaseCommand):
    help = "手続きの定義を、ほかの市とやり取りするファイルにします"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="export|import")
        out = acts.add_parser("export", help="公開中の定義を、一つのファイルに取り出す")
        out.add_argument("slug", nargs="*", metavar="番号", help="手続きの番号(アドレスの名)")
        out.add_argument("--all", action="store_true", help="公開中の全部")
        out.add_argument("--out", type=Path, required=True, metavar="ファイル", help="書くファイル(.zip)")
        back = acts.add_parser("import", help="ファイルの中身と、この市の定義との違いを言う")
        back.add_argument("file", type=Path, metavar="ファイル", help="ほかの市からもらったファイル(.zip)")
        back.add_argument("--by", metavar="職員", help="この職員の「ほかの市の定義」に入れる(画面で見て決める)")

    def handle(self, *args: Any, **options: Any) -> None:
        self._export(options) if options["act"] == "export" else self._import(options)

    def _export(self, options: dict[str, Any]) -> None:
        slugs = [p.slug for p in catalogue()] if options["all"] else options["slug"]
        if not slugs:
            raise CommandError("取り出す手続きの番号を書くか、--all を付けてください。")
        try:
            data = offers.export(slugs=slugs)
        except CopyNotFound as missing:
            raise CommandError(missing.ja) from None
        half = options["out"].with_name(options["out"].name + ".part")
        try:
            half.write_bytes(data)
            half.replace(options["out"])
        except OSError as wrong:
            raise CommandError(f"{options['out']} に書けません({os_words(wrong)})。場所と権限を確認してください。") from None
        self.stdout.write(f"{options['out']}: {len(slugs)}の手続きを取り出しました({len(data):,}バイト)")

    def _import(self, options: dict[str, Any]) -> None:
        try:
            data = options["file"].read_bytes()
            origin, found = unpack(data)
        except OSError as wrong:
            raise CommandError(f"{options['file']} を開けません({os_words(wrong)})。場所と権限を確認してください。") from None
        except ExchangeWrong as wrong_file:
            raise CommandError("\n".join(wrong_file.lines)) from None
        for given in found:
            differ = offers.own_differences(Offer(slug=given.slug, text=given.text))
            state = "新しい" if differ is None else f"この市のものと{len(differ)}か所違う" if differ else "この市のものと同じ"
            self.stdout.write(f"{given.slug}\t{given.name}\t{state}")
            for words in lacks(given.needs, city()):
                self.stdout.write(f"    足りない: {words}")
        self.stdout.write(f"{origin}の定義 {len(found)}件")
        if options["by"]:
            self._keep(options["by"], data)

    def _keep(self, username: str, data: bytes) -> None:
        staff = Staff.objects.filter(username=username, is_active=True).first()
        if staff is None:
            raise CommandError(f"職員「{username}」がいません。")
        try:
            made = offers.offers_take_in(actor=staff, data=data)
        except (CopyNotFound, FormWrong):
            raise CommandError(f"職員「{username}」は、定義を直す権利がありません。") from None
        self.stdout.write(f"{len(made)}件を、{username}さんの「手続作成 → ほかの市の定義」に入れました")
