"""Digits for a bank's reader, drawn as strokes after the shapes of OCR-B (ISO 1073-2): the font itself is not free.

Ten to the inch: a thousand units are 2.54 mm, a digit is 1.4 mm wide and 2.4 mm high, the stroke 0.35 mm. Whether a bank's
machine reads them, and what the line holds, only a test print at the bank can say (docs/collection-slips.md).
"""

from __future__ import annotations

import functools
import re

PITCH = 7.2  # points: ten digits to the inch
STROKE = 138
SHAPES = {
    "zero": "500 876 m 620 876 707 740 707 472 c 707 205 620 69 500 69 c 380 69 293 205 293 472 c 293 740 380 876 500 876 c s",
    "one": "330 740 m 510 876 l 510 69 l S 330 69 m 690 69 l S",
    "two": "300 740 m 330 830 410 876 500 876 c 620 876 695 800 695 690 c 695 600 640 530 560 450 c 293 69 l 707 69 l S",
    "three": "310 876 m 690 876 l 470 560 l 610 560 707 480 707 320 c 707 160 610 69 480 69 c 400 69 330 100 293 160 c S",
    "four": "480 876 m 293 290 l 707 290 l S 600 500 m 600 69 l S",
    "five": "680 876 m 340 876 l 340 540 l 400 575 450 585 500 585 c 630 585 707 480 707 330 c 707 170 620 69 480 69 c "
            "400 69 330 100 293 160 c S",
    "six": "600 876 m 400 700 293 500 293 320 c 293 160 380 69 500 69 c 620 69 707 160 707 310 c 707 450 620 540 500 540 c "
           "400 540 320 470 300 370 c S",
    "seven": "293 876 m 707 876 l 560 600 470 350 460 69 c S",
    "eight": "500 876 m 600 876 670 810 670 690 c 670 590 600 510 500 490 c 390 460 293 400 293 280 c 293 150 380 69 500 69 c "
             "620 69 707 150 707 280 c 707 400 610 460 500 490 c 400 510 330 590 330 690 c 330 810 400 876 500 876 c s",
}


def _turned(shape: str) -> str:
    """Half a turn: nine is six."""
    return re.sub(r"(\d+) (\d+)", lambda m: f"{1000 - int(m[1])} {945 - int(m[2])}", shape)


@functools.cache
def glyphs() -> dict[str, str]:
    """Glyph name → drawing, as a Type 3 font wants it."""
    head = f"1000 0 0 0 1000 1000 d1 {STROKE} w 1 J 1 j "
    return {name: head + shape for name, shape in {**SHAPES, "nine": _turned(SHAPES["six"])}.items()} | {"space": "1000 0 0 0 0 0 d1"}
