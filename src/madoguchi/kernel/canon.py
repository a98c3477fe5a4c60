"""Canonical JSON and digests: the same answers always give the same bytes."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any


def canonical(data: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces. Raises TypeError for anything that is not plain data."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def keyed_digest(key: bytes, data: bytes) -> str:
    """Hexadecimal HMAC-SHA-256."""
    return hmac.new(key, data, hashlib.sha256).hexdigest()
