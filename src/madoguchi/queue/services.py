"""Writers. Whoever changes a ticket names the revision that was seen: of two who press at once, one is told (`TicketMoved`).

Order in every transaction: number, ticket rows, pulse, record.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from madoguchi.booking.public import Booking, Service, booking_by_number, booking_mark
from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints

from . import city, lines, rules, selectors
from .codes import chain
from .errors import BookingUnknown, QueueClosed, TicketCalled
from .models import Desk, Kiosk, Pulse, Roll, Ticket
from .rules import Act, State
from .staff_errors import DeskBusy, DeskNotFound, NobodyWaits, TicketMoved

BY_DEVICE = "resident:guest"  # at a device or a telephone nobody says who they are
KEPT = ("state", "section", "service", "counter", "seat", "since", "called_at", "done_at")  # what an act may change


def beat(section: str) -> None:
    """Live pages look again; in the caller's transaction, before the record."""
    if not Pulse.objects.filter(section=section).update(beat=F("beat") + 1):
        Pulse.objects.get_or_create(section=section)
        Pulse.objects.filter(section=section).update(beat=F("beat") + 1)


def facts(row: Ticket, **more: Any) -> dict[str, Any]:
    """How a ticket stands, for the record."""
    return {"ticket": str(row.id), "number": str(row), "day": str(row.day), "state": row.state, "counter": row.counter, "seat": row.seat} | more


def said(by: str, *acts: tuple[str, str, dict[str, Any]]) -> None:
    """(section, action, facts) of what was done: pulses first, then records, both in the order of sections, so that nobody waits in a
    ring."""
    for section in sorted({section for section, _, _ in acts}):
        beat(section)
    for section, action, told in sorted(acts, key=lambda act: act[0]):
        audit.record(by, f"queue.{action}", chain=chain(section), facts=told)


def _number(letter: str) -> int:
    here: dict[str, Any] = {"day": city.today(), "letter": letter}
    if not Roll.objects.filter(**here).update(last=F("last") + 1):
        Roll.objects.get_or_create(**here)
        Roll.objects.filter(**here).update(last=F("last") + 1)
    return Roll.objects.values_list("last", flat=True).get(**here)


@transaction.atomic(durable=True)
def ticket_issue(*, service: Service, by: str, channel: str, booking: Any = None) -> Ticket:
    """The next number of a service. Who has checked in already gets the same ticket again."""
    if booking is not None:
        old = Ticket.objects.filter(booking=booking.id).exclude(state=State.CANCELLED).first()
        if old is not None:
            return old
    row = Ticket(day=city.today(), section=service.section, service=service.key, letter=service.letter, number=_number(service.letter),
                 since=clock.now(), channel=channel, booking=getattr(booking, "id", None), due=getattr(booking, "start", None))
    row.save(force_insert=True)
    said(by, (row.section, "issued", facts(row, channel=channel)))
    failpoints.hit("queue.issue.before_commit")
    return row


def ticket_take(*, kiosk: Kiosk, key: str) -> Ticket:
    """A ticket from a device, in the hours of the counter. Raises QueueClosed."""
    service = city.service_of(key)
    if service is None or service.section not in selectors.kiosk_sections(kiosk) or not city.taking(service):
        raise QueueClosed
    return ticket_issue(service=service, by=BY_DEVICE, channel="kiosk")


def staff_ticket_take(*, actor: Staff, key: str) -> Ticket:
    """A ticket that staff hand over, at any hour. Raises DeskNotFound."""
    service = city.service_of(key)
    if service is None:
        raise DeskNotFound
    selectors.section_require(actor=actor, section=service.section)
    return ticket_issue(service=service, by=actor.actor, channel="staff")


def check_in(*, number: str, sections: Iterable[str], by: str, channel: str) -> Ticket | Booking:
    """Somebody with a booking of today has come: the booking says so, and there is a ticket for its time; where the service has no
    tickets (no letter; 出張・臨時・休日の窓口), the booking itself is returned, which knows where to go. Dies anything in between, doing it
    again ends the same. Raises BookingUnknown, BookingOver."""
    booking = next((row for s in sections if (row := booking_by_number(s, number))), None)
    if booking is None or booking.day != city.today():
        raise BookingUnknown
    booking = booking_mark(booking=booking, came=True, by=by)
    failpoints.hit("queue.checkin.between")
    service = city.service_of(booking.service)
    if service is None:
        return booking
    try:
        return ticket_issue(service=service, by=by, channel=channel, booking=booking)
    except IntegrityError:  # pressed twice at the same moment
        return ticket_issue(service=service, by=by, channel=channel, booking=booking)


def _put(row: Ticket, state: State, **changes: Any) -> None:
    """Change a ticket if it still is what was seen, and keep what was before. Raises TicketMoved, DeskBusy."""
    before = {name: _plain(getattr(row, name)) for name in KEPT}
    changes |= {"state": state, "before": before, "revision": row.revision + 1, "acted_at": clock.now()}
    try:
        with transaction.atomic():
            if not Ticket.objects.filter(id=row.id, revision=row.revision, day=city.today()).update(**changes):
                raise TicketMoved
    except IntegrityError:
        raise DeskBusy from None
    for name, value in changes.items():
        setattr(row, name, value)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


