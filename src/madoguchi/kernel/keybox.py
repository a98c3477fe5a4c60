"""A key ring locked with a passphrase, to be kept in a safe: scrypt, then AES-256-GCM."""

from __future__ import annotations

import base64
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

KIND = "madoguchi key ring"
COST = 2**16
SHORTEST = 12


class BoxWrong(Exception):
    """It does not open; the message says why."""


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(passphrase.encode())


def lock(text: str, passphrase: str) -> str:
    """The locked ring as text. Raises BoxWrong for a passphrase that is too short."""
    if len(passphrase) < SHORTEST:
        raise BoxWrong(f"合言葉は{SHORTEST}文字以上にしてください")
    salt, nonce = os.urandom(16), os.urandom(12)
    body = AESGCM(_key(passphrase, salt, COST)).encrypt(nonce, text.encode(), KIND.encode())
    parts = {"kind": KIND, "format": 1, "scrypt": COST}
    return json.dumps(parts | {name: base64.b64encode(value).decode()
                               for name, value in (("salt", salt), ("nonce", nonce), ("body", body))}, indent=1) + "\n"


def unlock(text: str, passphrase: str) -> str:
    """The ring again. Raises BoxWrong."""
    try:
        box = json.loads(text)
        cost = int(box["scrypt"])
        if box["kind"] != KIND or box["format"] != 1 or cost > 2**20:
            raise ValueError
        salt, nonce, body = (base64.b64decode(box[name]) for name in ("salt", "nonce", "body"))
    except (ValueError, KeyError, TypeError):
        raise BoxWrong("鍵束の控えの形ではありません") from None
    try:
        return AESGCM(_key(passphrase, salt, cost)).decrypt(nonce, body, KIND.encode()).decode()
    except InvalidTag:
        raise BoxWrong("合言葉が違うか、控えが壊れています") from None
