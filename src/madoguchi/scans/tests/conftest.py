"""Paper as a resident fills it in and a scanner sees it: the blank form, typed answers, a little turned, shrunk and dirty."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from madoguchi.files.public import file_write
from madoguchi.kernel import clock
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.faces.pdf import Place, paper_form, paper_map
from madoguchi.scans.models import Packet, Page, Upload

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
DPI = 200
K = DPI / 25.4
SLUG = "jidou-teate-mishiharai"


def scanned(image: Image.Image, seed: int = 1, turn: float = 1.5, shrink: float = 0.97) -> Image.Image:
    """As a scanner gives it back."""
    image = image.rotate(turn, resample=Image.Resampling.BICUBIC, fillcolor=250)
    image = image.resize((int(image.width * shrink), int(image.height * shrink)))
    dice = random.Random(seed)
    for _ in range(3000):
        image.putpixel((dice.randrange(image.width), dice.randrange(image.height)), dice.randrange(60, 255))
    return image


def put(draw: ImageDraw.ImageDraw, place: Place, text: str, size: float = 4.2) -> None:
    """Write in a place."""
    wide = ImageFont.truetype(FONT, int(size * K)).getlength(text) / K
    size *= min(1.0, (place.width - 1.6) / wide)
    draw.text(((place.x + 0.9) * K, (place.y + place.height / 2) * K), text, font=ImageFont.truetype(FONT, int(size * K)), fill=30, anchor="lm")


def tick(draw: ImageDraw.ImageDraw, place: Place) -> None:
    """✓ in a square."""
    x, y, w, h = place.x * K, place.y * K, place.width * K, place.height * K
    draw.line([(x, y + h / 2), (x + w / 2, y + h), (x + w * 1.2, y)], fill=20, width=5)


def forms(slug: str, answers: Mapping[str, tuple[str, ...]], number: int = 0, **how: float) -> list[Image.Image]:
    """The pages of a form with these answers: question → texts for its places, or ✓ and the key of a choice."""
    published = procedures.version(slug, number) if number else procedures.current(slug)
    d = published.definition
    document = pypdfium2.PdfDocument(paper_form(d, city().name, number=published.number).data)
    pages = [page.render(scale=DPI / 72, grayscale=True).to_pil() for page in document]
    document.close()
    for box in paper_map(d, city().name).boxes:
        draw = ImageDraw.Draw(pages[box.page - 1])
        said = answers.get(f"{box.question}.{box.index}" if box.group else box.question, ())
        for text in [x for x in said if x.startswith("✓")]:
            tick(draw, next(t for t in box.ticks if t.key == text[1:]))
        for place, text in zip(box.written, [x for x in said if not x.startswith("✓")], strict=False):
            put(draw, place, text)
    return [scanned(page, n, **how) for n, page in enumerate(pages)]


def pdf(images: list[Image.Image]) -> bytes:
    """One file of many sheets."""
    out = io.BytesIO()
    images[0].save(out, "PDF", save_all=True, append_images=images[1:], resolution=DPI)
    return out.getvalue()


def sent(data: bytes, name: str = "scan.pdf") -> SimpleUploadedFile:
    """As a browser sends it."""
    return SimpleUploadedFile(name, data)


@pytest.fixture
def blank() -> Image.Image:
    return Image.new("L", (1654, 2339), 255)


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
