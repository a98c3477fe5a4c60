"""The table of strangers, continued (see rights.py): applications on paper."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from django.db import transaction

from madoguchi.casework import pictures
from madoguchi.casework import services as work
from madoguchi.casework.selectors import case_get
from madoguchi.files.public import FileRefused
from madoguchi.intake.errors import AnswersWrong
from madoguchi.kernel import clock
from madoguchi.scans import seeing, selectors, services, taking
from madoguchi.scans.errors import ScanUnreadable
from madoguchi.scans.models import Packet, Page, Upload
from madoguchi.scans.tests.conftest import on_covered_paper, waiting

from .rights import SECTION, Ask, anything, something, staff

WORKERS = {"matsuda", "sato", "yamada", *SECTION}
IDS = ("scan_packet", "scan_sheet", "scan_aside", "scan_filed")
NUMBERS = ("scan_upload",)


def sheets(w: Any) -> None:
    """A packet of 子育て that waits, and a sheet that nobody could place."""
    packet, page = waiting()
    w.scan_packet, w.scan_sheet = str(packet.id), str(page.id)
    w.scan_upload = page.upload_id
    w.scan_filed = on_covered_paper(w.numbered).files["scans"][0]["id"]
    w.scan_aside = str(selectors.page_list(actor=w.hall.staff("tanaka"))[0].id)


def take(w: Any, a: Any) -> bool:
    """Whoever may is told that this is no scan."""
    try:
        taking.scan_take(actor=a, section="kosodate", source=io.BytesIO(b"\xff\xd8\xff\xe0"), name="a.jpg", size=4)
    except (FileRefused, ScanUnreadable):
        return True
    return False


def _reading(w: Any, a: Any) -> Any:
    """Those that are being read."""
    Upload.objects.filter(id=w.scan_upload).update(state="reading")
    return selectors.upload_list(actor=a)


def _filed(w: Any, a: Any) -> Any:
    """Those that were filed."""
    Packet.objects.filter(id=w.scan_packet).update(state="filed", filed_at=clock.now())
    return selectors.packets_filed(actor=a)


def file(w: Any, a: Any) -> bool:
    """Whoever may is told what lacks."""
    try:
        services.packet_file(actor=a, packet_id=w.scan_packet, received=dt.date(2026, 11, 20))
    except AnswersWrong:
        return True
    return False


def note(w: Any, a: Any) -> bool:
    """Returns nothing: it went."""
    services.packet_note(actor=a, packet_id=w.scan_packet, note="確かめる", received=None)
    return True


def drop(w: Any, a: Any) -> bool:
    """The same."""
    services.page_drop(actor=a, page_id=w.scan_aside)
    return True


def blanks(w: Any, a: Any) -> int:
    """As page_drop, of a sheet on which nothing was seen."""
    Page.objects.filter(id=w.scan_aside).update(problem="blank")
    return services.blanks_drop(actor=a, page_ids=[w.scan_aside])


def seen(w: Any, a: Any) -> bool:
    """Returns nothing: it is on record."""
    with transaction.atomic():
        work.number_seen(a, case_get(actor=a, case_id=w.numbered), "my_number", "照合のため")
    return True


def looked(w: Any, a: Any) -> bool:
    """Only who has opened the sheet."""
    return seeing.has_looked(actor=a, page=seeing.sheet_reveal(actor=a, page_id=w.scan_aside, why="何の紙か見分けるため"))


TABLE: dict[str, Ask] = {
    "scans.services.blanks_drop": staff(blanks, SECTION, something),
    "scans.selectors.sections_of": staff(lambda w, a: selectors.sections_of(actor=a), WORKERS, something),
    "scans.selectors.insist": staff(lambda w, a: selectors.insist(actor=a), WORKERS, something),
    "scans.selectors.packet_get": staff(lambda w, a: selectors.packet_get(actor=a, packet_id=w.scan_packet), SECTION, anything),
    "scans.selectors.packet_any": staff(lambda w, a: selectors.packet_any(actor=a, packet_id=w.scan_packet), SECTION, anything),
    "scans.selectors.packet_list": staff(lambda w, a: selectors.packet_list(actor=a), SECTION, something),
    "scans.selectors.upload_get": staff(lambda w, a: selectors.upload_get(actor=a, upload_id=w.scan_upload), SECTION, anything),
    "scans.selectors.upload_list": staff(_reading, SECTION, something),
    "scans.selectors.packets_filed": staff(_filed, SECTION, something),
    "scans.selectors.packets_for": staff(lambda w, a: selectors.packets_for(
        actor=a, page=Page(upload_id=w.scan_upload)), SECTION, something),
    "scans.selectors.came_of": staff(lambda w, a: selectors.came_of(
        actor=a, upload=Upload(id=w.scan_upload))[0], SECTION, something),
    "scans.selectors.page_list": staff(lambda w, a: selectors.page_list(actor=a), SECTION, something),
    "scans.selectors.page_get": staff(lambda w, a: selectors.page_get(actor=a, page_id=w.scan_sheet), SECTION, anything),
    "scans.seeing.sheet_reveal": staff(lambda w, a: seeing.sheet_reveal(actor=a, page_id=w.scan_sheet, why="入力のため"), SECTION, anything),
    "scans.seeing.has_looked": staff(looked, SECTION, something),
    "scans.seeing.sheet_clear": staff(lambda w, a: seeing.sheet_clear(actor=a, page_id=w.scan_aside, clear=False), SECTION, anything),
    "casework.pictures.picture_reveal": staff(lambda w, a: pictures.picture_reveal(
        actor=a, case_id=w.numbered, file_id=w.scan_filed, why="照合のため"), {"yoshida"}, anything),
    "casework.services.number_seen": staff(seen, {"yoshida"}, anything),
    "scans.taking.scan_take": staff(take, SECTION, something),
    "scans.services.page_place": staff(lambda w, a: services.page_place(actor=a, page_id=w.scan_sheet, packet_id=w.scan_packet, slug="", leaf=2),
                                       SECTION, anything),
    "scans.services.page_drop": staff(drop, SECTION, something),
    "scans.services.packet_begin": staff(lambda w, a: services.packet_begin(actor=a, packet_id=w.scan_packet), SECTION, anything),
    "scans.services.packet_note": staff(note, SECTION, something),
    "scans.services.packet_file": staff(file, SECTION, something),
}
OPEN: dict[str, tuple[str, set[str] | None]] = {
    "intake.paper.paper_read": ("for the room above, which has asked who may", {"scans.keying_staff_views"}),
    "scans.rules.code_read": ("reads the text of a code", None),
    "scans.taking.sheet_read": ("handler of what scan_take promised; it asks nobody who is there", {"config.wiring"}),
    "scans.selectors.leaf_of": ("a form of the city, of nobody", None),
    "scans.selectors.may_scan": ("yes or no", None),
    "scans.selectors.map_seen": ("boxes of an empty form", None),
    "scans.selectors.pages_of": ("pages of an empty form", None),
    "scans.services.received_read": ("reads what was typed", None),
}
