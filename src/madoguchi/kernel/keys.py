"""Keys that live outside the database (docs/adr/0009).

``MADOGUCHI_KEYS`` names the source (keysource); a process reads the ring again when it changed, so that a rotation needs
no restart. Purposes get their own subkeys by HKDF, so that no key does two jobs. A new ring is only ever made for trial;
in production a missing ring stops the start.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import os
import re
import secrets
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import clock, keyring
from .durable import folder_sync
from .keyring import Ring
from .keysource import FileKeys, KeysMissing, KeySource

log = logging.getLogger("madoguchi.keys")
SCHEMES = {"file": "madoguchi.kernel.keysource.FileKeys", "env": "madoguchi.kernel.keysource.EnvKeys"}
_derive = functools.lru_cache(maxsize=256)(keyring.derive)

class KeyUnknown(KeysMissing):
    """A value lies under a key that the ring does not hold (any more)."""


def ring_make(path: Path) -> None:
    """Write a new ring with random keys, readable by its owner only. Keeps an existing one."""
    ring_put(path, keyring.dump(keyring.ring_new(clock.now())))


def ring_put(path: Path, text: str) -> bool:
    """Lay a ring into a file that is not there yet. False when one is there: it is kept."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temp = path.with_name(f"{path.name}.{secrets.token_hex(8)}")  # not the process id: containers share them
    handle = os.open(temp, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(temp, path)
    except FileExistsError:
        return False
    finally:
        temp.unlink()
    folder_sync(path.parent)
    return True


@functools.lru_cache(maxsize=8)
def source_of(place: str, extra: tuple[tuple[str, str], ...] = ()) -> KeySource:
    """The source that a setting names: ``scheme:place``, or the path of a file."""
    named = re.match(r"([a-z]+):(.+)", place)
    scheme, rest = (named[1], named[2]) if named else ("file", place)
    known = SCHEMES | dict(extra)
    if scheme not in known:
        raise KeysMissing(f"MADOGUCHI_KEYS の「{scheme}:」は使えません。使えるのは: {'、'.join(f'{s}:' for s in known)}")
    module, _, name = known[scheme].rpartition(".")
    return cast(KeySource, getattr(import_module(module), name)(rest))


def source() -> KeySource:
    """The source in use."""
    from django.conf import settings

    return source_of(str(settings.MADOGUCHI_KEYS), tuple(getattr(settings, "KEY_SOURCES", {}).items()))


@dataclasses.dataclass(slots=True)
class _Held:
    text: str
    ring: Ring
    stamp: object
    checked: float


_held: dict[KeySource, _Held] = {}
_lock = threading.Lock()


def ring(*, of: KeySource | None = None, fresh: bool = False) -> Ring:
    """The ring as it stands. ``fresh`` looks at the source now instead of once in its ``refresh`` seconds."""
    return _look(of or source(), fresh).ring


def ring_text(of: KeySource) -> str:
    """The text of the ring, read now."""
    return _look(of, True).text


def _look(found: KeySource, fresh: bool) -> _Held:
    held, now = _held.get(found), time.monotonic()
    if held and not fresh and (not found.refresh or now - held.checked < found.refresh):
        return held
    with _lock:
        stamp = found.stamp()
        if held and stamp is not None and stamp == held.stamp:
            held.checked = now
            return held
        try:
            text = found.read()
            held = _Held(text, keyring.load(text), stamp, now)
        except Exception as error:  # whatever the source is: a city hall that runs goes on with what it knows
            if held is None or fresh:
                raise
            log.error("key source not readable: %s", type(error).__name__)
            held.checked = now
            return held
        _held[found] = held
        return held


def subkey(purpose: str, *, of: KeySource | None = None) -> bytes:
    """32 bytes for one purpose that no rotation changes. For HMACs that are stored, and for signing."""
    found = ring(of=of)
    return found.fixed.get(purpose) or _derive(found.root, purpose)


def search_keys() -> dict[str, bytes]:
    """The HMAC keys of the exact search by name, the current one first."""
    found = ring().search
    order = sorted(found.known, key=lambda name: name != found.current)
    return {name: found.known[name] for name in order}


def seal(purpose: str, data: bytes, *, bound_to: str = "") -> bytes:
    """Encrypt with AES-256-GCM. ``bound_to`` (an id) must be given again to open: a ciphertext moved elsewhere fails."""
    found = ring().seal
    nonce = secrets.token_bytes(12)
    body = AESGCM(_derive(found.known[found.current], purpose)).encrypt(nonce, data, bound_to.encode())
    return found.current.encode() + b"." + nonce + body


def key_of(sealed: bytes | memoryview[int]) -> str:
    """The name of the key a value lies under."""
    return bytes(sealed[:12]).partition(b".")[0].decode(errors="replace")


def unseal(purpose: str, sealed: bytes | memoryview[int], *, bound_to: str = "") -> bytes:
    """Decrypt what `seal` made, under whichever key of the ring it names. Raises InvalidTag when altered, KeyUnknown."""
    name, _, rest = bytes(sealed).partition(b".")
    material = ring().seal.known.get(name.decode(errors="replace"))
    if material is None:  # sealed by a process that has seen a newer ring
        material = ring(fresh=True).seal.known.get(name.decode(errors="replace"))
    if material is None:
        raise KeyUnknown(name.decode(errors="replace")[:12])
    return AESGCM(_derive(material, purpose)).decrypt(rest[:12], rest[12:], bound_to.encode())


__all__ = [
    "FileKeys", "KeySource", "KeyUnknown", "KeysMissing", "key_of", "ring", "ring_make", "ring_put", "ring_text", "seal", "search_keys",
    "source", "source_of", "subkey", "unseal",
]
