"""Writers: promise a mail, send it."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from django.conf import settings
from django.db import transaction

from madoguchi.kernel import clock, failpoints, keys, outbox
from madoguchi.kernel.canon import sha256

from .models import Mail
from .ports import Accepted, Letter, Mailer, Retry

SEND = "notifications.MailPromised"


def mail_promise(*, key: str, case_ref: str, to: str, subject: str, body: str) -> None:
    """Promise a mail in the caller's transaction. The same key again changes nothing."""
    if not to or Mail.objects.filter(key=key).exists():
        return
    Mail.objects.create(key=key, sealed_to=keys.seal("mail", to.encode(), bound_to=key), subject=subject, body=body,
                        created_at=clock.now())
    outbox.publish(SEND, case_ref=case_ref, key=f"mail:{key}", payload={"key": key})


def _mailer() -> Mailer:
    module, _, name = settings.MAILER.rpartition(".")
    return cast(Mailer, getattr(import_module(module), name)())


def mail_send(message: outbox.Envelope) -> None:
    """Handler: send one promised mail. Sent twice only when the machine dies between sending and noting it."""
    mail = Mail.objects.filter(key=message.payload["key"]).first()
    if mail is None or mail.state != "waiting" or mail.sealed_to is None:
        return
    to = keys.unseal("mail", mail.sealed_to, bound_to=mail.key).decode()
    host = settings.MAIL_FROM.rpartition("@")[2] or "localhost"
    letter = Letter(f"<{sha256(mail.key.encode())[:32]}@{host}>", to, mail.subject, mail.body)
    failpoints.hit("notifications.before_send")
    verdict = _mailer().send(letter)
    failpoints.hit("notifications.after_send")
    if isinstance(verdict, Retry):
        raise outbox.Retry(verdict.why)
    with transaction.atomic():
        Mail.objects.filter(id=mail.id).update(
            state="sent" if isinstance(verdict, Accepted) else "refused", sealed_to=None, sent_at=clock.now()
        )
