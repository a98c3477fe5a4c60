"""Readers of legal representations: for the representative, for who confirms them, and for filing."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Q, QuerySet

from madoguchi.files.public import StoredFile, file_get
from madoguchi.identity.public import Owner, Right, Staff
from madoguchi.kernel import audit, clock, keys
from madoguchi.kernel.errors import Forbidden
from madoguchi.kernel.said import say
from madoguchi.procedures import public as procedures
from madoguchi.register import public as register

from . import guardian_form
from . import guardian_rules as rules
from .errors import GuardianNotFound
from .guardian_rules import KINDS, Stage
from .models import Guardianship
from .rules import agents
from .selectors import OVER, scope_words


@dataclass(frozen=True, slots=True)
class ShownGuardian:
    """A legal representation as the representative sees it."""

    id: str
    kind: rules.Kind
    name: str
    state: str
    words: str
    alive: bool
    open: bool
    facts: tuple[tuple[str, str], ...]
    scope: tuple[str, ...]
    issued_on: dt.date
    ends_on: dt.date | None
    files: list[dict[str, Any]]
    why: str
    unread: bool
    made_at: dt.datetime
    asked_at: dt.datetime | None
    decided_at: dt.datetime | None
    ended_at: dt.datetime | None


def opened(row: Guardianship) -> dict[str, Any]:
    """The sealed part."""
    return json.loads(keys.unseal("guardian", row.sealed, bound_to=str(row.id)))  # type: ignore[no-any-return]


def name_of(person: dict[str, Any]) -> str:
    """The represented person's name in one line."""
    return f"{person['name'].get('sei', '')} {person['name'].get('mei', '')}".strip()


def works(row: Guardianship) -> bool:
    """Does it give a right today?"""
    return rules.alive(row.state, row.ends_on, clock.today())


def words_of_scope(scope: list[str]) -> tuple[str, ...]:
    """What it covers."""
    return (say("代理ができる手続きすべて"),) if rules.ALL in scope else scope_words(scope)


