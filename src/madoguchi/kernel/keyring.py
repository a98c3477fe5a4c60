"""A key ring: the sealing keys, the keys of the exact search, and the root of everything that must outlive a rotation.

The text form is JSON. ``keys`` seal values; ``pending`` is a key that is already known to readers and not yet used;
``search`` holds the HMAC keys of `sealed.search_digest`; ``root`` gives the subkeys that stored digests and cookies hang on
(access codes of guests, Django's signing), so that a rotation of the sealing key signs nobody out.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
import re
import secrets
from typing import Any, Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import StartRefused

Kind = Literal["seal", "search"]
PREFIX: dict[Kind, str] = {"seal": "k", "search": "s"}
# Rings of before `root` gave these from the sealing key; what was made with them must go on working.
OLD_PURPOSES = ("django", "guest-code", "trial-card")


class RingWrong(StartRefused):
    """The text is no key ring; the message says why, without any of its content."""


def derive(material: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose, so that no key does two jobs."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"madoguchi/{purpose}".encode()).derive(material)


@dataclasses.dataclass(frozen=True, slots=True)
class Keys:
    """Keys of one sort. ``made`` says since when a key is the current one."""

    current: str
    known: dict[str, bytes] = dataclasses.field(repr=False)
    pending: str = ""
    made: dict[str, str] = dataclasses.field(default_factory=dict)

    def with_pending(self, prefix: str) -> Keys:
        """A new random key that is known and not yet used. One that is already pending is kept."""
        if self.pending:
            return self
        name = f"{prefix}{max(int(key[1:]) for key in [*self.known, *self.made]) + 1}"  # a number is never used twice
        return dataclasses.replace(self, known=self.known | {name: secrets.token_bytes(32)}, pending=name)

    def with_current(self, at: dt.datetime) -> Keys:
        """The pending key becomes the one that seals."""
        return dataclasses.replace(self, current=self.pending, pending="",
                                   made=self.made | {self.pending: at.isoformat(timespec="seconds")})

    def without(self, name: str) -> Keys:
        """One key less. Its number stays taken (``made``)."""
        left = {key: value for key, value in self.known.items() if key != name}
        return dataclasses.replace(self, known=left, made={name: "", **self.made})


@dataclasses.dataclass(frozen=True, slots=True)
class Ring:
    """See the module."""

    seal: Keys
    search: Keys
    root: bytes = dataclasses.field(repr=False)
    fixed: dict[str, bytes] = dataclasses.field(default_factory=dict, repr=False)

    def of(self, kind: Kind) -> Keys:
        """The keys of one sort."""
        return self.seal if kind == "seal" else self.search

    def replaced(self, kind: Kind, keys: Keys) -> Ring:
        """With other keys of one sort."""
        return dataclasses.replace(self, seal=keys) if kind == "seal" else dataclasses.replace(self, search=keys)


def ring_new(at: dt.datetime) -> Ring:
    """Fresh random keys."""
    made = at.isoformat(timespec="seconds")
    return Ring(Keys("k1", {"k1": secrets.token_bytes(32)}, made={"k1": made}),
                Keys("s1", {"s1": secrets.token_bytes(32)}, made={"s1": made}), secrets.token_bytes(32))


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: Any) -> bytes:
    data = base64.b64decode(value, validate=True)
    if len(data) != 32:
        raise ValueError("length")
    return data


def _keys_plain(keys: Keys) -> dict[str, Any]:
    return {"current": keys.current, "pending": keys.pending, "made": keys.made,
            "keys": {name: _text(value) for name, value in keys.known.items()}}


def dump(ring: Ring) -> str:
    """The text of a ring. It is secret."""
    body = {"format": 2, **_keys_plain(ring.seal), "search": _keys_plain(ring.search), "root": _text(ring.root),
            "fixed": {name: _text(value) for name, value in ring.fixed.items()}}
    return json.dumps(body, indent=1) + "\n"


def _keys_read(body: dict[str, Any], kind: Kind) -> Keys:
    known = {str(name): _bytes(value) for name, value in body["keys"].items()}
    found = Keys(str(body["current"]), known, str(body.get("pending", "")), dict(body.get("made", {})))
    names = [found.current, *known, *found.made, *([found.pending] if found.pending else [])]
    if any(not re.fullmatch(rf"{PREFIX[kind]}[1-9][0-9]{{0,5}}", name) for name in names):
        raise ValueError("name")
    if found.current not in known or (found.pending and found.pending not in known):
        raise ValueError("current")
    return found


def load(text: str) -> Ring:
    """Read a ring; one of the first format gets its search key and its fixed subkeys from its sealing key, as before.
    Raises RingWrong."""
    try:
        body = json.loads(text)
        seal = _keys_read(body, "seal")
        if "search" in body:
            return Ring(seal, _keys_read(body["search"], "search"), _bytes(body["root"]),
                        {name: _bytes(value) for name, value in body.get("fixed", {}).items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RingWrong(f"鍵束が壊れています({type(error).__name__})。控えから戻してください") from None
    old = seal.known[seal.current]
    return Ring(seal, Keys("s1", {"s1": derive(old, "sealed-search")}), derive(old, "root"),
                {purpose: derive(old, purpose) for purpose in OLD_PURPOSES})
