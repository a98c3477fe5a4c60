"""Filing for somebody else on a standing 委任 or a confirmed legal representation (agency): which one, what it fills in, what
it makes unnecessary, and what the agent still sees (docs/adr/0024, 0028)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from madoguchi.agency import public as agency
from madoguchi.identity.public import Owner
from madoguchi.kernel.said import keepable, say
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Attachment, Definition, Fault, Question, Step
from madoguchi.procedures.rules.conditions import compares, holds
from madoguchi.procedures.rules.faces import webform

from . import drafts
from .models import Application, Draft


def offers(owner: Owner | None, slug: str) -> list[agency.Offer]:
    """What this person could file this procedure on for somebody else; a company has ways of its own (companies.py)."""
    return agency.bases(owner=owner, slug=slug) if owner and owner.natural else []


def draft_act(*, owner: Owner | None, draft_id: str, mandate_id: str) -> Draft:
    """Write the draft for the person of this mandate or legal representation, or (empty) for oneself again. Raises NotFound, MandateOver."""
    draft = drafts.draft_get(owner=owner, draft_id=draft_id)
    row = agency.basis_to_file(owner=owner, basis_id=mandate_id, slug=draft.slug) if mandate_id else None
    draft.mandate = uuid.UUID(row.id) if row else None
    drafts.draft_write(draft, mandate=draft.mandate)
    return draft


def mandate_of(owner: Owner | None, draft: Draft, *, lock: bool = False) -> agency.Basis | None:
    """What a draft is written on for somebody else. Raises MandateOver when it has ended meanwhile."""
    if draft.mandate is None:
        return None
    return agency.basis_to_file(owner=owner, basis_id=str(draft.mandate), slug=draft.slug, lock=lock)


def card_values(d: Definition, step: Step, known: Mapping[str, Any], draft: Draft, row: agency.Basis | None) -> dict[str, Any]:
    """What is filled in: from the card for the roles that the agent has, and from the mandate for the one for whom it is.
    Read anew for every page and kept nowhere, so that it ends with the mandate."""
    return procedures.with_codes(_filled(d, step, known, draft, row))


def _filled(d: Definition, step: Step, known: Mapping[str, Any], draft: Draft, row: agency.Basis | None) -> dict[str, Any]:
    out = webform.card_values(d, step, known, draft.card) if draft.card else {}
    if row is None or step.repeat:
        return out
    theirs = {q.id: row.values.get(q.prefill.removeprefix("本人確認.")) for q in _theirs(d, step)}
    return {key: value for key, value in out.items() if key not in theirs} | {key: value for key, value in theirs.items() if value}


def _theirs(d: Definition, step: Step) -> list[Question]:
    names = {role.id for role in agency.represented(d)}
    return [q for q in step.questions if q.prefill and q.role in names]


def not_from_card(d: Definition, step: Step, row: agency.Basis | None) -> set[str]:
    """What on this page is filled in from a mandate or a legal representation: no card of who is at the form was read for it."""
    return {q.id for q in _theirs(d, step)} if row is not None and not step.repeat else set()


def spared(d: Definition, kind: str) -> set[str]:
    """The documents that nobody has to add: a standing mandate stands in place of the 委任状, a confirmed legal representation
    of its proof too. ``kind`` is empty where somebody files for themselves."""
    out = {role.mandate for role in agency.agents(d)} if kind else set()
    return out | {role.legal for role in agency.agents(d) if role.legal} if kind == agency.GUARDIAN else out


def kind_of(draft: Draft) -> str:
    """On which kind of basis a draft is written, empty for one's own."""
    return agency.kind_of(draft.mandate)


def kind_filed(application: Application) -> str:
    """The same of what was filed; an organisation without a standing 委任 had none."""
    kept = application.acting
    return "" if not kept.get("mandate") else agency.GUARDIAN if kept.get("kind") == agency.GUARDIAN else agency.MANDATE


def asked(d: Definition, attachments: Iterable[Attachment], kind: str) -> list[Attachment]:
    """The document slots without what is proven already."""
    gone = spared(d, kind)
    return [a for a in attachments if a.id not in gone]


def counts(d: Definition, draft: Draft) -> dict[str, int]:
    """Files by slot as the judge counts them: what is proven already counts as one."""
    found = {slot: len(entries) for slot, entries in draft.files.items()}
    return found | dict.fromkeys(spared(d, kind_of(draft)), 1)


