"""Messages between the section and the applicant (連絡): staff write, the applicant answers from the page of the application.
What the staff say among themselves are notes, and stay apart."""

from __future__ import annotations

import datetime as dt
import json

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.intake import public as intake
from madoguchi.kernel import audit, clock, outbox
from madoguchi.kernel.said import say
from madoguchi.kernel.written import text_clean

from . import selectors
from .errors import NotNow, ReasonMissing
from .models import Case, Talk
from .progress import progress_say
from .services import AGAIN, clerk_check
from .states import State

MOST = 2000  # characters
UNMANDATED = "委任の登録のない事業所が送ったので、"
NO_READER = {"answers": UNMANDATED, "over": UNMANDATED, "guardian_over": "送った方の法定代理の確認が終わっているので、"}  # by Standing.agent
A_DAY = 20  # messages of the section to one applicant


@transaction.atomic(durable=True)
def talk_write(*, actor: Staff, case_id: str, text: str) -> Talk:
    """Write to the applicant; what they wrote counts as read. Raises ReasonMissing, TooLong, NotNow."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    text, now = text_clean("連絡", text, MOST), clock.now()
    if not text:
        raise ReasonMissing("手続きした方への連絡を書いてください。")
    if case.channel == intake.PAPER:
        raise NotNow("紙で出した方には、画面もメールもありません。電話か文書で伝え、内容を内部メモに残してください。")
    standing = intake.code_standing(case.ref)
    if standing.nobody:
        raise NotNow(f"{NO_READER[standing.agent]}連絡を見られる画面を持つ方がいません。電話か文書で伝え、内容を内部メモに残してください。")
    if case.state == State.WITHDRAWN:
        raise NotNow("取り下げられた件には、連絡を送れません。")
    mine = Talk.objects.filter(case=case).exclude(by=None)
    last = mine.filter(by=actor).order_by("-at").first()
    if last and last.text == text and now - last.at < AGAIN:  # pressed twice
        return last
    if mine.filter(at__gte=dt.datetime.combine(now.date(), dt.time(), clock.JST)).count() >= A_DAY:
        raise NotNow(f"この件への連絡は、1日{A_DAY}通までです。急ぐときは電話で伝え、内容をメモに残してください。")
    row = Talk.objects.create(case=case, by=actor, at=now, text=text)
    _seen(case, actor)
    audit.record(actor.actor, "talk.written", chain=f"case:{case.id}", facts={"talk": str(row.id)}, of=text)
    progress_say(case, key=f"talk:{row.id}", status="", ja=say("市の担当から連絡が届きました"), notify=True,
                 talk={"id": str(row.id), "text": text, "at": now.isoformat()})
    return row


@transaction.atomic(durable=True)
def talk_seen(*, actor: Staff, case_id: str) -> int:
    """What the applicant wrote is dealt with, without an answer. Returns how much there was."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    count = _seen(case, actor)
    if count:
        audit.record(actor.actor, "talk.seen", chain=f"case:{case.id}", facts={"count": count})
    return count


def _seen(case: Case, actor: Staff) -> int:
    return Talk.objects.filter(case=case, by=None, seen_at=None).update(seen_at=clock.now(), seen_by=actor)


def talk_received(message: outbox.Envelope) -> None:
    """Handler of TalkAnswered: what the applicant wrote. Again changes nothing."""
    said = json.loads(message.opened)
    with transaction.atomic(durable=True):
        case = Case.objects.select_for_update().filter(id=message.payload["application"]).first()
        if case is None:
            raise outbox.Retry("case not open yet")
        if Talk.objects.filter(id=said["id"]).exists():
            return
        Talk.objects.create(id=said["id"], case=case, by=None, at=dt.datetime.fromisoformat(said["at"]), text=said["text"],
                            agent=said.get("agent", ""))
        audit.record("worker", "talk.received", chain=f"case:{case.id}", facts={"talk": said["id"]}, of=said["text"])
