"""The file of the personnel system: who joins, moves, leaves. Checked whole, then written in one transaction."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from madoguchi.kernel import audit, clock
from madoguchi.kernel.canon import sha256
from madoguchi.kernel.oswords import os_words

from .errors import PersonnelWrong
from .models import FILE, HAND, Membership, Staff
from .people import membership_add, membership_end, membership_fault, memberships_lapse, person_faults, staff_add
from .rights import ROLES, WHOLE, Right, allowed

COLUMNS = ("職員番号", "氏名", "所属課", "役割", "開始日", "終了日")
KEPT = "そのままの人"
LOSS_PERCENT, LOSS_LEAST = 20, 3  # more leavers than this are taken for a part of the file
_KEYS = {ja: key for key, ja in ROLES.items()}
_DAY = re.compile(r"(\d{4})[-/]?(\d{1,2})[-/]?(\d{1,2})")
Post = tuple[str, str, dt.date, dt.date | None]  # section, role, first day, last day


@dataclass(slots=True)
class Person:
    """One person of the file."""

    number: str
    name: str
    line: int
    posts: list[Post] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one person, in words."""

    kind: str  # 入る人, 変わる人, 離れる人; KEPT for what the file names and the import leaves as it is
    number: str
    name: str
    words: tuple[str, ...]


def text_of(path: Path) -> str:
    """UTF-8 (with or without BOM), else cp932. Raises PersonnelWrong."""
    try:
        raw = path.read_bytes()
    except OSError as wrong:
        raise PersonnelWrong([f"{path}:0 ファイルを開けません({os_words(wrong)})。場所と権限を確認してください"]) from None
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise PersonnelWrong([f"{path}:1 文字コードが読めません。UTF-8(BOM付き)かcp932で保存し直してください"])


def _day(text: str) -> dt.date | None:
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _read_line(cells: dict[str, str], sections: dict[str, str]) -> tuple[str, str, Post | None, list[str]]:
    """(number, name, post, what is wrong) of one line."""
    faults = []
    number = unicodedata.normalize("NFKC", cells["職員番号"]).strip()
    name = " ".join(cells["氏名"].split())
    section = {"全庁": WHOLE}.get(cells["所属課"].strip()) or cells["所属課"].strip()
    section = section if section in sections else {ja: key for key, ja in sections.items()}.get(section, section)
    role = _KEYS.get(cells["役割"].strip(), cells["役割"].strip())
    starts, ends = _day(cells["開始日"]), _day(cells["終了日"])
    faults += person_faults(number, name)
    if wrong := membership_fault(section, role, set(sections)):
        faults.append(wrong)
    if starts is None:
        faults.append("開始日が読めません。2026-04-01 の形で書いてください")
    if cells["終了日"].strip() and ends is None:
        faults.append("終了日が読めません。2027-03-31 の形で書くか、空けてください")
    if starts and ends and ends < starts:
        faults.append("終了日が開始日より前です。日付を確認してください")
    return number, name, (section, role, starts, ends) if starts and not faults else None, faults


def people_read(path: Path, sections: dict[str, str]) -> dict[str, Person]:
    """Everybody in the file by number. Raises PersonnelWrong with every fault."""
    reader = csv.reader(io.StringIO(text_of(path), newline=""), strict=True)
    faults: list[str] = []
    people: dict[str, Person] = {}
    try:
        head = [c.strip() for c in next(reader, [])]
        missing = [c for c in COLUMNS if c not in head]
        if missing:
            raise PersonnelWrong([f"{path}:1 列「{'」「'.join(missing)}」がありません。1行目に {','.join(COLUMNS)} を書いてください"])
        for cells in reader:
            if not any(c.strip() for c in cells):
                continue
            if len(cells) != len(head):
                faults.append(f"{path}:{reader.line_num} 列の数が{len(cells)}です。1行目と同じ{len(head)}にしてください")
                continue
            faults += [f"{path}:{reader.line_num} {f}" for f in _take_line(
                people, reader.line_num, *_read_line(dict(zip(head, cells, strict=True)), sections))]
    except csv.Error:
        faults.append(f"{path}:{reader.line_num} CSVとして読めません。引用符(\")の閉じ忘れがないか確認してください")
    if not people and not faults:
        faults.append(f"{path}:1 職員が一人もいません。全員のファイルを渡してください")
    if faults:
        raise PersonnelWrong(faults)
    return people


def _take_line(people: dict[str, Person], line: int, number: str, name: str, post: Post | None, faults: list[str]) -> list[str]:
    person = people.setdefault(number, Person(number, name, line))
    if person.name != name:
        return [*faults, f"氏名が{person.line}行目とちがいます。同じ職員番号は同じ人にしてください"]
    if post is not None and any(post[:3] == p[:3] for p in person.posts):
        return [*faults, "同じ職員番号・所属課・役割・開始日の行がもうあります。どちらかを消してください"]
    if post is not None:
        person.posts.append(post)
    return faults


def _words(post: Post, sections: dict[str, str]) -> str:
    section, role, starts, ends = post
    term = f"{starts}から{f'{ends}まで' if ends else ''}" if ends is None or ends >= starts else f"{starts}から。始まる前に取消し"
    return f"{'全庁' if section == WHOLE else sections.get(section, section)} {ROLES.get(role, role)}({term})"


def _post(row: Membership) -> Post:
    return row.section, row.role, row.starts, row.ends


