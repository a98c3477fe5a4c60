"""Is this a 署名用電子証明書, issued by an authority we trust, and good at that time? Pure.

RFC 5280 §6, for the one step from authority to card that JPKI has; shared/reference/standards.md §2.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtensionOID

from .certificates import FOR_SIGNING, POLICY_SIGNING, USAGES

HASHES = ("sha256", "sha384", "sha512")
KNOWN_CRITICAL = {ExtensionOID.KEY_USAGE, ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.CERTIFICATE_POLICIES,
                  ExtensionOID.SUBJECT_ALTERNATIVE_NAME}


def none_revoked() -> Collection[int]:
    """Trial cards are not revoked. The list of the real ones is for qualified verifiers (公的個人認証法17条) only."""
    return ()


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom we trust: authorities, kinds of certificate, and a function that gives the revoked serial numbers."""

    anchors: Sequence[x509.Certificate]
    policies: frozenset[str] = frozenset({POLICY_SIGNING})
    revoked: Callable[[], Collection[int]] = none_revoked


def certificate_faults(certificate: x509.Certificate, trust: Trust, at: dt.datetime) -> list[str]:
    """What is wrong with the certificate at that time, in words for people; empty when nothing is."""
    try:
        extensions = {e.oid: e for e in certificate.extensions}
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return ["電子証明書を読み取れません"]
    faults = []
    if not any(_issued_by(certificate, anchor, at) for anchor in trust.anchors):
        faults.append("信頼する認証局が発行した電子証明書ではありません")
    if not _valid(certificate, at):
        faults.append("署名したときに、電子証明書の有効期間の外でした")
    if not _strong(certificate):
        faults.append("電子証明書の鍵の方式が弱いか、対応していません")
    if not _signs(extensions):
        faults.append("署名用の電子証明書ではありません(鍵の使いみち)")
    if not _policy(extensions) & trust.policies:
        faults.append("認められた種類の電子証明書ではありません(証明書ポリシー)")
    if certificate.serial_number in trust.revoked():
        faults.append("電子証明書は失効しています")
    if any(e.critical and e.oid not in KNOWN_CRITICAL for e in extensions.values()):
        faults.append("電子証明書に、対応していない重要な項目があります")
    return faults


def _issued_by(certificate: x509.Certificate, anchor: x509.Certificate, at: dt.datetime) -> bool:
    return _valid(anchor, at) and _signed_by(certificate, anchor)


@functools.lru_cache(maxsize=512)
def _signed_by(certificate: x509.Certificate, anchor: x509.Certificate) -> bool:
    """Does not change with time, so it is remembered: half of a verification with P-384."""
    try:
        constraints = anchor.extensions.get_extension_for_class(x509.BasicConstraints).value
        may_issue = anchor.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
        certificate.verify_directly_issued_by(anchor)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    digest = certificate.signature_hash_algorithm
    return bool(constraints.ca and may_issue and digest and digest.name in HASHES)


def _valid(certificate: x509.Certificate, at: dt.datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _strong(certificate: x509.Certificate) -> bool:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= 2048
    return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in ("secp256r1", "secp384r1")


def _signs(extensions: dict[x509.ObjectIdentifier, x509.Extension[x509.ExtensionType]]) -> bool:
    """keyUsage critical with exactly digitalSignature and nonRepudiation, and not an authority itself."""
    found, basic = extensions.get(ExtensionOID.KEY_USAGE), extensions.get(ExtensionOID.BASIC_CONSTRAINTS)
    if basic and isinstance(basic.value, x509.BasicConstraints) and basic.value.ca:
        return False
    if found is None or not found.critical or not isinstance(found.value, x509.KeyUsage):
        return False
    # encipher_only and decipher_only may only be asked where key_agreement is set
    names = [n for n in USAGES if n not in ("encipher_only", "decipher_only")]
    return {n for n in names if getattr(found.value, n)} == FOR_SIGNING


def _policy(extensions: dict[x509.ObjectIdentifier, x509.Extension[x509.ExtensionType]]) -> frozenset[str]:
    found = extensions.get(ExtensionOID.CERTIFICATE_POLICIES)
    if found is None or not isinstance(found.value, x509.CertificatePolicies):
        return frozenset()
    return frozenset(p.policy_identifier.dotted_string for p in found.value)
