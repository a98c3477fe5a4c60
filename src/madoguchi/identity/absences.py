"""Absence of an approver and 代決: who stamps in whose place, and when."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from madoguchi.kernel import audit, clock
from madoguchi.kernel.errors import NotFound
from madoguchi.offices.public import city

from .errors import AbsenceWrong
from .factors import chain
from .models import Absence, Staff
from .rights import STAMPS, Right

LONGEST = dt.timedelta(days=366)


def stands_in_for(*, actor: Staff, section: str, right: str) -> Staff | None:
    """The absent colleague with this right in whose place the actor stamps today (代決); None when there is none. A deputy of
    a deputy is nobody: 代決 is not handed on."""
    if not actor.may(Right.WORK_CASES, section):
        return None
    today = clock.today()
    rows = Absence.objects.filter(deputy=actor, section__in=city().kept_as(section), starts__lte=today, ends__gte=today).select_related("staff")
    return next((row.staff for row in rows.order_by("id") if row.staff.is_active and row.staff.may(right, section)), None)


def absences_of(staff: Staff) -> list[Absence]:
    """Absences that are not over, of this person."""
    return list(Absence.objects.filter(staff=staff, ends__gte=clock.today()).select_related("deputy", "staff").order_by("starts"))


def absences_open() -> list[Absence]:
    """Everybody's absences that are not over."""
    return list(Absence.objects.filter(ends__gte=clock.today()).select_related("deputy", "staff").order_by("starts"))


def stamp_sections(staff: Staff) -> list[str]:
    """Sections in which this person stamps on the route beyond the clerk."""
    return [s for s in staff.sections() if s not in city().gone and (staff.may(STAMPS["chief"], s) or staff.may(STAMPS["manager"], s))]


def _may_mark(actor: Staff, staff: Staff) -> bool:
    return actor.id == staff.id or actor.may(Right.MANAGE_STAFF)


@transaction.atomic
def absence_add(
    *, actor: Staff, staff: Staff, section: str, deputy: Staff | None, starts: dt.date | None, ends: dt.date | None
) -> Absence:
    """Mark an approver absent from–to (both days count) with a deputy of the section. One's own, or anybody's by the
    administrator. Raises AbsenceWrong, NotFound."""
    if not _may_mark(actor, staff):
        raise NotFound
    if section not in stamp_sections(staff):
        raise AbsenceWrong("その課で決裁する役割(係長・課長)がありません。課を選び直してください。")
    if deputy is None or deputy.id == staff.id or not deputy.is_active or not deputy.may(Right.WORK_CASES, section):
        raise AbsenceWrong("代決する人は、同じ課で働いているほかの職員から選んでください。")
    if starts is None or ends is None or ends < starts:
        raise AbsenceWrong("不在の最初の日と最後の日を入力してください。最後の日は、最初の日と同じか後の日です。")
    if ends < clock.today() or ends - starts > LONGEST:
        raise AbsenceWrong("不在の期間は、今日以後に終わる1年以内の期間にしてください。")
    Staff.objects.select_for_update().get(id=staff.id)
    if Absence.objects.filter(staff=staff, section__in=city().kept_as(section), starts__lte=ends, ends__gte=starts).exists():
        raise AbsenceWrong("その期間と重なる不在がもうあります。先に、そちらを取り消してください。")
    row = Absence.objects.create(staff=staff, section=section, deputy=deputy, starts=starts, ends=ends)
    audit.record(actor.actor, "absence.added", chain=chain(staff), facts={
        "section": section, "deputy": deputy.username, "starts": str(starts), "ends": str(ends)})
    return row


@transaction.atomic
def absence_end(*, actor: Staff, absence_id: int) -> None:
    """Back, or never away: from now on the deputy no longer stamps. Raises NotFound."""
    row = Absence.objects.select_for_update(of=("self",)).filter(id=absence_id).select_related("staff", "deputy").first()
    if row is None or not _may_mark(actor, row.staff):
        raise NotFound("この不在は見つかりませんでした。一覧を開き直して確認してください。")
    audit.record(actor.actor, "absence.ended", chain=chain(row.staff), facts={
        "section": row.section, "deputy": row.deputy.username, "starts": str(row.starts), "ends": str(row.ends)})
    today = clock.today()
    if row.starts >= today:
        row.delete()
    else:
        row.ends = today - dt.timedelta(days=1)
        row.save(update_fields=["ends"])
