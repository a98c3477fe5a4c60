"""Electronic signatures with the 署名用電子証明書 of the My Number card (docs/signing.md)."""

from .trial import TrialSigner

__all__ = ["TrialSigner"]
