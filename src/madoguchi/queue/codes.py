"""Secrets of devices, and where the acts on tickets are recorded."""

from __future__ import annotations

from madoguchi.kernel import keys
from madoguchi.kernel.canon import keyed_digest


def chain(section: str) -> str:
    """Where the acts of a section are recorded."""
    return f"queue:{section}"


def secret_digest(secret: str) -> str:
    """What is stored of the address of a device."""
    return keyed_digest(keys.subkey("queue-kiosk"), secret.encode())
