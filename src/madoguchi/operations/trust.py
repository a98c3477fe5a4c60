"""What runs out or falls behind by itself: certificates, and the copies of the seals outside the database."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from madoguchi.kernel import audit, clock, metrics
from madoguchi.records.public import SealUnusable, sealer

TAIL = 400  # bytes: more than a line of the anchors


@dataclass(frozen=True, slots=True)
class Certificate:
    """One that ends. ``until`` is None when it could not be read, and ``wrong`` says why."""

    name: str
    until: dt.datetime | None
    wrong: str = ""

    @property
    def left(self) -> dt.timedelta:
        """How long it is still good; nothing when it cannot be read."""
        return self.until - clock.now() if self.until else dt.timedelta()


def tls_certificates() -> list[Certificate]:
    """Those of ``MADOGUCHI_TLS_CERTS``."""
    from cryptography import x509

    out = []
    for text in settings.TLS_CERTS:
        try:
            out.append(Certificate(Path(text).name, x509.load_pem_x509_certificate(Path(text).read_bytes()).not_valid_after_utc))
        except (OSError, ValueError) as error:
            out.append(Certificate(Path(text).name, None, type(error).__name__))
    return out


def seal_certificate() -> Certificate | None:
    """The city's own for electronic papers (``MADOGUCHI_SEAL_P12``); None where there is none, or that of a trial."""
    try:
        engine = sealer()
        until = engine.until() if engine else None
    except SealUnusable as error:
        return Certificate(Path(settings.SEAL["p12"]).name, None, type(error.__cause__ or error).__name__)
    return Certificate(Path(settings.SEAL["p12"]).name, until) if until else None


@dataclass(frozen=True, slots=True)
class Anchor:
    """How the file of the seals outside the database stands. ``age``: seconds since its last line, None when there is none to read;
    ``behind``: seconds since the oldest seal that is not in it was made; ``ahead``: it holds seals that the database has lost."""

    there: bool
    age: float | None
    behind: float
    ahead: bool


def anchor() -> Anchor:
    """As it is now. The file is read first: an anchor is written after its seal."""
    path = Path(settings.MADOGUCHI_DATA) / "anchors" / "seals.txt"
    there, found = _last_line(path)
    last, since = audit.last_seal(), audit.seal_after(found[0] if found else 0)
    now = clock.now()
    return Anchor(there, (now - found[1]).total_seconds() if found else None, (now - since).total_seconds() if since else 0.0,
                  bool(found and found[0] > (last[0] if last else 0)))


def _last_line(path: Path) -> tuple[bool, tuple[int, dt.datetime] | None]:
    """Is the file there, and the number and time of the last seal in it (None when the line is none of ours)."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
            lines = file.read().decode("utf-8", "replace").splitlines()
        seq, _, at = lines[-1].split()
        return True, (int(seq), dt.datetime.fromisoformat(at))
    except OSError:
        return False, None
    except (IndexError, ValueError):
        return True, None


def gauges() -> Iterator[metrics.Gauge]:
    """For the monitor (``/metrics``)."""
    seal, now = seal_certificate(), anchor()
    for kind, found in [("tls", c) for c in tls_certificates()] + ([("seal", seal)] if seal else []):
        yield metrics.Gauge("certificate_seconds_left", "Until a certificate ends; 0 or less: it has ended or cannot be read.",
                            found.left.total_seconds(), {"kind": kind, "name": found.name})
    yield metrics.Gauge("anchor_age_seconds", "Since a seal was last written outside the database; -1: never.", -1 if now.age is None else now.age)
    yield metrics.Gauge("anchor_behind_seconds", "Since the oldest seal that is not outside the database yet was made; 0: all are.", now.behind)
