"""Signing with certificates shaped like JPKI's (reference: docs/administrator.md, 電子署名)."""

from .trial import TrialSigner

__all__ = ["TrialSigner"]
