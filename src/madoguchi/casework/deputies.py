"""代決: in whose place somebody would stamp now. Asked before, so that who decides for another shows once more who they are; the stamp itself
asks again under the lock of the case (services)."""

from __future__ import annotations

from madoguchi.identity.public import STAMPS, Staff, stands_in_for
from madoguchi.kernel.errors import Forbidden

from . import selectors
from .errors import OwnProposal, StampedAlready
from .models import Approval, BulkRun, Case, Decision
from .rules import next_role


def instead_of(actor: Staff, case: Case) -> Staff | None:
    """The absent colleague in whose place this person would stamp the open decision of a case that they were given by its reader."""
    step = Decision.objects.filter(case=case, state="proposed").order_by("-number").values_list("at_step", flat=True).first()
    return None if step is None else _absent(actor, case.section, next_role(selectors.definition_of(case).review.route, step))


def stamp_check(actor: Staff, case: Case, decision: Decision, role: str | None) -> Staff | None:
    """May this person stamp the step of ``role``? For the page and for the stamp. Returns the absent colleague in whose place it would be
    (代決), None for one's own. Raises OwnProposal, StampedAlready, Forbidden."""
    if decision.proposed_by_id == actor.id:
        raise OwnProposal
    if role is None:
        raise Forbidden
    absent = None if actor.may(STAMPS[role], case.section) else stands_in_for(actor=actor, section=case.section, right=STAMPS[role])
    if absent is None and not actor.may(STAMPS[role], case.section):
        raise Forbidden
    if Approval.objects.filter(decision=decision, by=actor, approved=True).exists():
        raise StampedAlready(absent.name if absent else "")
    if absent is not None and absent.id == decision.proposed_by_id:  # their own proposal, by another hand
        raise OwnProposal(f"不在の{absent.name}さんが自分で起案した決定なので、代わりに決裁できません。ほかの決裁できる方に頼んでください。")
    return absent


def _absent(actor: Staff, section: str, role: str | None) -> Staff | None:
    if role is None or actor.may(STAMPS[role], section):
        return None
    return stands_in_for(actor=actor, section=section, right=STAMPS[role])


def in_run(actor: Staff, run: BulkRun) -> bool:
    """Would this person stamp one of the cases of their run so?"""
    if run.act != "approve":
        return False
    steps = Decision.objects.filter(state="proposed", case__in=run.items.values("case")).values_list("case", "case__section", "at_step")
    cases = {case.id: case for case in Case.objects.filter(id__in=[case for case, _, _ in steps])}
    roles = {(section, next_role(selectors.definition_of(cases[case]).review.route, step)) for case, section, step in steps}
    return any(_absent(actor, section, role) for section, role in sorted(roles, key=str))
