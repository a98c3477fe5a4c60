"""The table of strangers, continued (see rights.py): the queue at the counter."""

from __future__ import annotations

from typing import Any

from madoguchi.queue import figures, kiosks, selectors, services
from madoguchi.queue.rules import Act
from madoguchi.queue.tests.conftest import taken

from .rights import Ask, anything, something, staff
from .rights_booking import COUNTER, HANDS

NUMBERS = ("kiosk",)


def counters(w: Any) -> None:
    """A ticket and a device of 子育て."""
    w.ticket = str(taken("childcare").id)
    w.kiosk = kiosks.kiosk_make(actor=w.hall.staff("tanaka"), section="kosodate", name="入口", everywhere=False)[0].id


TABLE: dict[str, Ask] = {
    "queue.selectors.sections_of": staff(lambda w, a: selectors.sections_of(actor=a), HANDS, something),
    "queue.selectors.section_require": staff(lambda w, a: selectors.section_require(actor=a, section="kosodate"), COUNTER, anything),
    "queue.selectors.desk_get": staff(lambda w, a: selectors.desk_get(actor=a, counter="kosodate", seat=0), COUNTER, anything),
    "queue.selectors.staff_ticket_get": staff(lambda w, a: selectors.staff_ticket_get(actor=a, ticket_id=w.ticket), COUNTER, anything),
    "queue.selectors.kiosk_list": staff(lambda w, a: selectors.kiosk_list(actor=a, section="kosodate"), COUNTER, something),
    "queue.selectors.kiosk_get": staff(lambda w, a: selectors.kiosk_get(actor=a, kiosk_id=w.kiosk), COUNTER, anything),
    "queue.selectors.figure_list": staff(lambda w, a: selectors.figure_list(actor=a, section="kosodate"), COUNTER, anything),
    "queue.figures.today": staff(lambda w, a: figures.today(actor=a, section="kosodate"), COUNTER, something),
    "queue.kiosks.kiosk_make": staff(lambda w, a: kiosks.kiosk_make(actor=a, section="kosodate", name="入口", everywhere=True), COUNTER, anything),
    "queue.kiosks.kiosk_end": staff(lambda w, a: kiosks.kiosk_end(actor=a, kiosk_id=w.kiosk), COUNTER, anything),
    "queue.services.staff_ticket_take": staff(lambda w, a: services.staff_ticket_take(actor=a, key="childcare"), COUNTER, anything),
    "queue.services.desk_set": staff(lambda w, a: services.desk_set(actor=a, counter="kosodate", seat=0, open_=True), COUNTER, anything),
    "queue.services.ticket_next": staff(lambda w, a: services.ticket_next(actor=a, counter="kosodate", seat=0, seen=""), COUNTER, anything),
    "queue.services.ticket_act": staff(lambda w, a: services.ticket_act(
        actor=a, ticket_id=w.ticket, act=Act.CALL, revision=0, counter="kosodate", seat=0), COUNTER, anything),
    "queue.services.ticket_move": staff(lambda w, a: services.ticket_move(actor=a, ticket_id=w.ticket, revision=0, to="tax"), COUNTER, anything),
    "queue.services.ticket_undo": staff(lambda w, a: services.ticket_undo(actor=a, ticket_id=w.ticket, revision=0), COUNTER, anything),
}
OPEN: dict[str, tuple[str, set[str] | None]] = {
    "queue.selectors.ticket_get": ("its address cannot be guessed and shows nobody", None),
    "queue.selectors.kiosk_by_secret": ("asks for the secret address", {"queue.views"}),
    "queue.selectors.came_get": ("for a device that has shown its secret: a number and a counter, nobody's name", {"queue.views"}),
    "queue.selectors.called_at": ("a number of nobody, which the board shows", None),
    "queue.selectors.put_aside": ("for views that have asked whose the counter is", {"queue.staff_views"}),
    "queue.selectors.just_done": ("for views that have asked whose the counter is", {"queue.staff_views"}),
    "queue.selectors.may_queue": ("yes or no", None),
    "queue.selectors.queue_there": ("yes or no", None),
}
