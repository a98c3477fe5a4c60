"""Readers: packets and sheets of the sections in which somebody works."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max, QuerySet

from madoguchi.files.public import StoredFile, file_get
from madoguchi.identity.public import Right, Staff
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition

from .errors import PacketFiled, ScanNotFound
from .models import Packet, Page, Upload
from .rules import DONE, FILED, OPEN, READING, TAKING, Code, Leaf, code_read, missing

if TYPE_CHECKING:
    from madoguchi.procedures.rules.faces.pdf import PaperBox, PaperMap

LATELY = 20  # of what was filed
TAKING_LASTS = dt.timedelta(hours=1)  # a scan that is still being taken in after that was left by a crash


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading of a scan is: ``at`` of its sheets."""

    upload: Upload
    at: int
    whole: bool


@dataclass(frozen=True, slots=True)
class ShownPacket:
    """A packet as the list shows it."""

    packet: Packet
    name: str
    sheets: int
    lacking: tuple[int, ...]
    first: int = 0  # where its first sheet lay in the scan; 0 once it is filed

    @property
    def words(self) -> str:
        """By what a clerk tells it from others of the same scan: 9枚目から2枚、3ページ目なし."""
        lack = f"、{'・'.join(map(str, self.lacking))}ページ目なし" if self.lacking else ""
        return f"{self.first}枚目から{self.sheets}枚{lack}"


def sections_of(*, actor: Staff) -> list[str]:
    """The sections for which this person takes paper in."""
    return sorted(s for s in actor.roles() if s in city().sections and actor.may(Right.WORK_CASES, s))


def insist(*, actor: Staff) -> list[str]:
    """The same. Raises Forbidden for who works in none."""
    sections = sections_of(actor=actor)
    if not sections:
        raise Forbidden
    return sections


def may_scan(user: object) -> bool:
    """Does the rail show 紙の申請?"""
    return isinstance(user, Staff) and bool(sections_of(actor=user))


def definition_of(packet: Packet) -> Definition:
    """The version that the sheets name."""
    return procedures.version(packet.slug, packet.version).definition


def packet_get(*, actor: Staff, packet_id: str) -> Packet:
    """An open packet of one's sections. Raises ScanNotFound, PacketFiled."""
    row = packet_any(actor=actor, packet_id=packet_id)
    if row.state == FILED:
        raise PacketFiled
    return row


def packet_any(*, actor: Staff, packet_id: str) -> Packet:
    """The same, filed ones too. Raises ScanNotFound."""
    row = Packet.objects.filter(id=packet_id, section__in=city().kept_as(*sections_of(actor=actor))).first()
    if row is None:
        raise ScanNotFound
    return row


def packet_list(*, actor: Staff) -> list[ShownPacket]:
    """What waits to be typed off in one's sections, all of it, the oldest first. Raises Forbidden."""
    return [_shown(row) for row in _packets(actor, OPEN)]


def packets_filed(*, actor: Staff) -> list[ShownPacket]:
    """What was filed of late. Raises Forbidden."""
    return [_shown(row) for row in _packets(actor, FILED).order_by("-filed_at")[:LATELY]]


def packets_for(*, actor: Staff, page: Page) -> list[ShownPacket]:
    """Where a sheet may belong: first what came out of the same scan, then what lacks a page, then the rest. Raises Forbidden."""
    near = set(Page.objects.filter(upload=page.upload_id).exclude(packet=None).values_list("packet", flat=True))
    return sorted(packet_list(actor=actor), key=lambda s: (s.packet.id not in near, not s.lacking))


def _packets(actor: Staff, state: str) -> QuerySet[Packet]:
    rows = Packet.objects.filter(section__in=city().kept_as(*insist(actor=actor)), state=state)
    return rows.prefetch_related("pages").order_by("made_at", "id")


def _shown(row: Packet) -> ShownPacket:
    d, pages = definition_of(row), row.pages.all()
    lacking = tuple(missing([p.leaf for p in pages], pages_of(d))) if row.state == OPEN else ()
    return ShownPacket(row, str(d.name), len(pages), lacking, min((p.sheet for p in pages), default=0))


def upload_get(*, actor: Staff, upload_id: int) -> Upload:
    """A scan that was taken in for one's sections. Raises ScanNotFound."""
    row = Upload.objects.filter(id=upload_id, section__in=city().kept_as(*sections_of(actor=actor))).exclude(state=TAKING).first()
    if row is None:
        raise ScanNotFound
    return row


def upload_list(*, actor: Staff) -> list[Progress]:
    """Scans of one's sections that are being read. Raises Forbidden."""
    return [progress(row) for row in Upload.objects.filter(section__in=city().kept_as(*insist(actor=actor)), state=READING).order_by("at")[:20]]


