"""The cash box of a section: what should be in it, the count at the end of the day, and who takes it over.

What should be there is never typed: it is what was left at the last close, what was taken and what was given back since. A close
claims those rows, so that each yen belongs to one close, and one that is just being taken to the next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum

from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import audit, clock, failpoints
from madoguchi.offices.public import city

from .errors import CountWrong, PaymentNotFound, SecondPersonNeeded, TillMoved
from .models import Attempt, DayClose, Payment, Refund
from .providers import CASH, COUNTER, TERMINAL
from .rules import REASONS, VOID, counted
from .terminals import NOTHING, SlipLine, lines_of, seen, slips_listed

REASON_MOST = 200
MOVED = "数えている間に、現金か端末の受取りか返金、または締めがありました。何も締めていません。いまの金額を見て、数え直してください。"


@dataclass(frozen=True, slots=True)
class Till:
    """A cash box now: in whole yen. ``number`` is of the close to come."""

    section: str
    number: int
    left: int  # at the last close
    taken: int
    takings: int  # how many
    back: int
    terminals: list[dict[str, Any]] = field(default_factory=list)  # beside the cash (terminals.lines_of)

    @property
    def expected(self) -> int:
        """What should be in it. Below nothing where cash from elsewhere was given back."""
        return self.left + self.taken - self.back


@dataclass(frozen=True, slots=True)
class Count:
    """What somebody typed: how many of each note and coin, yen that stay in the box, why the sum differs; and what the page had
    said (``number`` of the close, ``seen``: what should be there)."""

    counts: dict[int, int]
    kept: int
    reason: str
    number: int
    seen: int
    terminals: str = NOTHING  # what the page had said of the terminals

    @property
    def yen(self) -> int:
        """All that was counted."""
        return counted(self.counts)

    @property
    def stored(self) -> dict[str, int]:
        """As a row keeps it."""
        return {str(kind): n for kind, n in self.counts.items() if n}


@dataclass(frozen=True, slots=True)
class Slip:
    """One payment's cash that came or went."""

    payment: str
    number: str  # of the 領収証
    subject: str
    at: dt.datetime
    amount: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Slips:
    """What is behind the sums of a box: taken, given back, 取消し."""

    taken: list[Slip]
    back: list[Slip]
    voided: list[Slip]
    terminals: list[SlipLine]


def _taken(section: str, close: DayClose | None = None) -> QuerySet[Attempt]:
    return Attempt.objects.filter(provider=CASH, state="paid", closed=close, payment__section__in=city().kept_as(section))


def _back(section: str, close: DayClose | None = None) -> QuerySet[Refund]:
    return Refund.objects.filter(attempt__provider=CASH, state="done", closed=close, payment__section__in=city().kept_as(section))


def _sum(rows: QuerySet[Any]) -> int:
    return int(rows.aggregate(total=Sum("amount"))["total"] or 0)


def till_check(actor: Staff, section: str, *, read: bool = False) -> None:
    """Who works in the section handles its cash; the auditor reads. Raises PaymentNotFound."""
    if city().doing(section) not in city().sections or not (actor.may(Right.WORK_CASES, section) or (read and actor.may(Right.READ_ALL_CASES))):
        raise PaymentNotFound("この課の現金は扱えません。自分の課の「支払い」を開いてください。")


def till_now(*, actor: Staff, section: str) -> Till:
    """What should be in the box of a section. Raises PaymentNotFound."""
    till_check(actor, section, read=True)
    return _now(city().doing(section))


def _now(section: str) -> Till:
    last, taken = _last(section), _taken(section)
    return Till(section, last.number + 1 if last else 1, sum(row.kept for row in _standing(section)), _sum(taken), taken.count(),
                _sum(_back(section)), lines_of(section))


def _last(section: str) -> DayClose | None:
    return DayClose.objects.filter(section=section).order_by("-number").first()


def _standing(section: str) -> list[DayClose]:
    """The last closes whose cash nobody has counted since: of the section, and of those that it took over with their boxes."""
    return [row for one in city().kept_as(section) if (row := _last(one)) and row.carried_id is None]


def close_is_last(row: DayClose) -> bool:
    """Is what it kept still what lies in the box?"""
    return row.carried_id is None and not DayClose.objects.filter(section=row.section, number__gt=row.number).exists()


def till_slips(*, actor: Staff, section: str, close: DayClose | None = None) -> Slips:
    """The slips of a close, or those that no close has counted yet, the oldest first. Raises PaymentNotFound."""
    till_check(actor, section, read=True)
    taken = [_slip(a.payment, a.created_at, a.amount) for a in _taken(section, close).select_related("payment").order_by("created_at")]
    back = list(_back(section, close).select_related("payment").order_by("done_at"))
    return Slips(taken, [_slip(r.payment, r.done_at, r.amount, REASONS[r.reason]) for r in back if r.reason != VOID],
                 [_slip(r.payment, r.done_at, r.amount) for r in back if r.reason == VOID], slips_listed(section, close))


def _slip(payment: Payment, at: dt.datetime | None, amount: int, reason: str = "") -> Slip:
    return Slip(str(payment.id), payment.number or payment.receipt, payment.subject, at or payment.created_at, amount, reason)


def till_waiting(*, actor: Staff, section: str) -> int:
    """How many refunds in cash or at a terminal are asked for or approved and not handed over. Raises PaymentNotFound."""
    till_check(actor, section, read=True)
    return Refund.objects.filter(attempt__provider__in=COUNTER, state__in=("asked", "approved"), payment__section__in=city().kept_as(section)).count()


