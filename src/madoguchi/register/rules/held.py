"""Who is claimed and who is held: plain data that goes through the port."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """住所 as the definitions' field has it: 郵便番号, 都道府県と市区町村, 町名・字, 番地, 建物名."""

    zip: str = ""
    city: str = ""
    town: str = ""
    lot: str = ""
    building: str = ""

    def __bool__(self) -> bool:
        return bool(self.town or self.lot)


@dataclass(frozen=True, slots=True)
class Claim:
    """One person whom an application names. ``born`` is YYYY-MM-DD or empty; ``role`` is for the audit chain and holds no
    personal data; ``label`` is what the clerk reads (請求者, お子さん 2)."""

    role: str
    label: str
    sei: str
    mei: str = ""
    kana_sei: str = ""
    kana_mei: str = ""
    born: str = ""
    place: Place = Place()

    @property
    def name(self) -> str:
        """The name as written."""
        return "\u3000".join(filter(None, (self.sei, self.mei)))

    @property
    def kana(self) -> str:
        """The reading as written."""
        return "\u3000".join(filter(None, (self.kana_sei, self.kana_mei)))


@dataclass(frozen=True, slots=True)
class HeldPerson:
    """One person of the register. ``born`` is YYYY-MM-DD with 00 for what is unknown, or empty; ``born_words`` is the
    不詳表記. ``guarded``: an answer about this person could betray somebody under 支援措置 (the person, the household, the
    address); ``protected``: this very person is under 支援措置."""

    number: str
    household: str
    name: str
    kana: str
    place: Place
    born: str = ""
    born_words: str = ""
    relation: str = ""
    alias: str = ""
    latin: str = ""
    removed_on: dt.date | None = None
    removed_why: str = ""
    absent_since: dt.date | None = None
    protected: bool = False
    guarded: bool = False
    gender: str = ""  # 1 男, 2 女, empty: not told

    @property
    def gone(self) -> bool:
        """No resident any more: 消除, or not in the newest full file."""
        return self.removed_on is not None or bool(self.removed_why) or self.absent_since is not None
