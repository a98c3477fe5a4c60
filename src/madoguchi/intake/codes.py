"""A new access code (確認番号) for who filed without the card and lost the old one, or locked it by wrong tries: by the person over the
mail address given at filing, or by a clerk who has checked who it is. The old code opens nothing any more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core import signing as tokens
from django.db import transaction

from madoguchi.agency import public as agency
from madoguchi.kernel import audit, clock, failpoints, keys
from madoguchi.kernel.canon import sha256
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.said import say
from madoguchi.notifications.public import mail_plain, mail_promise

from . import acting, mails
from .errors import NotOpenForThis
from .filing import SIGNED_IN, code_digest, code_new
from .models import Application
from .rules import MAX_TRIES, receipt_read

SALT, MINUTES = "code", 60
SELF, LOST = "resident:code", "code.renewed"


def _mark(row: Application) -> str:
    """Of the code as it is: a link made for it opens nothing once there is another."""
    return sha256(f"{row.id}:{row.code_digest}".encode())[:16]


def pass_of(row: Application) -> str:
    """What a browser keeps that has opened this application by its code: worth nothing once there is another code."""
    return f"{row.id}:{_mark(row)}"


@transaction.atomic(durable=True)
def code_ask(*, receipt: str, mail: str) -> None:
    """Promise the mail with the link, when the receipt number is of an application with a code and the address the one given at filing.
    Who asks learns nothing of it either way."""
    row = Application.objects.filter(receipt=receipt_read(receipt), sealed_mail__isnull=False).exclude(code_digest="").first()
    if row is None:
        return
    known = keys.unseal("mail-address", row.sealed_mail or b"", bound_to=row.receipt).decode()
    if known.casefold() != mail_plain(mail).casefold():
        return
    token = tokens.dumps([str(row.id), _mark(row), clock.now().isoformat()], salt=SALT)
    subject, body = mails.code(row.language, row.receipt, token, MINUTES)
    mail_promise(key=f"code:{row.id}:{_mark(row)}:{clock.now():%Y%m%d%H%M}", case_ref=str(row.id), to=known, subject=subject, body=body)
    audit.record(SELF, "code.asked", chain=f"case:{row.id}")
    failpoints.hit("intake.code_ask.before_commit")


def code_link(token: str) -> Application:
    """The application whose code a mailed link makes anew. Raises NotFound for a link that ran out or was used."""
    try:
        application_id, mark, at = tokens.loads(token, salt=SALT)
    except tokens.BadSignature:
        application_id, mark, at = "", "", "2000-01-01T00:00:00+09:00"
    row = Application.objects.filter(id=application_id).exclude(code_digest="").first() if application_id else None
    if row is None or _mark(row) != mark or clock.now() - dt.datetime.fromisoformat(at) > dt.timedelta(minutes=MINUTES):
        raise NotFound(say("このリンクは使えません。{minutes}分を過ぎたか、すでに使われています。"
                           "「確認番号がわからないとき」から、もう一度お試しください。", minutes=MINUTES))
    return row


@transaction.atomic(durable=True)
def code_renew(*, token: str) -> tuple[Application, str]:
    """Make a new code by a mailed link, which then opens nothing any more. Raises NotFound."""
    row = Application.objects.select_for_update().get(id=code_link(token).id)
    code_link(token)  # as it is now that nobody else can write
    row.view = row.view | {"timeline": [*row.view["timeline"], {"at": clock.now().isoformat(), "ja": say("確認番号を新しくしました")}]}
    code = _put(row, "view")
    audit.record(SELF, LOST, chain=f"case:{row.id}")
    failpoints.hit("intake.code_renew.before_commit")
    return row, code


def _put(row: Application, *more: str) -> str:
    code = code_new()
    row.code_digest, row.code_tries = code_digest(row.receipt, code), 0
    row.save(update_fields=["code_digest", "code_tries", *more])
    return code


@dataclass(frozen=True, slots=True)
class Standing:
    """How an applicant comes back. ``way``: ``card`` or ``company`` (signs in, has no code), ``none`` (on paper, no code was handed out
    yet), ``code``, ``locked`` (by wrong tries), empty for no application. ``mail``: can make a new code without the section.
    ``language`` of the filing. ``agent``: somebody else filed it for the applicant: ``mandate`` (the applicant sees it by their own card),
    ``guardian`` (a representative by law alone sees it), ``guardian_over`` (one whose confirmation has ended), ``answers`` (an organisation
    without a 委任, which sees only what is asked of the filing), ``over`` (one that is registered no more). ``told``: news are mailed."""

    way: str = ""
    mail: bool = False
    language: str = "ja"
    agent: str = ""
    address: bool = False  # a mail address was given at filing
    told: bool = False
    ended: bool = False  # the 委任 or legal representation that it was filed on

    @property
    def nobody(self) -> bool:
        """Has nobody a page on which messages and results are read?"""
        return self.agent in ("answers", "over", "guardian_over")


def _agent(row: Application) -> str:
    if not row.acting:
        return ""
    if row.acting.get("kind") == agency.GUARDIAN:
        return "guardian" if acting.follows(row) else "guardian_over"
    return "mandate" if row.acting.get("mandate") else "answers" if acting.answers(row) else "over"


def code_standing(application_id: str) -> Standing:
    """How the applicant comes back. The room above has asked who may know."""
    row = Application.objects.filter(id=application_id).only("owner", "code_digest", "code_tries", "sealed_mail", "language", "acting").first()
    if row is None:
        return Standing()
    told = bool(row.sealed_mail) and acting.tells(row)
    if row.owner.startswith(SIGNED_IN):
        return Standing("card" if row.owner.startswith("r:") else "company", False, row.language, _agent(row), bool(row.sealed_mail), told,
                        acting.ended(row))
    way = "none" if not row.code_digest else "locked" if row.code_tries >= MAX_TRIES else "code"
    return Standing(way, bool(row.code_digest and row.sealed_mail), row.language, told=told)


def code_issue(*, application_id: str) -> str:
    """In the caller's transaction (which has asked who may, and records it): make a new code, end a lock. Raises NotOpenForThis for who
    signs in instead."""
    row = Application.objects.select_for_update().filter(id=application_id).first()
    if row is None or row.owner.startswith(SIGNED_IN):
        raise NotOpenForThis("この手続きは、ログインして送られています。確認番号はありません。同じ方法でログインすると、マイページで見られます。")
    return _put(row)


def code_words(language: str) -> tuple[str, ...]:
    """What stands beside a code on the sheet that is handed over: in Japanese, and in the language of the filing."""
    return tuple(dict.fromkeys((*mails.code_sheet("ja"), *mails.code_sheet(language))))
