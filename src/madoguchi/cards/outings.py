"""出張申請, 臨時窓口, 休日窓口: occasions of the booking room, with who works there. Seats, times and bookings are booking's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from madoguchi.booking.public import (
    Booking,
    Changed,
    FormWrong,
    Occasion,
    booked_at,
    occasion_cancel,
    occasion_change,
    occasion_make,
    occasion_of,
    occasion_read,
    occasions_of,
)
from madoguchi.identity.public import Staff, colleagues
from madoguchi.kernel import audit

from . import selectors
from .models import Duty
from .rules import DOOR
from .services import CHAIN
from .staff_errors import DutyWrong

KINDS = {"away": "出張申請", "extra": "臨時窓口", "holiday": "休日窓口"}
FOR = {"apply": "申請・更新(だれでも予約できる)", "receive": "カードの受取り(通知書の番号と生年月日を確かめる)"}


@dataclass(frozen=True, slots=True)
class Outing:
    """An occasion with who works there, who comes, and what is wrong with the staffing."""

    row: Occasion
    kind: str
    staff: tuple[Staff, ...]
    booked: int
    warnings: tuple[str, ...]


def _duties(keys: Collection[str]) -> dict[str, list[Staff]]:
    found: dict[str, list[Staff]] = {}
    for duty in Duty.objects.filter(occasion__in=keys).select_related("staff").order_by("staff__name"):
        found.setdefault(duty.occasion, []).append(duty.staff)
    return found


def warnings(row: Occasion, staff: Collection[Staff], others: Mapping[str, tuple[Occasion, Collection[Staff]]]) -> tuple[str, ...]:
    """Fewer people than seats, or somebody who is at two places at once."""
    out = [f"同時に{row.seats}人を受けますが、職員は{len(staff)}人です"] if len(staff) < row.seats else []
    for other, there in others.values():
        if other.key == row.key or other.cancelled_at or other.day != row.day or not (other.start < row.end and row.start < other.end):
            continue
        out += [f"{p.name}さんは、同じ時間に「{other.name}」にもいます" for p in staff if p in there]
    return tuple(out)


def outing_list(*, actor: Staff) -> list[Outing]:
    """The occasions of the section, the next ones first. Raises Forbidden."""
    rows = occasions_of(selectors.insist(actor=actor))
    duties = _duties([r.key for r in rows])
    known = {r.key: (r, duties.get(r.key, [])) for r in rows}
    counted = {r.key: sum(b.state == "confirmed" for b in booked_at(r)) for r in rows}
    return [Outing(r, KINDS.get(r.kind, r.kind), tuple(staff), counted[r.key], () if r.cancelled_at else warnings(r, staff, known))
            for r, staff in known.values()]


def outing_get(*, actor: Staff, key: str) -> tuple[Outing, list[Booking]]:
    """One, with who comes. Raises Forbidden, ServiceNotFound."""
    row = occasion_of(selectors.insist(actor=actor), key)
    return next(o for o in outing_list(actor=actor) if o.row.key == row.key), booked_at(row)


def outing_make(*, actor: Staff, form: Mapping[str, str], staff_ids: Collection[str]) -> Occasion:
    """Enter one; it can be booked at once. Raises Forbidden, FormWrong, DutyWrong."""
    section = selectors.insist(actor=actor)
    faults: list[tuple[str, str]] = []
    if form.get("kind") not in KINDS:
        faults.append(("kind", "種類を選んでください"))
    if form.get("for") not in FOR:
        faults.append(("for", "何の予約かを選んでください"))
    try:
        row = occasion_read(form, section=section, by=actor.actor, kind=form.get("kind", ""), door=DOOR if form.get("for") == "receive" else "")
    except FormWrong as wrong:
        raise FormWrong([*faults, *wrong.faults]) from None
    if faults:
        raise FormWrong(faults)
    _known(section, staff_ids)
    row = occasion_make(row=row)
    staff_set(actor=actor, key=row.key, staff_ids=staff_ids)
    return row


def _known(section: str, staff_ids: Collection[str]) -> dict[str, Staff]:
    known = {str(p.id): p for p in colleagues(section)}
    if not set(staff_ids) <= set(known):
        raise DutyWrong
    return known


@transaction.atomic(durable=True)
def staff_set(*, actor: Staff, key: str, staff_ids: Collection[str]) -> None:
    """Who works there, from now on. Raises Forbidden, ServiceNotFound, DutyWrong."""
    section = selectors.insist(actor=actor)
    occasion_of(section, key)
    known = _known(section, staff_ids)
    Duty.objects.filter(occasion=key).exclude(staff__in=[known[i] for i in staff_ids]).delete()
    Duty.objects.bulk_create([Duty(occasion=key, staff=known[i]) for i in sorted(set(staff_ids))], ignore_conflicts=True)
    audit.record(actor.actor, "cards.staffed", chain=CHAIN, facts={"occasion": key, "staff": sorted(known[i].actor for i in set(staff_ids))})


def outing_change(*, actor: Staff, key: str, form: Mapping[str, str], dry_run: bool = False) -> Changed:
    """Another place, other hours or seats; returns what it does to the bookings, with ``dry_run`` would do. Raises Forbidden, FormWrong,
    ServiceNotFound, BookingOver."""
    return occasion_change(section=selectors.insist(actor=actor), key=key, form=form, by=actor.actor, dry_run=dry_run)


def outing_cancel(*, actor: Staff, key: str) -> tuple[int, int]:
    """It does not take place: (told by mail, to be telephoned). Raises Forbidden, ServiceNotFound."""
    return occasion_cancel(section=selectors.insist(actor=actor), key=key, by=actor.actor)
