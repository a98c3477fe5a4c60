"""Door: mails."""

from madoguchi.kernel import outbox
from madoguchi.kernel.sealing import Column

from .addresses import mail_fault, mail_plain
from .events import SEND
from .models import Mail
from .services import mail_promise, mail_send, mails_refused, mails_settle

SEALED = (Column(Mail, "sealed_to", "mail", "key", "送信待ちのメールの宛先"),)


def mails_forget(case_ref: str) -> int:
    """Destroy the mails of a case, in the caller's transaction (before the outbox forgets which they were)."""
    return Mail.objects.filter(key__in=[p["key"] for p in outbox.payloads(SEND, case_ref)]).delete()[0]


__all__ = ["SEALED", "SEND", "mail_fault", "mail_plain", "mail_promise", "mail_send", "mails_forget", "mails_refused", "mails_settle"]
