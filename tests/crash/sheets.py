"""Scanned paper, in a crash run: a form is taken in and read by the worker; every sheet is there once and the file that came is gone."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from tests.crash.journeys import QUICK

from madoguchi.files.models import StoredFile
from madoguchi.identity.models import Staff
from madoguchi.kernel.models import AuditEntry
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.faces.pdf import paper_form
from madoguchi.scans import taking
from madoguchi.scans.errors import ScanKnown
from madoguchi.scans.models import Packet, Page, Upload

Done = dict[str, Any]


def scan_in(application: str, **_: Any) -> Done:
    """A blank form of its own for each journey."""
    current = procedures.current(QUICK)
    data = paper_form(current.definition, city().name, number=current.number).data + f"\n% {application}\n".encode()
    clerk = Staff.objects.get(username="tanaka")
    try:
        taking.scan_take(actor=clerk, section=current.definition.section, source=io.BytesIO(data), name="紙.pdf", size=len(data))
    except ScanKnown:
        assert Upload.objects.exclude(state="taking").exists(), "pressed again"
    return {}


ACTS: dict[str, Callable[..., Done]] = {"scan_in": scan_in}


def sheets() -> list[str]:
    """Scans that are not read to their end, sheets that lack, are there twice or lie in no application, files left over."""
    out = []
    for row in Upload.objects.all():
        pages = list(Page.objects.filter(upload=row).order_by("sheet"))
        if row.state != "done" or row.broken or [p.sheet for p in pages] != list(range(1, row.sheets + 1)):
            out.append(f"scan {row.id} ({row.state}): sheets {[p.sheet for p in pages]} of {row.sheets}, broken {row.broken}")
        if len({p.packet_id for p in pages}) != 1 or None in {p.packet_id for p in pages}:
            out.append(f"scan {row.id}: not one application")
        if AuditEntry.objects.filter(chain=taking.chain_of(row), action="scan.read").count() != 1:
            out.append(f"scan {row.id}: not said once that it was read")
    if Packet.objects.count() != Upload.objects.count():
        out.append("packets of nothing")
    if StoredFile.objects.filter(owner__startswith="scan").count() != Page.objects.count():
        out.append("pictures of no sheet, or the file that came is still there")
    return out
