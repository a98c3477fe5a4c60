"""From the ticket to the board: numbers, calls, what staff do with a ticket, bookings before walk-ins, and what stays of a day."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import OPENING

from madoguchi.booking.errors import BookingOver
from madoguchi.booking.models import Booking
from madoguchi.booking.tests.conftest import by_phone
from madoguchi.kernel import audit, clock, witness
from madoguchi.kernel.models import AuditEntry
from madoguchi.queue import keeping, lines, services
from madoguchi.queue.errors import BookingUnknown, TicketCalled
from madoguchi.queue.models import DayFigure, Desk, Roll, Ticket
from madoguchi.queue.rules import Act, State
from madoguchi.queue.staff_errors import DeskBusy, NobodyWaits, TicketMoved

from .conftest import acted, called, taken

TODAY = OPENING.date()


def state(ticket: Ticket) -> str:
    return Ticket.objects.get(id=ticket.id).state


def undo(actor, ticket: Ticket) -> Ticket:
    row = Ticket.objects.get(id=ticket.id)
    return services.ticket_undo(actor=actor, ticket_id=str(row.id), revision=row.revision)


def whole() -> None:
    """The record says the same as the rows."""
    assert audit.verify() == []
    assert witness.verify() == []


def test_numbers_go_up_by_service_and_begin_anew_each_day(hall):
    assert [str(taken()), str(taken()), str(taken("moving")), str(taken("bereavement"))] == ["E 001", "E 002", "B 001", "C 001"]
    with clock.frozen(OPENING + dt.timedelta(days=3)):
        assert str(taken()) == "E 001"
    whole()


def test_the_way_of_a_ticket(hall):
    """Taken, called, on the board, finished by calling the next."""
    yamada = hall.staff("yamada")
    services.desk_set(actor=yamada, counter="zeimu", seat=0, open_=True)
    first, second = taken(), taken()
    assert lines.halls("zeimu")[0].services[0].waiting == 2
    assert lines.standing(second).before == 1
    assert called(yamada).id == first.id
    board = lines.halls("zeimu")[0]
    assert [(c.number, str(c.place)) for c in board.called] == [("E 001", "税の相談窓口")]
    assert called(yamada, seen=str(first.id)).id == second.id
    assert state(first) == State.DONE
    assert called(yamada, seen=str(second.id)).id == second.id, "nobody is left: the last one is finished all the same"
    assert state(second) == State.DONE
    with pytest.raises(NobodyWaits):
        called(yamada)
    acts = list(AuditEntry.objects.filter(chain="queue:zeimu").order_by("seq").values_list("action", "actor"))
    assert acts[0] == ("queue.desk_opened", "staff:yamada")
    assert [a for a, _ in acts[1:]] == ["queue.issued", "queue.issued", "queue.called", "queue.finished", "queue.called", "queue.finished"]
    whole()


def test_pressing_next_twice_calls_one(hall):
    yamada = hall.staff("yamada")
    first = taken()
    taken()
    called(yamada)
    with pytest.raises(TicketMoved):
        called(yamada)
    assert state(first) == State.CALLED


def test_hold_absent_recall_and_back(hall):
    yamada, first, second = hall.staff("yamada"), taken(), taken()
    called(yamada)
    before = Ticket.objects.get(id=first.id).called_at
    assert acted(yamada, first, Act.RECALL).called_at == before
    acted(yamada, first, Act.HOLD)
    called(yamada)
    with pytest.raises(DeskBusy):
        acted(yamada, first, Act.CALL)
    acted(yamada, second, Act.MISS)
    acted(yamada, first, Act.CALL)
    acted(yamada, first, Act.FINISH)
    acted(yamada, second, Act.BACK)
    assert called(yamada).id == second.id
    for act in (Act.BACK, Act.CALL, Act.CANCEL):
        with pytest.raises(TicketMoved):
            acted(yamada, second, act)
    whole()


def test_a_wrong_press_is_taken_back(hall):
    yamada, first = hall.staff("yamada"), taken()
    called(yamada)
    acted(yamada, first, Act.FINISH)
    assert undo(yamada, first).state == State.CALLED
    with pytest.raises(TicketMoved):
        undo(yamada, first)
    acted(yamada, first, Act.HOLD)
    row = undo(yamada, first)
    assert (row.state, row.counter, row.seat) == (State.CALLED, "zeimu", 0)
    acted(yamada, first, Act.MISS)
    second = taken()
    called(yamada)
    with pytest.raises(DeskBusy):
        undo(yamada, first)
    assert state(second) == State.CALLED
    whole()


def test_to_another_section_with_the_place_by_when_one_came(hall):
    """税 sends somebody to 引越し: they are before those who came later, and the number stays."""
    yamada, okada, mine = hall.staff("yamada"), hall.staff("okada"), taken()
    with clock.frozen(OPENING + dt.timedelta(minutes=5)):
        later = taken("moving")
        called(yamada)
        row = Ticket.objects.get(id=mine.id)
        services.ticket_move(actor=yamada, ticket_id=str(row.id), revision=row.revision, to="moving")
        assert [str(t) for t in lines.waiting_of(["moving"])] == ["E 001", "B 001"]
        assert called(okada, "shimin").id == mine.id
        row = Ticket.objects.get(id=mine.id)
        with pytest.raises(Exception, match="not_found"):
            services.ticket_undo(actor=yamada, ticket_id=str(row.id), revision=row.revision)
        assert state(later) == State.WAITING
    whole()


def test_who_was_sent_to_the_wrong_section_is_fetched_back(hall):
    yamada, mine = hall.staff("yamada"), taken()
    services.ticket_move(actor=yamada, ticket_id=str(mine.id), revision=0, to="moving")
    row = undo(yamada, mine)
    assert (row.section, row.service, row.state) == ("zeimu", "tax", State.WAITING)
    whole()


def booked_today(start: int, service: str = "tax") -> Booking:
    """A booking of today, made the day before."""
    with clock.frozen(OPENING - dt.timedelta(days=1)):
        return by_phone(service, TODAY, start)


def come(booking: Booking) -> Ticket:
    return services.check_in(number=booking.number, sections=[booking.section], by="resident:guest", channel="kiosk")


def test_a_booking_is_called_at_its_time_before_walk_ins(hall):
    """At ten: who is booked for ten goes before those who waited, who is booked for eleven does not yet."""
    yamada, early, walk_in, booking = hall.staff("yamada"), booked_today(660), taken(), booked_today(600)
    ticket, soon = come(booking), come(early)
    assert [t.id for t in lines.waiting_of(["tax"])] == [ticket.id, walk_in.id, soon.id]
    assert Booking.objects.get(id=booking.id).state == "came"
    assert called(yamada).id == ticket.id
    with clock.frozen(OPENING + dt.timedelta(minutes=55)):
        assert [t.id for t in lines.waiting_of(["tax"])] == [soon.id, walk_in.id]
    whole()


def test_checking_in_again_gives_the_same_ticket(hall):
    booking = booked_today(600)
    assert come(booking).id == come(booking).id
    assert Ticket.objects.count() == 1


def test_only_a_booking_of_today_checks_in(hall):
    other = by_phone("tax", dt.date(2026, 11, 30), 600)
    for number, sections in ((other.number, ["zeimu"]), ("1234-5674", ["zeimu"]), ("", ["zeimu"]), (booked_today(600).number, ["shimin"])):
        with pytest.raises(BookingUnknown):
            services.check_in(number=number, sections=sections, by="resident:guest", channel="kiosk")
    assert not Ticket.objects.exists()


def test_a_cancelled_booking_gives_no_ticket(hall):
    from madoguchi.booking.services import booking_cancel

    booking = booked_today(660)
    booking_cancel(booking=booking, by="x", staff=True)
    with pytest.raises((BookingUnknown, BookingOver)):
        come(booking)


def test_giving_it_up(hall):
    yamada, first, second = hall.staff("yamada"), taken(), taken()
    services.ticket_cancel(ticket=first, by=services.BY_DEVICE)
    services.ticket_cancel(ticket=first, by=services.BY_DEVICE)
    assert called(yamada).id == second.id
    with pytest.raises(TicketCalled):
        services.ticket_cancel(ticket=second, by=services.BY_DEVICE)
    whole()


def test_a_seat_with_somebody_called_is_not_closed(hall):
    yamada = hall.staff("yamada")
    services.desk_set(actor=yamada, counter="zeimu", seat=0, open_=True)
    ticket = taken()
    called(yamada)
    with pytest.raises(DeskBusy):
        services.desk_set(actor=yamada, counter="zeimu", seat=0, open_=False)
    acted(yamada, ticket, Act.FINISH)
    services.desk_set(actor=yamada, counter="zeimu", seat=0, open_=False)
    assert not Desk.objects.get().open
    whole()


def test_the_estimate_learns_from_what_it_took(hall):
    """30 minutes in booking.yaml; six people took ten."""
    yamada = hall.staff("yamada")
    taken()
    assert lines.halls("zeimu")[0].services[0].minutes == 30
    for n in range(6):
        with clock.frozen(OPENING + dt.timedelta(minutes=20 * n)):
            ticket = called(yamada)
            taken()
        with clock.frozen(OPENING + dt.timedelta(minutes=20 * n + 10)):
            acted(yamada, ticket, Act.FINISH)
    with clock.frozen(OPENING + dt.timedelta(hours=3)):
        assert lines.halls("zeimu")[0].services[0].minutes == 10
        assert lines.standing(taken()).minutes == 10


def test_who_is_being_served_counts_with_what_is_left(hall):
    """30 minutes, ten of them over: the next one waits 20, at a second free counter not at all."""
    okada, _, second = hall.staff("okada"), taken("moving"), taken("moving")
    services.desk_set(actor=okada, counter="shimin", seat=0, open_=True)
    called(okada, "shimin", 0)
    with clock.frozen(OPENING + dt.timedelta(minutes=10)):
        assert (lines.standing(second).before, lines.standing(second).minutes) == (0, 20)
        services.desk_set(actor=okada, counter="shimin", seat=1, open_=True)
        assert lines.standing(second).minutes == 0
    with clock.frozen(OPENING + dt.timedelta(hours=2)):
        assert lines.standing(second).minutes == 0, "longer than usual: any moment now"


def test_figures_stay_and_tickets_go(hall):
    yamada, first = hall.staff("yamada"), taken()
    services.ticket_cancel(ticket=taken(), by=services.BY_DEVICE)
    with clock.frozen(OPENING + dt.timedelta(minutes=12)):
        called(yamada)
    with clock.frozen(OPENING + dt.timedelta(minutes=20)):
        acted(yamada, first, Act.FINISH)
    assert keeping.queue_sweep() == 0
    assert not DayFigure.objects.exists()
    with clock.frozen(OPENING + dt.timedelta(days=1)):
        assert keeping.queue_sweep() == 0
        found = DayFigure.objects.get()
        assert (found.taken, found.served, found.given_up, found.wait, found.longest, found.length) == (2, 1, 1, 12, 12, 8)
        assert not Roll.objects.exists()
        whole()
    with clock.frozen(OPENING + dt.timedelta(days=8)):
        assert keeping.queue_sweep() == 2
        assert not Ticket.objects.exists()
        assert DayFigure.objects.count() == 1
        whole()


def test_the_record_sees_a_ticket_changed_by_hand(hall):
    first, second = taken(), taken()
    Ticket.objects.filter(id=first.id).update(state="done")
    assert "状態が記録と違います" in witness.verify()[0].ja
    Ticket.objects.filter(id=first.id).update(state="waiting")
    second.delete()
    assert "消されています" in witness.verify()[0].ja
