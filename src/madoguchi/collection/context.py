"""What every staff page knows: does this person's section collect? Asked only where a page asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from madoguchi.identity.public import Staff

from .access import may_count, may_read
from .charges import charges


def rail(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``may_collect`` and ``may_count``, called by staff pages alone."""
    user = getattr(request, "user", None)
    return {"may_collect": lambda: bool(charges().all) and isinstance(user, Staff) and may_read(user),
            "may_count": lambda: bool(charges().all) and isinstance(user, Staff) and may_count(user)}
