"""Ports of identity: who signs."""

from __future__ import annotations

from typing import Any, Protocol

from .rules import Person


class Signer(Protocol):
    """Signs the digest of a filing with the 署名用電子証明書 of the person at the browser, and verifies what came back."""

    def sign(self, *, digest: str, person: Person) -> dict[str, Any]:
        """Sign a hexadecimal SHA-256. Returns {signer, alg, signature (base64 CMS), certificate (base64 DER), serial,
        name, verified_at} — only what `verify` accepted. Raises identity.errors.SignatureRefused."""
        ...

    def verify(self, *, digest: str, signature: dict[str, Any]) -> list[str]:
        """What is wrong with a stored signature; empty when nothing is."""
        ...