def person_facts(person: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Label and text of what was said about the represented person."""
    return tuple((q.label, procedures.FIELD_TYPES[q.type].text(person[q.id], q)) for q in guardian_form.PAGE.questions if q.id in person)


def shown(row: Guardianship) -> ShownGuardian:
    """The row as its representative sees it (the caller has got it for them)."""
    told, over = opened(row), row.state == Stage.ACCEPTED and not works(row)
    return ShownGuardian(
        str(row.id), KINDS[row.kind], name_of(told["person"]), row.state, rules.RUN_OUT if over else rules.WORDS[Stage(row.state)], works(row),
        row.state in (Stage.WRITING, Stage.ASKED) or works(row), person_facts(told["person"]), words_of_scope(row.scope), row.issued_on, row.ends_on,
        row.files, told.get("why", ""), row.unread, row.made_at, row.asked_at, row.decided_at, row.ended_at)


def last_day(row: Guardianship) -> dt.date:
    """The farthest last day that the city may set."""
    born = dt.date.fromisoformat(opened(row)["person"]["born"])
    return rules.last_possible(KINDS[row.kind], born, clock.today(), settings.GUARDIAN_DAYS)


# --- the representative


def guardian_get(*, owner: Owner | None, guardian_id: str) -> Guardianship:
    """One's own. Raises GuardianNotFound."""
    row = Guardianship.objects.filter(id=guardian_id, agent=owner.key).first() if owner and owner.signed_in else None
    if row is None:
        raise GuardianNotFound
    return row


def guardian_list(*, owner: Owner) -> list[ShownGuardian]:
    """One's own: all that is open, then what is over, the newest."""
    if not owner.signed_in:
        return []
    mine = Guardianship.objects.filter(agent=owner.key).order_by("-made_at")
    going = Q(state__in=[Stage.WRITING, Stage.ASKED]) | Q(state=Stage.ACCEPTED, ends_on__gte=clock.today())
    rows = [*mine.filter(going), *mine.exclude(going)[:OVER]]
    return sorted((shown(row) for row in rows), key=lambda g: not g.open)


def guardian_news(*, owner: Owner) -> bool:
    """Did the city say something that this person has not opened?"""
    return owner.signed_in and Guardianship.objects.filter(agent=owner.key, unread=True).exists()


def guardian_file(*, owner: Owner | None, guardian_id: str, file_id: str) -> StoredFile:
    """A proof that one sent. Raises GuardianNotFound."""
    row = guardian_get(owner=owner, guardian_id=guardian_id)
    if not any(f["id"] == file_id for f in row.files):
        raise GuardianNotFound
    return file_get(file_id)


def usable_guardians(*, owner: Owner, slug: str) -> list[Guardianship]:
    """Those on which this representative may file this procedure today."""
    if not owner.signed_in:
        return []
    d = procedures.current(slug).definition
    if not agents(d):
        return []
    rows = Guardianship.objects.filter(agent=owner.key, state=Stage.ACCEPTED, ends_on__gte=clock.today()).order_by("-decided_at")
    return [row for row in rows if rules.covers(row.scope, slug, d.life_events)]


def guardian_to_file(*, owner: Owner | None, guardian_id: str, slug: str, lock: bool = False) -> Guardianship:
    """A living one of this representative that covers the procedure. Raises GuardianNotFound for everything else."""
    rows = Guardianship.objects.select_for_update() if lock else Guardianship.objects.all()
    row = rows.filter(id=guardian_id, agent=owner.key).first() if owner and owner.signed_in else None
    if row is None or not works(row) or not rules.covers(row.scope, slug, procedures.current(slug).definition.life_events):
        raise GuardianNotFound
    return row


def guardians_allowing(*, owner: Owner, guardian_ids: list[str]) -> set[str]:
    """Of these those of this representative that live: who represents by law sees what they filed."""
    rows = Guardianship.objects.filter(id__in=guardian_ids, agent__in=owner.keys) if guardian_ids else Guardianship.objects.none()
    return {str(row.id) for row in rows if works(row)}


# --- who confirms


def may_confirm(actor: Staff) -> bool:
    """Has this person the right in one of their sections?"""
    return any(actor.may(Right.CONFIRM_AGENTS, section) for section in actor.roles())


def section_of(actor: Staff) -> str:
    """The section in which this person confirms. Raises Forbidden."""
    found = next((section for section in sorted(actor.roles()) if actor.may(Right.CONFIRM_AGENTS, section)), "")
    if not found:
        raise Forbidden
    return found


VIEWS = {"asked": "確認待ち", "recheck": "確かめ直し", "alive": "有効", "over": "終わったもの"}


def _view(key: str) -> QuerySet[Guardianship]:
    today, rows = clock.today(), Guardianship.objects.exclude(state=Stage.WRITING)
    return rows.filter({
        "asked": Q(state=Stage.ASKED), "recheck": Q(state=Stage.ACCEPTED, ends_on__gte=today, recheck_on__lte=today),
        "alive": Q(state=Stage.ACCEPTED, ends_on__gte=today),
        "over": Q(state__in=rules.OVER) | Q(state=Stage.ACCEPTED, ends_on__lt=today)}[key])


def claim_counts(*, actor: Staff) -> dict[str, int]:
    """How many stand where. Raises Forbidden."""
    section_of(actor)
    return {key: _view(key).count() for key in VIEWS}


def claim_list(*, actor: Staff, view: str, page: int = 1) -> Page[Guardianship]:
    """The queue, who has waited longest first; the rest newest first. Raises Forbidden."""
    section_of(actor)
    order = {"asked": "asked_at", "recheck": "recheck_on"}.get(view, "-made_at")
    return Paginator(_view(view if view in VIEWS else "asked").order_by(order, "id"), 30).get_page(page)


def claim_get(*, actor: Staff, guardian_id: str) -> Guardianship:
    """One declaration for who confirms them; the look is recorded. Raises GuardianNotFound, Forbidden."""
    section = section_of(actor)
    row = Guardianship.objects.exclude(state=Stage.WRITING).filter(id=guardian_id).first()
    if row is None:
        raise GuardianNotFound
    with transaction.atomic():
        audit.record(actor.actor, "guardian.viewed", chain=f"reads:{section}", facts={"guardian": str(row.id)})
    return row


def claim_file(*, actor: Staff, guardian_id: str, file_id: str) -> StoredFile:
    """A proof. Raises GuardianNotFound, Forbidden."""
    row = claim_get(actor=actor, guardian_id=guardian_id)
    if not any(f["id"] == file_id for f in row.files):
        raise GuardianNotFound
    return file_get(file_id)


def claim_compare(*, actor: Staff, row: Guardianship) -> register.Comparison:
    """The represented person beside the register, as for a case; the caller has got the row by `claim_get`. Raises Forbidden."""
    section = section_of(actor)
    person = opened(row)["person"]
    place = {part: person["address"].get(part, "") for part in ("zip", "city", "town", "lot", "building")}
    claim = register.Claim("represented", "ご本人", person["name"].get("sei", ""), person["name"].get("mei", ""), person["kana"].get("sei", ""),
                           person["kana"].get("mei", ""), person["born"], register.Place(**place))
    return register.people_compare(actor=actor, section=section, case_ref=f"guardian:{row.id}", claims=[claim])
