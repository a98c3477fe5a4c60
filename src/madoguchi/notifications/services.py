"""Writers: promise a mail, send it."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import F

from madoguchi.kernel import clock, failpoints, keys, outbox
from madoguchi.kernel.canon import sha256

from .events import SEND
from .models import Mail
from .ports import Accepted, Letter, Mailer, Retry

MOST_BEGUN = 2  # a machine that dies between the mailer's answer and our note of it sends again, once
UNSURE = "メールを出した直後に2回止まりました(2通届いているかもしれません)"


def mail_promise(*, key: str, case_ref: str, to: str, subject: str, body: str) -> None:
    """Promise a mail in the caller's transaction. The same key again changes nothing."""
    if not to or Mail.objects.filter(key=key).exists():
        return
    Mail.objects.create(key=key, sealed_to=keys.seal("mail", to.encode(), bound_to=key), subject=subject, body=body,
                        created_at=clock.now())
    outbox.publish(SEND, case_ref=case_ref, key=f"mail:{key}", payload={"key": key})


def mails_refused(prefix: str) -> list[str]:
    """The keys of mails that no mailbox took, by the beginning of their keys: who was promised them is not told, and the room that promised
    sees to it that somebody tells them in another way."""
    return list(Mail.objects.filter(state="refused", key__startswith=prefix).order_by("id").values_list("key", flat=True))


def mails_settle(keys_told: Iterable[str]) -> int:
    """What refused mails said was told in another way, in the caller's transaction. Returns how many."""
    return Mail.objects.filter(key__in=list(keys_told), state="refused").update(state="settled")


def message_id(key: str) -> str:
    """The Message-ID of a mail (RFC 5322 3.6.4): of its key, the same however often it is sent."""
    return f"<{sha256(key.encode())[:32]}@{settings.MAIL_FROM.rpartition('@')[2] or 'localhost'}>"


def _mailer() -> Mailer:
    module, _, name = settings.MAILER.rpartition(".")
    return cast(Mailer, getattr(import_module(module), name)())


def mail_send(message: outbox.Envelope) -> None:
    """Handler: send one promised mail. Sent twice only when the machine dies between sending and noting it; when it dies there twice,
    a person decides (the message waits on the operator's page, and 「もう一度」 sends it anew)."""
    mail = Mail.objects.filter(key=message.payload["key"]).first()
    if mail is None or mail.state != "waiting" or mail.sealed_to is None:
        return
    to = keys.unseal("mail", mail.sealed_to, bound_to=mail.key).decode()
    letter = Letter(message_id(mail.key), to, mail.subject, mail.body)
    if mail.begun >= MOST_BEGUN:
        Mail.objects.filter(id=mail.id).update(begun=0)
        raise outbox.Refused(UNSURE)
    failpoints.hit("notifications.before_send")
    Mail.objects.filter(id=mail.id).update(begun=F("begun") + 1)
    failpoints.hit("notifications.begun")
    verdict = _mailer().send(letter)
    failpoints.hit("notifications.after_send")
    if isinstance(verdict, Retry):
        Mail.objects.filter(id=mail.id).update(begun=F("begun") - 1)
        raise outbox.Retry(verdict.why)
    with transaction.atomic():
        Mail.objects.filter(id=mail.id).update(
            state="sent" if isinstance(verdict, Accepted) else "refused", sealed_to=None, sent_at=clock.now()
        )
