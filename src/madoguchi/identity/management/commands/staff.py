"""`madoguchi staff import FILE`, `add`, `list`, `password`: the people who work here."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from madoguchi.identity.errors import PersonnelWrong
from madoguchi.identity.models import Membership, Staff
from madoguchi.identity.people import membership_add, membership_fault, password_issue, person_faults, staff_add
from madoguchi.identity.personnel import KEPT, personnel_import
from madoguchi.identity.rights import ROLES, WHOLE
from madoguchi.kernel import clock
from madoguchi.kernel.errors import DomainError
from madoguchi.offices.public import city


class Command(BaseCommand):
    help = "職員を登録します(import, add, list, password)"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="import|add|list|password")
        taken = acts.add_parser("import", help="人事のファイル(CSV)を取り込みます。全件か無か、どちらかです")
        taken.add_argument("file", type=Path, metavar="ファイル", help="人事のファイル(CSV)")
        taken.add_argument("--dry-run", action="store_true", help="入る人・変わる人・離れる人を出すだけで、何も変えない")
        taken.add_argument("--accept-loss", action="store_true", help="多くの人が離れるときも取り込む")
        added = acts.add_parser("add", help="職員を一人加えます。もう登録されている番号には、--role の役割を加えます")
        added.add_argument("number", metavar="職員番号", help="人事の番号。ログインに使う")
        added.add_argument("name", metavar="氏名", help="姓と名の間を空ける")
        added.add_argument("--role", action="append", default=[], metavar="課:役割", help="例: zeimu:clerk、全庁の管理者は *:admin")
        acts.add_parser("list", help="職員と、いまの役割")
        word = acts.add_parser("password", help="初めのパスワードを作って表示します(前のパスワードとログインは終わります)")
        word.add_argument("number", metavar="職員番号", help="人事の番号。ログインに使う")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, "_" + options["act"])(options)
        except PersonnelWrong as wrong:
            for line in wrong.lines:
                self.stderr.write(line)
            raise CommandError(wrong.ja) from None
        except DomainError as wrong:
            raise CommandError(wrong.ja) from None

    def _import(self, options: dict[str, Any]) -> None:
        changes = personnel_import(actor="command", path=options["file"], dry_run=options["dry_run"], accept_loss=options["accept_loss"],
                                   sections={key: s.name for key, s in city().sections.items()})
        for c in changes:
            self.stdout.write(f"{c.kind} {c.number} {c.name}: {'、'.join(c.words)}")
        kept = f"、そのままの人 {n}人" if (n := sum(c.kind == KEPT for c in changes)) else ""
        counts = "、".join(f"{kind} {sum(c.kind == kind for c in changes)}人" for kind in ("入る人", "変わる人", "離れる人")) + kept
        self.stdout.write(f"{counts}。" + ("試しに読んだだけで、何も変えていません。" if options["dry_run"] else "取り込みました。"))

    def _add(self, options: dict[str, Any]) -> None:
        roles = [_role(text) for text in options["role"]]
        number, name = unicodedata.normalize("NFKC", options["number"]).strip(), options["name"]
        if faults := person_faults(number, name):
            raise CommandError("。".join(faults))
        with transaction.atomic():
            staff = Staff.objects.filter(username=number).first() if roles else None
            if staff and staff.name.split() != name.split():  # a wrong number must not make somebody else an administrator
                raise CommandError(f"職員番号 {staff.username} は「{staff.name}」です。番号と氏名を確認してください。")
            there = staff is not None
            staff = staff or staff_add(actor="command", username=number, name=name)
            given = [membership_add(actor="command", staff=staff, section=section, role=role, starts=clock.today()) for section, role in roles]
        if there:
            self.stdout.write(f"{staff.username} はもう登録されています。役割を加えました: {_words(given)}")
        else:
            self.stdout.write(f"{staff.username} を登録しました。./madoguchi staff password {staff.username} で初めのパスワードを作れます。")

    def _list(self, options: dict[str, Any]) -> None:
        today = clock.today()
        for staff in Staff.objects.order_by("username").prefetch_related("membership_set"):
            held = [m for m in staff.membership_set.all() if m.starts <= today and (m.ends is None or today <= m.ends)]
            self.stdout.write("\t".join([staff.username, staff.name, "有効" if staff.is_active else "登録終了", _words(held)]))

    def _password(self, options: dict[str, Any]) -> None:
        password = password_issue(actor="command", username=options["number"])
        self.stdout.write(f"{options['number']} の初めのパスワード: {password}\n本人に渡してください。"
                          "ログインすると、まず自分で変える画面に進みます。")


def _role(text: str) -> tuple[str, str]:
    """(section, role) of ``--role``. Raises CommandError."""
    section, _, role = text.partition(":")
    if fault := membership_fault(section, role if role in ROLES else "", set(city().sections)):
        raise CommandError(f"--role {text}: {fault}(符号は {'、'.join(ROLES)})")
    return section, role


def _words(held: list[Membership]) -> str:
    names = {key: s.name for key, s in city().sections.items()} | {WHOLE: "全庁"}
    return "、".join(f"{names.get(m.section, m.section)} {ROLES.get(m.role, m.role)}" for m in held) or "役割なし"
