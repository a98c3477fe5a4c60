"""States of a case as a table, and pure decisions about who may do what."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any

from madoguchi.procedures.public import GRANT_NOTHING, Definition, Outcome, Question
from madoguchi.procedures.rules.conditions import compares, holds
from madoguchi.procedures.rules.possible import OUTCOME

ROUTE_ROLES = {"担当": "clerk", "係長": "chief", "課長": "manager"}


class State(enum.StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    REVIEWING = "reviewing"
    CORRECTION = "correction"
    APPROVAL = "approval"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


WORDS = {
    State.RECEIVED: "審査待ち", State.REVIEWING: "審査中", State.CORRECTION: "補正待ち", State.APPROVAL: "決裁待ち",
    State.DECIDED: "決定済み", State.WITHDRAWN: "取下げ",
}
CHIPS = {State.RECEIVED: "", State.REVIEWING: "key", State.CORRECTION: "notice", State.APPROVAL: "ok", State.DECIDED: "ok",
         State.WITHDRAWN: ""}


class Act(enum.StrEnum):
    """What can happen to a case."""

    START = "start"
    ASK = "ask"
    ANSWER = "answer"
    RECALL = "recall"
    PROPOSE = "propose"
    RETURN = "return"
    CONCLUDE = "conclude"
    WITHDRAW = "withdraw"
    TAKE_WITHDRAWAL = "take_withdrawal"
    REOPEN = "reopen"
    STAND = "stand"


TRANSITIONS: dict[tuple[State, Act], State] = {
    (State.RECEIVED, Act.START): State.REVIEWING,
    (State.RECEIVED, Act.ASK): State.CORRECTION,
    (State.REVIEWING, Act.ASK): State.CORRECTION,
    (State.CORRECTION, Act.ANSWER): State.REVIEWING,
    (State.CORRECTION, Act.RECALL): State.REVIEWING,
    (State.REVIEWING, Act.ANSWER): State.REVIEWING,  # sent in the moment in which it was recalled
    (State.RECEIVED, Act.PROPOSE): State.APPROVAL,
    (State.REVIEWING, Act.PROPOSE): State.APPROVAL,
    (State.APPROVAL, Act.RETURN): State.REVIEWING,
    (State.APPROVAL, Act.CONCLUDE): State.DECIDED,
    (State.RECEIVED, Act.WITHDRAW): State.WITHDRAWN,
    (State.REVIEWING, Act.WITHDRAW): State.WITHDRAWN,
    (State.CORRECTION, Act.WITHDRAW): State.WITHDRAWN,
    (State.RECEIVED, Act.TAKE_WITHDRAWAL): State.WITHDRAWN,  # by the section: on paper, by telephone, at the counter
    (State.REVIEWING, Act.TAKE_WITHDRAWAL): State.WITHDRAWN,
    (State.CORRECTION, Act.TAKE_WITHDRAWAL): State.WITHDRAWN,
    (State.APPROVAL, Act.TAKE_WITHDRAWAL): State.WITHDRAWN,
    (State.DECIDED, Act.REOPEN): State.REVIEWING,
    (State.REVIEWING, Act.STAND): State.DECIDED,  # taken up again, and left as it was decided
    (State.CORRECTION, Act.STAND): State.DECIDED,
}
WISHES = {"counter": "窓口で聞いた", "phone": "電話で聞いた", "paper": "紙で届いた"}  # how a 取下げ came to the section
VIAS = {"counter": "窓口で聞いた", "phone": "電話で聞いた", "paper": "紙で届いた"}  # an answer to a correction that a clerk typed off
# the languages of the residents' pages, beside Japanese, as the section calls them
LANGUAGE_WORDS = {"ja-easy": "やさしい日本語", "en": "英語", "zh-hans": "中国語（簡体字）", "vi": "ベトナム語", "pt": "ポルトガル語"}
OVER = (State.DECIDED, State.WITHDRAWN)
HOLDS = {"appeal": "審査請求", "lawsuit": "訴訟", "audit": "監査・検査", "other": "その他"}  # why a case is kept beyond its term
UNSEEN = ("number.viewed",)  # looking at a case does not prolong its keeping
NEAR, OVERDUE, LATE = "near", "over", "late"  # steps of escalation; the last is of a correction that nobody answered
ALARMS = {NEAR: "期限間近を連絡済み", OVERDUE: "期限超過を連絡済み", LATE: "補正の期限を過ぎた"}
OPEN = (State.RECEIVED, State.REVIEWING, State.CORRECTION, State.APPROVAL)
RUNNING = (State.RECEIVED, State.REVIEWING, State.APPROVAL)  # the clock runs


def after(state: str, act: Act) -> State | None:
    """The state after an act, None when it is not allowed."""
    return TRANSITIONS.get((State(state), act))


def applicant(d: Definition, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Who the case is about: name, kana and address of the first role that answered (被保険者 before 届出人), else of
    the first person asked for."""
    out: dict[str, Any] = {}
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
