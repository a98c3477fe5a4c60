"""Registered organisations: readers for their own people and for staff, writers for staff, and their mandates."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from madoguchi.identity.public import Owner, Right, Staff, business_of, corporate_number_fault, person_of
from madoguchi.kernel import audit, clock, keys
from madoguchi.kernel.errors import Forbidden
from madoguchi.kernel.said import say
from madoguchi.kernel.written import too_long
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition

from . import selectors
from .errors import (
    MandateNotFound,
    MandateOver,
    MandateWrong,
    OrganisationNotFound,
    OrganisationOver,
    OrganisationWrong,
)
from .models import Mandate, Organisation
from .organisation_rules import Entry, alive, companies, faults, files, offices
from .rules import ACTS, FILE, State, agents, code_new, covers, end_fault

MOST = 500  # rows of one page of staff
TWICE = "同じ法人番号・事業所番号・種類の登録が、もうあります。一覧から開いて直してください"
ORGANISATION_MISSING, SCOPE_MISSING = say("代理を頼む事業所を選んでください"), say("任せる手続きを選んでください")


def works(row: Organisation) -> bool:
    """Does the registration give a right today?"""
    return alive(row.starts, row.ends, row.closed_at is not None, clock.today())


# --- what its own people see


def organisations_of(*, owner: Owner | None) -> list[Organisation]:
    """Every registration of the company that is signed in, ended ones too."""
    company = business_of(owner)
    return list(Organisation.objects.filter(number=company.number).order_by("name", "-starts")) if company else []


def organisation_to_file(*, owner: Owner | None, organisation_id: str, slug: str, lock: bool = False) -> Organisation:
    """The living registration of this company that may file the procedure. Raises OrganisationOver for everything else."""
    company = business_of(owner)
    rows = Organisation.objects.select_for_update() if lock else Organisation.objects.all()
    row = rows.filter(id=organisation_id, number=company.number).first() if company else None
    if row is None or not works(row) or slug not in row.procedures or not files(procedures.current(slug).definition, row.kind):
        raise OrganisationOver
    return row


def organisations_for(*, owner: Owner | None, slug: str) -> list[Organisation]:
    """The registrations with which this company may file the procedure today."""
    d = procedures.current(slug).definition
    return [row for row in organisations_of(owner=owner) if works(row) and slug in row.procedures and files(d, row.kind)]


def own_name(d: Definition) -> bool:
    """May a company file this in its own name?"""
    return bool(companies(d))


# --- mandates to organisations


def offerable(*, organisation: Organisation) -> dict[str, str]:
    """What a resident may give to it: procedures it is registered for, by name."""
    return {slug: procedures.current(slug).shown().name for slug in organisation.procedures
            if any(p.slug == slug and (agents(p.definition) or offices(p.definition)) for p in procedures.catalogue())}


def organisations_open() -> list[Organisation]:
    """The living registrations, all of them, by name: open to every resident who signed in."""
    return [row for row in Organisation.objects.filter(closed_at=None).order_by("name") if works(row)]


@transaction.atomic(durable=True)
def organisation_mandate_offer(*, owner: Owner, organisation_id: str, scope: list[str], acts: list[str], ends_on: Any) -> Mandate:
    """Offer a mandate to an organisation. No code: it is shown to the people of that company. Raises MandateWrong, MandateNotFound."""
    giver = person_of(owner)
    if giver is None:
        raise MandateNotFound
    found = next((row for row in organisations_open() if str(row.id) == organisation_id), None)
    wrong: list[tuple[str, str]] = []
    if found is None:
        wrong.append(("organisation", ORGANISATION_MISSING))
    elif not scope or set(scope) - set(found.procedures):
        wrong.append(("scope", SCOPE_MISSING))
    if said := end_fault(ends_on, clock.today(), selectors.last_day()):
        wrong.append(("ends", said))
    if wrong or found is None:
        raise MandateWrong(wrong)
    row = Mandate(giver=owner.key, scope=sorted(set(scope)), acts=[a for a in ACTS if a in acts or a == FILE], ends_on=ends_on,
                  code_digest=selectors.code_digest(code_new()), made_at=clock.now(), organisation=found.id)
    row.sealed = _seal(row, {"giver": asdict(giver), "wanted": found.name})
    row.save(force_insert=True)
    audit.record(owner.actor, "mandate.offered", chain=f"mandate:{row.id}", first=True, of=asdict(giver), facts={
        "scope": row.scope, "acts": row.acts, "ends": str(ends_on), "organisation": str(found.id)})
    return row


def _seal(row: Mandate, people: dict[str, Any]) -> bytes:
    return keys.seal("mandate", json.dumps(people, ensure_ascii=False).encode(), bound_to=str(row.id))


def organisation_mandates(*, owner: Owner | None) -> list[tuple[Organisation, Mandate]]:
    """What residents have offered or given to the living registrations of this company and what stands, the newest first: an office of
    care managers has hundreds."""
    return _given(owner, selectors.standing())


def _given(owner: Owner | None, which: Q) -> list[tuple[Organisation, Mandate]]:
    mine = {row.id: row for row in organisations_of(owner=owner) if works(row)}
    rows = Mandate.objects.filter(which, organisation__in=mine).order_by("-made_at") if mine else []
    return [(mine[row.organisation], row) for row in rows if row.organisation]


def mandates_to_file(*, owner: Owner | None, organisation: Organisation, slug: str) -> list[Mandate]:
    """The living mandates of this organisation for the procedure."""
    events = procedures.current(slug).definition.life_events
    return [row for found, row in organisation_mandates(owner=owner)
            if found.id == organisation.id and selectors.works(row, known=True) and covers(row.scope, slug, events)]


@transaction.atomic(durable=True)
def organisation_mandate_answer(*, owner: Owner | None, mandate_id: str, accept: bool) -> Mandate:
    """Somebody of the organisation accepts or declines. Raises MandateNotFound; MandateOver when it is open no longer."""
    found = next(iter(_given(owner, Q(id=mandate_id))), None)
    company = business_of(owner)
    if found is None or company is None or owner is None:
        raise MandateNotFound
    row = Mandate.objects.select_for_update().get(id=found[1].id)
    if row.state != State.OFFERED or selectors.lapsed(row):
        raise MandateOver
    if accept:
        row.agent, row.state, row.accepted_at = owner.key, State.ACCEPTED, clock.now()
        row.sealed = _seal(row, selectors.opened(row) | {"agent": {"name": found[0].name, "person": company.person}})
    else:
        row.state, row.ended_at = State.DECLINED, clock.now()
    row.save(update_fields=["agent", "state", "accepted_at", "ended_at", "sealed"])
    audit.record(owner.actor, "mandate.accepted" if accept else "mandate.declined", chain=f"mandate:{row.id}",
                 facts={"organisation": str(row.organisation)}, of=company.as_dict())
    return row


def companies_needed() -> tuple[set[str], set[str]]:
    """The companies that a registration or a mandate speaks of still, today or later: their keys of owners, their numbers."""
    today = clock.today()
    living = Organisation.objects.filter(closed_at=None).filter(Q(ends=None) | Q(ends__gte=today))
    mandates = Mandate.objects.filter(agent__startswith="b:", state=State.ACCEPTED, ends_on__gte=today)
    return set(mandates.values_list("agent", flat=True)), set(living.values_list("number", flat=True))


# --- staff


def sections_of(actor: Staff) -> list[str]:
    """The sections whose organisations this person keeps."""
    return [key for key in city().sections if actor.may(Right.MANAGE_ORGANISATIONS, key)]


def desk_check(actor: Staff) -> list[str]:
    """As sections_of. Raises Forbidden when there is none."""
    found = sections_of(actor)
    if not found:
        raise Forbidden
    return found


def delegable(section: str) -> dict[str, Definition]:
    """The section's procedures that an organisation can file for somebody."""
    return {p.slug: p.definition for p in procedures.catalogue()
            if p.definition.section == city().doing(section) and (offices(p.definition) or agents(p.definition))}


