"""What every page knows: the city and how this person wants to see it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from madoguchi.web import languages

from .calendar import city as the_city
from .city import city_words


def city(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``city``, display settings from cookies, and whether this is a trial."""
    language = languages.current().code
    if language != "ja":
        languages.lend(city_words(the_city().folder, language))
    size, contrast = request.COOKIES.get("ui_size"), request.COOKIES.get("ui_contrast")
    return {
        "city": the_city(), "ui_size": size if size in ("l", "xl") else "", "ui_contrast": contrast == "high",
        "ui_keys": request.COOKIES.get("ui_keys") != "off",
        "trial": not settings.PRODUCTION,
    }
