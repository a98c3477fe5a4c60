"""Every sealer of papers keeps the port's promises (records.ports.Sealer)."""

from __future__ import annotations

import datetime as dt
import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from asn1crypto.cms import CMSAttributeType

from madoguchi.adapters.paper_seal import P12Seal, TrialSeal
from madoguchi.adapters.paper_seal.trial import certificate_new
from madoguchi.records.errors import PaperUnreadable, SealUnusable
from madoguchi.records.ports import Sealer


def paper() -> bytes:
    """A page with nothing on it."""
    pdf, out = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    pdf.save(out)
    return out.getvalue()


@pytest.fixture(params=["p12", "trial"])
def sealer(request: pytest.FixtureRequest, tmp_path: Path, settings) -> Sealer:
    settings.MADOGUCHI_DATA = tmp_path
    if request.param == "trial":
        return TrialSeal()
    return city_seal(tmp_path, settings)


def city_seal(folder: Path, settings, **how) -> P12Seal:
    path = folder / f"city-{len(list(folder.iterdir()))}.p12"
    path.write_bytes(certificate_new("架空市長", **how))
    settings.SEAL = {"p12": str(path), "password": ""}
    return P12Seal()


def test_what_is_sealed_reads_as_ours_and_unchanged(sealer: Sealer):
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=2)
    [seal] = sealer.read(sealer.seal(paper(), name="課税証明書"))
    assert (seal.ours, seal.intact, seal.whole) == (True, True, True)
    assert seal.at and before <= seal.at <= dt.datetime.now(dt.UTC)
    assert sealer.read(paper()) == []


def test_it_seals_where_a_residents_signature_was_read_before(sealer: Sealer, monkeypatch: pytest.MonkeyPatch):
    known = {"content_type": "1.2.840.113549.1.9.3", "message_digest": "1.2.840.113549.1.9.4"}
    monkeypatch.setattr(CMSAttributeType, "_reverse_map", known)  # as asn1crypto made it before pyHanko was loaded
    [seal] = sealer.read(sealer.seal(paper(), name="課税証明書"))
    assert seal.ours and seal.intact


def test_a_changed_byte_is_seen(sealer: Sealer):
    data = bytearray(sealer.seal(paper(), name="課税証明書"))
    at = data.index(b"/MediaBox") + len(b"/MediaBox [ 0 0 ")
    data[at] = ord("1") if data[at] != ord("1") else ord("2")
    [seal] = sealer.read(bytes(data))
    assert not seal.intact


def test_what_is_added_after_it_is_seen(sealer: Sealer):
    data = sealer.seal(paper(), name="課税証明書")
    from pyhanko.pdf_utils.generic import pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    more, out = IncrementalPdfFileWriter(io.BytesIO(data)), io.BytesIO()
    more.add_object(pdf_string("added"))
    more.write(out)
    [seal] = sealer.read(out.getvalue())
    assert not seal.whole


def test_the_seal_of_another_city_is_not_ours(sealer: Sealer, tmp_path: Path, settings):
    mine = settings.SEAL
    theirs = city_seal(tmp_path, settings).seal(paper(), name="課税証明書")
    settings.SEAL = mine
    [seal] = sealer.read(theirs)
    assert (seal.ours, seal.intact) == (False, True)


def test_another_program_agrees(sealer: Sealer, tmp_path: Path):
    data = sealer.seal(paper(), name="課税証明書")
    found = re.search(rb"/ByteRange \[\s*(\d+) (\d+) (\d+) (\d+)", data)
    assert found
    a, b, c, d = map(int, found.groups())
    (tmp_path / "content").write_bytes(data[a : a + b] + data[c : c + d])
    hexed = data[a + b : c].strip(b"<>")
    cms = bytes.fromhex(hexed.decode())
    (tmp_path / "cms").write_bytes(cms)
    call: Callable[..., subprocess.CompletedProcess[bytes]] = subprocess.run
    done = call(["openssl", "cms", "-verify", "-inform", "DER", "-in", str(tmp_path / "cms"), "-content", str(tmp_path / "content"),
                 "-binary", "-noverify", "-out", "/dev/null"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_says_until_when_it_can_seal(tmp_path: Path, settings):
    settings.MADOGUCHI_DATA = tmp_path
    last = dt.datetime(2031, 3, 31, 14, 59, 59, tzinfo=dt.UTC)
    assert city_seal(tmp_path, settings, last=last).until() == last
    assert TrialSeal().until() is None
    for path, data in (("none.p12", None), ("torn.p12", b"torn")):
        if data:
            (tmp_path / path).write_bytes(data)
        settings.SEAL = {"p12": str(tmp_path / path), "password": ""}
        with pytest.raises(SealUnusable):
            P12Seal().until()


def test_a_certificate_out_of_date_or_unreadable_seals_nothing(tmp_path: Path, settings):
    old = city_seal(tmp_path, settings, last=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    with pytest.raises(SealUnusable) as wrong:
        old.seal(paper(), name="課税証明書")
    assert "2020-01-01" in wrong.value.ja
    settings.SEAL = {"p12": str(tmp_path / "none.p12"), "password": ""}
    with pytest.raises(SealUnusable):
        P12Seal().seal(paper(), name="課税証明書")
    good = city_seal(tmp_path, settings)
    settings.SEAL = {"p12": str(good.path), "password": "wrong"}
    with pytest.raises(SealUnusable):
        P12Seal().seal(paper(), name="課税証明書")


def test_what_is_no_paper_is_refused(sealer: Sealer):
    for nonsense in (b"", b"hello", b"%PDF-1.7 and nothing more"):
        with pytest.raises(PaperUnreadable):
            sealer.seal(nonsense, name="課税証明書")
        with pytest.raises(PaperUnreadable):
            sealer.read(nonsense)


def test_the_trial_seal_is_refused_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(SealUnusable):
        TrialSeal()
