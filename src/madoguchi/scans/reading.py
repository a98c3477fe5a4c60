"""What a machine makes of handwriting: suggestions only (docs/adr/0043). Tesseract runs as a process with bounds; where it is not
installed nothing is suggested."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageOps

from madoguchi.procedures.rules.faces.pdf import PaperBox, Place
from madoguchi.procedures.rules.faces.pdf.boxes import DIGITS

from .rules import split_address
from .straight import SCALE, Sheet, cut, ticked

PROGRAM = "tesseract"
SECONDS, MEMORY = 20, 1_500_000_000  # for all boxes of a page of the form
EMPTY = 0.004  # share of dark pixels under which nothing is written
BORDER = 0.7  # mm of the printed frame that are cut away
NEVER = ("個人番号", "口座")  # the first is never kept outside its seal; of the second a wrong digit pays somebody else


def installed() -> bool:
    """Is there a program that reads, with Japanese?"""
    if shutil.which(PROGRAM) is None:
        return False
    try:
        listed = subprocess.run([PROGRAM, "--list-langs"], capture_output=True, timeout=SECONDS, check=False)
    except (subprocess.TimeoutExpired, OSError):
        return False
    return b"jpn" in listed.stdout.split()


def suggestions(image: Image.Image, sheet: Sheet, boxes: Sequence[tuple[PaperBox, str]]) -> dict[int, dict[str, str]]:
    """For boxes (with the type of their question) on one picture: the parts of an answer, by place in the list."""
    out: dict[int, dict[str, str]] = {}
    jobs: list[tuple[int, Place, Image.Image]] = []
    for n, (box, kind) in enumerate(boxes):
        if kind in NEVER:
            continue
        if box.ticks or box.era:
            out[n] = _chosen(image, sheet, box, kind)
        jobs += [(n, place, piece) for place in box.written if (piece := _piece(image, sheet, place))]
        if box.combs and (piece := _comb(image, sheet, box.combs)):
            jobs.append((n, Place("", 0, 0, 0, 0, DIGITS), piece))
    for (n, place, _), text in zip(jobs, _read(jobs), strict=True):
        parts = out.setdefault(n, {})
        parts[place.key] = parts.get(place.key, "") + text
    for n, (_, kind) in enumerate(boxes):
        if kind == "住所" and (line := out.get(n, {}).pop("text", "")):
            out[n] |= split_address(line)
    dates = {n for n, (_, kind) in enumerate(boxes) if kind in ("日付", "生年月日", "年月")}
    return {n: kept for n, parts in out.items() if (kept := {k: v for k, v in parts.items() if v}) and (n not in dates or kept.get("y"))}


def _chosen(image: Image.Image, sheet: Sheet, box: PaperBox, kind: str) -> dict[str, str]:
    marked = [tick.key for tick in box.ticks if ticked(image, sheet, tick)]
    if kind == "複数選択":
        return {"*": "\x1f".join(marked)}
    key = "era" if kind in ("日付", "生年月日", "年月") else ""
    return {key: box.era or (marked[0] if len(marked) == 1 else "")}


def _piece(image: Image.Image, sheet: Sheet, place: Place) -> Image.Image | None:
    """The picture of a place without its frame; None when it is empty."""
    found = ImageOps.autocontrast(cut(image, sheet, place, -BORDER).convert("L"), cutoff=1)
    raw = cut(image, sheet, place, -BORDER).convert("L").histogram()
    if sum(raw[:120]) < EMPTY * found.width * found.height:
        return None
    return ImageOps.expand(found, border=int(2 * SCALE), fill=255)


def _comb(image: Image.Image, sheet: Sheet, combs: Sequence[Place]) -> Image.Image | None:
    """The digits in their squares, side by side without the squares."""
    cells = [cut(image, sheet, place, -BORDER).convert("L") for place in combs]
    if not any(sum(c.histogram()[:120]) > EMPTY * c.width * c.height for c in cells):
        return None
    row = Image.new("L", (sum(c.width for c in cells), max(c.height for c in cells)), 255)
    at = 0
    for c in cells:
        row.paste(c, (at, 0))
        at += c.width
    return ImageOps.expand(row, border=int(2 * SCALE), fill=255)


def _read(jobs: Sequence[tuple[int, Place, Image.Image]]) -> list[str]:
    """The text of each piece: one run of the program for words, one for digits."""
    texts = [""] * len(jobs)
    if not jobs or not installed():
        return texts
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("digits", "words"):
            mine = [n for n, (_, place, _) in enumerate(jobs) if (place.kind == DIGITS) == (kind == "digits")]
            paths = [Path(folder) / f"{n}.png" for n in mine]
            for n, path in zip(mine, paths, strict=True):
                jobs[n][2].save(path)
            for n, text in zip(mine, _run(Path(folder), paths, kind == "digits"), strict=True):
                texts[n] = re.sub(r"\D", "", text) if kind == "digits" else _tidy(text)
    return texts


def _tidy(text: str) -> str:
    """Spaces that the program puts between characters go; Latin words keep theirs."""
    plain = re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", text.strip())
    return re.sub(r"\s+", " ", re.sub(r"[|_=~「」『』]", "", plain)).strip()[:200]


def _run(folder: Path, paths: Sequence[Path], digits: bool) -> list[str]:
    if not paths:
        return []
    listed = folder / f"{'digits' if digits else 'words'}.txt"
    listed.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
    asked = [PROGRAM, str(listed), "stdout", "-l", "jpn", "--psm", "7", "--dpi", "200"]
    asked += ["-c", "tessedit_char_whitelist=0123456789"] if digits else []
    try:
        done = subprocess.run(asked, capture_output=True, timeout=SECONDS, check=False, preexec_fn=_bounds,
                              env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"})
    except (subprocess.TimeoutExpired, OSError):
        return [""] * len(paths)
    pages = done.stdout.decode("utf-8", "replace").split("\f") if done.returncode == 0 else []
    return (pages + [""] * len(paths))[:len(paths)]


def _bounds() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


