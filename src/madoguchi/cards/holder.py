"""Whose a card is: sealed as a whole; number and birthday give one digest, by which alone a resident finds it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict

from madoguchi.kernel import keys
from madoguchi.kernel.canon import canonical, keyed_digest
from madoguchi.kernel.sealing import Column

from .models import Card
from .rules import Holder

CARD = "card-holder"
SEALED = (Column(Card, "sealed", CARD, "id", "交付を待つカードの方の氏名・生年月日・住所"),)


def sealed(holder: Holder, card: Card) -> bytes:
    """Sealed for this row."""
    return keys.seal(CARD, json.dumps(asdict(holder)).encode(), bound_to=str(card.id))


def holder_of(card: Card) -> Holder:
    """Whose it is."""
    return Holder(**json.loads(keys.unseal(CARD, card.sealed, bound_to=str(card.id))))


def mark_of(card: Card) -> str:
    """By what the record knows whose a card is and where it lies: 16 digits of a keyed digest that no change of keys changes."""
    said = [card.number, asdict(holder_of(card)), card.place, card.arrived_on.isoformat(), card.proof]
    return keyed_digest(keys.subkey("card-row"), canonical(said))[:16]


def proof_of(number: str, born: dt.date) -> str:
    """What is looked for: an unknown number and a wrong birthday cost the same single look."""
    return keyed_digest(keys.subkey("card-proof"), f"{number}:{born}".encode())


def tries_of(number: str) -> str:
    """By what wrong tries of a number are counted, whether there is such a number or not."""
    return keyed_digest(keys.subkey("card-tries"), number.encode())
