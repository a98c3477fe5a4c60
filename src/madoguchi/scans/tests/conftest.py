"""Sheets as they come in: forms filled in and scanned, and a packet that waits."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.support.hall import Hall, run_worker
from tests.support.scan import printed, scanned, write

from madoguchi.casework.models import Case
from madoguchi.casework.services import correction_request
from madoguchi.files.public import file_write
from madoguchi.intake import public as intake
from madoguchi.kernel import clock
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules import generate
from madoguchi.procedures.rules.faces.pdf import paper_form, paper_map
from madoguchi.scans import services
from madoguchi.scans.models import Packet, Page, Upload

SLUG = "jidou-teate-mishiharai"


def forms(slug: str, answers: Mapping[str, tuple[str, ...]], number: int = 0, **how: float) -> list[Image.Image]:
    """The pages of a form with these answers: question → texts for its places, or ✓ and the key of a choice."""
    published = procedures.version(slug, number) if number else procedures.current(slug)
    d = published.definition
    pages = printed(paper_form(d, city().name, number=published.number).data)
    write(pages, paper_map(d, city().name).boxes, answers)
    return [scanned(page, n, **how) for n, page in enumerate(pages)]


def sent(data: bytes, name: str = "scan.pdf") -> SimpleUploadedFile:
    """As a browser sends it."""
    return SimpleUploadedFile(name, data)


@pytest.fixture
def blank() -> Image.Image:
    return Image.new("L", (1654, 2339), 255)


def typed_off(hall: Hall, who: str, packet: Packet, slug: str) -> None:
    """Somebody types the paper off, page by page, files it today, and the worker hands it on."""
    begun, d, answers = services.packet_begin(actor=hall.staff(who), packet_id=str(packet.id)), hall.definition(slug), hall.answers(slug)
    for step in d.steps:
        if step in intake.paper_read(packet=str(packet.id), draft_id=begun.draft).asked:
            intake.paper_save(packet=str(packet.id), draft_id=begun.draft, step_id=step.id,
                              raw=generate.as_lists(generate.post_data(d, step, answers)))
    services.packet_file(actor=hall.staff(who), packet_id=str(packet.id), received=clock.today())
    run_worker()


def correcting(hall: Hall, who: str, slug: str, path: str) -> Case:
    """A case that came on paper, of which one answer must be put right."""
    typed_off(hall, who, waiting(hall.definition(slug).section, slug)[0], slug)
    case = Case.objects.filter(channel="paper").latest("filed_at")
    correction_request(actor=hall.staff(who), case_id=case.ref, items=[(path, "直してください")], due_on=clock.today() + dt.timedelta(days=10))
    run_worker()
    return case


def waiting(section: str = "kosodate", slug: str = SLUG) -> tuple[Packet, Page]:
    """A packet of one sheet as if it had been taken in: a white picture."""
    now, n = clock.now(), Upload.objects.count()
    upload = Upload.objects.create(sha256=f"{n:064x}", section=section, sheets=2, by="staff:tanaka", at=now)
    packet = Packet.objects.create(slug=slug, version=procedures.current(slug).number, section=section, made_at=now)
    out = io.BytesIO()
    Image.new("L", (200, 283), 255).save(out, "JPEG")
    pages = []
    for sheet in (1, 2):
        file = file_write(data=out.getvalue(), name=f"{sheet}.jpg", kind="image/jpeg", owner="scan")
        pages.append(Page.objects.create(packet=packet if sheet == 1 else None, section=section, upload=upload, sheet=sheet, leaf=2 - sheet,
                                         file=file.id, problem="" if sheet == 1 else "no_code", at=now))
    return packet, pages[0]


def on_covered_paper(case_ref: str) -> Case:
    """A case as if it had come on paper, of which the places of its numbers are not known."""
    out, case = io.BytesIO(), Case.objects.get(id=case_ref)
    Image.new("L", (200, 283), 255).save(out, "JPEG")
    file = file_write(data=out.getvalue(), name="1ページ.jpg", kind="image/jpeg", owner=f"case:{case_ref}")
    case.files |= {"scans": [{"id": str(file.id), "name": file.name, "size": file.size, "kind": file.kind, "sha256": file.sha256, "covered": None}]}
    case.save(update_fields=["files"])
    return case