def close_list(*, actor: Staff, section: str, page: int = 1) -> Page[DayClose]:
    """The closes of a section and of those that it took over, the newest first, thirty a page. Raises PaymentNotFound."""
    till_check(actor, section, read=True)
    return Paginator(DayClose.objects.filter(section__in=city().kept_as(section)).order_by("-closed_at", "-number"), 30).get_page(page)


def close_get(*, actor: Staff, close_id: str, lock: bool = False) -> DayClose:
    """A close of this person's sections; the auditor reads all. Raises PaymentNotFound."""
    found = (DayClose.objects.select_for_update() if lock else DayClose.objects.all()).filter(id=close_id).first()
    may = found is not None and (actor.may(Right.WORK_CASES, found.section) or (not lock and actor.may(Right.READ_ALL_CASES)))
    if found is None or not may:
        raise PaymentNotFound("この締めの記録は見つかりませんでした。自分の課の「支払い」から開いてください。")
    return found


def till_close(*, actor: Staff, section: str, count: Count) -> DayClose:
    """Close the box. A second click finds the close of the first. Raises CountWrong, TillMoved (somebody took or gave cash
    meanwhile, or closed), PaymentNotFound."""
    till_check(actor, section)
    section = city().doing(section)
    differs, reason = count.yen - count.seen, count.reason.strip()
    if not 0 <= count.kept <= count.yen:
        raise CountWrong([("kept", f"残すお金は、0円から数えた{count.yen:,}円までにしてください。")])
    if differs and not reason:
        raise CountWrong([("reason", f"数えた{count.yen:,}円は、あるはずの金額より{abs(differs):,}円{'多い' if differs > 0 else '少ない'}です。"
                                     "数え直すか、理由を書いてください。")])
    if len(reason) > REASON_MOST:
        raise CountWrong([("reason", f"理由は{REASON_MOST}字までで書いてください。")])
    try:
        with transaction.atomic(durable=True):
            return _again(actor, section, count) or _close(actor, section, count, reason if differs else "")
    except IntegrityError:  # closed by another press at the same moment
        found = _again(actor, section, count)
        if found is None:
            raise TillMoved(MOVED) from None
        return found


def _again(actor: Staff, section: str, count: Count) -> DayClose | None:
    """The close that this very form made already."""
    row = DayClose.objects.filter(section=section, number=count.number, closed_by=actor.actor, kept=count.kept).first()
    return row if row and row.counts == count.stored and row.expected == count.seen else None


def _close(actor: Staff, section: str, count: Count, reason: str) -> DayClose:
    now = _now(section)
    if now.number != count.number:
        raise TillMoved(MOVED)
    # the row first: another close of this number waits for it, or fails on it
    row = DayClose.objects.create(section=section, number=now.number, left=now.left, counts=count.stored, counted=count.yen, kept=count.kept,
                                  reason=reason, closed_by=actor.actor, closed_at=clock.now())
    carried = [before for before in _standing(section) if before.section != section]
    DayClose.objects.filter(id__in=[before.id for before in carried]).update(carried=row)
    row.takings = _taken(section).update(closed=row)
    _back(section).update(closed=row)
    # summed over what was claimed: cash that is just being taken is in the next close, whatever ``now`` saw
    row.taken, row.back = _sum(_taken(section, row)), _sum(_back(section, row))
    row.voided = _sum(_back(section, row).filter(reason=VOID))
    Attempt.objects.filter(provider=TERMINAL, state="paid", closed=None, payment__section__in=city().kept_as(section)).update(closed=row)
    Refund.objects.filter(attempt__provider=TERMINAL, state="done", closed=None, payment__section__in=city().kept_as(section)).update(closed=row)
    row.terminals = lines_of(section, row)
    if row.expected != count.seen or seen(row.terminals) != count.terminals:
        raise TillMoved(MOVED)
    row.save(update_fields=["taken", "takings", "back", "voided", "terminals"])
    audit.record(actor.actor, "till.closed", chain=f"till:{section}", of=reason or None, facts={
        "close": str(row.id), "number": row.number, "left": row.left, "taken": row.taken, "back": row.back, "voided": row.voided,
        "counted": row.counted, "kept": row.kept, "terminals": seen(row.terminals), "carried": sorted(str(before.id) for before in carried)})
    failpoints.hit("payments.till.before_commit")
    return row


@transaction.atomic(durable=True)
def till_take_over(*, actor: Staff, close_id: str, amount: int) -> DayClose:
    """Another person has counted what was left, and answers for the box from now on. A second click changes nothing. Raises
    CountWrong, SecondPersonNeeded, TillMoved, PaymentNotFound."""
    row = close_get(actor=actor, close_id=close_id, lock=True)
    if row.accepted_by == actor.actor:
        return row
    if row.closed_by == actor.actor:
        raise SecondPersonNeeded("締めた人は、自分に引き継げません。引き継ぐ人がログインして確かめてください。")
    if row.accepted_by or not close_is_last(row):
        raise TillMoved("この締めは、すでに引き継がれたか、次の締めが済んでいます。一覧から最新の締めを開いてください。")
    if amount != row.kept:
        raise CountWrong([("amount", "締めのときに残した金額と違います。締めた人といっしょに数え直してください。")])
    row.accepted_by, row.accepted_at = actor.actor, clock.now()
    row.save(update_fields=["accepted_by", "accepted_at"])
    audit.record(actor.actor, "till.taken_over", chain=f"till:{row.section}", facts={"close": str(row.id), "number": row.number, "kept": row.kept})
    failpoints.hit("payments.till.before_commit")
    return row
