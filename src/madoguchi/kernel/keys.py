"""Keys that live outside the database.

A key ring is a JSON file ``{"current": "k1", "keys": {"k1": "<base64 of 32 bytes>"}}`` named by
``MADOGUCHI_KEYS`` (default ``<data folder>/keys/ring.json``). Purposes get their own subkeys by HKDF, so that no
key does two jobs. A new ring is only ever made for trial; in production a missing ring stops the start.
"""

from __future__ import annotations

import base64
import functools
import json
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import StartRefused


class KeysMissing(StartRefused):
    """The key ring is not there and may not be invented."""


def ring_make(path: Path) -> None:
    """Write a new ring with one random key, readable by its owner only. Keeps an existing one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    body = {"current": "k1", "keys": {"k1": base64.b64encode(secrets.token_bytes(32)).decode()}}
    temp = path.with_name(f"{path.name}.{secrets.token_hex(8)}")  # not the process id: containers share them
    handle = os.open(temp, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(body, out)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(temp, path)
    except FileExistsError:
        pass
    finally:
        temp.unlink()


@functools.lru_cache(maxsize=4)
def _ring(path: str) -> tuple[str, dict[str, bytes]]:
    try:
        body = json.loads(Path(path).read_text())
        return body["current"], {name: base64.b64decode(value) for name, value in body["keys"].items()}
    except FileNotFoundError:
        raise KeysMissing(f"鍵束がありません: {path}。MADOGUCHI_KEYS で場所を指定するか、初めの一度だけ "
                          f"./madoguchi keys make {path} で作ってください。前に使った鍵束がある市役所では、作らずに戻してください。") from None
    except PermissionError:
        raise KeysMissing(f"鍵束を読む権限がありません: {path}。市役所を動かす利用者が読めるようにしてください。") from None
    except (ValueError, KeyError, TypeError):
        raise KeysMissing(f"鍵束が壊れています: {path}。控えから戻してください。") from None


def _path() -> str:
    from django.conf import settings

    return str(settings.MADOGUCHI_KEYS)


@functools.lru_cache(maxsize=64)
def _derive(path: str, key_id: str, purpose: str) -> bytes:
    material = _ring(path)[1][key_id]
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"madoguchi/{purpose}".encode()).derive(material)


def subkey(purpose: str, *, path: str | None = None) -> bytes:
    """32 bytes for one purpose, from the current key. For HMACs and signing."""
    path = path or _path()
    return _derive(path, _ring(path)[0], purpose)


def seal(purpose: str, data: bytes, *, bound_to: str = "") -> bytes:
    """Encrypt with AES-256-GCM. ``bound_to`` (an id) must be given again to open: a ciphertext moved elsewhere fails."""
    path = _path()
    key_id = _ring(path)[0]
    nonce = secrets.token_bytes(12)
    body = AESGCM(_derive(path, key_id, purpose)).encrypt(nonce, data, bound_to.encode())
    return key_id.encode() + b"." + nonce + body


def unseal(purpose: str, sealed: bytes | memoryview[int], *, bound_to: str = "") -> bytes:
    """Decrypt what `seal` made, under whichever key of the ring it names. Raises InvalidTag when altered."""
    key_id, _, rest = bytes(sealed).partition(b".")
    return AESGCM(_derive(_path(), key_id.decode(), purpose)).decrypt(rest[:12], rest[12:], bound_to.encode())
