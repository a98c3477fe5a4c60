"""A sheet that is no form of ours: closed to everybody until somebody who may has looked at it, with a reason, and says that no number is on it."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFont
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import pictures
from madoguchi.casework.models import Case
from madoguchi.files.covered import PAINT
from madoguchi.kernel.models import AuditEntry
from madoguchi.scans import selectors, services, taking
from madoguchi.scans.models import Page, SheetView

from .conftest import SLUG, forms, typed_off

WHY = "何の紙か見分けるため"


@pytest.fixture
def sheet(hall: Hall) -> Page:
    """A copy of a card, as somebody put it to a form that asks for no number."""
    hall.definition(SLUG)
    card = Image.new("L", (1654, 2339), 255)
    ImageDraw.Draw(card).text((300, 400), "0000 0000 0000", fill=0, font=ImageFont.load_default(90))
    out = io.BytesIO()
    pages = [*forms(SLUG, {}), card]
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=200)
    taking.scan_take(actor=hall.staff("tanaka"), section="kosodate", source=io.BytesIO(out.getvalue()), name="scan.pdf", size=len(out.getvalue()))
    run_worker()
    (found,) = selectors.page_list(actor=hall.staff("tanaka"))
    return found


def closed(response) -> bool:
    data = b"".join(response.streaming_content) if response.streaming else response.content
    assert response.status_code == 200
    return all(abs(value - PAINT[0]) <= 12 for band in Image.open(io.BytesIO(data)).convert("RGB").getextrema() for value in band)


def test_it_is_closed_until_somebody_has_looked_and_says_that_there_is_none(hall: Hall, sheet: Page):
    desk, at = hall.desk("tanaka"), f"/staff/scans/page/{sheet.id}/"
    assert closed(desk.get(f"{at}picture/")) and "市の様式でない紙は、個人番号があるか分からない" in text(desk.get(at))
    assert "個人番号はありません</button>" not in desk.get(at).content.decode()
    assert desk.post(f"{at}clear/", {"clear": "yes"}).status_code == 409, "nobody says that of what they have not seen"
    opened = desk.post(f"{at}number/", {"why": WHY})
    assert not closed(opened) and closed(desk.get(f"{at}picture/")), "once"
    assert SheetView.objects.get().page == sheet.id and AuditEntry.objects.filter(action="scan.number_viewed").count() == 1
    assert hall.desk("yamada").post(f"{at}clear/", {"clear": "yes"}).status_code == 404
    assert desk.post(f"{at}clear/", {"clear": "yes"}).status_code == 303 and not closed(desk.get(f"{at}picture/"))
    assert desk.post(f"{at}clear/").status_code == 303 and closed(desk.get(f"{at}picture/")), "said by mistake"
    assert AuditEntry.objects.filter(action__in=("scan.no_number", "scan.closed_again")).count() == 2


@pytest.mark.parametrize("clear", [False, True])
def test_what_was_said_of_it_goes_with_it_into_the_case(hall: Hall, sheet: Page, clear):
    tanaka, desk, packet = hall.staff("tanaka"), hall.desk("tanaka"), selectors.packet_list(actor=hall.staff("tanaka"))[0].packet
    services.page_place(actor=tanaka, page_id=str(sheet.id), packet_id=str(packet.id), slug="", leaf=0)
    if clear:
        desk.post(f"/staff/scans/page/{sheet.id}/number/", {"why": WHY})
        desk.post(f"/staff/scans/page/{sheet.id}/clear/", {"clear": "yes"})
    typed_off(hall, "tanaka", packet, SLUG)
    case = Case.objects.get()
    there = f"/staff/case/{case.id}/file/{sheet.file}/"
    for who in ("tanaka", "auditor"):
        assert closed(hall.desk(who).get(there)) is not clear, who
    assert (str(sheet.file) in pictures.covered_ids(case)) is not clear
    if not clear:
        assert not closed(desk.post(f"{there}number/", {"why": WHY})) and desk.post(f"{there}number/", {"why": ""}).status_code == 422
