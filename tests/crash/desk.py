"""Acts of a crash run: what the operator does about mails that may have gone out twice already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from tests.support.hall import Hall

from madoguchi.kernel import outbox
from madoguchi.kernel.models import Message
from madoguchi.notifications.events import SEND
from madoguchi.notifications.models import Mail
from madoguchi.notifications.services import UNSURE, message_id
from madoguchi.operations import services


def unsure(arrived: list[str], **_: Any) -> dict[str, Any]:
    """Skip each that the mail server has taken, as the operator who looked there; let the others be tried again."""
    admin = Hall(Path(settings.MADOGUCHI_DATA)).staff("admin")
    rows = [row for row in outbox.parked() if row.error_code == UNSURE]
    for row in rows:
        key = row.payload["key"]
        if message_id(key) in arrived:
            services.message_skip(actor=admin, message_id=row.id, reason="arrived")
        else:
            services.message_retry(actor=admin, message_id=row.id)
    return {"unsure": [row.payload["key"] for row in rows]}


def mails_waiting() -> list[str]:
    """Mails that were neither sent nor given up by the operator."""
    skipped = [row.payload["key"] for row in Message.objects.filter(event=SEND, state="done", error_code="skipped")]
    return [f"mail {m.state}: {m.key}" for m in Mail.objects.exclude(state="sent").exclude(key__in=skipped)]
