"""What every staff page knows: whether this person has to do with surveys. Asked only where a page asks for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from madoguchi.identity.public import Staff

from .selectors import may_see


def desk(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``may_survey``, called by the menu of staff pages alone."""
    user = getattr(request, "user", None)
    return {"may_survey": lambda: isinstance(user, Staff) and may_see(user)}
