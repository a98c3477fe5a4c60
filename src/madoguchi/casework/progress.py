"""Telling the applicant: one message to intake's projection, whose words travel encrypted."""

from __future__ import annotations

import json
from typing import Any

from madoguchi.kernel import clock, outbox
from madoguchi.kernel.said import keepable

from .events import PROGRESS
from .models import Case


def progress_say(case: Case, *, key: str, status: str, ja: str, notify: bool = False, **more: Any) -> None:
    """In the caller's transaction: what the applicant's page will show. The same key again changes nothing."""
    body = {"status": status, "at": clock.now().isoformat(), "notify": notify} | keepable(ja) | more
    outbox.publish(PROGRESS, case_ref=case.ref, key=key, payload={"application": case.ref},
                   confidential=json.dumps(body, ensure_ascii=False).encode())