def organisation_list(*, actor: Staff, query: str = "") -> list[Organisation]:
    """The organisations of this person's sections, those that work first. Raises Forbidden."""
    rows = Organisation.objects.filter(section__in=city().kept_as(*desk_check(actor))).order_by("name")
    if query:
        rows = rows.filter(number=query) | rows.filter(office=query) | rows.filter(name__icontains=query)
    return sorted(rows[:MOST], key=lambda row: not works(row))


def organisation_get(*, actor: Staff, organisation_id: str) -> Organisation:
    """One of them. Raises OrganisationNotFound."""
    row = Organisation.objects.filter(id=organisation_id, section__in=city().kept_as(*sections_of(actor))).first()
    if row is None:
        raise OrganisationNotFound
    return row


def entry_faults(entry: Entry) -> list[tuple[str, str]]:
    """What is wrong with an entry as it stands."""
    return list(faults(entry, number_fault=corporate_number_fault(entry.number), definitions=delegable(entry.section)))


def organisation_write(*, actor: Staff, entry: Entry, organisation_id: str = "") -> Organisation:
    """Register an organisation, or change one. Raises Forbidden, OrganisationNotFound, OrganisationWrong."""
    if entry.section not in desk_check(actor):
        raise Forbidden
    if wrong := entry_faults(entry):
        raise OrganisationWrong(wrong)
    try:
        return _write(actor, entry, organisation_id)
    except IntegrityError:
        raise OrganisationWrong([("number", TWICE)]) from None


@transaction.atomic
def _write(actor: Staff, entry: Entry, organisation_id: str) -> Organisation:
    row = Organisation(made_at=clock.now())
    if organisation_id:
        organisation_get(actor=actor, organisation_id=organisation_id)
        row = Organisation.objects.select_for_update().get(id=organisation_id)
        if row.closed_at:
            raise OrganisationOver
    before = _facts(row) if organisation_id else None
    for name, value in asdict(entry).items():
        setattr(row, name, list(value) if name == "procedures" else value)
    row.save(force_insert=not organisation_id)
    audit.record(actor.actor, "organisation.changed" if before else "organisation.registered", chain=f"organisation:{row.id}",
                 facts={"before": before, "after": _facts(row)} if before else _facts(row))
    return row


def _facts(row: Organisation) -> dict[str, Any]:
    """What the chain keeps: numbers, dates and procedures. Names of people are not among it."""
    return {"section": row.section, "kind": row.kind, "number": row.number, "office": row.office, "procedures": list(row.procedures),
            "starts": str(row.starts), "ends": str(row.ends or "")}


@transaction.atomic
def organisation_end(*, actor: Staff, organisation_id: str, why: str) -> Organisation:
    """End it at once, with the reason. Raises OrganisationNotFound, OrganisationOver, OrganisationWrong."""
    organisation_get(actor=actor, organisation_id=organisation_id)
    row = Organisation.objects.select_for_update().get(id=organisation_id)
    if row.closed_at:
        raise OrganisationOver
    if fault := too_long("理由", why, 300):
        raise OrganisationWrong([("why", fault)])
    if not why.strip():
        raise OrganisationWrong([("why", "理由を書いてください(例: 指定の取消し、廃止の届出)")])
    row.closed_at, row.ended_reason = clock.now(), why.strip()
    row.save(update_fields=["closed_at", "ended_reason"])
    audit.record(actor.actor, "organisation.ended", chain=f"organisation:{row.id}", facts={"reason": row.ended_reason})
    return row
