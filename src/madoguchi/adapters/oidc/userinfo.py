"""The four attributes out of a userinfo answer (OpenID Connect Core 1.0 §5.1, §5.1.1). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from madoguchi.identity.ports import Person

LONGEST = 300
GENDERS = {"male": "1", "female": "2", "1": "1", "2": "2", "3": "3"}  # 1 男 2 女 3 不明, as on the card


class AttributesMissing(Exception):
    """What the card must say is not there; the message names the attribute, never its value."""


def person_read(claims: Mapping[str, Any]) -> Person:
    """Name, date of birth and address must be there; gender may be absent. Raises AttributesMissing."""
    address = claims.get("address")
    if isinstance(address, Mapping):
        address = address.get("formatted")
    name, birthdate = _text("name", claims.get("name")), _text("birthdate", claims.get("birthdate"))
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", birthdate, re.ASCII):
        raise AttributesMissing("birthdate")
    return Person(name, birthdate, _text("address", address), GENDERS.get(str(claims.get("gender", "")), ""))


def _text(which: str, value: object) -> str:
    """One line: a formatted address may hold line breaks (§5.1.1)."""
    line = re.sub(r"[\x00-\x1f\x7f]+", " ", value).strip() if isinstance(value, str) else ""
    if not line or len(line) > LONGEST:
        raise AttributesMissing(which)
    return line
