"""What the same person told these sections before, so that nobody asks it again (書かない窓口, docs/adr/0042)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from madoguchi.identity.public import Staff
from madoguchi.intake.public import CONTACT, shared_questions
from madoguchi.procedures.rules.letters import plain

from .lists import Filter, case_ids
from .models import Case
from .selectors import definition_of

MOST = 50  # cases of this name that are looked through


def _same(said: Any, held: Mapping[str, str] | str) -> bool:
    if isinstance(held, str) or not isinstance(said, Mapping):
        return bool(said == held)
    return bool(plain("".join(said.get(k, "") for k in ("sei", "mei"))) == plain("".join(held.get(k, "") for k in ("sei", "mei"))))


def contact_told(*, actor: Staff, person: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Telephone and mail that somebody (氏名, カナ, 生年月日 as the register holds them) gave last, in a case that this member of the staff
    may read, and the number of that case: the name and the whole date of birth must be the same. Nothing without one."""
    if not person.get("生年月日") or not person.get("氏名"):
        return {}, ""
    parts = person.get("カナ") or person["氏名"]
    name = "".join(parts.get(k) or "" for k in ("sei", "mei"))  # by key: see index.who
    ids = case_ids(actor=actor, wanted=Filter(query=plain(name), state=""))[:MOST] if name else []
    for case in Case.objects.filter(id__in=ids).order_by("-filed_at"):
        asked = shared_questions(definition_of(case), case.answers)
        told = {kind: next((case.answers[q.id] for q in own if q.id in case.answers), None) for kind, own in asked.items()}
        if not all(_same(told.get(kind), person[kind]) for kind in ("氏名", "生年月日")):
            continue
        if found := {kind: told[kind] for kind in CONTACT if told.get(kind)}:
            return found, case.receipt
    return {}, ""
