"""What `madoguchi retention --dry-run` says goes by the clock is what the sweeps then take, and nothing else."""

from __future__ import annotations

import datetime as dt
import inspect
import io
from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.core.management import call_command
from tests.support.hall import OPENING, Hall

from madoguchi.config import leaving
from madoguchi.config.management.commands.worker import HOURLY
from madoguchi.kernel import clock
from madoguchi.kernel.leaving import Leaving

from .test_object_rights import World

# Works of the hour that destroy nothing of anybody: they ask, tell, finish, or take what no row and nobody is named by.
TAKE_NOTHING = {"sweep_strays", "limits_sweep", "books_check", "dues_remind", "fees_unanswered", "refunds_ask", "refunds_tell", "expiries_tell",
                "expiries_untold", "bookings_finish"}
# Rows that go with one that is listed (its own parts), or that are of nobody.
WITH = {
    "files.StoredFile", "kernel.SealedValue", "kernel.Message", "kernel.AuditKey", "sessions.Session", "intake.Revision", "intake.TalkLine",
    "notifications.Mail", "cards.Batch", "casework.BulkItem", "booking.PersonMark", "booking.Taken"}
BY = {"drafts_left": "interviews_left"}  # what was written goes with those
LATER = (2, 40, 95, 400, 800, 3000)  # days after the opening


def room_of(sweep: Callable[[], object]) -> str:
    return sweep.__module__.split(".")[1]


def state() -> dict[str, dict[str, object]]:
    """Model → key → what may be emptied of it."""
    emptied = {what.model._meta.label: what.emptied for room in leaving.ROOMS.values() for what in room if what.emptied}
    return {m._meta.label: {str(pk): (value if not isinstance(value, memoryview) else bytes(value)) for pk, value in m._default_manager.values_list(
        "pk", emptied.get(m._meta.label, "pk"))} for m in apps.get_models() if m._meta.app_label not in ("contenttypes", "auth")}


def listed(room: str) -> Iterator[tuple[str, str]]:
    for what in leaving.ROOMS[room]:
        yield from ((what.model._meta.label, key) for key in what.ids())


def taken(before: dict[str, dict[str, object]], after: dict[str, dict[str, object]]) -> set[tuple[str, str]]:
    known = {what.model._meta.label: what for room in leaving.ROOMS.values() for what in room}
    gone = {(label, key) for label, rows in before.items() for key in set(rows) - set(after[label])}
    return gone | {(label, key) for label, what in known.items() for key, value in before[label].items()
                   if key in after[label] and value and not after[label][key]}


def test_every_work_of_the_hour_is_of_a_room_that_says_what_goes():
    rooms = {room_of(sweep) for sweep in HOURLY if sweep.__name__ not in TAKE_NOTHING}
    assert rooms == set(leaving.ROOMS)
    for what in (w for room in leaving.ROOMS.values() for w in room):
        name = BY.get(what.rows.__name__, what.rows.__name__)
        asked = inspect.getsource(inspect.getmodule(what.rows)).replace(f"def {name}", "")
        assert isinstance(what, Leaving) and f"{name}()" in asked, f"{name}: its sweep does not ask it"


@pytest.fixture
def world(hall: Hall) -> World:
    """Something of everything, half of it ended."""
    return World(hall)


def test_what_goes_is_what_was_said_to_go(hall: Hall, world: World, settings):
    seen: set[str] = set()
    for days in LATER:
        with clock.frozen(OPENING + dt.timedelta(days=days)):
            for room in leaving.ROOMS:
                before, said = state(), set(listed(room))
                for sweep in (s for s in HOURLY if room_of(s) == room and s.__name__ not in TAKE_NOTHING):
                    sweep()
                went = taken(before, state())
                assert said <= went, (room, days, said - went)
                assert not {label for label, _ in went - said} - WITH, (room, days, went - said)
                seen |= {label for label, _ in said}
    assert {"intake.Draft", "booking.Booking", "agency.Mandate", "agency.Guardianship", "queue.Ticket", "counter.Help",
            "identity.Resident"} <= seen, seen


def test_the_dry_run_lists_it_and_destroys_nothing(hall: Hall):
    draft = hall.draft("hanako", "ninshin-todoke")
    with clock.frozen(OPENING + dt.timedelta(days=40)):
        before, out = state(), io.StringIO()
        call_command("retention", "--dry-run", stdout=out)
        assert f"書きかけの手続き(添付と個人番号も) {draft.id}" in out.getvalue() and state() == before
