"""A scan is put straight by the four squares in its corners: found near where the QR code says they are, then every box is cut out as if
the sheet had lain even (docs/adr/0043). Pillow only."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageFilter

from madoguchi.procedures.rules.faces.pdf import Place
from madoguchi.procedures.rules.faces.pdf.boxes import CORNERS, MARK

Point = tuple[float, float]
CODE, CODE_SIZE = (186.5, 17.5), 19.0  # where the centre of the code stands on the sheet, and how large it is (mm)
SCALE = 8.0  # pixels per millimetre of what is cut out: 200 dpi
DARK = 110  # a square of ink, blurred over its own size
WINDOW = 12.0  # mm around the place where a square should be
TICKED = 0.035  # share of dark pixels inside a tick box (measured: empty 0.00, a thin tick 0.06)


class Sheet:
    """Where points of the paper (mm) lie in a picture, by four pairs of points (a projective map: a photo is slanted)."""

    def __init__(self, paper: Sequence[Point], picture: Sequence[Point]) -> None:
        rows = []
        for (x, y), (u, v) in zip(paper, picture, strict=True):
            rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
            rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
        self.c = solve(rows)

    def at(self, x: float, y: float) -> Point:
        """The pixel of a point of the paper."""
        a, b, c, d, e, f, g, h = self.c
        w = g * x + h * y + 1
        return (a * x + b * y + c) / w, (d * x + e * y + f) / w


def solve(rows: list[list[float]]) -> list[float]:
    """Linear equations, each row with its right side last (Gauss, the largest pivot first). Raises ValueError where there is no answer."""
    n = len(rows)
    rows = [list(map(float, row)) for row in rows]
    for i in range(n):
        best = max(range(i, n), key=lambda r: abs(rows[r][i]))
        if abs(rows[best][i]) < 1e-9:
            raise ValueError("points on one line")
        rows[i], rows[best] = rows[best], rows[i]
        for r in range(n):
            if r != i:
                share = rows[r][i] / rows[i][i]
                rows[r] = [a - share * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [rows[i][n] / rows[i][i] for i in range(n)]


def marks_find(image: Image.Image, code: Sequence[Point]) -> list[Point]:
    """The centres of the four squares in pixels (as CORNERS), or nothing when fewer than three are seen. ``code`` are the corners of the
    QR code from its top left, clockwise."""
    grey = image.convert("L")
    scale = ((code[1][0] - code[0][0]) ** 2 + (code[1][1] - code[0][1]) ** 2) ** 0.5 / CODE_SIZE
    affine = _affine(code)
    found: dict[int, Point] = {}
    for corner in (1, 0, 3, 2):  # the one beside the code first: what is found puts the next right
        expected = _expected(corner, found, affine)
        if spot := _square(grey, expected, scale, WINDOW if found else WINDOW / 2):
            found[corner] = spot
    if len(found) < 3:
        return []
    for corner in set(range(4)) - set(found):  # the fourth corner of a parallelogram
        across, beside, other = 3 - corner, corner ^ 1, corner ^ 2
        found[corner] = (found[beside][0] + found[other][0] - found[across][0], found[beside][1] + found[other][1] - found[across][1])
    return [found[n] for n in range(4)]


def _affine(code: Sequence[Point]) -> tuple[float, ...]:
    """Pixels per millimetre along and down the sheet, by the edges of the code, and the pixel of the paper's own corner."""
    ax, ay = ((code[1][n] - code[0][n] + code[2][n] - code[3][n]) / (2 * CODE_SIZE) for n in (0, 1))
    dx, dy = ((code[3][n] - code[0][n] + code[2][n] - code[1][n]) / (2 * CODE_SIZE) for n in (0, 1))
    cx, cy = sum(p[0] for p in code) / 4, sum(p[1] for p in code) / 4
    return ax, ay, dx, dy, cx - ax * CODE[0] - dx * CODE[1], cy - ay * CODE[0] - dy * CODE[1]


def _expected(corner: int, found: dict[int, Point], affine: tuple[float, ...]) -> Point:
    ax, ay, dx, dy, ox, oy = affine
    x, y = CORNERS[corner]
    if {0, 1} <= set(found):  # the upper edge is known: its direction and length are the sheet's, down is across it
        (lx, ly), (rx, ry) = found[0], found[1]
        wide, high = CORNERS[1][0] - CORNERS[0][0], CORNERS[2][1] - CORNERS[0][1]
        ux, uy = (rx - lx) / wide, (ry - ly) / wide
        start = found[corner - 2]
        return start[0] - uy * high, start[1] + ux * high
    if found:  # the square beside the code
        n, spot = next(iter(found.items()))
        return spot[0] + ax * (x - CORNERS[n][0]) + dx * (y - CORNERS[n][1]), spot[1] + ay * (x - CORNERS[n][0]) + dy * (y - CORNERS[n][1])
    return ox + ax * x + dx * y, oy + ay * x + dy * y


def _square(grey: Image.Image, near: Point, scale: float, window: float) -> Point | None:
    """The centre of a dark square of MARK millimetres near a point: the darkest spot of a blur as wide as the square."""
    reach = int(window * scale)
    left, top = int(near[0]) - reach, int(near[1]) - reach
    if left > grey.width or top > grey.height or left + 2 * reach < 0 or top + 2 * reach < 0:
        return None
    piece = Image.new("L", (2 * reach, 2 * reach), 255)
    piece.paste(grey.crop((max(left, 0), max(top, 0), min(left + 2 * reach, grey.width), min(top + 2 * reach, grey.height))),
                (max(-left, 0), max(-top, 0)))
    blurred = piece.filter(ImageFilter.BoxBlur(MARK * scale / 2 * 0.95))
    darkest = blurred.getextrema()[0]
    if not isinstance(darkest, (int, float)) or darkest > DARK:
        return None
    data = blurred.tobytes()
    spots = [(n % blurred.width, n // blurred.width) for n, value in enumerate(data) if value <= darkest + 4]
    return left + sum(x for x, _ in spots) / len(spots) + 0.5, top + sum(y for _, y in spots) / len(spots) + 0.5


def sheet_of(marks: Sequence[Point]) -> Sheet | None:
    """The map of a scan by its four squares."""
    try:
        return Sheet(CORNERS, marks) if len(marks) == 4 else None
    except ValueError:
        return None


def cut(image: Image.Image, sheet: Sheet, place: Place, margin: float = 0.0) -> Image.Image:
    """What stands in a place, upright, with ``margin`` millimetres more (less, when negative) on each side."""
    x, y = place.x - margin, place.y - margin
    right, bottom = place.x + place.width + margin, place.y + place.height + margin
    size = max(int((right - x) * SCALE), 1), max(int((bottom - y) * SCALE), 1)
    corners = (*sheet.at(x, y), *sheet.at(x, bottom), *sheet.at(right, bottom), *sheet.at(right, y))
    return image.transform(size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor="white")


def ticked(image: Image.Image, sheet: Sheet, place: Place) -> bool:
    """Is there ink inside the square?"""
    inside = cut(image, sheet, place, -0.25 * place.width).convert("L")
    histogram = inside.histogram()
    return sum(histogram[:150]) / (inside.width * inside.height) > TICKED
