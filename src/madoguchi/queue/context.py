"""What every page knows: does this person call numbers, and does the city give any?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from .selectors import may_queue, queue_there


def rail(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``may_queue``, called by staff pages alone, and ``queue_there``."""
    user = getattr(request, "user", None)
    return {"may_queue": lambda: may_queue(user), "queue_there": queue_there}
