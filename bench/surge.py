"""罹災証明 after an earthquake: thousands of applications with three photos each, 50 residents at a time, clerks meanwhile.

    python bench/surge.py [--quick] [--engine sqlite|postgresql] [--sizes 1000,20000] [--photo-kb 2000] [--residents 50]

Residents are guests who walk through the form without JavaScript and send three JPEGs (each with other content and with the
place in its EXIF block, which the hall takes out). With every application two pages are read by others and with every fifth
a clerk takes a case and writes a note, so that this work, too, is the same per application early and late.
Two web processes and two workers serve; ``cpu_ms_per_application`` is all of their CPU (and PostgreSQL's) until the outbox
is empty. ``growth_ratio``: the cost of the applications up to the larger size over the cost of those up to the smaller one
(windows of the same length), each over the yardstick's cost of the same minute, because the machine drifts.
--quick: 300 and 3,000. Full photos for 20,000 are 120 GB: where the disk is smaller the photos are made smaller, and
``photo_mb`` and ``disk_gb_left`` say so. Or ``--holes 300``: what has lain for so many seconds is given back to the disk but for
its beginning (the length stays); ``photos_hollow`` counts them, one of a hundred is looked at before. ``rss_mb`` is the peak of
a web process, ``rss_idle_mb`` before the surge.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]
from intake import HALL, YARDSTICK, Client, cpu, free_port, granian, rss_mb, spread, wait, yardstick_once  # noqa: E402
from surge_town import JPEG, Bodies, Clerk, Hollow, Pace, Reader, answers, file_one, has_place  # noqa: E402

RESERVE_GB, LEAST_KB, LOOKED_AT = 5, 50, 200


@dataclass
class Hall:
    """A served city hall, the yardstick beside it, and what they have used."""

    folder: Path
    port: int
    yard_port: int
    yard: subprocess.Popen[bytes]
    serving: list[int]  # processes whose CPU counts
    residents: int
    bodies: Bodies
    steps: list[tuple[str, dict[str, object]]]
    receipts: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)

    def cpu(self) -> float:
        """Seconds that all of them used."""
        return sum(cpu(pid) for pid in self.serving)

    def queue(self) -> tuple[int, float]:
        """Messages that wait, and the age of the oldest, as the hall itself says."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=60) as page:
            text = page.read().decode()
        return (int(float(re.search(r"^madoguchi_outbox_waiting (\S+)", text, re.M)[1])),  # type: ignore[index]
                float(re.search(r"^madoguchi_outbox_lag_seconds (\S+)", text, re.M)[1]))  # type: ignore[index]

    def drain(self) -> None:
        """Until the outbox is empty."""
        while self.queue()[0]:
            time.sleep(0.2)

    def yardstick(self, count: int = 1500) -> float:
        """Its CPU per submit just now; of so many, because the system counts in steps of 10 ms."""
        client, lock = Client(self.yard_port), threading.Lock()

        def submit() -> None:
            with lock:
                yardstick_once(client)

        before = cpu(self.yard.pid)
        spread(count, 1, submit)
        return (cpu(self.yard.pid) - before) / count


def photo_kb(wanted: int, applications: int, folder: Path) -> int:
    """The size of a photo that this disk can take three times for each application."""
    free = shutil.disk_usage(folder).free / 1000 - RESERVE_GB * 1_000_000
    found = min(wanted, int(free / (applications * 3)))
    if found < LEAST_KB:
        raise SystemExit(f"not enough disk for {applications} applications: {free / 1e6:.1f} GB")
    return found


def surge(hall: Hall, count: int, readers: Pace, clerks: Pace) -> float:
    """So many applications by so many residents at once. Returns the seconds."""
    local = threading.local()

    def resident() -> None:
        if not hasattr(local, "client"):
            local.client, local.rng = Client(hall.port), random.Random()
        try:
            hall.receipts.append(file_one(local.client, hall.steps, hall.bodies, local.rng))
        except Exception as error:
            hall.failed.append(f"{type(error).__name__} {error}"[:300])
            local.client = Client(hall.port)
        readers.give(2)
        if len(hall.receipts) % 5 == 0:
            clerks.give()

    return spread(count, hall.residents, resident)[1]


