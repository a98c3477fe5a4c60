"""Writers: put sheets in their place, file what was typed off (taking.py takes them in)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import BinaryIO

from django.db import transaction
from django.db.models import QuerySet

from madoguchi.files.public import file_get, file_open, files_forget, files_of
from madoguchi.identity.public import Right, Staff
from madoguchi.intake import public as intake
from madoguchi.kernel import audit, clock
from madoguchi.kernel.written import text_clean
from madoguchi.procedures import public as procedures

from . import selectors
from .covering import areas_of
from .errors import LeafUnknown, PlaceTaken, ReceivedWrong
from .models import Packet, Page, SheetView, Upload
from .rules import BLANK, DONE, FILED, KEEP_DAYS, OPEN, Leaf
from .seeing import views_sweep
from .taking import broken_forget, chain_of, packet_new

OLDEST = 3650  # days since a paper came in: more is a slip of the pen


@transaction.atomic(durable=True)
def page_place(*, actor: Staff, page_id: str, packet_id: str, slug: str, leaf: int) -> Packet:
    """Say what a sheet is: page ``leaf`` (0: another paper) of an open packet, or of a new one of the procedure. Raises ScanNotFound,
    PacketFiled, PlaceTaken, LeafUnknown."""
    page = selectors.page_get(actor=actor, page_id=page_id)
    before = page.packet
    if before is not None:
        selectors.packet_get(actor=actor, packet_id=str(before.id))
    if packet_id:
        packet = selectors.packet_get(actor=actor, packet_id=packet_id)
    else:
        found = next((p for p in procedures.catalogue() if p.slug == slug and actor.may(Right.WORK_CASES, p.definition.section)), None)
        if found is None:
            raise LeafUnknown
        packet = packet_new(Leaf(slug, found.number, 1))
    packet = Packet.objects.select_for_update().get(id=packet.id)
    if not 0 <= leaf <= selectors.pages_of(selectors.definition_of(packet)):
        raise LeafUnknown
    if leaf and Page.objects.filter(packet=packet, leaf=leaf).exclude(id=page.id).exists():
        raise PlaceTaken
    page.packet, page.leaf, page.problem, page.section = packet, leaf, "", packet.section
    page.save(update_fields=["packet", "leaf", "problem", "section"])
    if before is not None and before.id != packet.id:
        _emptied(before)
    audit.record(actor.actor, "scan.placed", chain=chain_of(page.upload), facts={"sheet": page.sheet, "packet": str(packet.id), "page": leaf})
    return packet


def _emptied(packet: Packet) -> None:
    if not packet.pages.exists():
        if packet.draft:
            intake.paper_drop(packet=str(packet.id), draft_id=packet.draft)
        packet.delete()


@transaction.atomic(durable=True)
def page_drop(*, actor: Staff, page_id: str) -> None:
    """Throw a sheet away that is nothing (a blank back, a cover). The picture is destroyed; that it was stays in the record."""
    page = selectors.page_get(actor=actor, page_id=page_id)
    packet = page.packet
    if packet is not None:
        selectors.packet_get(actor=actor, packet_id=str(packet.id))
    page.delete()
    files_forget(ids=[str(page.file)])
    if packet is not None:
        _emptied(packet)
    audit.record(actor.actor, "scan.dropped", chain=chain_of(page.upload), facts={"sheet": page.sheet})


def blanks_drop(*, actor: Staff, page_ids: Collection[str]) -> int:
    """Throw away sheets on which nothing was seen, those that the clerk has looked at; what is placed or gone meanwhile stays as it is.
    Returns how many. Raises Forbidden."""
    seen = [p for p in selectors.page_list(actor=actor) if p.problem == BLANK and str(p.id) in page_ids]
    for page in seen:
        page_drop(actor=actor, page_id=str(page.id))
    return len(seen)


def packet_begin(*, actor: Staff, packet_id: str) -> Packet:
    """The packet with a draft to type into. Raises ScanNotFound, PacketFiled."""
    packet = selectors.packet_get(actor=actor, packet_id=packet_id)
    if packet.draft:
        return packet
    with transaction.atomic(durable=True):
        packet = Packet.objects.select_for_update().get(id=packet.id)
        if not packet.draft:
            packet.draft = intake.paper_start(packet=str(packet.id), slug=packet.slug, version=packet.version)
            packet.save(update_fields=["draft"])
    return packet


def packet_note(*, actor: Staff, packet_id: str, note: str, received: dt.date | None) -> None:
    """Why it waits: what must be asked of the applicant before it can be filed. Raises ScanNotFound, TooLong."""
    packet = selectors.packet_get(actor=actor, packet_id=packet_id)
    Packet.objects.filter(id=packet.id, state=OPEN).update(note=text_clean("理由", note, 300), received_on=received or packet.received_on)


def received_read(day: dt.date | None) -> dt.datetime:
    """The moment that counts for a day of receipt: now for today, else its beginning. Raises ReceivedWrong."""
    today = clock.today()
    if day is None or day > today:
        raise ReceivedWrong
    if day < today - dt.timedelta(days=OLDEST):
        raise ReceivedWrong(ReceivedWrong.too_old)
    return clock.now() if day == today else dt.datetime.combine(day, dt.time(0), clock.JST)


def packet_file(*, actor: Staff, packet_id: str, received: dt.date | None) -> Packet:
    """File what was typed off; again it changes nothing. Raises AnswersWrong, ReceivedWrong, ScanNotFound."""
    packet = selectors.packet_any(actor=actor, packet_id=packet_id)
    if packet.state == FILED:
        return packet
    at = received_read(received)
    packet = packet_begin(actor=actor, packet_id=packet_id)
    Packet.objects.filter(id=packet.id, state=OPEN).update(received_on=received)  # what is still to be put right is asked as of this day
    pages = selectors.pages_of_packet(packet)
    rows = files_of(str(p.file) for p in pages)
    scans = tuple({"id": str(p.file), "name": f"{p.leaf}ページ.jpg" if p.leaf else "添付.jpg", "size": rows[str(p.file)].size,
                   "kind": rows[str(p.file)].kind, "sha256": rows[str(p.file)].sha256, "covered": areas_of(p)} for p in pages)
    filed = intake.paper_submit(packet=str(packet.id), draft_id=packet.draft, actor=actor.actor, received=at, scans=scans)
    with transaction.atomic(durable=True):  # killed before this, the next press finds the application and comes here
        packet.state, packet.receipt, packet.received_on, packet.filed_at = FILED, filed.application.receipt, received, clock.now()
        packet.note = ""
        SheetView.objects.filter(page__in=[p.id for p in pages]).update(application=str(filed.application.id))
        packet.save(update_fields=["state", "receipt", "received_on", "filed_at", "note"])
        packet.pages.all().delete()  # their pictures are the application's from here on
    return packet


def packets_over() -> QuerySet[Packet]:
    """Filed a month ago."""
    return Packet.objects.filter(state=FILED, filed_at__lt=clock.now() - dt.timedelta(days=KEEP_DAYS))


def uploads_over() -> QuerySet[Upload]:
    """Scans of which no sheet is left, after a year."""
    return Upload.objects.filter(at__lt=clock.now() - dt.timedelta(days=365), state=DONE, page=None)


def scans_sweep() -> int:
    """Forget packets a month after they were filed, and scans of which no sheet is left (what they hashed to stays a year), and
    what a crash left half taken in. Returns how many went."""
    gone, _ = packets_over().delete()
    went, _ = uploads_over().delete()
    return gone + went + views_sweep() + broken_forget()


def file_of(page: Page) -> BinaryIO:
    """The bytes of a sheet's picture (the caller has got the page for its reader)."""
    return file_open(file_get(str(page.file)))