def progress(upload: Upload) -> Progress:
    """How far it is (the caller has got the scan for its reader): sheets are read in their order."""
    at = upload.sheets if upload.state == DONE else Page.objects.filter(upload=upload).aggregate(n=Max("sheet"))["n"] or 0
    return Progress(upload, at, upload.state == DONE)


def came_of(*, actor: Staff, upload: Upload) -> tuple[list[ShownPacket], list[Page]]:
    """What a scan became that is still to be typed off by this person: packets, and sheets that nobody could place. Raises Forbidden."""
    mine = Page.objects.filter(upload=upload)
    packets = _packets(actor, OPEN).filter(id__in=mine.exclude(packet=None).values("packet"))
    return [_shown(row) for row in packets], list(_aside(actor).filter(upload=upload))


def page_list(*, actor: Staff) -> list[Page]:
    """Sheets that nobody could place, all of them, the oldest first. Raises Forbidden."""
    return list(_aside(actor))


def _aside(actor: Staff) -> QuerySet[Page]:
    rows = Page.objects.filter(section__in=city().kept_as(*insist(actor=actor)), packet=None, upload__state=DONE)
    return rows.select_related("upload").order_by("at", "upload", "sheet")


def page_get(*, actor: Staff, page_id: str) -> Page:
    """A sheet of one's sections that is not filed. Raises ScanNotFound."""
    row = Page.objects.filter(id=page_id, upload__state=DONE, section__in=city().kept_as(*sections_of(actor=actor))).select_related("packet").first()
    if row is None:
        raise ScanNotFound
    return row


def picture_file(page: Page) -> StoredFile:
    """The same, of a sheet that the caller has got for its reader."""
    return file_get(str(page.file))


def pages_of_packet(packet: Packet) -> list[Page]:
    """In the order of the form, other papers last."""
    return sorted(packet.pages.all(), key=lambda p: (p.leaf == 0, p.leaf, p.at, p.sheet))


def replaced_by(packet: Packet) -> Definition | None:
    """The procedure that people are led to, where that of the sheets is offered no longer. The sheets are taken all the same."""
    slug = next((w.instead for w in procedures.withdrawals() if w.slug == packet.slug), "")
    return procedures.current(slug).definition if slug else None


def _printed(d: Definition) -> PaperMap:
    # reportlab: 30 ms that a process which begins need not spend
    from madoguchi.procedures.rules.faces.pdf import paper_map

    return paper_map(d, city().name)


def _mark(d: Definition) -> str:
    from madoguchi.procedures.rules.faces.pdf import layout_mark

    return layout_mark(d, city().name)


@functools.lru_cache(maxsize=64)
def _map(d_mark: tuple[str, int, str]) -> PaperMap:
    slug, version, mark = d_mark
    return _printed(_drawn(slug, version, mark))


def _drawn(slug: str, version: int, mark: str) -> Definition:
    """The version as it was printed: with the disasters that were open then, where that is known from its mark."""
    whole = procedures.version(slug, version)
    head = procedures.current(slug)
    known = [whole.definition, *([head.definition] if head.number == version else [])]
    return next((d for d in known if _mark(d) == mark), whole.definition)


def map_of(packet: Packet, code: Code | None) -> PaperMap | None:
    """The boxes of the form that a sheet is a page of; None when it was printed with other choices than are known."""
    return map_seen(packet.slug, packet.version, code)


def map_seen(slug: str, version: int, code: Code | None) -> PaperMap | None:
    """The same, of a version by its code."""
    mark = code.mark if code else ""
    d = _drawn(slug, version, mark)
    if not mark or _mark(d) != mark:
        return None
    return _map((slug, version, mark))


def boxes_of(packet: Packet) -> list[tuple[Page, PaperBox]]:
    """Every box of the sheets that can be cut out."""
    out = []
    for page in pages_of_packet(packet):
        found = map_of(packet, code_read(page.code)) if page.leaf and page.marks else None
        out += [(page, box) for box in (found.boxes if found else ()) if box.page == page.leaf]
    return out


def pages_of(d: Definition) -> int:
    """How many pages the form has."""
    return _count(d.id, d.edition, d)


@functools.lru_cache(maxsize=128)
def _count(slug: str, edition: str, d: Definition) -> int:
    return _printed(d).pages


def leaf_of(code: Code | None) -> Leaf | None:
    """The version that a code means; by its edition where the number was not printed. None when the city has no such form."""
    if code is None:
        return None
    try:
        head = procedures.current(code.slug).number
        for number in [code.number] if code.number else range(head, 0, -1):
            d = procedures.version(code.slug, number).definition
            if d.edition == code.edition:
                total = pages_of(d)
                return Leaf(code.slug, number, code.page, total) if 1 <= code.page <= total else None
    except NotFound:
        pass
    return None
