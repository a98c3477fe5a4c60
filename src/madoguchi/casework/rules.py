"""Pure decisions about a case: whom it is about, what may be decided, who stamps next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from madoguchi.procedures.public import GRANT_NOTHING, Definition, Outcome, Question
from madoguchi.procedures.rules.conditions import compares, holds
from madoguchi.procedures.rules.possible import OUTCOME

ROUTE_ROLES = {"担当": "clerk", "係長": "chief", "課長": "manager"}


def applicant(d: Definition, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Who the case is about: name, kana and address of the first role that answered (被保険者 before 届出人), else of
    the first person asked for; and the company, where it is one and the person only speaks for it."""
    company = next((q for q in d.questions() if q.prefill == "法人.名称" and not q.group and answers.get(q.id)), None)
    out: dict[str, Any] = {"company": str(answers[company.id])} if company else {}
    order = [r.id for r in d.roles] + [""]
    for kind, key in (("氏名", "name"), ("カナ", "kana"), ("住所", "address")):
        for role in order:
            found = next((q for q in d.questions() if q.type == kind and not q.group and q.role == role and answers.get(q.id)), None)
            if found:
                out[key] = answers[found.id]
                break
        else:
            found = next((q for q in d.questions() if q.type == kind and not q.group and answers.get(q.id)), None)
            if found:
                out[key] = answers[found.id]
    return out


def outcomes_open(d: Definition, known: Mapping[str, Any]) -> list[Outcome]:
    """The outcomes that these answers can have (処分の条件)."""
    return [o for o in d.review.outcomes if o.condition is None or holds(o.condition, known)]


def refusal_of(d: Definition, known: Callable[[], Mapping[str, Any]]) -> Outcome | None:
    """The outcome that grants nothing (拒否, 不備, 不交付) and that these answers can have, the first when there are several. What
    is known is asked for only where an outcome depends on it."""
    nothing = [o for o in d.review.outcomes if o.kind in GRANT_NOTHING]
    if nothing and nothing[0].condition is not None:
        nothing = [o for o in outcomes_open(d, known()) if o in nothing]
    return nothing[0] if nothing else None


def decision_items(d: Definition, outcome: Outcome) -> tuple[Question, ...]:
    """What the clerk adds for this outcome. One that grants nothing is asked only what its condition names by 結果."""
    if outcome.kind not in GRANT_NOTHING:
        return d.review.questions
    return tuple(q for q in d.review.questions if q.condition and any(c.name == OUTCOME for c in compares(q.condition)))


def item_shown_when(d: Definition, item: Question) -> str:
    """The condition under which the page of a decision shows an item: its own, and (decision_items) not with an outcome that
    grants nothing unless the item names 結果. An item whose own condition has alternatives keeps it as it is."""
    asked_anyway = item.condition is not None and any(c.name == OUTCOME for c in compares(item.condition))
    if asked_anyway or "または" in item.condition_text:
        return item.condition_text
    closed = [f"結果 ≠ {o.id}" for o in d.review.outcomes if o.kind in GRANT_NOTHING]
    return " かつ ".join([*([item.condition_text] if item.condition_text else []), *closed])


def reason_missing(outcome: Outcome, reason: str) -> bool:
    """行政手続法8条: a refusal says why; 不備 and 不交付 too."""
    return outcome.needs_reason and len(reason.strip()) < 5


def warned_before(wanted: int, days: int, day_kind: str) -> int:
    """Open days before the due day on which a case is reported as near: ``wanted``, but never more than half of the standard term
    (``days`` of ``day_kind``); 0 is not at all, for what is due on the next day."""
    return min(wanted, days // 2 if day_kind == "開庁日" else days * 5 // 14)  # five of seven days are open ones


def next_role(route: tuple[str, ...], at_step: int) -> str | None:
    """The role that stamps next; step 0 is the clerk who proposes. None when the route is walked."""
    return ROUTE_ROLES.get(route[at_step], "manager") if at_step < len(route) else None
