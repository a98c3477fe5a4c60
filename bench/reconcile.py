"""Files of money received: how fast is one parsed and checked, beside merely reading its bytes, and then posted?

    python bench/reconcile.py [--quick] [--sizes 10000,1000000] [--formats cvs,zengin] [--engine sqlite,postgresql]

Files of 10,000 and 1,000,000 invented records (10,000 and 100,000 with --quick) are written to disk and then, each in a process of
its own and by turns with reading the same file, parsed, checked whole and gone through record by record. One JSON line per format,
size and step: ``records_per_s`` (median), ``read_ratio`` (time over merely reading), ``growth_ratio`` (time a record over that of the
small file), ``rss_mb`` (peak of the process above what it held before the file, mapped pages of the file included).
Then bench/posting.py sets as many records against what is due on each engine (``insert_ratio``, ``records_per_s``, ``growth_ratio``;
with --quick 2,000 and 20,000 on SQLite); ``--engine ""`` leaves that out.
A layout whose trailer counts six digits (全銀) gets one record less than a million.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
from madoguchi.collection.formats.layout import COUNT, DAY, Profile  # noqa: E402
from madoguchi.collection.formats.profiles import profile  # noqa: E402
from madoguchi.collection.formats.received import Received, read_received  # noqa: E402
from madoguchi.collection.formats.specimen import received_file  # noqa: E402

TODAY = dt.date(2026, 11, 20)
FORMATS = {"cvs": ("cvs", ""), "elqr": ("elqr", ""), "zengin": ("zengin", ""), "zengin-ebcdic": ("zengin", "zengin-debit-ebcdic")}
TURNS = 5


def invented(made: Profile, count: int) -> Iterator[Received]:
    """Records as they come: nine of ten well, sums of a few thousand yen, numbers in no order."""
    codes, fixed = list(made.results) or [""], made.data.find(DAY) is None
    usual = next((c for c in codes if c and made.results[c].stage == "final"), codes[0])
    for n in range(count):
        day = TODAY if fixed else TODAY - dt.timedelta(n % 5)
        code = usual if n % 10 else codes[n // 10 % len(codes)]
        yield Received(0, 0, f"{n * 7919 % 10**9:020}", 1000 + n * 37 % 90_000, day, made.channel, "", code)


def write(path: Path, made: Profile, count: int) -> int:
    """A file on disk; how many records it holds."""
    most = min(10**f.length - 1 for r in made.tails for f in r.fields if f.total == COUNT)
    count = min(count, most)
    with path.open("wb") as out:
        out.writelines(received_file(made, invented(made, count), on=TODAY))
    return count


def read(path: Path) -> float:
    """Seconds to merely read the file."""
    start = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass
    return time.perf_counter() - start


def parse_check(path: Path, name: str) -> float:
    """Seconds to parse, check whole, and go through every record."""
    start = time.perf_counter()
    with path.open("rb") as file:
        batch = read_received(file, *FORMATS[name], today=TODAY)
        total = sum(item.amount for item in batch)
    assert total == batch.amount
    return time.perf_counter() - start


def peak() -> float:
    """Megabytes that this process held at most so far."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


# Steps by name, each (file, name of the format) → seconds. Posting into the database is bench/posting.py.
STEPS = {"parse_check": parse_check}


def inside(path: Path, name: str, step: str) -> None:
    """In a process of its own: reading and the step by turns."""
    before, times, reads = peak(), [], []
    for _ in range(TURNS):
        reads.append(read(path))
        times.append(STEPS[step](path, name))
    print(json.dumps({"s": statistics.median(times), "read_s": statistics.median(reads), "rss_mb": round(peak() - before, 1)}))


def measured(path: Path, name: str, step: str) -> dict[str, float]:
    """One step in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--inside", str(path), name, step], env=os.environ, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--sizes", default="", help="small,large instead of the usual numbers")
    parser.add_argument("--formats", default="cvs,zengin", help=",".join(FORMATS))
    parser.add_argument("--engine", default=None, help="where to post: sqlite,postgresql")
    parser.add_argument("--inside", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(Path(options.inside[0]), *options.inside[1:])
        return
    sizes = [int(n) for n in (options.sizes or ("10000,100000" if options.quick else "10000,1000000")).split(",")]
    for name in options.formats.split(","):
        small: dict[str, float] = {}
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"{name}.dat"
                count = write(path, profile(*FORMATS[name]), size)
                for step in STEPS:
                    found = measured(path, name, step)
                    a_record = found["s"] / count
                    print(json.dumps({
                        "bench": "reconcile", "step": step, "format": name, "records": count, "records_per_s": round(1 / a_record),
                        "read_ratio": round(found["s"] / found["read_s"], 1), "growth_ratio": round(a_record / small.setdefault(step, a_record), 2),
                        "rss_mb": found["rss_mb"]}), flush=True)
    engines = options.engine if options.engine is not None else "sqlite" if options.quick else "sqlite,postgresql"
    if engines:
        post = [sys.executable, str(ROOT / "bench" / "posting.py"), "--engine", engines]
        subprocess.run(post + (["--quick"] if options.quick else ["--sizes", options.sizes] if options.sizes else []), check=True)


if __name__ == "__main__":
    main()
