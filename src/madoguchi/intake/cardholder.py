"""Whose card it was that an application was sent with, beside what the answers say of that person (本人確認). What the card said at
the beginning stays with the application, sealed. Nothing is refused by it: people put an old address of their card right."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.identity.public import Person, plain, prefill
from madoguchi.kernel import clock, keys
from madoguchi.kernel.eras import wareki
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition
from madoguchi.procedures.rules.conditions import holds

from .drafts import facts
from .models import Application, Draft

PURPOSE = "card-of-filing"
KINDS = ("氏名", "生年月日", "性別", "住所")  # 基本4情報, as the definitions call them (本人確認.氏名 …)
GENDERS = {"male": "男", "female": "女"}
_PREFECTURE = re.compile("^(北海道|東京都|京都府|大阪府|.{2,3}県)")


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer that is not what the card said: of which role, what, as answered, as on the card."""

    role: str
    kind: str
    answered: str
    card: str


@dataclass(frozen=True, slots=True)
class Holder:
    """The person of the card in words (empty where the card did not say), the names in the certificates that signed, and what the
    answers say otherwise."""

    name: str
    born: str
    gender: str
    address: str
    signers: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


def sealed_of(draft: Draft, receipt: str) -> bytes | None:
    """What the card filled in at the beginning of a draft, sealed for its application; None without a card."""
    kept = {kind: draft.card[kind] for kind in KINDS if draft.card.get(kind)}
    return keys.seal(PURPOSE, json.dumps(kept, ensure_ascii=False).encode(), bound_to=receipt) if kept else None


def words(kind: str, value: Any) -> str:
    """A value of the card, or the answer in its place, for people."""
    if kind == "氏名":
        return f"{value.get('sei', '')} {value.get('mei', '')}".strip()
    if kind == "生年月日":
        return wareki(dt.date.fromisoformat(value))
    if kind == "性別":
        return GENDERS.get(value, str(value))
    return f"{''.join(value.get(part, '') for part in ('city', 'town', 'lot'))} {value.get('building', '')}".strip()


def _same(kind: str, answered: Any, card: Any) -> bool:
    if kind != "住所":
        return plain(words(kind, answered)) == plain(words(kind, card))
    places = [plain(words(kind, place)) for place in (answered, card)]
    if not all(_PREFECTURE.match(place) for place in places):
        places = [_PREFECTURE.sub("", place) for place in places]
    if not (answered.get("building") and card.get("building")):  # many leave the name of the building out
        houses = [plain(place.get("building", "")) for place in (answered, card)]
        places = [place.removesuffix(house) for place, house in zip(places, houses, strict=True)]
    return places[0] == places[1]


def differences(d: Definition, known: Mapping[str, Any], card: Mapping[str, Any]) -> Iterator[Difference]:
    """What the answers of those whom the card may be of (役割.カード) say otherwise than the card. ``known`` are the answers with derived
    values. Who files for somebody else is held against their own answers only."""
    for step in d.steps:
        for q in step.questions:
            kind, role = q.prefill.removeprefix("本人確認."), d.role(q.role)
            if role is None or step.repeat or kind not in card or kind not in KINDS or known.get(q.id) in (None, ""):
                continue
            if role.card_text in ("", "いいえ") or not (role.card is None or holds(role.card, known)):
                continue
            if not _same(kind, known[q.id], card[kind]):
                answered = q.choice_label(known[q.id]) if q.choices else words(kind, known[q.id])
                yield Difference(role.name, kind, answered, words(kind, card[kind]))


def holder_of(application_id: str, answers: Mapping[str, Any]) -> Holder | None:
    """Whose card an application was sent with, held against ``answers`` (as they stand with the section). None without a card. The room
    above has asked who may know."""
    row = Application.objects.filter(id=application_id).defer("files", "view", "notices").first()
    if row is None:
        return None
    signers = tuple(dict.fromkeys(s["name"] for s in (row.signature, row.signed_again) if s and s.get("name")))
    card: dict[str, Any] = json.loads(keys.unseal(PURPOSE, row.sealed_card, bound_to=row.receipt)) if row.sealed_card else {}
    if not card and row.signature and row.signature.get("name"):  # sent before cards were kept: the certificate names the person
        card = prefill(Person(row.signature["name"], "", ""))
    if not card:
        return None
    d = procedures.version(row.slug, row.version).definition
    known = procedures.derive(d, facts(answers, row.filed_at.astimezone(clock.JST).date()))
    name, born, gender, address = (words(kind, card[kind]) if kind in card else "" for kind in KINDS)
    return Holder(name, born, gender, address, signers, tuple(differences(d, known, card)))