def window(hall: Hall, count: int, readers: Pace, clerks: Pace) -> tuple[float, float, float]:
    """(CPU per application, yardstick's CPU per submit, seconds) over so many applications until all of it is done."""
    for pace in (readers, clerks):
        pace.settle()
    yard = hall.yardstick()
    before = hall.cpu()
    seconds = surge(hall, count, readers, clerks)
    for pace in (readers, clerks):
        pace.settle()
    hall.drain()
    used = hall.cpu() - before
    return used / count, (yard + hall.yardstick()) / 2, seconds


def watch(hall: Hall, over: threading.Event) -> None:
    """How far the workers are behind, every two seconds."""
    while not over.wait(2):
        with contextlib.suppress(OSError):
            hall.lags.append(hall.queue()[1])


@contextlib.contextmanager
def opened(folder: Path, url: str, server_pid: int | None, options: argparse.Namespace, kilobytes: int):  # type: ignore[no-untyped-def]
    """The hall with two web processes and two workers, and the yardstick with one."""
    assert YARDSTICK
    env = {"PYTHONPATH": str(ROOT / "src"), "MADOGUCHI_DATA": str(folder / "hall"), "DATABASE_URL": url, "MADOGUCHI_ENV": "trial",
           "MADOGUCHI_LOG": "ERROR", "MADOGUCHI_THREADS": "8"}
    yard_url = url.rpartition("/")[0] + "/yardstick" if url else f"sqlite:///{folder}/yard.sqlite3"
    subprocess.run([sys.executable, "-m", "madoguchi", "setup"], env=os.environ | env, cwd=ROOT, check=True, capture_output=True)
    subprocess.run([sys.executable, "yardstick.py", "init"], env=os.environ | {"YARDSTICK_DB": yard_url}, cwd=YARDSTICK.parent,
                   check=True, capture_output=True)
    port, yard_port = free_port(), free_port()
    yard = granian("yardstick:application", yard_port, 1, {"YARDSTICK_DB": yard_url}, YARDSTICK.parent)
    web = granian(HALL, port, 2, env, ROOT)
    workers = [subprocess.Popen([sys.executable, "-m", "madoguchi", "worker"], env=os.environ | env, cwd=ROOT, stderr=subprocess.DEVNULL)
               for _ in range(2)]
    try:
        wait(f"http://127.0.0.1:{yard_port}/hello")
        wait(f"http://127.0.0.1:{port}/accessibility/")
        serving = [web.pid, *(w.pid for w in workers), *([server_pid] if server_pid else [])]
        yield Hall(folder / "hall", port, yard_port, yard, serving, options.residents, Bodies(kilobytes), answers()), web.pid
    finally:
        for process in (yard, web, *workers):
            process.terminate()
            process.wait()


def kept(hall: Hall, hollow: Hollow) -> dict[str, int]:
    """What lies on the disk: how many photos, and how many of those looked at still tell where they were taken."""
    files = [p for p in (hall.folder / "files").rglob("*") if p.is_file() and begins(p) == JPEG]
    looked = random.Random(1).sample(files, min(LOOKED_AT, len(files)))
    return {"photos_kept": len(files), "photos_looked_at": len(looked) + hollow.looked_at, "photos_hollow": hollow.made,
            "places_left": hollow.places + sum(has_place(p.read_bytes()) for p in looked)}


def begins(path: Path) -> bytes:
    """Its first two bytes."""
    with path.open("rb") as opened:
        return opened.read(2)


