"""Paper as a resident fills it in and a scanner sees it: the printed form, typed answers, a little turned, shrunk and dirty."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping, Sequence
from typing import Any

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from madoguchi.procedures.rules import generate
from madoguchi.procedures.rules.faces.pdf import PaperBox, Place
from madoguchi.procedures.rules.model import Definition

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
DPI = 200
K = DPI / 25.4


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


def printed(data: bytes) -> list[Image.Image]:
    """The pages of a PDF as paper."""
    document = pypdfium2.PdfDocument(data)
    pages = [page.render(scale=DPI / 72, grayscale=True).to_pil() for page in document]
    document.close()
    return pages


def write(pages: Sequence[Image.Image], boxes: Sequence[PaperBox], said: Mapping[str, Sequence[str]]) -> None:
    """Write answers on paper: question (``question.index`` of a repeat group) → texts for its places, or ✓ and the key of a choice."""
    for box in boxes:
        draw = ImageDraw.Draw(pages[box.page - 1])
        words = said.get(f"{box.question}.{box.index}" if box.group else box.question, ())
        for text in [x for x in words if x.startswith("✓")]:
            tick(draw, next(t for t in box.ticks if t.key == text[1:]))
        for place, text in zip(box.written, [x for x in words if not x.startswith("✓")], strict=False):
            put(draw, place, text)


def by_hand(d: Definition, boxes: Sequence[PaperBox], answers: Mapping[str, Any], questions: Sequence[str]) -> dict[str, list[str]]:
    """What somebody with these answers writes on paper for some questions outside repeat groups, as ``write`` takes it."""
    posted: dict[str, list[str]] = {}
    for step in d.steps:
        posted |= generate.as_lists(generate.post_data(d, step, answers))
    out: dict[str, list[str]] = {}
    for box in boxes:
        if box.question not in questions:
            continue
        parts = [("".join(posted.get(f"{box.question}.{p.key}" if p.key else box.question, [])), p) for p in box.written]
        ticks = {t.key for t in box.ticks}
        chosen = posted.get(box.question, []) + posted.get(f"{box.question}.era", [])
        out[box.question] = [f"✓{c}" for c in chosen if c in ticks] + [text for text, _ in parts]
    return out


def pdf(images: Sequence[Image.Image]) -> bytes:
    """One file of many sheets."""
    out = io.BytesIO()
    images[0].save(out, "PDF", save_all=True, append_images=list(images[1:]), resolution=DPI)
    return out.getvalue()
