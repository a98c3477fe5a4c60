"""What every staff page knows: may this person see the inventory? Asked only where a page asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from madoguchi.identity.public import Right, Staff

from .access import may_read


def rail(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``may_inventory`` and ``may_searches``, called by staff pages alone."""
    user = getattr(request, "user", None)
    return {"may_inventory": lambda: isinstance(user, Staff) and may_read(user),
            "may_searches": lambda: isinstance(user, Staff) and user.may(Right.SEE_SEARCHES)}
