"""What an agent is told when somebody else ends what they filed on."""

from __future__ import annotations

from django.db import transaction

from madoguchi.kernel import keys, outbox
from madoguchi.notifications.public import mail_promise

from . import mails
from .models import Application


def basis_ended(message: outbox.Envelope) -> None:
    """Handler of MandateEnded: one mail to every address that the agent gave with what they filed on it. Runs again safely: the same addresses
    come in the same order, each has its key."""
    mandate, agent = message.payload["mandate"], message.payload["agent"]
    rows = Application.objects.filter(owner=agent, acting__mandate=mandate).exclude(sealed_mail=None)
    told: dict[str, Application] = {}
    for row in rows.only("id", "receipt", "sealed_mail", "language").order_by("filed_at", "id"):
        told.setdefault(keys.unseal("mail-address", row.sealed_mail or b"", bound_to=row.receipt).decode(), row)
    with transaction.atomic():
        for to, row in told.items():
            subject, body = mails.basis_ended(row.language, company=agent.startswith("b:"))
            mail_promise(key=f"mandate-ended:{mandate}:{row.id}", case_ref=f"mandate:{mandate}", to=to, subject=subject, body=body)
