"""Filing by a company that signed in with GビズID: as 提出代行 for a resident, or in its own name (docs/adr/0029)."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from madoguchi.agency import public as agency
from madoguchi.identity.public import (
    BusinessAccount,
    Owner,
    Person,
    business_accounts_forget,
    business_accounts_idle,
    business_number,
    business_of,
    prefill,
)
from madoguchi.kernel import clock
from madoguchi.kernel.said import say
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition, Fault, Question, Step
from madoguchi.procedures.rules.conditions import Condition, compares, holds
from madoguchi.procedures.rules.faces import webform

from . import acting, drafts
from .errors import AnswersWrong, CompanyCannot
from .models import Application, Draft
from .rules import OVER

OWN, NAME, NUMBER = "own", "法人.名称", "法人.番号"


@dataclass(frozen=True, slots=True)
class Choice:
    """A way in which a company could file: for whom, as which organisation, on which mandate."""

    value: str
    organisation: agency.Organisation | None
    mandate: agency.Shown | None


def choices(owner: Owner | None, slug: str) -> list[Choice]:
    """Every way in which this company may file the procedure today: those for whom it may by name, its own name last."""
    if owner is None or not owner.business_id:
        return []
    out = []
    for row in agency.organisations_for(owner=owner, slug=slug):
        out.append(Choice(str(row.id), row, None))
        given = [agency.shown(m, owner, known=True) for m in agency.mandates_to_file(owner=owner, organisation=row, slug=slug)]
        out += [Choice(f"{row.id}:{m.id}", row, m) for m in sorted(given, key=lambda m: m.other)]
    own = agency.own_name(procedures.current(slug).definition)
    return [*out, *([Choice(OWN, None, None)] if own else [])]


def insist(owner: Owner | None, slug: str) -> None:
    """A company begins only what it may file. Raises CompanyCannot."""
    if owner is not None and owner.business_id and not choices(owner, slug):
        raise CompanyCannot


def draft_choose(*, owner: Owner | None, draft_id: str, value: str) -> Draft:
    """Write the draft in one of the ways. Raises NotFound, OrganisationOver, MandateOver."""
    draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    organisation_id, _, mandate_id = ("", "", "") if value == OWN else value.partition(":")
    row = agency.organisation_to_file(owner=owner, organisation_id=organisation_id, slug=draft.slug) if organisation_id else None
    mandate = agency.mandate_to_file(owner=owner, mandate_id=mandate_id, slug=draft.slug) if mandate_id else None
    if mandate is not None and (row is None or mandate.organisation != row.id):
        raise agency.MandateOver
    draft.organisation, draft.mandate = row.id if row else None, mandate.id if mandate else None
    drafts.draft_write(draft, organisation=draft.organisation, mandate=draft.mandate)
    return draft


def organisation_of(owner: Owner | None, draft: Draft, *, lock: bool = False) -> agency.Organisation | None:
    """The organisation that files a company's draft, None in its own name. Raises OrganisationOver when the registration has
    ended meanwhile, or when the procedure is none that a company files in its own name."""
    if owner is None or not owner.business_id:
        return None
    if draft.organisation is None:
        if not agency.own_name(drafts.published_of(draft).definition):
            raise agency.OrganisationOver
        return None
    return agency.organisation_to_file(owner=owner, organisation_id=str(draft.organisation), slug=draft.slug, lock=lock)


def card_values(owner: Owner, d: Definition, step: Step, known: Mapping[str, Any], row: agency.Organisation | None) -> dict[str, Any]:
    """What the registration and the sign-in fill in: the answers that say who files, the organisation, the person who types.
    Read anew for every page and kept in no draft; never anything of whom it is filed for."""
    company = business_of(owner)
    if company is None or step.repeat:
        return {}
    roles = agency.offices(d) if row else agency.companies(d)
    settled = agency.settled(roles, "office" if row else "company")
    ids = {q.id for q in step.questions}
    person = prefill(Person(company.person, "", "")) | {NAME: company.name}
    out = {key: value for key, value in settled.items() if key in ids}
    out |= webform.card_values(d, step, settled | dict(known), person)
    if row is None:  # name and number are asked of the company alone, never of who signs in with a card: nothing else fills them
        known_of = {NAME: company.name, NUMBER: company.number}
        out |= {q.id: known_of[q.prefill] for q in step.questions if q.prefill in known_of and q.role in {r.id for r in roles}}
    else:
        office = agency.organisation_prefill(row.kind, row.name, row.address, row.phone, row.chief)
        for q in step.questions:
            if q.role in {r.id for r in roles} and (value := office.get(q.prefill)) and (not q.choices or value in {c.id for c in q.choices}):
                out[q.id] = value
    return out


def narrowed(owner: Owner | None, d: Definition, step: Step, row: agency.Organisation | None) -> Step:
    """The page as a company is asked it: of who is at the form, only what a company can be."""
    if owner is None or not owner.business_id:
        return step
    conditions = _as_company(d, row)
    names = {c.name for condition in conditions for c in compares(condition)}

    def left(q: Question) -> Question:
        fitting = tuple(c for c in q.choices if any(holds(x, {q.id: c.id}) for x in conditions))
        return replace(q, choices=fitting) if q.id in names and fitting else q

    return replace(step, questions=tuple(left(q) for q in step.questions))


def _as_company(d: Definition, row: agency.Organisation | None) -> list[Condition]:
    """What makes who is at the form a company: an organisation that carries the form in, or else the agent; the company itself."""
    wanted = [r.office for r in agency.offices(d)] or [r.card for r in agency.agents(d)] if row else [r.company for r in agency.companies(d)]
    return [c for c in wanted if c is not None]


def insist_role(owner: Owner | None, draft_id: str, step_id: str, raw: Mapping[str, list[str]]) -> None:
    """A company answers as what it is: the person who types is never the one whom the form is about. Raises AnswersWrong, NotFound."""
    if owner is None or not owner.business_id:
        return
    draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    d = drafts.published_of(draft).definition
    step = d.step(step_id)
    row = organisation_of(owner, draft)
    for q, fewer in zip(step.questions, narrowed(owner, d, step, row).questions, strict=True) if step else ():
        if q.choices != fewer.choices and (raw.get(q.id) or [""])[-1] in {c.id for c in q.choices} - {c.id for c in fewer.choices}:
            raise AnswersWrong([Fault(q.id, _not_as(row))])


def _not_as(row: agency.Organisation | None) -> str:
    return (say("事業所として入力していません。入力している方を、事業所に当たるものに直してください") if row else
            say("法人として入力していません。申請する方を、法人に当たるものに直してください"))


def faults(owner: Owner, d: Definition, answers: Mapping[str, Any], row: agency.Organisation | None) -> list[Fault]:
    """The answers must be those of an organisation that files for somebody, or of a company itself."""
    known = procedures.derive(d, drafts.facts(answers))
    conditions = _as_company(d, row)
    if any(holds(c, known) for c in conditions):
        return _other_names(owner, d, answers, row)
    return [Fault(_chooser(d, conditions), _not_as(row))]


def _other_names(owner: Owner, d: Definition, answers: Mapping[str, Any], row: agency.Organisation | None) -> list[Fault]:
    """Name and kind of the organisation are those of the registration, name and number of a company those of its sign-in: others are
    another organisation's filing."""
    company = business_of(owner)
    names = {"事業所.名称": row.name} if row else {NAME: company.name if company else ""}
    number = company.number if company and row is None else ""
    for q in (q for q in d.questions() if number and q.prefill == NUMBER and q.id in answers):
        if unicodedata.normalize("NFKC", str(answers[q.id])).strip() != number:
            return [Fault(q.id, say("GビズIDの法人番号（{number}）と違います。GビズIDの法人番号にしてください", number=number))]
    for q in d.questions():
        wanted = names.get(q.prefill)
        if wanted and q.id in answers and not agency.same_name(str(answers[q.id]), wanted):
            return [Fault(q.id, say("登録されている名称（{name}）と違います。登録されている名称にしてください", name=wanted) if row else
                          say("GビズIDの法人の名称（{name}）と違います。GビズIDの名称にしてください", name=wanted))]
    kind = str(agency.organisation_prefill(row.kind, row.name, row.address, row.phone, row.chief).get("事業所.種類", "")) if row else ""
    for q in (q for q in d.questions() if kind and q.prefill == "事業所.種類" and q.id in answers):
        if answers[q.id] != kind and q.choice_label(kind) != kind:
            return [Fault(q.id, say("登録されている事業所の種類（{name}）と違います。登録されている種類にしてください", name=q.choice_label(kind)))]
    return []


