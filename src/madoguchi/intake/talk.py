"""The applicant's side of the messages with the section: reading, and answering once the section has written."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from uuid import UUID

from django.db import transaction

from madoguchi.kernel import audit, clock, failpoints, outbox
from madoguchi.kernel.said import say

from . import acting
from .errors import NotOpenForThis, TalkWrong
from .events import TALK_ANSWERED
from .models import Application, TalkLine

MOST = 1000  # characters
LONGEST_NAME = 100  # what is kept of an agent's
A_DAY = 10  # answers to one application
AGAIN = dt.timedelta(seconds=10)  # the same words again within this time are a button pressed twice


def talk_of(application: Application) -> list[TalkLine]:
    """The messages, the oldest first."""
    return list(TalkLine.objects.filter(application=application).order_by("at", "id"))


def writer(line: TalkLine, reader_is_agent: bool) -> str:
    """Who wrote a message, for the reader of the page; empty for the section's."""
    if not line.mine:
        return ""
    if bool(line.agent) == reader_is_agent:
        return say("あなたから")
    return say("代理の{name}さんから", name=line.agent) if line.agent else say("ご本人から")


def may_answer(application: Application, lines: list[TalkLine]) -> bool:
    """The section begins; after that both may write, as long as the application was not withdrawn."""
    return application.status != "withdrawn" and any(not line.mine for line in lines)


def waiting(ids: list[UUID]) -> set[str]:
    """Those of these applications whose last message is the section's."""
    last: dict[str, bool] = {}
    for application, mine in TalkLine.objects.filter(application__in=ids).order_by("at", "id").values_list("application_id", "mine"):
        last[str(application)] = mine
    return {key for key, mine in last.items() if not mine}


@transaction.atomic(durable=True)
def talk_answer(*, application: Application, text: str, actor: str) -> TalkLine:
    """Answer the section. Raises TalkWrong, NotOpenForThis."""
    row = Application.objects.select_for_update().get(id=application.id)
    lines = talk_of(row)
    if not may_answer(row, lines):
        raise NotOpenForThis
    text = "".join(c for c in text.replace("\r\n", "\n") if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
    if not text:
        raise TalkWrong
    if len(text) > MOST:
        raise TalkWrong(say("連絡は{most}字までです（今は{now}字）。短くしてください。", most=MOST, now=len(text)))
    now = clock.now()
    mine = [line for line in lines if line.mine]
    if mine and mine[-1].text == text and now - mine[-1].at < AGAIN:
        return mine[-1]
    if sum(line.at.astimezone(clock.JST).date() == now.date() for line in mine) >= A_DAY:
        raise TalkWrong(say("1日に送れる連絡は{most}通までです。お急ぎのときは、担当課にお電話ください。", most=A_DAY))
    line = TalkLine.objects.create(application=row, mine=True, agent=acting.by_agent(row, actor)[:LONGEST_NAME], text=text, at=now)
    audit.record(actor, "talk.answered", chain=f"case:{row.id}", facts={"talk": str(line.id)}, of=text)
    outbox.publish(TALK_ANSWERED, case_ref=str(row.id), key=f"talk:{line.id}", payload={"application": str(row.id)},
                   confidential=json.dumps({"id": str(line.id), "text": text, "at": now.isoformat(), "agent": line.agent},
                                           ensure_ascii=False).encode())
    failpoints.hit("intake.talk.before_commit")
    return line