def one(engine: str, url: str, server_pid: int | None, options: argparse.Namespace, sizes: tuple[int, int]) -> dict[str, object]:
    """One engine."""
    with tempfile.TemporaryDirectory(dir=options.folder or None, prefix="mado-surge-") as name:
        folder = Path(name)
        kilobytes = options.photo_kb if options.holes else photo_kb(options.photo_kb, sizes[1] + options.warm, folder)
        with opened(folder, url, server_pid, options, kilobytes) as (hall, web):
            small, large = sizes
            idle, readers, clerks, over = rss_mb(web), Pace(), Pace(), threading.Event()
            clerk, others = Clerk(hall.port, clerks, "madoguchi-trial"), [Reader(hall.port, readers) for _ in range(2)]
            hollow = Hollow(hall.folder / "files", options.holes, over)
            people = [clerk, *others, hollow, threading.Thread(target=watch, args=(hall, over), daemon=True)]
            for person in people:
                person.start()
            surge(hall, options.warm, readers, clerks)
            hall.drain()
            hall.yardstick()  # its first calls open connections and fill memories: they are no measure
            for reader in others:
                reader.times.clear()
            early, early_yard, first = window(hall, small, readers, clerks)
            middle = surge(hall, large - 2 * small, readers, clerks) if large > 2 * small else 0.0
            hall.drain()
            late, late_yard, last = window(hall, small, readers, clerks)
            readers.over = clerks.over = True
            over.set()
            for person in people:
                person.join()
            times = sorted(t for reader in others for t in reader.times)
            filed = len(hall.receipts) - options.warm
            return {
                "bench": "surge", "engine": engine, "applications": filed, "sizes": list(sizes),
                "applications_per_s": round(filed / (first + middle + last), 2), "p99_page_ms": round(times[int(len(times) * 0.99) - 1] * 1000),
                "p50_page_ms": round(times[len(times) // 2] * 1000), "queue_lag_s": round(max(hall.lags, default=0), 1),
                "rss_mb": round(rss_mb(web), 1), "rss_idle_mb": round(idle, 1), "cpu_ms_per_application": round(late * 1000, 1),
                "cpu_ms_per_application_early": round(early * 1000, 1), "yardstick_cpu_ms": round(late_yard * 1000, 2),
                "cpu_ratio": round(late / late_yard, 1), "growth_ratio": round((late / late_yard) / (early / early_yard), 2),
                "growth_ratio_plain": round(late / early, 2), "photo_mb": round(len(hall.bodies.base) / 1e6, 2),
                "disk_gb_left": round(shutil.disk_usage(folder).free / 1e9, 1), "residents_at_once": hall.residents,
                "clerk_acts": clerk.acts, "failed": len(hall.failed) + len(clerk.failed) + sum(len(r.failed) for r in others),
                "first_failure": (hall.failed + clerk.failed + [""])[0], "cores": os.cpu_count(), **kept(hall, hollow),
            }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--engine", default="")
    parser.add_argument("--sizes", default="")
    parser.add_argument("--photo-kb", type=int, default=2000)
    parser.add_argument("--residents", type=int, default=50)
    parser.add_argument("--warm", type=int, default=60, help="applications before anything is measured")
    parser.add_argument("--holes", type=int, default=0, help="seconds after which a photo gives its bytes back to the disk (0: never)")
    parser.add_argument("--folder", default="", help="where the photos go (the system's temporary folder)")
    options = parser.parse_args()
    if YARDSTICK is None:
        raise SystemExit("bench/yardstick.py is missing")
    small, large = (int(n) for n in (options.sizes or ("300,3000" if options.quick else "1000,20000")).split(","))
    for engine in [options.engine] if options.engine else ["sqlite", "postgresql"]:
        with contextlib.ExitStack() as stack:
            url, pid = "", None
            if engine == "postgresql":
                from tools_postgres import server

                found = stack.enter_context(server())
                url, pid = found.make("madoguchi"), int((found.data / "postmaster.pid").read_text().split()[0])
                found.make("yardstick")
            print(json.dumps(one(engine, url, pid, options, (small, large)), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
