"""A scan is drawn and its codes are read in a process of its own that may use so much memory and time and no more (as files/cell.py does).
As a program it reads a PDF or a picture from stdin, writes one JPEG a sheet into the folder named, and what it saw to stdout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from .errors import ScanTooLong, ScanUnreadable

MEMORY = 2_000_000_000  # address space, libraries included
CPU, WALL = 90, 120  # seconds
OUTPUT = 20_000_000  # bytes of one picture
MOST = 40  # sheets
DPI, LONGEST = 200, 4000  # as drawn; pixels of the longer side
PIXELS = 100_000_000
TOO_LONG = 4  # exit code; any other but 0 is a file that cannot be opened


@dataclass(frozen=True, slots=True)
class Seen:
    """One sheet: its picture, what its code says, and the corners by which it is put straight (four pixels or none)."""

    path: Path
    code: str
    marks: list[list[float]]


def sheets(source: BinaryIO, folder: Path) -> list[Seen]:
    """The sheets of a scan, as pictures in ``folder``. Raises ScanUnreadable, ScanTooLong."""
    here = str(Path(__file__).resolve().parents[2])
    source.seek(0)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "madoguchi.scans.cell", str(folder)], input=source.read(), capture_output=True, timeout=WALL, check=False,
            env={"PYTHONPATH": here, "LANG": "C.UTF-8", "PYTHONUTF8": "1", "OMP_THREAD_LIMIT": "1"})
    except subprocess.TimeoutExpired:
        raise ScanUnreadable from None
    if done.returncode == TOO_LONG:
        raise ScanTooLong
    if done.returncode:
        raise ScanUnreadable
    return [Seen(folder / f"{n}.jpg", one["code"], one["marks"]) for n, one in enumerate(json.loads(done.stdout))]


def _drawn(data: bytes) -> Iterator[Any]:
    """The sheets as pictures."""
    if b"%PDF-" in data[:1024]:
        import pypdfium2

        document = pypdfium2.PdfDocument(data)
        if len(document) > MOST:
            raise ScanTooLong
        for page in document:
            dpi = min(DPI, 72 * LONGEST / max(*page.get_size(), 1))
            yield page.render(scale=dpi / 72).to_pil().convert("RGB")
        return
    import io

    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PIXELS
    with Image.open(io.BytesIO(data)) as image:
        if image.width * image.height > PIXELS:
            raise ScanUnreadable
        image.draft("RGB", (LONGEST, LONGEST))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((LONGEST, LONGEST))
    yield upright


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
            return image, {"code": next((b.text[:200] for b in found if b.valid), ""), "marks": []}
        p = ours.position
        said["code"] = ours.text
        code = [(c.x + 0.5, c.y + 0.5) for c in (p.top_left, p.top_right, p.bottom_right, p.bottom_left)]
        across, down = code[1][0] - code[0][0], code[1][1] - code[0][1]
        if turn or abs(down) < across:
            said["marks"] = marks_find(image, code)
            break
        image = image.rotate(180 if abs(across) > abs(down) else 90 if down > 0 else 270, expand=True)  # laid in another way round
    return image, said


def main(folder: str) -> int:
    """Draw stdin into the folder under the limits."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = []
    try:
        for n, image in enumerate(_drawn(sys.stdin.buffer.read())):
            upright, said = _looked(image)
            upright.save(os.path.join(folder, f"{n}.jpg"), quality=82)
            out.append(said)
    except ScanTooLong:
        return TOO_LONG
    sys.stdout.write(json.dumps(out))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