@transaction.atomic
def personnel_import(
    *, actor: str, path: Path, sections: dict[str, str], dry_run: bool = False, accept_loss: bool = False
) -> list[Change]:
    """Bring accounts and roles to what the file says; the file names everybody. The same file again changes nothing. What a person
    decided stays: accounts of `staff add`, and roles given or ended by hand, are not touched (but who is not in the file any more has
    left, with every role). ``sections`` are the city's, {code: name}. Raises PersonnelWrong."""
    people = people_read(path, sections)
    today, managed = clock.today(), _has_administrator()
    known = {s.username: s for s in Staff.objects.select_for_update().order_by("id")}
    held: dict[str, list[Membership]] = {}
    for row in Membership.objects.filter(Q(ends=None) | Q(ends__gte=today)).select_related("staff").order_by("id"):
        held.setdefault(row.staff.username, []).append(row)
    leavers = [s for s in known.values() if s.from_personnel and s.username not in people and (s.is_active or held.get(s.username))]
    before = sum(s.from_personnel and s.is_active for s in known.values())
    if not accept_loss and len(leavers) > max(LOSS_LEAST, before * LOSS_PERCENT // 100):
        raise PersonnelWrong([f"{path}:0 いまの{before}人のうち{len(leavers)}人がファイルにいません。全員のファイルか確認し、"
                              "本当に離れるときは --accept-loss を付けてください"])
    changes = [c for p in people.values() for c in _settle(actor, p, known.get(p.number), held.get(p.number, []), sections)]
    changes += [_leave(actor, s, held.get(s.username, []), sections) for s in leavers]
    memberships_lapse(actor=actor)
    if managed and not _has_administrator():
        raise PersonnelWrong([f"{path}:0 取り込むと、管理者が一人もいなくなります。ファイルに管理者の行を加えるか、"
                              "./madoguchi staff add 番号 氏名 --role '*:admin' でほかの人を管理者にしてから、取り込んでください"])
    if any(c.kind != KEPT for c in changes):
        counts = {kind: sum(c.kind == kind for c in changes) for kind in ("入る人", "変わる人", "離れる人")}
        audit.record(actor, "personnel.imported", chain="personnel", facts={
            "joiners": counts["入る人"], "movers": counts["変わる人"], "leavers": counts["離れる人"], "sha256": sha256(path.read_bytes())})
    if dry_run:
        transaction.set_rollback(True)
    return changes


def _has_administrator() -> bool:
    """Is there anybody today who may give roles?"""
    today, roles = clock.today(), [r for r in ROLES if allowed({r}, Right.MANAGE_STAFF)]
    return Membership.objects.filter(Q(ends=None) | Q(ends__gte=today), starts__lte=today, section=WHOLE, role__in=roles,
                                     staff__is_active=True).exists()


def _settle(actor: str, person: Person, staff: Staff | None, rows: list[Membership], sections: dict[str, str]) -> list[Change]:
    """Make one person's account what the file says, except for what another person decided by hand: that is only told."""
    words: list[str] = []
    if staff is not None and not staff.from_personnel:
        return [Change(KEPT, person.number, person.name, (
            f"{person.line}行目の番号は staff add で加えたものなので、触れませんでした。役割を加えるときは、職員の画面か "
            f"./madoguchi staff add {person.number} '{staff.name}' --role 課:役割 を使ってください",))]
    new = staff is None or not staff.is_active
    if staff is None:
        staff = staff_add(actor=actor, username=person.number, name=person.name, personnel=True)
    elif staff.name != person.name:
        words.append(f"氏名を「{person.name}」に")
        staff.name = person.name
        staff.save(update_fields=["name"])
    wanted = {p[:3]: p for p in person.posts}
    for row in rows:
        if _post(row)[:3] not in wanted and row.given_by != HAND and row.ended_by != HAND:
            words.append("やめる: " + _words(_post(row), sections))
            membership_end(actor=actor, row=row, last=clock.today() - dt.timedelta(days=1), source=FILE)
    present = {_post(r)[:3]: r for r in Membership.objects.filter(staff=staff)}
    kept = []
    for post in person.posts:
        found = present.get(post[:3])
        if found and found.ended_by == HAND:
            kept.append(_words(post, sections))
        elif found is None or (_post(found) != post and (found.given_by != HAND or found.ended_by == FILE)):
            words.append(("終わりが変わる: " if found else "加わる: ") + _words(post, sections))
            membership_add(actor=actor, staff=staff, section=post[0], role=post[1], starts=post[2], ends=post[3], source=FILE)
    changes = [Change("入る人" if new else "変わる人", person.number, person.name, tuple(words))] if words else []
    return changes + ([Change(KEPT, person.number, person.name, (
        f"画面で終わらせた役割なので、戻しませんでした: {'、'.join(kept)}。戻すときは、職員の画面で同じ役割を加えてください",))] if kept else [])


def _leave(actor: str, staff: Staff, rows: list[Membership], sections: dict[str, str]) -> Change:
    for row in rows:
        membership_end(actor=actor, row=row, last=clock.today() - dt.timedelta(days=1), source=FILE)
    if not rows:  # an account that never had a role
        Staff.objects.filter(id=staff.id).update(is_active=False)
    return Change("離れる人", staff.username, staff.name, tuple("やめる: " + _words(_post(r), sections) for r in rows))
