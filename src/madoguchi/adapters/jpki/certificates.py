"""A test certification authority and 署名用電子証明書 of the shape of the real ones (shared/reference/standards.md §2).

RSA-2048/SHA-256 as today's cards have it, and ECDSA P-384/SHA-384 as is proposed for the next card. The policy is the
one for tests, and the issuer says that it is a trial: nothing made here can pass for a real certificate. Pure.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from madoguchi.identity.ports import Person

from .person import holder_names

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
POLICY_SIGNING = "1.2.392.200149.8.5.1.1.20"  # 署名用
POLICY_TEST = "1.2.392.200149.8.5.1.0.20"  # 試験
POLICY_AUTHENTICATION = "1.2.392.200149.8.5.1.3.30"  # 利用者証明用
FOR_SIGNING = frozenset({"digital_signature", "content_commitment"})  # the second is nonRepudiation of old
FOR_AUTHENTICATION = frozenset({"digital_signature"})
FOR_CA = frozenset({"key_cert_sign", "crl_sign"})
USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
          "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
RSA, EC = "rsa", "ec"


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its private key."""

    key: PrivateKey
    certificate: x509.Certificate


def key_new(kind: str) -> PrivateKey:
    """RSA-2048 or EC P-384."""
    if kind == EC:
        return ec.generate_private_key(ec.SECP384R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def usage(bits: frozenset[str]) -> x509.KeyUsage:
    """A keyUsage with these bits."""
    return x509.KeyUsage(**{name: name in bits for name in USAGES})


def ca_new(kind: str, *, first: dt.datetime, last: dt.datetime, authority: bool = True) -> Issued:
    """A self-signed trial authority. ``authority`` False makes one without the right to issue, for tests."""
    key = key_new(kind)
    name = x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "madoguchi trial"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Invented people only, not JPKI"),
    ])
    builder = _builder(name, name, key, first, last, x509.random_serial_number())
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    builder = builder.add_extension(usage(FOR_CA), critical=True)
    return Issued(key, builder.sign(key, _hash(key)))


def card_new(
    ca: Issued, person: Person, kind: str, *, first: dt.datetime, last: dt.datetime, policy: str = POLICY_TEST,
    bits: frozenset[str] = FOR_SIGNING, critical: bool = True,
) -> Issued:
    """A 署名用電子証明書 of the person. The subject's CN is an opaque id: names stand in the subjectAltName only."""
    key = key_new(kind)
    subject = x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.COMMON_NAME, f"{first:%Y%m%d%H%M%S}{secrets.randbelow(10**12):012d}"),
    ])
    service = x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "公的個人認証サービス"),
    ])
    policies = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(policy), None)])
    builder = _builder(subject, ca.certificate.subject, key, first, last, x509.random_serial_number())
    builder = builder.add_extension(usage(bits), critical=critical)
    builder = builder.add_extension(policies, critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName(holder_names(person)), critical=False)
    builder = builder.add_extension(x509.IssuerAlternativeName([x509.DirectoryName(service)]), critical=False)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key()), critical=False)
    return Issued(key, builder.sign(ca.key, _hash(ca.key)))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, first: dt.datetime, last: dt.datetime, serial: int
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key(),
                                      serial_number=serial)
    builder = builder.not_valid_before(first.astimezone(dt.UTC)).not_valid_after(last.astimezone(dt.UTC))
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _hash(key: PrivateKey) -> hashes.SHA256 | hashes.SHA384:
    return hashes.SHA384() if isinstance(key, ec.EllipticCurvePrivateKey) else hashes.SHA256()
