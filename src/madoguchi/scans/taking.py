"""A scan is taken in at once and its sheets are read by the worker, one message each, in their order (docs/adr/0043). Killed anywhere it
goes on from there; a sheet that cannot be read holds up no other."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from madoguchi.files.public import file_get, file_keep, file_open, file_write, files_forget
from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import audit, clock, failpoints, outbox
from madoguchi.kernel.errors import Forbidden
from madoguchi.procedures import public as procedures

from . import cell, selectors
from .errors import ScanKnown, ScanSlow, ScanUnreadable
from .events import SCAN_TAKEN
from .models import Packet, Page, Upload
from .rules import (
    BLANK,
    BROKEN,
    DONE,
    DOUBTFUL,
    FOREIGN,
    NO_CODE,
    READING,
    RECEIPT,
    SIGNED,
    SLOW_TRIES,
    TAKING,
    Leaf,
    code_read,
    sort,
)


def chain_of(upload: Upload) -> str:
    """Where the record of a scan stands."""
    return f"scan:{upload.id}"


def scan_take(*, actor: Staff, section: str, source: BinaryIO, name: str, size: int) -> Upload:
    """Take a scan in; the worker reads its sheets. Raises FileRefused, ScanUnreadable, ScanTooLong, ScanKnown, Forbidden."""
    if not actor.may(Right.WORK_CASES, section):
        raise Forbidden
    upload = _begun(actor, section, _digest(source))
    try:
        kept = file_keep(source=source, name=name, size=size, owner=chain_of(upload))  # looked at for viruses, its passengers taken out
        with file_open(kept) as clean:
            sheets = cell.count(clean)
        failpoints.hit("scans.take.before_commit")
        with transaction.atomic(durable=True):
            upload.file, upload.sheets, upload.state = kept.id, sheets, READING
            if not Upload.objects.filter(id=upload.id, state=TAKING).update(file=kept.id, sheets=sheets, state=READING):
                raise ScanKnown  # pressed twice, and the other one was faster
            for sheet in [*range(1, sheets + 1), 0]:
                outbox.publish(SCAN_TAKEN, case_ref=chain_of(upload), key=f"{chain_of(upload)}:{sheet}",
                               payload={"upload": upload.id, "sheet": sheet})
            audit.record(actor.actor, "scan.taken", chain=chain_of(upload), first=True, facts={"sha256": upload.sha256, "sheets": sheets})
    except Exception:
        _forgotten(upload, ours=True)  # it can be sent again
        raise
    return upload


def _digest(source: BinaryIO) -> str:
    digest = hashlib.sha256()
    source.seek(0)
    while piece := source.read(1 << 16):
        digest.update(piece)
    return digest.hexdigest()


def _begun(actor: Staff, section: str, sha256: str) -> Upload:
    """Its row, before there is a file: what a crash leaves is told by its state, and taken over by whoever sends the file again."""
    there = Upload.objects.filter(sha256=sha256).first()
    if there is not None and there.state == TAKING:
        _forgotten(there)
    try:
        with transaction.atomic():
            return Upload.objects.create(sha256=sha256, section=section, sheets=0, state=TAKING, by=actor.actor, at=clock.now())
    except IntegrityError:
        raise ScanKnown from None


@transaction.atomic
def _forgotten(upload: Upload, *, ours: bool = False) -> None:
    """What was not taken in; of another process only while it has not got further."""
    if Upload.objects.filter(id=upload.id, state=TAKING).delete()[0] or ours:
        files_forget(owners=[chain_of(upload)])


def sheet_read(message: outbox.Envelope) -> None:
    """Handler of ScanTaken: one sheet, or the end, at which all are put in their places. Again it changes nothing."""
    upload = Upload.objects.filter(id=message.payload["upload"], state=READING).first()
    if upload is None:
        return
    sheet = message.payload["sheet"]
    if not sheet:
        _sorted(upload.id)
    elif not Page.objects.filter(upload=upload, sheet=sheet).exists():
        _read(upload, sheet, message.attempt)


def _read(upload: Upload, sheet: int, attempt: int) -> None:
    try:
        with tempfile.TemporaryDirectory() as folder, file_open(file_get(str(upload.file))) as source:
            seen = cell.sheet(source, sheet, Path(folder))
            data = seen.path.read_bytes()
    except ScanSlow:
        if attempt < SLOW_TRIES:  # the machine may have been busy
            raise outbox.Retry from None
        return  # what has no page at the end could not be read
    except ScanUnreadable:
        return
    file = file_write(data=data, name=f"{upload.at:%Y%m%d}-{sheet}.jpg", kind="image/jpeg", owner="scan", place=f"scan/{upload.id}-{sheet}")
    failpoints.hit("scans.read.before_row")
    Page.objects.get_or_create(upload=upload, sheet=sheet, defaults={
        "section": upload.section, "file": file.id, "code": seen.code, "marks": seen.marks, "problem": BLANK if seen.blank else "",
        "at": clock.now()})


@transaction.atomic(durable=True)
def _sorted(upload_id: int) -> None:
    """All sheets have been looked at: put together what belongs together, and let the file go."""
    upload = Upload.objects.select_for_update().get(id=upload_id)
    if upload.state != READING:
        return
    pages = {p.sheet: p for p in Page.objects.filter(upload=upload)}
    leaves: list[Leaf | str] = [_leaf(pages.get(n)) for n in range(1, upload.sheets + 1)]
    done = sort(leaves)
    for place, group in enumerate(done.packets):
        leaf = leaves[next(iter(group.values()))]
        assert isinstance(leaf, Leaf)
        packet = packet_new(leaf, note=DOUBTFUL if place in done.doubtful else "")
        for number, n in group.items():
            page = pages[n + 1]
            page.packet, page.leaf, page.section = packet, number, packet.section
    for n, why in done.aside.items():
        if n + 1 in pages:
            pages[n + 1].problem = why
    for page in pages.values():
        page.save(update_fields=["packet", "leaf", "section", "problem"])
    upload.broken, upload.state = [n for n in range(1, upload.sheets + 1) if n not in pages], DONE
    upload.save(update_fields=["broken", "state"])
    files_forget(owners=[chain_of(upload)])
    audit.record("worker", "scan.read", chain=chain_of(upload), facts={"sheets": len(pages), "broken": upload.broken})
    failpoints.hit("scans.sorted.before_commit")


def _leaf(page: Page | None) -> Leaf | str:
    if page is None:
        return BROKEN
    if page.problem or not page.code:
        return page.problem or NO_CODE
    return selectors.leaf_of(code_read(page.code)) or (SIGNED if RECEIPT.fullmatch(page.code) else FOREIGN)


def packet_new(leaf: Leaf, note: str = "") -> Packet:
    """An empty packet of a form, for those who put a sheet in, in their transaction."""
    d = procedures.version(leaf.slug, leaf.version).definition
    return Packet.objects.create(slug=leaf.slug, version=leaf.version, section=d.section, made_at=clock.now(), note=note)


def broken_over() -> QuerySet[Upload]:
    """Scans that a crash left before they were taken in."""
    return Upload.objects.filter(state=TAKING, at__lt=clock.now() - selectors.TAKING_LASTS)


def broken_forget() -> int:
    """Forget them. Returns how many."""
    old = list(broken_over())
    for upload in old:
        _forgotten(upload)
    return len(old)
