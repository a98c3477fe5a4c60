"""States of a payment, as GOV.UK Pay shows them: few, and none of a gateway's own. Plain Python."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from madoguchi.kernel.said import say


class State(StrEnum):
    """What a payer and a clerk see. How much went back stands in the sums, not in a state of its own."""

    CREATED = "created"
    STARTED = "started"
    SUBMITTED = "submitted"
    SUCCESS = "success"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Act(StrEnum):
    """What happens to a payment."""

    START = "start"
    SUBMIT = "submit"
    PAY = "pay"
    FAIL = "fail"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REBILL = "rebill"


OPEN = (State.CREATED, State.STARTED, State.SUBMITTED, State.FAILED)
TRANSITIONS = {
    (State.CREATED, Act.START): State.STARTED, (State.STARTED, Act.START): State.STARTED, (State.FAILED, Act.START): State.STARTED,
    (State.STARTED, Act.SUBMIT): State.SUBMITTED, (State.FAILED, Act.SUBMIT): State.SUBMITTED,
    (State.CREATED, Act.PAY): State.SUCCESS, (State.STARTED, Act.PAY): State.SUCCESS, (State.SUBMITTED, Act.PAY): State.SUCCESS,
    (State.FAILED, Act.PAY): State.SUCCESS,
    (State.STARTED, Act.FAIL): State.FAILED, (State.SUBMITTED, Act.FAIL): State.FAILED,
    (State.CREATED, Act.CANCEL): State.CANCELLED, (State.STARTED, Act.CANCEL): State.CANCELLED, (State.FAILED, Act.CANCEL): State.CANCELLED,
    (State.CREATED, Act.EXPIRE): State.EXPIRED, (State.STARTED, Act.EXPIRE): State.EXPIRED, (State.FAILED, Act.EXPIRE): State.EXPIRED,
    (State.CREATED, Act.REBILL): State.CREATED, (State.STARTED, Act.REBILL): State.CREATED, (State.FAILED, Act.REBILL): State.CREATED,
    (State.EXPIRED, Act.REBILL): State.CREATED,  # only of what a clerk asked for: nothing ended with it
}
WORDS = {
    State.CREATED: say("お支払いがまだです"), State.STARTED: say("お支払いの途中です"), State.SUBMITTED: say("お支払いを確認しています"),
    State.SUCCESS: say("お支払い済みです"), State.FAILED: say("お支払いができませんでした"), State.CANCELLED: say("お支払いは取り消されました"),
    State.EXPIRED: say("お支払いの期限が過ぎました"),
}
NOTHING_TO_PAY = say("お支払いはいりません")
REFUNDED_ALL, REFUNDED_PART = say("全額をお返ししました"), say("一部をお返ししました")
REASONS = {  # why money goes back: a code and words, so that no name gets into a reason
    "mistake": "手数料を多く受け取った", "twice": "二重に支払われた", "late": "期限の後に支払われた", "differs": "請求と違う額が支払われた",
    "rebilled": "請求を改めた後に、前の額が支払われた", "refused": "証明書を交付できない",
    "withdrawn": "請求が取り下げられた", "exempt": "減免に当たることが後で分かった", "void": "打ち間違い（取消し）",
}
BOOKS = "books:"  # how the key of a payment begins whose money the books of a room above hold: there it goes back, not from here
DIFFERS = "differs"  # another sum than was asked for: it pays nothing
WITHDRAWN, REFUSED = "withdrawn", "refused"
VOID = "void"  # what should never have been taken at the counter: all of it, before the day is closed; its 領収証 is no good any more
MEANS = {"free": say("無料"), "counter_cash": say("窓口で現金"), "terminal": say("窓口の端末（カード・電子マネー・コード決済）"),
         "card": say("クレジットカード"), "slip": say("納付書（コンビニ・銀行・スマートフォン）"),
         "debit": say("登録した口座からの引き落とし")}
FEES = "fee:"  # how the key of an application's fee begins; others (a sale at the counter) are paid where they are made
MORE = ":waiver"  # how the key of what was asked for after a fee was settled ends: 減免 did not apply
AGAIN = ":again"  # … and of what is asked for a second time, because the counter took it by mistake and gave it back (取消し)
NO_WAIVER = {  # why 減免 does not apply: a code and words, so that no name gets into a reason; the payer reads them
    "papers": say("減免に当たることを確かめられませんでした"), "register": say("市の記録で確かめたところ、減免に当たりませんでした"),
    "rule": say("条例・規則で決めている減免に当たりませんでした")}
KEPT = {  # why the fee of what was withdrawn does not go back: a code and words; the payer reads them
    "done": say("取下げの前に手続きが進んでいたため、納めていただいた手数料はお返しできません"),
    "rule": say("条例・規則の決まりにより、納めていただいた手数料はお返しできません")}
NOT_WAIVED, WAIVED_LATER = say("減免に当たらなかった分"), say("市が後から認めた分")
BRANDS = {"card": "クレジットカード", "emoney": "電子マネー", "code": "コード決済"}  # what a terminal takes

DENOMINATIONS = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 1)  # 日本銀行券と貨幣


def line_words(line: Mapping[str, Any]) -> str:
    """What a line is for, on papers and for staff; a fee below zero is 減免."""
    return f"減免：{line['label']}" if line["unit"] < 0 else str(line["label"])


def waivers(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The lines that take something away."""
    return [line for line in lines if line["sum"] < 0]


def unwaived(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is owed besides when none of the waivers of a settled bill applies: each under the name of its fee where all of it was
    taken away."""
    names = {(line["unit"], line["count"]): line["label"] for line in reversed(lines) if line["sum"] > 0}
    return [{"label": names.get((-line["unit"], line["count"]), str(NOT_WAIVED)), "unit": -line["sum"] // line["count"], "count": line["count"],
             "sum": -line["sum"]} for line in waivers(lines)]


def counted(counts: Mapping[int, int]) -> int:
    """Yen of so many of each note and coin. Raises ValueError for one that does not exist or fewer than none."""
    if any(kind not in DENOMINATIONS or not 0 <= n <= 99_999 for kind, n in counts.items()):
        raise ValueError("no such notes or coins")
    return sum(kind * n for kind, n in counts.items())


def slip_read(typed: str) -> str:
    """The 伝票番号 of a terminal as it is kept: Latin letters, digits and hyphens, in one case and width. Empty for what is none."""
    plain = unicodedata.normalize("NFKC", typed).strip().upper()
    return plain if re.fullmatch(r"[0-9A-Z-]{1,40}", plain) and any(c.isalnum() for c in plain) else ""


def after(state: str, act: Act) -> State | None:
    """The state after an act; None where it can not happen."""
    return TRANSITIONS.get((State(state), act))


def excess(state: str, amount: int, received: int) -> int:
    """How much of what came in does not belong here: all of it where nothing was owed any more, else what is over."""
    return received - amount if state == State.SUCCESS else received


def refundable(received: int, promised: int) -> int:
    """What may still go back, given what went or is promised."""
    return max(received - promised, 0)


def words_of(state: str, received: int, refunded: int) -> str:
    """The state in words, with what went back. What is settled and was never paid cost nothing (無料, 減免)."""
    if refunded and refunded >= received:
        return REFUNDED_ALL
    if state == State.SUCCESS and not received:
        return NOTHING_TO_PAY
    return REFUNDED_PART if refunded else WORDS[State(state)]
