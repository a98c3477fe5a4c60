"""What every page of staff knows: does this person take paper in?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from .selectors import may_scan


def rail(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``may_scan``, called by staff pages alone."""
    user = getattr(request, "user", None)
    return {"may_scan": lambda: may_scan(user)}
