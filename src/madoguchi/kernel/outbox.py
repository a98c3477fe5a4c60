"""The outbox: effects are promised in the caller's transaction and done by a worker afterwards (DESIGN, The kernel).

At-least-once: a handler may run again after a crash, so everything it does carries the message key. One row per
(event, handler); rows of one (handler, case) run in order; a row is finished only by the holder of its lease token;
after ``MAX_ATTEMPTS`` failures it is parked and only that case waits. What merely is not there (an outside that says
Retry, a full disk, a locked database) is asked again every ten minutes for as long as it takes: it comes back by itself,
and nobody should have to press a button for each case after a night without the core system's folder.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import secrets
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from . import clock, failpoints, keys, trace
from .fixed import FixedInsert
from .models import Heartbeat, Message

log = logging.getLogger("madoguchi.outbox")
LEASE = dt.timedelta(seconds=60)
MAX_ATTEMPTS = 12
INSERT = FixedInsert(Message)
_handlers: dict[str, list[tuple[str, Callable[[Envelope], None]]]] = {}


@dataclasses.dataclass(frozen=True, slots=True)
class Envelope:
    """What a handler receives. ``opened`` is the decrypted confidential part, b"" when there was none."""

    key: str
    event: str
    case_ref: str
    payload: dict[str, Any]
    opened: bytes
    attempt: int


class Retry(Exception):  # noqa: N818 - it is a verdict, not a fault
    """The outside is not there just now. Tried again later, with growing pauses."""


class Refused(Exception):  # noqa: N818
    """The outside will never take this. Parked at once for a person to look at."""


FAILED = "failed:"  # how the name of a heartbeat begins that says: this regular work did not succeed
AWAY = (Retry, OSError, OperationalError, InterfaceError)  # it will be there again


def subscribe(event: str, name: str, handler: Callable[[Envelope], None]) -> None:
    """Let ``handler`` hear ``event``. Called by the composition root only (config.wiring)."""
    entries = _handlers.setdefault(event, [])
    if name not in [known for known, _ in entries]:
        entries.append((name, handler))


def publish(event: str, *, case_ref: str, key: str, payload: dict[str, Any], confidential: bytes = b"") -> None:
    """Promise an event to all who hear it, in the caller's transaction. The same key again changes nothing.

    ``payload`` holds ids and codes only; what a person wrote goes into ``confidential`` and is stored encrypted.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("publish needs the caller's transaction")
    now = clock.now()
    sealed = keys.seal("outbox", confidential, bound_to=key) if confidential else None
    failpoints.hit(f"publish.{event}.before")
    INSERT.new([
        Message(key=key, event=event, handler=name, case_ref=case_ref, payload=payload, sealed=sealed, next_at=now, created_at=now)
        for name, _ in _handlers.get(event, [])
    ])
    failpoints.hit(f"publish.{event}.after")


@dataclasses.dataclass(frozen=True, slots=True)
class Lease:
    """A message that this worker holds until its lease runs out."""

    message: Message
    token: str


def _earlier() -> QuerySet[Message]:
    """What is not done of the same handler and case and stands before the message outside."""
    return Message.objects.filter(
        handler=OuterRef("handler"), case_ref=OuterRef("case_ref"), id__lt=OuterRef("id")
    ).exclude(state="done")


def lease_next() -> Lease | None:
    """Take the oldest message that is due and whose case is not waiting for an earlier one."""
    now = clock.now()
    due = Message.objects.filter(Q(state="ready"), next_at__lte=now).exclude(Exists(_earlier())).order_by("next_at", "id")
    token = secrets.token_hex(16)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            due = due.select_for_update(skip_locked=True, of=("self",))
        message = due.first()
        if message is None:
            return None
        # next_at doubles as the lease's end: while it lies ahead nobody else takes the row.
        Message.objects.filter(id=message.id).update(
            lease_token=token, next_at=now + LEASE, attempts=F("attempts") + 1
        )
    message.attempts += 1
    failpoints.hit("worker.after_lease")
    lease = Lease(message, token)
    if message.attempts > MAX_ATTEMPTS:  # whoever held it died each time
        _finish(lease, state="parked", error_code="died")
        return lease_next()
    return lease


def _finish(lease: Lease, **values: Any) -> bool:
    """Write the result if the lease is still ours."""
    return bool(
        Message.objects.filter(id=lease.message.id, lease_token=lease.token, state="ready").update(
            lease_token="", **values
        )
    )


def pause_after(attempt: int) -> dt.timedelta:
    """2, 4, 8 … seconds, at most ten minutes."""
    return dt.timedelta(seconds=min(600, 2**attempt))


def run_once() -> bool:
    """Do one message. Returns False when nothing is due."""
    lease = lease_next()
    if lease is None:
        return False
    message = lease.message
    trace.begin(f"message-{message.id}")
    try:
        return _handle(lease)
    finally:
        trace.end()


