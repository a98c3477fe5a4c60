"""A certificate of an organisation for trial: self-signed, and its name says that it has no effect."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

NAME = "試用の市(効力はありません)"
FIRST, LAST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2049, 12, 31, tzinfo=dt.UTC)


def certificate_new(name: str, *, first: dt.datetime = FIRST, last: dt.datetime = LAST) -> bytes:
    """A PKCS#12 file without a password: key and self-signed certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
                          key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(first).not_valid_after(last)
        .add_extension(usage, critical=True).sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, serialization.NoEncryption())


def p12_made(folder: Path) -> Path:
    """The trial's file; made once, whoever comes first."""
    path = folder / "trial-seal.p12"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        temp = folder / f"trial-seal.{secrets.token_hex(4)}.part"
        temp.touch(mode=0o600)
        temp.write_bytes(certificate_new(NAME))
        with contextlib.suppress(FileExistsError):  # the first keeps its place: what one process signs must verify in another
            os.link(temp, path)
        temp.unlink()
    return path
