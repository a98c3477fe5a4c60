"""Papers signed by the organisation: PAdES by pyHanko with a certificate in a PKCS#12 file (records.ports.Sealer).

The certificate is the city's own (LGPKI の職責証明書, or one of an organisation by an accredited authority). pyHanko is
loaded by the first paper: it takes a second and 30 MB, and only the worker needs it.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings

from madoguchi.kernel import clock
from madoguchi.kernel.kinds import ours
from madoguchi.records.errors import PaperUnreadable, SealUnusable
from madoguchi.records.ports import Seal

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

FIELD = "city-seal"


class P12Seal:
    """The city's certificate from ``MADOGUCHI_SEAL_P12``."""

    def __init__(self) -> None:
        self.path, self.password = Path(settings.SEAL["p12"]), settings.SEAL["password"]

    def seal(self, pdf: bytes, *, name: str) -> bytes:
        """See the port."""
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.pdf_utils.misc import PdfError
        from pyhanko.sign import fields, signers

        signer = self._signer()
        now = clock.now()
        certificate = signer.signing_cert
        assert certificate is not None
        if not certificate.not_valid_before <= now <= certificate.not_valid_after:
            raise SealUnusable(ours("市の電子証明書の有効期間")
                           + f"({certificate.not_valid_after:%Y-%m-%d}まで)を外れています。新しい証明書に替えてください。")
        meta = signers.PdfSignatureMetadata(field_name=FIELD, md_algorithm="sha256", reason=name,
                                            subfilter=fields.SigSeedSubFilter.PADES)
        out = io.BytesIO()
        try:
            signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), meta, signer, output=out)
        except PdfError as wrong:
            raise PaperUnreadable from wrong
        return out.getvalue()

    def until(self) -> dt.datetime | None:
        """See the port."""
        try:
            now = self.path.stat()
            return _until(self.path, self.password, now.st_mtime_ns, now.st_size)
        except (OSError, ValueError) as wrong:
            raise SealUnusable from wrong

    def read(self, pdf: bytes) -> list[Seal]:
        """See the port."""
        from pyhanko.pdf_utils.misc import PdfError
        from pyhanko.pdf_utils.reader import PdfFileReader
        from pyhanko.sign.validation import validate_pdf_signature
        from pyhanko_certvalidator import ValidationContext

        signer = self._signer()
        roots = [signer.signing_cert, *signer.cert_registry]
        try:
            found = list(PdfFileReader(io.BytesIO(pdf)).embedded_signatures)
            out = []
            for signature in found:
                at: dt.datetime | None = signature.self_reported_timestamp
                context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=at)
                status = validate_pdf_signature(signature, context)
                out.append(Seal(_name_of(status.signing_cert), at, status.coverage is not None and _whole(status),
                                status.intact and status.valid, status.trusted))
        except (PdfError, ValueError) as wrong:
            raise PaperUnreadable from wrong
        return out

    def _signer(self) -> SimpleSigner:
        from pyhanko.sign import signers

        _names_known()
        try:
            signer = signers.SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]
                self.path, passphrase=self.password.encode() or None)
        except OSError as wrong:
            raise SealUnusable from wrong
        if signer is None or signer.signing_cert is None:
            raise SealUnusable
        return cast("SimpleSigner", signer)


class TrialSeal(P12Seal):
    """A seal for trial, made at its first use under ``<data folder>/keys``; its name says that it has no effect."""

    def __init__(self) -> None:
        from .trial import p12_made

        if settings.PRODUCTION:
            raise SealUnusable("試用の電子証明書は、本番では使えません。")
        self.path, self.password = p12_made(Path(settings.MADOGUCHI_DATA) / "keys"), ""

    def until(self) -> dt.datetime | None:
        """See the port."""
        return None


@functools.lru_cache(maxsize=4)
def _until(path: Path, password: str, changed: int, size: int) -> dt.datetime:
    """The end of the certificate in the file as it was then: the web asks at every look of the monitor, and opening takes its time
    (a password is stretched). Read without pyHanko, which the web does not load."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    found = pkcs12.load_pkcs12(path.read_bytes(), password.encode() or None).cert
    if found is None:
        raise ValueError("no certificate of its own")
    return found.certificate.not_valid_after_utc


def _names_known() -> None:
    """pyHanko adds names to a table of asn1crypto when it is loaded (pyhanko/sign/ades/asn1_util.py). Where a resident's signature was
    read in this process before, that table was turned round already, and would not know them."""
    from asn1crypto.cms import CMSAttributeType

    CMSAttributeType._reverse_map = {name: oid for oid, name in CMSAttributeType._map.items()}


def _whole(status: Any) -> bool:
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    return bool(status.coverage == SignatureCoverageLevel.ENTIRE_FILE)


def _name_of(certificate: Any) -> str:
    names = certificate.subject.native
    return str(names.get("common_name") or names.get("organization_name") or "?")