def _handle(lease: Lease) -> bool:
    message = lease.message
    handler = dict(_handlers.get(message.event, [])).get(message.handler)
    try:
        if handler is None:
            raise Refused(f"no handler {message.handler}")
        opened = keys.unseal("outbox", message.sealed, bound_to=message.key) if message.sealed else b""
        handler(Envelope(message.key, message.event, message.case_ref, message.payload, opened, message.attempts))
    except Refused as error:
        log.warning("outbox refused %s %s", message.id, type(error).__name__)
        _finish(lease, state="parked", error_code=str(error)[:120])
        return True
    except Exception as error:  # the worker loop is the one place that may catch everything (STYLE 10)
        log.warning("outbox retry %s %s attempt %s", message.id, type(error).__name__, message.attempts)
        away = isinstance(error, AWAY)
        parked = message.attempts >= MAX_ATTEMPTS and not away
        _finish(
            lease, state="parked" if parked else "ready", next_at=clock.now() + pause_after(message.attempts),
            attempts=min(message.attempts, MAX_ATTEMPTS - 1) if away else message.attempts, error_code=type(error).__name__,
        )
        return True
    failpoints.hit("worker.after_effect")
    _finish(lease, state="done", done_at=clock.now(), error_code="", sealed=None)
    failpoints.hit("worker.after_finish")
    return True


def heartbeat(name: str) -> None:
    """Say that a background process is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})


def beats(prefix: str, since: dt.datetime) -> list[str]:
    """Names, without their prefix, of what was seen since then."""
    return [name.removeprefix(prefix) for name in Heartbeat.objects.filter(name__startswith=prefix, at__gte=since).order_by("name").values_list(
        "name", flat=True)]


def last_heartbeat(name: str) -> dt.datetime | None:
    """When it was last seen."""
    row = Heartbeat.objects.filter(name=name).first()
    return row.at if row else None


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """How the outbox stands. Ages are in seconds, from when a message was promised: tries and leases move ``next_at``, and what
    is asked again every ten minutes would never look late. What stands behind another one of its case has no age of its own."""

    waiting: int  # not done and not parked
    parked: int
    lag: float  # age of the oldest message that is not done and that nothing stands before
    retrying: int  # those of them that failed at least once
    retry_age: float
    behind_parked: int  # those of the waiting that a parked one of their case holds up


def state() -> State:
    """How much waits, and for how long already."""
    now, ready, failed = clock.now(), Message.objects.filter(state="ready"), ~Q(error_code="")
    found = ready.exclude(Exists(_earlier())).aggregate(
        oldest=Min("created_at"), retrying=Count("id", filter=failed), oldest_retry=Min("created_at", filter=failed))

    def age(since: dt.datetime | None) -> float:
        return (now - since).total_seconds() if since else 0.0

    return State(waiting=ready.count(), parked=_parked().count(), lag=age(found["oldest"]), retrying=found["retrying"],
                 retry_age=age(found["oldest_retry"]), behind_parked=ready.filter(Exists(_earlier().filter(state="parked"))).count())


@transaction.atomic
def skip_parked(*, message_id: int) -> bool:
    """Give a parked message up: what follows it in its case goes on. False when it is not parked (any more)."""
    return bool(Message.objects.filter(id=message_id, state="parked").update(
        state="done", done_at=clock.now(), error_code="skipped", sealed=None))


def _parked() -> QuerySet[Message]:
    """``exclude`` leads to the index of what is not done; without it all that ever was is read (60,000 rows: 13 ms, now 0.03)."""
    return Message.objects.filter(state="parked").exclude(state="done")


def parked() -> list[Message]:
    """Messages that wait for a person."""
    return list(_parked().order_by("id")[:200])


@transaction.atomic
def retry_parked(*, message_id: int) -> bool:
    """Let a parked message be tried again from the start. False when it is not parked (any more)."""
    return bool(Message.objects.filter(id=message_id, state="parked").update(
        state="ready", attempts=0, next_at=clock.now(), error_code=""
    ))


@transaction.atomic
def hasten(*, key: str) -> None:
    """Somebody knows that the outside is there again: what waits or is parked under this key is tried now. What a worker
    holds at this moment is left alone."""
    Message.objects.filter(key=key, state="parked").update(state="ready", attempts=0, next_at=clock.now(), error_code="")
    Message.objects.filter(key=key, state="ready", lease_token="").update(attempts=0, next_at=clock.now())


def unfinished(case_ref: str) -> bool:
    """Is there anything still to be done for this case?"""
    return Message.objects.filter(case_ref=case_ref).exclude(state="done").exists()


def payloads(event: str, case_ref: str) -> list[dict[str, Any]]:
    """What was ever promised by an event for a case."""
    return list(Message.objects.filter(event=event, case_ref=case_ref).values_list("payload", flat=True))


def forget(case_ref: str) -> int:
    """Delete what was done for a case, in the caller's transaction. Returns how many rows there were."""
    return Message.objects.filter(case_ref=case_ref, state="done").delete()[0]
