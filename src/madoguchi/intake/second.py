"""Asking for the second survey (第2次調査、再調査) after a 罹災証明 was decided: a reason, once until the next decision, to the section."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata

from django.db import transaction

from madoguchi.agency.public import GUARDIAN
from madoguchi.identity.public import Owner
from madoguchi.kernel import audit, clock, failpoints, keys, outbox
from madoguchi.kernel.said import say
from madoguchi.notifications.public import mail_promise
from madoguchi.procedures.public import GRANT_NOTHING

from . import acting, mails
from .errors import NotOpenForThis, SecondWrong
from .events import SECOND_ASKED
from .models import Application

SLUG, WAY = "risai-shoumei", "survey_way"  # the certificate, and its question on the survey: without it there is no grade (罹災届出証明書)
LEAST, MOST = 2, 500  # characters


def is_own(owner: Owner | None, application: Application) -> bool:
    """Is it of who asks: filed for themselves (or opened by receipt number and access code), for them by somebody else, or by them as who
    represents the person by law (a 委任 for filing is none for doubting the result)? The caller has found it for them."""
    if application.acting:
        by_law = application.acting.get("kind") == GUARDIAN
        return owner is not None and (application.owner if by_law else application.principal) in owner.keys
    return owner is None or application.owner in owner.keys or bool(application.code_digest)


def offered(application: Application) -> bool:
    """Is the application one whose grade can be surveyed again, decided, and not asked for since?"""
    decision = application.view.get("decision")
    return (application.slug == SLUG and bool(application.answers.get(WAY)) and application.status == "decided" and bool(decision)
            and decision["outcome"] not in GRANT_NOTHING and not application.view.get("second"))


def asked_at(application: Application) -> dt.datetime | None:
    """When it was asked for, until the next decision."""
    at = application.view.get("second")
    return dt.datetime.fromisoformat(at) if at else None


def is_to_hear(application: Application) -> bool:
    """Is the day of it still to be told? No longer once it was, nor after the visit."""
    return not (application.view.get("appointment") or application.view.get("visited"))


def answered_no(application: Application) -> tuple[dt.datetime, str] | None:
    """When the last wish for it was declined and why, until it is asked for anew or decided anew."""
    said = application.view.get("declined")
    return (dt.datetime.fromisoformat(said["at"]), said["why"]) if said else None


@transaction.atomic(durable=True)
def second_ask(*, application: Application, owner: Owner | None, reason: str, actor: str) -> None:
    """Ask for it. ``application`` was found as theirs. Raises SecondWrong, NotOpenForThis."""
    row = Application.objects.select_for_update().get(id=application.id)
    if not is_own(owner, row) or not offered(row):
        raise NotOpenForThis
    reason = "".join(c for c in reason.replace("\r\n", "\n") if c == "\n" or unicodedata.category(c) != "Cc").strip()
    if not LEAST <= len(reason) <= MOST:
        raise SecondWrong(say("納得できないところと、その理由を{least}字から{most}字で書いてください（今は{now}字）。",
                              least=LEAST, most=MOST, now=len(reason)))
    now = clock.now()
    row.view = row.view | {"second": now.isoformat(), "declined": {}, "appointment": "", "visited": "", "timeline": [
        *row.view["timeline"], {"at": now.isoformat(), "ja": say("第2次調査を申し出ました")}]}
    row.save(update_fields=["view"])
    number = sum(entry["ja"] == "第2次調査を申し出ました" for entry in row.view["timeline"])
    audit.record(actor, "second.asked", chain=f"case:{row.id}", facts={"number": number} | acting.hand(row, actor), of=reason)
    outbox.publish(SECOND_ASKED, case_ref=str(row.id), key=f"second:{row.id}:{number}", payload={"application": str(row.id)},
                   confidential=json.dumps({"why": reason, "at": now.isoformat()}, ensure_ascii=False).encode())
    if row.sealed_mail and acting.tells(row):  # the address is that of who filed it: an agent of the past hears nothing of what the person does
        subject, body = mails.news(row.language, row.receipt, str(row.id), guest=bool(row.code_digest), kind=mails.CLAIM)
        to = keys.unseal("mail-address", row.sealed_mail, bound_to=row.receipt).decode()
        mail_promise(key=f"second:{row.id}:{number}", case_ref=str(row.id), to=to, subject=subject, body=body)
    failpoints.hit("intake.second.before_commit")
