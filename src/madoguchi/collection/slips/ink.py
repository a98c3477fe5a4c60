"""Writing on a page: millimetres from the top left in, operators of PDF out."""

from __future__ import annotations

from .faces import Type
from .ocr import PITCH
from .pdf import MM
from .symbols import gs1_path, gs1_width, qr_path

ASCENT = 0.88  # of the size: where the baseline lies under the top of a line
BOLD = 0.028  # of the size: width of the outlines of bold text, as in the letters
LEGIBLE = 0.5  # 長体: letters of less than half their width are told to the clerk
DOT = 72 / 300  # bars begin on whole dots of a 300 dpi printer


def snap(points: float) -> float:
    """The nearest whole dot."""
    return round(points / DOT) * DOT


class Ink:
    """Operators being collected. ``top`` is the height of the upper edge in points (0 in forms: everything lies below)."""

    def __init__(self, type_: Type, top: float = 0.0) -> None:
        self.type, self.top = type_, top
        self.ops: list[str] = []

    def text(
        self, x: float, y: float, words: str, size: float, *, align: str = "左", room: float = 0.0, bold: bool = False,
        least: float = 0.0,
    ) -> float:
        """One line whose upper edge lies at ``y``. In a ``room`` it shrinks to fit, to ``least`` by size and then by width
        alone (長体), so it never runs over. Returns the size."""
        if not words:
            return size
        runs = self.type.runs(words)
        wide = sum(run[2] for run in runs)
        squeeze = 1.0
        if room and wide * size > room * MM:
            size = max(room * MM / wide, least)
            squeeze = min(1.0, room * MM / (wide * size))
            if squeeze < LEGIBLE:
                self.type.narrow[words] = None
        slack = room * MM - wide * size * squeeze if room else -wide * size * squeeze if align != "左" else 0.0
        left = x * MM + (slack if align == "右" else slack / 2 if align == "中" else 0.0)
        self._show(left, self.top - y * MM - size * ASCENT, runs, size, squeeze, bold)
        return size

    def _show(
        self, left: float, base: float, runs: list[tuple[str, str, float]], size: float, squeeze: float, bold: bool
    ) -> None:
        ops = [f"BT {left:.2f} {base:.2f} Td"]
        if bold:
            ops.append(f" 2 Tr {size * BOLD:.3f} w")
        if squeeze < 1:
            ops.append(f" {squeeze * 100:.1f} Tz")
        font = ""
        for name, glyphs, _ in runs:
            if name != font:
                ops.append(f" /{name} {size:.2f} Tf")
                font = name
            ops.append(f"<{glyphs}>Tj")
        ops.append((" 0 Tr" if bold else "") + (" 100 Tz" if squeeze < 1 else "") + " ET\n")
        self.ops.append("".join(ops))

    def box(self, x: float, y: float, width: float, height: float, line: float = 0.4, fill: float | None = None) -> None:
        """A rectangle; ``fill`` is a grey."""
        place = f"{x * MM:.2f} {self.top - (y + height) * MM:.2f} {width * MM:.2f} {height * MM:.2f} re"
        if fill is not None:
            self.ops.append(f"{fill:.2f} g {place} f 0 g\n")
        if line:
            self.ops.append(f"{line:.2f} w {place} S\n")

    def line(self, x: float, y: float, x2: float, y2: float, line: float = 0.4, dash: bool = False) -> None:
        """A straight line."""
        drawn = f"{line:.2f} w {x * MM:.2f} {self.top - y * MM:.2f} m {x2 * MM:.2f} {self.top - y2 * MM:.2f} l S"
        self.ops.append(f"[1.5 2] 0 d {drawn} [] 0 d\n" if dash else f"{drawn}\n")

    def circle(self, x: float, y: float, radius: float, line: float = 0.4, dash: bool = False) -> None:
        """A circle around (x, y)."""
        cx, cy, r = x * MM, self.top - y * MM, radius * MM
        k = 0.5523 * r
        arcs = ((cx + r, cy + k, cx + k, cy + r, cx, cy + r), (cx - k, cy + r, cx - r, cy + k, cx - r, cy),
                (cx - r, cy - k, cx - k, cy - r, cx, cy - r), (cx + k, cy - r, cx + r, cy - k, cx + r, cy))
        path = "".join(" ".join(f"{n:.2f}" for n in arc) + " c " for arc in arcs)
        drawn = f"{line:.2f} w {cx + r:.2f} {cy:.2f} m {path}s"
        self.ops.append(f"[1.5 2] 0 d {drawn} [] 0 d\n" if dash else f"{drawn}\n")

    def qr(self, x: float, y: float, module: float, digits: str) -> None:
        """An eL-QR whose upper left module lies at (x, y), on white with four modules of quiet zone."""
        step = module * MM
        path, side = qr_path(digits)
        self.box(x - 4 * module, y - 4 * module, (side + 8) * module, (side + 8) * module, line=0, fill=1)
        left, low = snap(x * MM), snap(self.top - y * MM - side * step)
        self.ops.append(f"q {step:.4f} 0 0 {step:.4f} {left:.2f} {low:.2f} cm\n{path}f Q\n")

    def gs1(self, x: float, y: float, module: float, height: float, quiet: float, digits: str) -> None:
        """A GS1-128 whose first bar begins at (x, y), on white with its quiet zones."""
        step, high = module * MM, height * MM
        self.box(x - quiet, y, gs1_width(digits) * module + 2 * quiet, height, line=0, fill=1)
        self.ops.append(f"q {step:.4f} 0 0 {high:.2f} {snap(x * MM):.2f} {self.top - y * MM - high:.2f} cm\n{gs1_path(digits)}f Q\n")

    def ocr(self, x: float, y: float, digits: str) -> None:
        """A line for a reader."""
        self.ops.append(f"BT /F9 {PITCH} Tf {x * MM:.2f} {self.top - y * MM - PITCH:.2f} Td({digits})Tj ET\n")

    def sample(self, x: float, y: float, width: float, height: float, words: str) -> None:
        """Large pale words across a rectangle (見本)."""
        size = min(height * MM * 0.8, width * MM / max(len(words) * 1.25, 1))
        runs = self.type.runs(words)
        wide = sum(run[2] for run in runs) * size
        base = self.top - (y + height / 2) * MM - size * 0.36
        self.ops.append("0.86 g\n")
        self._show((x + width / 2) * MM - wide / 2, base, runs, size, 1.0, False)
        self.ops.append("0 g\n")

    def drawn(self) -> str:
        """Everything so far."""
        return "".join(self.ops)
