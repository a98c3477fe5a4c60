"""A signer for tests: the same shape as the real ones, no cryptography."""

from __future__ import annotations

from typing import Any

from madoguchi.identity.rules import Person


class TestSigner:
    """identity.ports.Signer. ``signature`` names what was signed, so that a test sees what the person agreed to."""

    __test__ = False

    def sign(self, *, digest: str, person: Person) -> dict[str, Any]:
        """Sign."""
        return {"signer": "test", "alg": "none", "signature": f"signed:{digest}", "certificate": "", "serial": "1",
                "name": "", "verified_at": "2026-11-20T10:00:00+09:00"}

    def verify(self, *, digest: str, signature: dict[str, Any]) -> list[str]:
        """Compare."""
        return [] if signature["signature"] == f"signed:{digest}" else ["another digest"]