@transaction.atomic(durable=True)
def ticket_cancel(*, ticket: Ticket, by: str) -> Ticket:
    """Its holder gives it up. Twice is once. Raises TicketCalled."""
    row = Ticket.objects.get(id=ticket.id)
    if row.state == State.CANCELLED:
        return row
    state = rules.after(row.state, Act.CANCEL)
    if state is None or row.day != city.today():
        raise TicketCalled
    try:
        _put(row, state, done_at=clock.now())
    except TicketMoved:
        raise TicketCalled from None
    said(by, (row.section, "cancelled", facts(row)))
    return row


@transaction.atomic(durable=True)
def desk_set(*, actor: Staff, counter: str, seat: int, open_: bool) -> None:
    """Open or close a seat for today. Raises DeskNotFound, DeskBusy."""
    found = selectors.desk_get(actor=actor, counter=counter, seat=seat)
    if not open_ and selectors.called_at(counter, seat):
        raise DeskBusy
    Desk.objects.update_or_create(counter=counter, seat=seat, defaults={
        "section": found.section, "day": city.today(), "open": open_, "by": actor.actor})
    said(actor.actor, (found.section, "desk_opened" if open_ else "desk_closed", {"counter": counter, "seat": seat}))


@transaction.atomic(durable=True)
def ticket_next(*, actor: Staff, counter: str, seat: int, seen: str) -> Ticket:
    """Finish whom this seat has called, and call who is next. ``seen``: the ticket that the page showed as called (or nothing), so that
    pressing twice calls one. Raises DeskNotFound, TicketMoved, NobodyWaits."""
    found = selectors.desk_get(actor=actor, counter=counter, seat=seat)
    current, services = selectors.called_at(counter, seat), [s for s in city.queued(found.section) if counter in s.counters]
    if str(current.id if current else "") != seen:
        raise TicketMoved
    acts = []
    if current is not None:
        _put(current, State.DONE, done_at=clock.now())
        acts.append(("finished", current))
    for row in lines.waiting_of([s.key for s in services]):
        try:
            _put(row, State.CALLED, counter=counter, seat=seat, called_at=clock.now())
        except TicketMoved:  # another seat was faster: the one after
            continue
        acts.append(("called", row))
        break
    if not acts or acts[-1][0] != "called" and current is None:
        raise NobodyWaits
    said(actor.actor, *[(row.section, action, facts(row)) for action, row in acts])
    failpoints.hit("queue.call.before_commit")
    return acts[-1][1]


ACTIONS = {Act.CALL: "called", Act.RECALL: "recalled", Act.HOLD: "held", Act.MISS: "missed", Act.BACK: "put_back", Act.FINISH: "finished",
           Act.CANCEL: "cancelled"}


@transaction.atomic(durable=True)
def ticket_act(*, actor: Staff, ticket_id: str, act: Act, revision: int, counter: str, seat: int) -> Ticket:
    """One act on one ticket at a seat. Raises DeskNotFound, TicketMoved, DeskBusy."""
    found = selectors.desk_get(actor=actor, counter=counter, seat=seat)
    row = _seen(actor, ticket_id, revision, found.section)
    state, now = rules.after(row.state, act), clock.now()
    if state is None or (row.state == State.CALLED and (row.counter, row.seat) != (counter, seat)):
        raise TicketMoved
    here: dict[str, Any] = {"counter": counter, "seat": seat, "called_at": now} if act == Act.CALL else {}
    if act == Act.RECALL:
        here = {"called_at": row.called_at}
    elif act in (Act.FINISH, Act.CANCEL):
        here = {"done_at": now}
    _put(row, state, **here)
    said(actor.actor, (row.section, ACTIONS[act], facts(row)))
    return row


@transaction.atomic(durable=True)
def ticket_move(*, actor: Staff, ticket_id: str, revision: int, to: str) -> Ticket:
    """To the line of another service, keeping number and place by when its person came. Raises DeskNotFound, TicketMoved."""
    service = city.service_of(to)
    row = _seen(actor, ticket_id, revision)
    if service is None or rules.after(row.state, Act.MOVE) is None:
        raise TicketMoved
    left = row.section
    _put(row, State.WAITING, service=service.key, section=service.section, counter="", seat=None, called_at=None)
    said(actor.actor, *_left(left, row), (row.section, "moved", facts(row, service=service.key)))
    return row


@transaction.atomic(durable=True)
def ticket_undo(*, actor: Staff, ticket_id: str, revision: int) -> Ticket:
    """Take back the last act of a ticket: it is again what it was. Raises DeskNotFound, TicketMoved, DeskBusy."""
    row = selectors.staff_ticket_get(actor=actor, ticket_id=ticket_id)
    if row.revision != revision or not row.before:
        raise TicketMoved
    left, was = row.section, dict(row.before)
    _put(row, State(was.pop("state")), **was)
    Ticket.objects.filter(id=row.id).update(before=None)
    row.refresh_from_db()
    said(actor.actor, *_left(left, row), (row.section, "undone", facts(row)))
    return row


def _left(section: str, row: Ticket) -> list[tuple[str, str, dict[str, Any]]]:
    """What the section says that it has left, where it has."""
    return [] if section == row.section else [(section, "sent", {"ticket": str(row.id), "number": str(row), "to": row.section})]


def _seen(actor: Staff, ticket_id: str, revision: int, section: str = "") -> Ticket:
    row = selectors.staff_ticket_get(actor=actor, ticket_id=ticket_id)
    if section and row.section != section:
        raise TicketMoved
    selectors.section_require(actor=actor, section=row.section)
    if row.revision != revision:
        raise TicketMoved
    return row
