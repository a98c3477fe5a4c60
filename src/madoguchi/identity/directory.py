"""Readers for 権限の一覧 and the administrator: every person and program, role, date, deputy, factor, sign-in."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q

from madoguchi.kernel import clock
from madoguchi.kernel.errors import Forbidden, NotFound

from .absences import absences_open
from .factors import KINDS
from .lockout import locked_names
from .models import Absence, Factor, Membership, Staff
from .ports import Program, programs
from .rights import ROLES, TABLE, WHOLE, Right

HEAD = ("職員番号", "氏名", "所属課", "役割", "開始日", "終了日", "いま有効", "代決する人", "二つ目の確認", "最後のログイン", "状態")


@dataclass(frozen=True, slots=True)
class Row:
    """One role of one person (or a person without any)."""

    staff: Staff
    section: str
    role: str
    starts: dt.date | None
    ends: dt.date | None
    now: bool
    deputy: str
    factors: str
    state: str
    first: bool  # the first line of the person


def rights_check(actor: Staff) -> None:
    """Raises Forbidden for who may not see everybody's rights."""
    if not actor.may(Right.SEE_RIGHTS):
        raise Forbidden


def _people(query: str = "") -> list[Staff]:
    rows = Staff.objects.order_by("-is_active", "username").prefetch_related(
        Prefetch("membership_set", Membership.objects.order_by("section", "role", "starts")),
        Prefetch("factor_set", Factor.objects.defer("sealed").order_by("id")))
    return list(rows.filter(Q(username__icontains=query) | Q(name__icontains=query)) if query else rows)


def _deputies() -> dict[tuple[int, str], list[Absence]]:
    out: dict[tuple[int, str], list[Absence]] = {}
    for row in absences_open():
        out.setdefault((row.staff_id, row.section), []).append(row)
    return out


def _deputy_words(rows: list[Absence]) -> str:
    return "、".join(f"{r.deputy.name}({r.starts}から{r.ends}まで)" for r in rows)


def rights_rows(*, actor: Staff, sections: dict[str, str]) -> Iterator[Row]:
    """Every person and role, those who have left last. Raises Forbidden."""
    rights_check(actor)
    today, locked, away = clock.today(), locked_names(), _deputies()
    for staff in _people():
        state = "退職・登録終了" if not staff.is_active else "ロック中" if staff.username in locked else "有効"
        factors = "、".join(KINDS[f.kind] for f in staff.factor_set.all())
        mine: list[Membership | None] = [*staff.membership_set.all()] or [None]
        for index, m in enumerate(mine):
            if m is None:
                yield Row(staff, "", "", None, None, False, "", factors, state, True)
                continue
            now = staff.is_active and m.starts <= today and (m.ends is None or today <= m.ends)
            yield Row(staff, "全庁" if m.section == WHOLE else sections.get(m.section, m.section), ROLES.get(m.role, m.role),
                      m.starts, m.ends, now, _deputy_words(away.get((staff.id, m.section), [])) if m.role in ("chief", "manager") else "",
                      factors, state, index == 0)


def rights_programs(*, actor: Staff) -> list[Program]:
    """Every program that reads on its own (tokens of the API). Raises Forbidden."""
    rights_check(actor)
    return [program for of_room in programs.values() for program in of_room()]


def rights_matrix() -> list[tuple[str, list[tuple[bool, str]]]]:
    """(right in words, for each role: has it, and its name), from the table that every check asks."""
    return [(rule.ja, [(key in rule.roles, ja) for key, ja in ROLES.items()]) for rule in TABLE.values()]


def _cell(value: object) -> str:
    """A text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def rights_csv(*, actor: Staff, sections: dict[str, str]) -> bytes:
    """The same as a file, UTF-8 with BOM. Raises Forbidden."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for r in rights_rows(actor=actor, sections=sections):
        last = r.staff.last_login.astimezone(clock.JST).strftime("%Y-%m-%d %H:%M") if r.staff.last_login else ""
        writer.writerow([_cell(v) for v in (r.staff.username, r.staff.name, r.section, r.role, r.starts, r.ends, "はい" if r.now else "いいえ",
                                            r.deputy, r.factors or "なし", last, r.state)])
    for p in rights_programs(actor=actor):
        writer.writerow([_cell(v) for v in (p.number, p.name, sections.get(p.section, p.section), "プログラム: " + "、".join(p.may), p.starts, p.ends,
                                            "はい" if p.state == "有効" else "いいえ", "", "トークン", "", p.state)])
    return out.getvalue().encode("utf-8-sig")


def people_page(*, actor: Staff, query: str, page: int) -> Page[tuple[Staff, bool]]:
    """Staff for the administrator, with whether they are locked. Raises Forbidden."""
    if not actor.may(Right.MANAGE_STAFF):
        raise Forbidden
    locked = locked_names()
    return Paginator([(s, s.username in locked) for s in _people(query.strip()[:60])], 50).get_page(page)


def person_get(*, actor: Staff, staff_id: int) -> Staff:
    """One of the staff, for the administrator. Raises Forbidden, NotFound."""
    if not actor.may(Right.MANAGE_STAFF):
        raise Forbidden
    found = Staff.objects.filter(id=staff_id).first()
    if found is None:
        raise NotFound("この職員は見つかりませんでした。一覧を開き直して確認してください。")
    return found


def memberships_of(staff: Staff) -> list[Membership]:
    """All roles of a person, with those that are over."""
    return list(Membership.objects.filter(staff=staff).order_by("-starts", "section", "role"))


def deputies_for(staff: Staff, section: str) -> list[Staff]:
    """Who could stand in for this person in the section, by name."""
    from .selectors import colleagues

    return [s for s in colleagues(section) if s.id != staff.id]
