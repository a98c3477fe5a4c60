"""A signer for trial: plays the card of an invented person, with a certification authority of its own.

Everything lies under ``<data folder>/keys/trial-ca``: the authority, and one file per person so that every web process
signs with the same card (an RSA key takes about 100 ms to make). Whoever has these files can sign as anybody, which is
why production refuses this signer.
"""

from __future__ import annotations

import base64
import datetime as dt
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings

from madoguchi.identity.errors import SignatureRefused
from madoguchi.identity.ports import Person
from madoguchi.kernel import clock, keys
from madoguchi.kernel.canon import canonical, keyed_digest
from madoguchi.kernel.said import say

from .certificates import POLICY_TEST, RSA, Issued, PrivateKey, ca_new, card_new
from .cms import CmsUnreadable, Signed, cms_faults, cms_read, cms_sign
from .person import PersonUnreadable, differences, holder_read
from .trust import Trust

NAME = "trial"
CA_FIRST, CA_LAST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2049, 12, 31, tzinfo=dt.UTC)
CARD_BEFORE, CARD_AFTER = dt.timedelta(days=30), dt.timedelta(days=5 * 365)
AT_MOST = dt.timedelta(minutes=5)  # between what the signature says and when it was verified
_kept: dict[Path, Issued] = {}


class TrialSigner:
    """identity.ports.Signer. Raises SignatureRefused in production."""

    def __init__(self, kind: str = RSA) -> None:
        if settings.MADOGUCHI_ENV == "production":
            raise SignatureRefused(say("試用の電子署名は、本番では使えません。担当課の窓口か郵送でお手続きください。"))
        self.kind = kind
        self.folder = Path(settings.MADOGUCHI_DATA) / "keys" / "trial-ca"

    def sign(self, *, digest: str, person: Person) -> dict[str, Any]:
        """See the port. What is signed are the 64 characters of the hexadecimal digest."""
        now = clock.now()
        data = cms_sign(_content(digest), self._card(person, now), now)
        signed = cms_read(data)
        holder = holder_read(signed.certificate)
        faults = self._faults(digest, signed, now) + differences(holder, person)
        if faults:
            raise SignatureRefused(faults=faults)
        return {
            "signer": NAME, "alg": signed.signature_name, "signature": base64.b64encode(data).decode(),
            "certificate": _der(signed.certificate), "serial": f"{signed.certificate.serial_number:X}",
            "name": holder.name, "verified_at": now.isoformat(),
        }

    def verify(self, *, digest: str, signature: dict[str, Any]) -> list[str]:
        """See the port. What is stored beside the signature must say the same as the signature."""
        try:
            signed = cms_read(base64.b64decode(signature["signature"], validate=True))
            verified_at = dt.datetime.fromisoformat(signature["verified_at"])
            holder = holder_read(signed.certificate)
            if verified_at.tzinfo is None:
                raise ValueError(verified_at)
        except (KeyError, ValueError, TypeError, CmsUnreadable, PersonUnreadable):
            return ["電子署名を読み取れません"]
        faults = self._faults(digest, signed, verified_at)
        if (signature.get("certificate"), signature.get("serial"), signature.get("name"), signature.get("alg")) != (
            _der(signed.certificate), f"{signed.certificate.serial_number:X}", holder.name, signed.signature_name
        ):
            faults.append("電子署名に添えた記録(証明書・番号・氏名・方式)が、電子署名と違います")
        return faults

    def _faults(self, digest: str, signed: Signed, verified_at: dt.datetime) -> list[str]:
        trust = Trust([self._ca().certificate], frozenset({POLICY_TEST}))
        faults = cms_faults(_content(digest), signed, trust)
        if abs(signed.signed_at - verified_at) > AT_MOST:
            faults.append("署名した時刻と、検証した時刻が離れすぎています")
        return faults

    def _ca(self) -> Issued:
        return _once(self.folder / f"ca-{self.kind}.pem", lambda: ca_new(self.kind, first=CA_FIRST, last=CA_LAST))

    def _card(self, person: Person, now: dt.datetime) -> Issued:
        """The person's card; a new one when it ran out."""
        mark = keyed_digest(keys.subkey("trial-card"), canonical(person.as_dict()))[:32]
        path = self.folder / "cards" / f"{mark}-{self.kind}.pem"

        def make() -> Issued:
            return card_new(self._ca(), person, self.kind, first=now - CARD_BEFORE, last=now + CARD_AFTER)

        card = _once(path, make)
        if not card.certificate.not_valid_before_utc <= now <= card.certificate.not_valid_after_utc:
            _kept.pop(path, None)
            path.unlink(missing_ok=True)
            card = _once(path, make)
        return card


def _content(digest: str) -> bytes:
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise SignatureRefused(reason="digest")
    return digest.encode("ascii")


def _der(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


def _once(path: Path, make: Callable[[], Issued]) -> Issued:
    """What the file holds; made when it is not there. Of two processes that make it, the first one's file stays and
    both use it."""
    issued = _kept.get(path)
    if issued is None:
        if not path.exists():
            _write(path, make())
        issued = _kept[path] = _read(path)
    return issued


def _write(path: Path, issued: Issued) -> None:
    pem = issued.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                   serialization.NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temp = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(temp, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        out.write(pem + issued.certificate.public_bytes(serialization.Encoding.PEM))
    try:
        os.link(temp, path)
    except FileExistsError:
        pass
    finally:
        temp.unlink()


def _read(path: Path) -> Issued:
    pem = path.read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, PrivateKey):
        raise SignatureRefused(reason="trial key")
    return Issued(key, x509.load_pem_x509_certificate(pem))
