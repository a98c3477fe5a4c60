"""Invented cards: as the file of the card section has them."""

from __future__ import annotations

import datetime as dt

from madoguchi.cards import services
from madoguchi.cards.models import Card
from madoguchi.cards.sheet import COLUMNS

ROWS = (
    ("NT-0001", "見本 花子", "ミホン ハナコ", "1990-04-01", "926-8611", "石川県七尾市試用町1番地", "2026-11-16", "金庫A-1"),
    ("NT-0002", "試用 太郎", "シヨウ タロウ", "1985-12-24", "926-8611", "石川県七尾市試用町2番地", "2026-11-17", "金庫A-2"),
    ("NT-0003", "見本 うめ", "ミホン ウメ", "1948-01-31", "926-8611", "石川県七尾市試用町3番地", "2026-11-17", "金庫B-1"),
)
BORN = dt.date(1990, 4, 1)


def sheet(*rows: tuple[str, ...], columns: tuple[str, ...] = COLUMNS, coding: str = "utf-8-sig") -> bytes:
    """A CSV of cards."""
    return "\r\n".join(",".join(r) for r in (columns, *(rows or ROWS))).encode(coding)


def arrived(hall) -> list[Card]:
    """Three cards in the safe."""
    services.cards_import(actor=hall.staff("okada"), data=sheet())
    return list(Card.objects.order_by("number"))


def notified(hall) -> list[Card]:
    """The same, each with its letter."""
    arrived(hall)
    services.letters_make(actor=hall.staff("okada"), kind="notice")
    return list(Card.objects.order_by("number"))


def card_given(hall) -> str:
    """The id of a card that was handed over."""
    card = notified(hall)[0]
    services.card_hand(actor=hall.staff("okada"), card_id=str(card.id))
    return str(card.id)
