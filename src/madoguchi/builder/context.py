"""What every staff page knows: does this person work on definitions? Asked only where a page asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from madoguchi.identity.public import Staff

from .access import may_build


def rail(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``may_builder``, called by staff pages alone."""
    user = getattr(request, "user", None)
    return {"may_builder": lambda: isinstance(user, Staff) and may_build(user)}