def _chooser(d: Definition, conditions: list[Condition]) -> str:
    return next((c.name for condition in conditions for c in compares(condition)), next(iter(d.questions())).id)


def record(owner: Owner, row: agency.Organisation, mandate: agency.Basis | None) -> dict[str, str]:
    """What the filing keeps: organisation, person, and the mandate if there is one."""
    company = business_of(owner)
    kept = {"kind": "organisation", "organisation": str(row.id), "name": row.name, "number": row.number, "office": row.office,
            "person": company.person if company else ""}
    return kept | ({"mandate": mandate.id, "giver": mandate.name, "until": mandate.ends_on.isoformat()}
                   if mandate else {})


def acting_faults(
    owner: Owner, d: Definition, answers: Mapping[str, Any], mandate: agency.Basis | None, row: agency.Organisation | None
) -> list[Fault]:
    """What is wrong with who files for whom: of an agent's answers, and of a company's."""
    found = acting.faults(d, answers, mandate) if mandate else []
    return found or (faults(owner, d, answers, row) if owner.business_id else [])


def correction_faults(owner: Owner | None, a: Application, answers: Mapping[str, Any]) -> list[Fault]:
    """What is wrong of it in the answer to a correction by who filed it: of what is new, for an answer of before was right then. The person
    for whom an agent filed answers for themselves."""
    if owner is None or owner.key != a.owner or not (a.acting or owner.business_id):
        return []
    kept = a.acting
    try:
        row = agency.organisation_to_file(owner=owner, organisation_id=kept["organisation"], slug=a.slug) if kept.get("organisation") else None
        mandate = agency.basis_to_file(owner=owner, basis_id=kept["mandate"], slug=a.slug) if kept.get("mandate") else None
    except (agency.MandateOver, agency.OrganisationOver):  # ended in this moment, or its procedures are others by now
        return []
    found = acting_faults(owner, procedures.version(a.slug, a.version).definition, answers, mandate, row)
    return [f for f in found if answers.get(f.question) != a.answers.get(f.question)]


