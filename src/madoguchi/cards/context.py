"""What pages know: does this person work with the cards, and is there a page of the card for residents?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from .selectors import card_page, may_cards


def rail(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``may_cards``, called by staff pages alone, and ``card_page``."""
    user = getattr(request, "user", None)
    return {"may_cards": lambda: may_cards(user), "card_page": card_page}
