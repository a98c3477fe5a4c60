"""What a password of staff must not be. Django's own measures stand beside it in the settings."""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher
from typing import Any

from django.core.exceptions import ValidationError

LIKE = 0.7  # of 1: how much alike a password and the number may be
SHORT = 3  # a number of up to so many signs may stand in a password by chance


class NotOnesNumber:
    """Refuses a password that is like the 職員番号, or is built of it (500001500001): it is the first that anybody tries."""

    def validate(self, password: str, user: Any = None) -> None:
        """``user``: whose password. Raises ValidationError."""
        number, word = (unicodedata.normalize("NFKC", text).casefold() for text in (getattr(user, "username", "") or "", password))
        if not number:
            return
        if (len(number) > SHORT and number in word) or SequenceMatcher(None, number, word).ratio() >= LIKE:
            raise ValidationError("職員番号を使ったパスワードは使えません。", code="like_number")

    def get_help_text(self) -> str:
        """In words."""
        return "職員番号を使わないでください。"
