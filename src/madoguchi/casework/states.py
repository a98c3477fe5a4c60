"""States of a case as a table: what may happen in which of them, and how each is called."""

from __future__ import annotations

import enum


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
STANDS = {  # what a page says that was opened before the case went on
    State.RECEIVED: "この件は、まだ審査を始めていません。", State.REVIEWING: "この件は、いま審査中です。",
    State.CORRECTION: "この件は、いま補正の答えを待っています。", State.APPROVAL: "この件は、いま決裁に進んでいます。",
    State.DECIDED: "この件は、もう決定しています。", State.WITHDRAWN: "この件は、取下げで終わっています。",
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
    (State.APPROVAL, Act.ANSWER): State.REVIEWING,  # and proposed already: on answers that were no longer those of the applicant
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


def not_now(state: str) -> str:
    """Why something can not be done with a case as it stands by now."""
    return f"{STANDS[State(state)]}この画面を開いたあとに変わったため、この操作はできません。画面を開き直して、いまの状態を確認してください。"
