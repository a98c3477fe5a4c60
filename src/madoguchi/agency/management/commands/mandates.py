"""`madoguchi mandates end`: a 委任 that ended by law without either of its two sides."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from madoguchi.agency.mandate_desk import mandate_close


class Command(BaseCommand):
    help = "委任した方の死亡などで代理権が消えた委任を終わらせる"

    def add_arguments(self, parser: CommandParser) -> None:
        end = parser.add_subparsers(dest="act", required=True, metavar="end").add_parser("end")
        end.add_argument("number", metavar="番号", help="申請の帯に出る委任の番号(8文字)か、その全体")
        end.add_argument("--why", required=True, metavar="理由", help="例: 委任した方の死亡(民法111条1項1号)。記録には要約値だけが残る")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["why"].strip():
            raise CommandError("--why に、終わらせる理由を書いてください。")
        if not mandate_close(number=options["number"], why=options["why"].strip()):
            raise CommandError("その番号で、いま使える委任が一つに決まりません。申請の帯の番号を確かめるか、36文字の番号で指定してください。")
        self.stdout.write("終わらせました。代理の方は、この委任で新しく手続きできず、送った手続きの経過も見られません。送信済みの手続きは続きます。"
                          "代理の方が手続きのときに入力したアドレスへ、終わったことをメールで知らせます。")
