"""Filings for casework: from intake on the same machine. The bundle is sealed all the same, so that the gate between
two networks only ever carries ciphertext."""

from __future__ import annotations

import json

from madoguchi.intake.public import filing_of
from madoguchi.kernel import keys


class LocalFilings:
    """Reads intake's application and seals it under the bundle key."""

    def fetch(self, application_id: str) -> bytes:
        """See casework.ports.FilingSource."""
        body = json.dumps(filing_of(application_id), ensure_ascii=False).encode()
        return keys.seal("bundle", body, bound_to=application_id)
