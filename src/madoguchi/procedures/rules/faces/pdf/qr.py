"""QR codes drawn as one path of squares (zxing-cpp makes the modules; 0.3 ms)."""

from __future__ import annotations

from typing import Any

import zxingcpp

from .sheet import HEIGHT, Sheet


def modules(text: str) -> list[list[bool]]:
    """The modules of a QR code, error correction M, without the quiet zone. True is dark."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image: Any = barcode.to_image(scale=1, add_quiet_zones=False)  # a buffer in two dimensions, unknown to its stub
    lines: Any = memoryview(image).tolist()
    return [[value == 0 for value in line] for line in lines]


def draw(sheet: Sheet, text: str, x: float, y: float, size: float) -> None:
    """A code whose top left corner is (x, y). The caller leaves four modules of white around it (JIS X 0510)."""
    cells = modules(text)
    step = size / len(cells)
    path = sheet.canvas.beginPath()
    for row, line in enumerate(cells):
        start = None
        for column, dark in enumerate([*line, False]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                path.rect(x + start * step, HEIGHT - y - (row + 1) * step, (column - start) * step, step)
                start = None
    sheet.canvas.setFillGray(0)
    sheet.canvas.drawPath(path, stroke=0, fill=1)