def faults(d: Definition, answers: Mapping[str, Any], row: agency.Basis) -> list[Fault]:
    """The answers must be those of an agent, and speak of the one for whom the agent may act."""
    known = procedures.derive(d, drafts.facts(answers))
    if not any(role.card is not None and holds(role.card, known) for role in agency.agents(d)):
        return [Fault(_chooser(d), say("代理の方として入力していません。入力している方を「代理」に当たるものに直してください"))]
    roles, by_law = {role.id for role in agency.represented(d)}, row.kind == agency.GUARDIAN
    for q in (q for q in d.questions() if q.role in roles and q.id in answers):
        if q.prefill == "本人確認.氏名":
            named = answers[q.id]
            if not agency.same_name(row.name, f"{named.get('sei', '')}{named.get('mei', '')}"):
                return [Fault(q.id, say("ご本人（{name}）の氏名と違います。市が確かめた方の手続きだけができます", name=row.name) if by_law else
                              say("委任した方（{name}）の氏名と違います。この委任では、委任した方の手続きだけができます", name=row.name))]
        if q.prefill == "本人確認.生年月日" and answers[q.id] != row.birthdate:
            return [Fault(q.id, say("ご本人の生年月日と違います。確認してください") if by_law else
                          say("委任した方の生年月日と違います。委任した方に確かめてください"))]
    return []


def _chooser(d: Definition) -> str:
    """The question that says who is at the form."""
    return next((c.name for role in agency.agents(d) if role.card for c in compares(role.card)), next(iter(d.questions())).id)


def record(row: agency.Basis) -> dict[str, str]:
    """What the filing keeps of it: who acted, for whom, on what, until when; of a legal representation what the agent is by
    law, and when the city confirmed it."""
    law = {"title": keepable(row.title)["ja"], "confirmed": row.confirmed.isoformat()} if row.confirmed else {}
    return {"kind": row.kind, "mandate": row.id, "name": row.agent, "giver": row.name, "until": row.ends_on.isoformat()} | law


# --- what the agent sees afterwards


def sees(owner: Owner, rows: Iterable[Application]) -> dict[str, bool]:
    """Of one's own applications: may the whole be seen? One filed for somebody else only while the mandate lives and says
    so; the person for whom it was filed always."""
    rows = list(rows)
    filed = {str(a.id): a.acting.get("mandate", "") for a in rows if a.acting and a.principal not in owner.keys}
    allowed = agency.basis_allows(owner=owner, ids=sorted({m for m in filed.values() if m}), act=agency.SEE)
    return {str(a.id): str(a.id) not in filed or filed[str(a.id)] in allowed for a in rows}


def answers(application: Application) -> bool:
    """May its filer answer what is asked of the filing (a correction, documents that may follow), although they see nothing else of it?
    A registered organisation that filed without a standing 委任, as long as it is registered: nobody else could answer on a page."""
    kept = application.acting
    return bool(kept) and not kept.get("mandate") and agency.organisation_stands(kept.get("organisation", ""))


def by_agent(application: Application, actor: str) -> str:
    """The name of the agent, when the one who acts (as in the record) is not the person for whom it was filed: that person's page says so."""
    kept = application.acting
    by_another = bool(kept) and bool(application.principal) and actor != f"resident:{application.principal}"
    return str(kept.get("name", "")) if by_another else ""


def hand(application: Application, actor: str) -> dict[str, bool]:
    """For the record of an act on what was filed: that it was the agent, or the representative by law, who did it."""
    if application.acting.get("kind") == agency.GUARDIAN:
        return {"guardian": True}
    return {"agent": True} if by_agent(application, actor) else {}


def sides(owner: Owner | None, application: Application) -> dict[str, str]:
    """For the page of what somebody filed for another: ``by`` whom it was filed, as the person for whom it was reads it, and whose it is
    (``giver``), as the agent does."""
    own = owner is not None and application.principal in owner.keys
    return {"by": application.acting.get("name", "") if own else "", "giver": "" if own else application.acting.get("giver", "")}


def you(owner: Owner | None, application: Application, d: Definition) -> str:
    """Who the 「あなた」 of the form is, where the person for whom somebody else filed it reads it: who filled it in. Empty for everybody
    else, and where nothing that was answered (``d`` in Japanese, as the city wrote it) says so."""
    spoken = any("あなた" in str(q.label) and q.id in application.answers for q in d.questions())
    return sides(owner, application)["by"] if spoken else ""


def follows(application: Application) -> bool:
    """Does who filed it see where it stands? Who filed for another only on a mandate that says so."""
    kept = application.acting
    return not kept or (bool(kept.get("mandate")) and agency.works_for(kept["mandate"], agency.SEE))


def ended(application: Application) -> bool:
    """Was it filed on a mandate or a legal representation that lives no more?"""
    mandate_id = application.acting.get("mandate", "")
    return bool(mandate_id) and not agency.works_for(mandate_id)


def may_end(owner: Owner | None, application: Application) -> bool:
    """May who pays it (who asks may, the caller has seen) end it instead? The person whose it is; who filed it for them only while they stand
    for them still (民法111条・653条): the fee they may pay on, for it was asked of them."""
    kept = application.acting
    if not kept or (owner is not None and application.principal in owner.keys):
        return True
    return not ended(application) if kept.get("mandate") else answers(application)


def tells(application: Application) -> bool:
    """May news of it be mailed to the address that was given?"""
    mandate_id = application.acting.get("mandate", "")
    return not application.acting or (bool(mandate_id) and agency.works_for(mandate_id, agency.MESSAGES))
