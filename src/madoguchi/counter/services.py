"""Writers of helps: offered by a supporter, taken by a tablet, ended by either or by nobody touching it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock
from madoguchi.procedures import public as procedures

from . import selectors
from .errors import CodeUnknown
from .models import Help, Interview
from .rules import ENDED, KEEP_DAYS, STARTED, WAITING, code_new


def _chain(row: Help) -> str:
    return f"help:{row.id}"


@transaction.atomic(durable=True)
def help_offer(*, actor: Staff, slug: str) -> tuple[Help, str]:
    """Start a help. Returns it with its code, which is stored as a digest. Raises NotFound, Forbidden."""
    selectors.insist(actor)
    procedures.offered(slug)
    return help_new(actor=actor, slug=slug)


def help_new(*, actor: Staff, slug: str, interview: Interview | None = None) -> tuple[Help, str]:
    """A help and its code, for a supporter who may (the caller has asked). In the caller's transaction."""
    code = code_new()
    while Help.objects.filter(code_digest=selectors.code_digest(code)).exists():
        code = code_new()
    row = Help.objects.create(supporter=actor, slug=slug, interview=interview, code_digest=selectors.code_digest(code), made_at=clock.now())
    facts = {"procedure": slug} | ({"interview": str(interview.id)} if interview else {})
    audit.record(actor.actor, "help.offered", chain=_chain(row), first=True, facts=facts)
    return row, code


def helps_over(*, interview: Interview, actor: str, how: str) -> None:
    """The tablets of an interview forget at their next step. In the caller's transaction."""
    for row in Help.objects.filter(interview=interview).exclude(state=ENDED):
        _end(row, actor, how)


def help_take(*, code: str) -> Help:
    """A tablet takes the help that waits for this code, once. Raises CodeUnknown."""
    found = selectors.help_by_code(code)
    if found is None:
        raise CodeUnknown
    with transaction.atomic(durable=True):
        if not Help.objects.filter(id=found.id, state=WAITING).update(state=STARTED, started_at=clock.now()):
            raise CodeUnknown
        audit.record("tablet", "help.started", chain=_chain(found))
    found.state = STARTED
    return found


def _end(row: Help, actor: str, how: str) -> None:
    with transaction.atomic():
        if Help.objects.filter(id=row.id).exclude(state=ENDED).update(state=ENDED, ended_at=clock.now(), end=how):
            audit.record(actor, "help.ended", chain=_chain(row), facts={"by": how})


def help_close(*, help_id: str, how: str) -> None:
    """The tablet is done (``tablet``), or nobody touched it (``idle``)."""
    row = selectors.help_alive(help_id)
    if row is not None:
        _end(row, "tablet", how)


def help_end(*, actor: Staff, help_id: str) -> None:
    """The supporter ends it: the tablet forgets at its next step. Raises HelpNotFound, Forbidden."""
    _end(selectors.help_get(actor=actor, help_id=help_id), actor.actor, "staff")


def helps_past() -> QuerySet[Help]:
    """What is long over."""
    return Help.objects.filter(made_at__lt=clock.now() - dt.timedelta(days=KEEP_DAYS)).order_by("made_at")


def helps_sweep() -> int:
    """Close what nobody took or went on with, destroy what is long over. Returns how many went."""
    now = clock.now()
    for row in Help.objects.exclude(state=ENDED).filter(made_at__lt=now - dt.timedelta(days=1))[:200]:
        _end(row, "worker", "idle")
    gone = list(helps_past()[:500])
    for row in gone:
        with transaction.atomic():
            audit.record("worker", "help.destroyed", chain=_chain(row))
            audit.key_destroy(_chain(row))
            row.delete()
    return len(gone)


