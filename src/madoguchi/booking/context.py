"""What every page knows: does this person have bookings to see, and does the city take any?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from .selectors import may_book, takes_bookings


def rail(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``may_book``, called by staff pages alone, and ``takes_bookings``."""
    user = getattr(request, "user", None)
    return {"may_book": lambda: may_book(user), "takes_bookings": takes_bookings}