def number_of(application_id: str) -> str:
    """The 法人番号 of the company that filed this in its own name, as its sign-in said; empty for everybody else. The room above has asked
    who may know."""
    row = Application.objects.filter(id=application_id).only("owner", "acting").first()
    return business_number(row.owner) if row is not None and not row.acting else ""


def facts_of(mandate: agency.Basis | None, row: agency.Organisation | None) -> dict[str, str]:
    """For the chain: on which mandate, as which organisation (the account stands in the actor)."""
    return ({mandate.kind: mandate.id} if mandate else {}) | ({"organisation": str(row.id)} if row else {})


def represented_name(a: Application, answers: Mapping[str, Any]) -> str:
    """For whom a company filed, as it typed the name itself."""
    d = procedures.version(a.slug, a.version).definition
    roles = {r.id for r in agency.represented(d)}
    found = next((answers[q.id] for q in d.questions() if q.role in roles and q.type == "氏名" and q.id in answers), None)
    return f"{found.get('sei', '')} {found.get('mei', '')}".strip() if isinstance(found, dict) else ""


def acting_words(owner: Owner | None, draft: Draft, mandate: agency.Basis | None) -> dict[str, str] | None:
    """Who acts for whom, for the note on every page; None for oneself."""
    row = organisation_of(owner, draft)
    if row is not None and owner is not None:
        return record(owner, row, mandate)
    return acting.record(mandate) if mandate else None


def _idle_since() -> dt.datetime:
    return clock.now() - dt.timedelta(days=max(366 * settings.BUSINESS_KEEP_YEARS, 1))  # never of whom is signed in


def business_accounts_over() -> QuerySet[BusinessAccount]:
    """The people of companies who have not signed in for a year (settings), while no registration, mandate, draft or open application of
    their company needs it."""
    keys, numbers = agency.companies_needed()
    keys |= set(Draft.objects.filter(owner__startswith="b:", state="open").values_list("owner", flat=True))
    keys |= set(Application.objects.filter(owner__startswith="b:").exclude(status__in=OVER).values_list("owner", flat=True))
    return business_accounts_idle(before=_idle_since(), companies=keys, numbers=numbers)


def business_accounts_sweep() -> int:
    """Forget them. Whoever comes back is told anew by the provider. Returns how many went."""
    return business_accounts_forget(business_accounts_over(), before=_idle_since())
