"""Readers of helps: the supporter's own, and the one whose mark a tablet holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from madoguchi.identity.public import Right, Staff
from madoguchi.intake import public as intake
from madoguchi.kernel import clock, keys
from madoguchi.kernel.canon import keyed_digest
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.procedures import public as procedures

from .errors import HelpNotFound
from .models import Help
from .rules import CODE_MINUTES, ENDED, STARTED, WAITING, code_in

ENDS = {"tablet": "端末で終わりました", "staff": "職員が終わらせました", "idle": "10分さわらなかったので終わりました"}


@dataclass(frozen=True, slots=True)
class ShownHelp:
    """A help as its supporter sees it: how far it is, never what is in it."""

    id: str
    procedure: str
    state: str
    words: str
    chip: str
    made_at: dt.datetime
    receipts: tuple[str, ...]
    open: bool


def procedures_helped(query: str) -> list[tuple[str, str]]:
    """(name, slug) of what somebody can be helped with: as the search finds it, else by reading."""
    there = {p.slug: p.definition for p in procedures.catalogue()}
    if query:
        return [(str(there[hit.slug].name), hit.slug) for hit in procedures.search(query).hits if hit.slug in there]
    return [(str(d.name), slug) for slug, d in sorted(there.items(), key=lambda pair: pair[1].reading)]


def code_digest(code: str) -> str:
    """What is stored of a code."""
    return keyed_digest(keys.subkey("counter-code"), code.encode())


def may_interview(actor: Staff) -> bool:
    """Has this person the right in one of their sections?"""
    return any(actor.may(Right.INTERVIEW_COUNTER, section) for section in actor.roles())


def may_support(actor: Staff) -> bool:
    """Has this person the right in one of their sections?"""
    return any(actor.may(Right.SUPPORT_COUNTER, section) for section in actor.roles())


def insist(actor: Staff) -> None:
    """Raises Forbidden for who may not help."""
    if not may_support(actor):
        raise Forbidden


def lapsed(row: Help) -> bool:
    """Was the code given out so long ago that nobody can use it?"""
    return row.state == WAITING and clock.now() > row.made_at + dt.timedelta(minutes=CODE_MINUTES)


def help_by_code(text: str) -> Help | None:
    """The help that waits for this code."""
    code = code_in(text)
    row = Help.objects.filter(code_digest=code_digest(code), state=WAITING).select_related("supporter").first() if code else None
    return None if row is None or lapsed(row) else row


def help_alive(help_id: str) -> Help | None:
    """The help of the mark on a tablet, while it lasts."""
    return Help.objects.filter(id=help_id, state=STARTED).select_related("supporter").first()


def _name(slug: str) -> str:
    try:
        return str(procedures.current(slug).definition.name)
    except NotFound:
        return slug


def _words(row: Help, drafts: list[intake.HelpedDraft]) -> tuple[str, str]:
    if row.state == WAITING:
        return ("番号の期限が切れました", "") if lapsed(row) else ("端末で番号が入るのを待っています", "notice")
    filed, writing = [x for x in drafts if x.receipt], [x for x in drafts if not x.receipt]
    if filed:
        return "送信されました", "ok"
    place = f"ステップ {writing[0].step}" + (f" / {writing[0].total}" if writing[0].total else "") if writing else ""
    if row.state == ENDED:
        return f"{ENDS.get(row.end, '終わりました')}{f'（{place} まで）' if place else ''}", ""
    return (f"入力中です。{place}", "key") if place else ("端末で開きました。まだ始めていません", "key")


def shown(row: Help) -> ShownHelp:
    """For its supporter (the caller has got the row for them)."""
    drafts = intake.drafts_of_help(str(row.id)) if row.state != WAITING else []
    words, chip = _words(row, drafts)
    return ShownHelp(str(row.id), _name(row.slug), row.state, words, chip, row.made_at, tuple(x.receipt for x in drafts if x.receipt),
                     row.state == STARTED or (row.state == WAITING and not lapsed(row)))


def help_get(*, actor: Staff, help_id: str) -> Help:
    """One of one's own. Raises HelpNotFound, Forbidden."""
    insist(actor)
    row = Help.objects.filter(id=help_id, supporter=actor, interview=None).first()
    if row is None:
        raise HelpNotFound
    return row


def help_list(*, actor: Staff) -> list[ShownHelp]:
    """One's own of the last days, newest first. Raises Forbidden."""
    insist(actor)
    return [shown(row) for row in Help.objects.filter(supporter=actor, interview=None).order_by("-made_at")[:30]]
