"""What every page knows: the city and how this person wants to see it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from .calendar import city as the_city


def city(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``city``, display settings from cookies, and whether this is a trial."""
    size, contrast = request.COOKIES.get("ui_size"), request.COOKIES.get("ui_contrast")
    return {
        "city": the_city(), "ui_size": size if size in ("l", "xl") else "", "ui_contrast": contrast == "high",
        "trial": not settings.PRODUCTION,
    }
