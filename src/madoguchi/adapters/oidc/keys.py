"""The key by which the city hall proves itself to the provider (private_key_jwt, ES256)."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from madoguchi.kernel.durable import folder_sync

CURVE = "P-256"


class KeyUnusable(Exception):
    """The key file is missing or holds something else; the message names the file, never the key."""


def key_make(path: Path) -> None:
    """Write a new key, readable by its owner only; an existing one stays. Of two processes one wins."""
    if path.exists():
        return
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temp = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temp, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        out.write(pem)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(temp, path)
    except FileExistsError:
        pass
    finally:
        temp.unlink()
    folder_sync(path.parent)


def key_read(path: Path) -> ECKey:
    """The private key; its ``kid`` is the RFC 7638 thumbprint. Raises KeyUnusable."""
    try:
        loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyUnusable(f"{path}: {type(error).__name__}") from None
    if not isinstance(loaded, ec.EllipticCurvePrivateKey) or not isinstance(loaded.curve, ec.SECP256R1):
        raise KeyUnusable(f"{path}: not an EC P-256 key")
    key = ECKey.import_key(loaded)
    key.ensure_kid()
    return key


def public_jwk(key: ECKey) -> dict[str, str]:
    """What is registered with the provider (RFC 7517)."""
    public = {name: str(value) for name, value in key.as_dict(private=False).items()}
    return public | {"use": "sig", "alg": "ES256", "kid": str(key.kid)}
