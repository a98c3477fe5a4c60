"""Readers of mandates. Every one starts from the owner: not yours and not there are one NotFound."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q

from madoguchi.identity.public import Owner, Person, prefill
from madoguchi.kernel import clock, keys
from madoguchi.kernel.canon import keyed_digest
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures

from .errors import MandateNotFound, MandateOver
from .models import Mandate, Organisation
from .organisation_rules import alive as registration_alive
from .rules import (
    ACTS,
    ASKED_LAPSED,
    ASKED_WITHDRAWN,
    EVENT,
    LAPSED,
    OFFER_DAYS,
    RUN_OUT,
    WORDS,
    State,
    agents,
    alive,
    code_read,
    covers,
)

OVER = 100  # of what is over, on a page; what stands is shown whole


@dataclass(frozen=True, slots=True)
class Shown:
    """A mandate as one of its two sides sees it. ``other`` is the name of the other side."""

    id: str
    given: bool
    other: str
    scope: tuple[str, ...]
    acts: tuple[str, ...]
    ends_on: dt.date
    state: str
    words: str
    alive: bool
    open: bool
    made_at: dt.datetime
    accepted_at: dt.datetime | None
    ended_at: dt.datetime | None
    organisation: bool = False  # asked of a registered organisation: without an invitation


def code_digest(code: str) -> str:
    """What is stored of an invitation's code."""
    return keyed_digest(keys.subkey("mandate-code"), code.encode())


def opened(row: Mandate) -> dict[str, Any]:
    """The sealed part: the two people."""
    return json.loads(keys.unseal("mandate", row.sealed, bound_to=str(row.id)))  # type: ignore[no-any-return]


def last_day() -> dt.date:
    """The farthest end that a new mandate may have."""
    return clock.today() + dt.timedelta(days=settings.MANDATE_DAYS)


def lapsed(row: Mandate) -> bool:
    """Was it offered so long ago that it can no longer be accepted?"""
    return row.state == State.OFFERED and clock.now() > row.made_at + dt.timedelta(days=OFFER_DAYS)


def works(row: Mandate, *, known: bool = False) -> bool:
    """Does it give a right today? One to an organisation only while that is registered; ``known``: the caller has seen that it is."""
    return alive(row.state, row.ends_on, clock.today()) and (known or registered(row))


def standing() -> Q:
    """Mandates that nobody has ended yet and whose last day is not past: accepted, or offered and still to be answered."""
    offered = Q(state=State.OFFERED, made_at__gte=clock.now() - dt.timedelta(days=OFFER_DAYS))
    return offered | Q(state=State.ACCEPTED, ends_on__gte=clock.today())


def registered(row: Mandate) -> bool:
    """Is the organisation that a mandate names still registered? True for a mandate to a person."""
    if row.organisation is None:
        return True
    found = Organisation.objects.filter(id=row.organisation).first()
    return found is not None and registration_alive(found.starts, found.ends, found.closed_at is not None, clock.today())


def scope_words(scope: list[str]) -> tuple[str, ...]:
    """The procedures and 分野 by their names, in the language of the page."""
    names = {p.slug: p.shown().name for p in procedures.catalogue()}
    events = {EVENT + key: event.name for key, event in city().life_events.items()}
    return tuple((names | events).get(part, part) for part in scope)


def state_words(row: Mandate) -> str:
    """Where it stands. What is asked of an organisation has no invitation that could be withdrawn."""
    withdrawn = row.organisation is not None and row.state == State.WITHDRAWN
    return ASKED_WITHDRAWN if withdrawn else WORDS[State(row.state)]


def lapsed_words(row: Mandate) -> str:
    """That the time to accept it is over."""
    return ASKED_LAPSED if row.organisation is not None else LAPSED


def shown(row: Mandate, owner: Owner, *, known: bool = False) -> Shown:
    """For one of its two sides (the caller has got the row for this owner). ``known`` as in works."""
    given, people, living = row.giver == owner.key, opened(row), works(row, known=known)
    other = (people.get("agent") or {}).get("name") or people["wanted"] if given else people["giver"]["name"]
    over = row.state == State.ACCEPTED and not living
    words = RUN_OUT if over else lapsed_words(row) if lapsed(row) else state_words(row)
    is_open = living or (given and row.state == State.OFFERED and not lapsed(row))
    return Shown(str(row.id), given, other, scope_words(row.scope), tuple(ACTS[a] for a in row.acts), row.ends_on, row.state, words,
                 living, is_open, row.made_at, row.accepted_at, row.ended_at, row.organisation is not None)


def mandate_get(*, owner: Owner | None, mandate_id: str) -> Mandate:
    """A mandate that this resident gave or received. Raises MandateNotFound."""
    mine = Mandate.objects.filter(Q(giver=owner.key) | Q(agent=owner.key)) if owner and owner.signed_in else Mandate.objects.none()
    row = mine.filter(id=mandate_id).first()
    if row is None:
        raise MandateNotFound
    return row


def mandate_list(*, owner: Owner) -> list[Shown]:
    """What this resident gave or received: all that stands, then what is over, the newest."""
    if not owner.signed_in:
        return []
    mine = Mandate.objects.filter(Q(giver=owner.key) | Q(agent=owner.key)).order_by("-made_at")
    rows = [*mine.filter(standing()), *mine.exclude(standing())[:OVER]]
    return sorted((shown(row, owner) for row in rows), key=lambda m: not m.open)


def usable(*, owner: Owner, slug: str) -> list[Shown]:
    """The mandates on which this agent may file this procedure today."""
    if not owner.signed_in:
        return []
    d = procedures.current(slug).definition
    if not agents(d):
        return []
    rows = Mandate.objects.filter(agent=owner.key, state=State.ACCEPTED, ends_on__gte=clock.today()).order_by("-accepted_at")
    return [shown(row, owner) for row in rows if covers(row.scope, slug, d.life_events)]


def mandate_to_file(*, owner: Owner | None, mandate_id: str, slug: str, lock: bool = False) -> Mandate:
    """The living mandate of this agent that covers the procedure. Raises MandateOver for everything else: a mandate of
    somebody else's looks the same as one that has ended."""
    rows = Mandate.objects.select_for_update() if lock else Mandate.objects.all()
    row = rows.filter(id=mandate_id, agent=owner.key).first() if owner and owner.signed_in else None
    if row is None or not works(row) or not covers(row.scope, slug, procedures.current(slug).definition.life_events):
        raise MandateOver
    return row


def principal_of(row: Mandate) -> Person:
    """The giver as the card said when the mandate was given."""
    return Person(**opened(row)["giver"])


def principal_prefill(row: Mandate) -> dict[str, Any]:
    """The giver's attributes as form values."""
    return prefill(principal_of(row))


def allows(*, owner: Owner, mandate_ids: list[str], act: str) -> set[str]:
    """Of these mandates those of this agent that live and allow the act."""
    rows = Mandate.objects.filter(id__in=mandate_ids, agent__in=owner.keys) if mandate_ids else Mandate.objects.none()
    return {str(row.id) for row in rows if works(row) and act in row.acts}


def by_code(text: str) -> Mandate | None:
    """The open invitation with this code."""
    code = code_read(text)
    row = Mandate.objects.filter(code_digest=code_digest(code), state=State.OFFERED).first() if code else None
    return None if row is None or lapsed(row) else row
