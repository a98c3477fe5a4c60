"""Pure decisions about mandates (民法99条以下・643条以下)."""

from __future__ import annotations

import datetime as dt
import secrets
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from madoguchi.kernel.said import say
from madoguchi.procedures.rules.model import Definition, Role
from madoguchi.register.public import name_key

OFFER_DAYS, TRIES = 14, 5
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without what looks alike
FILE, SEE, MESSAGES = "file", "see", "messages"
ACTS = {FILE: say("手続きをする"), SEE: say("手続きの状況・結果・書類を見る"), MESSAGES: say("お知らせのメールを受け取る")}
EVENT = "event:"


class State(StrEnum):
    """Where a mandate stands. Its last day is kept beside it: an accepted one whose day is over has run out."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the giver, before it was accepted
    REVOKED = "revoked"  # by the giver (民法651条1項)
    RESIGNED = "resigned"  # by the agent (同)
    CLOSED = "closed"  # by law, which the city learned: a death, a bankruptcy, a guardianship of the agent (民法111条・653条)


ENDS = {("giver", State.OFFERED): State.WITHDRAWN, ("giver", State.ACCEPTED): State.REVOKED, ("agent", State.ACCEPTED): State.RESIGNED}
WORDS = {
    State.OFFERED: say("相手の承諾を待っています"), State.ACCEPTED: say("有効です"), State.DECLINED: say("相手が断りました"),
    State.WITHDRAWN: say("招待を取り消しました"), State.REVOKED: say("委任した方が終わらせました"),
    State.RESIGNED: say("代理の方が終わらせました"), State.CLOSED: say("市が終わらせました"),
}
RUN_OUT, LAPSED = say("期限が過ぎて終わりました"), say("招待の期限が過ぎました")
ASKED_WITHDRAWN, ASKED_LAPSED = say("依頼を取り消しました"), say("返事の期限が過ぎました")  # of an organisation, which gets no invitation


def code_new() -> str:
    """ABCD-EFGH-JKLM: sixty random bits."""
    text = "".join(secrets.choice(LETTERS) for _ in range(12))
    return "-".join(text[i: i + 4] for i in (0, 4, 8))


def code_read(text: str) -> str:
    """A code as people type it, in its own form; empty when it cannot be one."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c in LETTERS)
    return "-".join(plain[i: i + 4] for i in (0, 4, 8)) if len(plain) == 12 else ""


def same_name(one: str, other: str) -> bool:
    """The same name, whatever the spaces and widths, the shapes of its characters (高橋 and the 髙橋 that few can type) and, of Latin names,
    accents and order, as cards print them."""
    a, b = name_key(one), name_key(other)
    return bool(a) and a == b


def covers(scope: Iterable[str], slug: str, events: Iterable[str]) -> bool:
    """Is the procedure named, or one of its 分野?"""
    wanted = {slug, *(EVENT + event for event in events)}
    return any(part in wanted for part in scope)


def alive(state: str, ends_on: dt.date, today: dt.date) -> bool:
    """Does it work today? The last day counts whole (民法141条)."""
    return state == State.ACCEPTED and today <= ends_on


def agents(d: Definition) -> tuple[Role, ...]:
    """The roles that act for somebody by a 委任状."""
    return tuple(r for r in d.roles if r.mandate)


def represented(d: Definition) -> tuple[Role, ...]:
    """The roles that such an agent can stand for: those whom the card may be of, beside the agents. Who always has the card
    (はい: whoever is at the form) is nobody an agent stands for."""
    return tuple(r for r in d.roles if not r.mandate and r.card_text not in ("", "いいえ", "はい")) if agents(d) else ()


def end_fault(ends_on: dt.date | None, today: dt.date, last: dt.date) -> str:
    """What is wrong with the last day; empty when nothing is."""
    if ends_on is None:
        return say("終わりの日を、年・月・日で入力してください")
    if not today <= ends_on <= last:
        return say("終わりの日は、今日から{last}までの日にしてください", last=last)
    return ""
