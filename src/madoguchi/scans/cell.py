"""A scan is drawn and its codes are read in a process of its own that may use so much memory and time and no more (as files/cell.py does).
As a program it reads a PDF or a picture from stdin and says how many sheets it has, or writes one of them as a JPEG into the folder named
and what it saw on it to stdout. A sheet takes less than the lease of a message (kernel.outbox)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from .errors import ScanSlow, ScanTooLong, ScanUnreadable

MEMORY = 2_000_000_000  # address space, libraries included
CPU, WALL = 30, 45  # seconds for one sheet
OUTPUT = 20_000_000  # bytes of one picture
MOST = 40  # sheets
DPI, LONGEST = 200, 4000  # as drawn; pixels of the longer side
PIXELS = 100_000_000
INK, SPECK = 45, 5e-5  # darker than the paper by so much; the share of such spots (a line of a pen is ten times that, measured at 200 dpi)
TOO_LONG = 4  # exit code; any other but 0 is a file that cannot be opened


@dataclass(frozen=True, slots=True)
class Seen:
    """One sheet: its picture, what its code says, and the corners by which it is put straight (four pixels or none)."""

    path: Path
    code: str
    marks: list[list[float]]
    blank: bool = False


def count(source: BinaryIO) -> int:
    """How many sheets a scan has. Raises ScanUnreadable, ScanTooLong."""
    return int(_run(source, "", 0))


def sheet(source: BinaryIO, number: int, folder: Path) -> Seen:
    """One sheet, from 1, as a picture in ``folder``. Raises ScanUnreadable, ScanSlow."""
    said = json.loads(_run(source, str(folder), number))
    return Seen(folder / f"{number}.jpg", said["code"], said["marks"], said.get("blank", False))


def _run(source: BinaryIO, folder: str, number: int) -> bytes:
    here = str(Path(__file__).resolve().parents[2])
    source.seek(0)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "madoguchi.scans.cell", folder, str(number)], input=source.read(), capture_output=True, timeout=WALL,
            check=False, env={"PYTHONPATH": here, "LANG": "C.UTF-8", "PYTHONUTF8": "1", "OMP_THREAD_LIMIT": "1"})
    except subprocess.TimeoutExpired:
        raise ScanSlow from None
    if done.returncode == TOO_LONG:
        raise ScanTooLong
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):  # killed: the time on the processor was over, or the machine had no memory left
        raise ScanSlow
    if done.returncode:
        raise ScanUnreadable
    return done.stdout


def _drawn(data: bytes, number: int) -> Any:
    """The sheet of this number as a picture; for 0 how many there are."""
    if b"%PDF-" in data[:1024]:
        import pypdfium2

        document = pypdfium2.PdfDocument(data)
        if len(document) > MOST:
            raise ScanTooLong
        if not number:
            return len(document)
        page = document[number - 1]
        dpi = min(DPI, 72 * LONGEST / max(*page.get_size(), 1))
        return page.render(scale=dpi / 72).to_pil().convert("RGB")
    import io

    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PIXELS
    with Image.open(io.BytesIO(data)) as image:
        if image.width * image.height > PIXELS:
            raise ScanUnreadable
        if not number:
            return 1
        image.draft("RGB", (LONGEST, LONGEST))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((LONGEST, LONGEST))
    return upright


def blank(image: Any) -> bool:
    """Is nothing on it but the paper: no spot darker than its own shade that is larger than dust? The edges do not count."""
    grey = image.convert("L")
    edge = min(grey.size) // 25
    counts = grey.crop((edge, edge, grey.width - edge, grey.height - edge)).reduce(4).histogram()
    total, below, shade = sum(counts), 0, 255
    while shade and below < total // 2:
        below += counts[shade]
        shade -= 1
    return bool(sum(counts[: max(shade - INK, 0)]) < max(total * SPECK, 1))


def _looked(image: Any) -> tuple[Any, dict[str, Any]]:
    """The picture, turned upright by its code, and what is on it."""
    import zxingcpp

    from .rules import code_read
    from .straight import marks_find

    said: dict[str, Any] = {"code": "", "marks": []}
    for turn in range(2):
        found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
        ours = next((b for b in found if b.valid and code_read(b.text)), None)
        if ours is None:
            other = next((b.text[:200] for b in found if b.valid), "")
            return image, {"code": other, "marks": [], "blank": not other and blank(image)}
        p = ours.position
        said["code"] = ours.text
        code = [(c.x + 0.5, c.y + 0.5) for c in (p.top_left, p.top_right, p.bottom_right, p.bottom_left)]
        across, down = code[1][0] - code[0][0], code[1][1] - code[0][1]
        if turn or abs(down) < across:
            said["marks"] = marks_find(image, code)
            break
        image = image.rotate(180 if abs(across) > abs(down) else 90 if down > 0 else 270, expand=True)  # laid in another way round
    return image, said


def main(folder: str, number: int) -> int:
    """Look at stdin under the limits."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        drawn = _drawn(sys.stdin.buffer.read(), number)
    except ScanTooLong:
        return TOO_LONG
    if not number:
        sys.stdout.write(str(drawn))
        return 0
    upright, said = _looked(drawn)
    upright.save(os.path.join(folder, f"{number}.jpg"), quality=82)
    sys.stdout.write(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
