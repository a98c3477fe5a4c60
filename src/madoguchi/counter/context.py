"""What every page knows of the tablet it is shown on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from madoguchi.identity.public import Staff

from .rules import IDLE_SECONDS
from .selectors import may_interview, may_support


def tablet(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``tablet`` (seconds until it forgets, 0 elsewhere), and ``may_support`` for the pages of staff."""
    user = getattr(request, "user", None)
    return {"tablet": IDLE_SECONDS if getattr(request, "support", None) else 0,
            "may_support": lambda: isinstance(user, Staff) and may_support(user),
            "may_interview": lambda: isinstance(user, Staff) and may_interview(user)}
