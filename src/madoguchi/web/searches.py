"""What staff search for, as an address may carry it. An address is written into logs of proxies, the browser's history and
screenshots, so a name stands there sealed, to be opened by the one who searched; a receipt number stays readable and shareable."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag

from madoguchi.kernel import keys

MOST = 60  # characters
NUMBER = re.compile(r"[Rr][\d-]{1,16}|(?:-*\d){1,9}-*")  # a receipt number or a part of one; telephones and 個人番号 are longer


def carried(words: str, who: object) -> dict[str, str]:
    """The part of the address for these words."""
    if not words:
        return {}
    plain = unicodedata.normalize("NFKC", words)
    if NUMBER.fullmatch(plain):
        return {"q": plain}
    sealed = keys.seal("searched", words.encode(), bound_to=str(who))
    return {"s": base64.urlsafe_b64encode(sealed).decode().rstrip("=")}


def found_in(sent: Mapping[str, str], who: object) -> str:
    """The words of an address or a form. What was searched by somebody else, or altered, is nothing."""
    if typed := sent.get("q", "").strip()[:MOST]:
        return typed
    token = sent.get("s", "")[:800]
    try:
        return keys.unseal("searched", base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)), bound_to=str(who)).decode() if token else ""
    except (InvalidTag, ValueError, keys.KeysMissing):
        return ""


def stands_open(sent: Mapping[str, str]) -> bool:
    """Does this address say what must not stand in one? A bookmark of old, or typed by hand."""
    typed = sent.get("q", "").strip()
    return bool(typed) and "q" not in carried(typed[:MOST], "")
