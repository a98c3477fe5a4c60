"""A city hall with 500 procedures beside one with its own pack: does anything cost more because there are more procedures?

    python bench/catalogue.py [--quick] [--procedures 500]

Two city halls on SQLite, each with its own worker: one with the pack of the city, one with drafts on top (`madoguchi drafts make
--publish`, rows invented here) up to the number asked for. A resident looks at each page by turns here and there; ``ratio`` is the
median there over the median here. ``restart`` is `madoguchi setup` on a hall that is set up already, ``worker_start`` the time until
a fresh worker answers at all (it reads the catalogue and makes the index before), ``first_page`` and ``first_search`` are its first
ones, ``check`` is `procedures check` per file, ``drafts_make`` the making and publishing itself in seconds. One JSON line each.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import functools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]
from intake import HALL, Client, encode, free_port, granian, hidden, wait  # noqa: E402

OWN = "risai-shoumei"  # asks for no card, so that its first step needs no sign-in
# with many procedures 証明 fills a longer page (small_kb, large_kb), 罹災 the same one; ががが is found nowhere
PAGES = {"top": "/", "search": "/procedures/?q=%E8%A8%BC%E6%98%8E", "search_few": "/procedures/?q=%E7%BD%B9%E7%81%BD",
         "search_none": "/procedures/?q=%E3%81%AC%E3%81%AC%E3%81%AC",
         "list": "/procedures/", "life_event": "/life/move/", "procedure": f"/p/{OWN}/"}
ENDS = ("の申請", "の変更届", "証明書の交付申請", "の補助金の申請", "教室の申込", "の使用許可の申請")
SECTIONS = ("市民課", "税務課", "子育て支援課", "高齢者支援課", "健康推進課")
EVENTS = ("引越し", "介護", "出生・こども", "その他")


def environment(data: Path) -> dict[str, str]:
    """Of one hall; the trial settings of a start by hand."""
    return os.environ | {"MADOGUCHI_DATA": str(data), "PYTHONPATH": str(ROOT / "src")}


def run(data: Path, *words: str) -> float:
    """Seconds of one command."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "madoguchi", *words], env=environment(data), cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return time.perf_counter() - began


def sheet(path: Path, count: int) -> None:
    """So many invented rows."""
    with path.open("w", encoding="utf-8", newline="") as out:
        write = csv.writer(out)
        write.writerow(("key", "name", "section", "law", "article", "kind", "identity", "fee", "attachments", "information", "days", "event"))
        for n in range(count):
            write.writerow((
                f"B-{n}", f"試用{n:04d}号{ENDS[n % len(ENDS)]}", SECTIONS[n % len(SECTIONS)], "試用の条例", f"第{n % 90 + 1}条", "1", "6", "なし",
                "位置図、写真", "申請者の氏名、住所、電話番号、対象の名称、開始日、理由", "14日", EVENTS[n % len(EVENTS)]))


@contextlib.contextmanager
def served(data: Path) -> Iterator[int]:
    """A worker of the hall; its port."""
    port = free_port()
    server = granian(HALL, port, 1, environment(data), ROOT)
    try:
        wait(f"http://127.0.0.1:{port}/accessibility/")
        yield port
    finally:
        server.terminate()
        server.wait()


def told(what: str, times: tuple[list[float], list[float]], **more: object) -> None:
    """One line: medians in milliseconds and their ratio."""
    here, there = (statistics.median(t) * 1000 for t in times)
    print(json.dumps({"bench": "catalogue", "what": what, "small_ms": round(here, 2), "large_ms": round(there, 2),
                      "ratio": round(there / here, 2)} | more), flush=True)


def timed(call: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def page(client: Client, path: str) -> bytes:
    """A page that must be there."""
    status, _, body = client.call("GET", path)
    assert status == 200, (status, path)
    return body


def step_of(client: Client) -> str:
    """Begin an application; the address of its first step."""
    token = hidden(page(client, f"/p/{OWN}/"), "csrfmiddlewaretoken")
    status, where, _ = client.call("POST", f"/p/{OWN}/start/", encode({"csrfmiddlewaretoken": token}))
    assert status == 303, status
    return where


def starts(halls: tuple[Path, Path], turns: int) -> None:
    """Restart; start, first page and first search of a fresh worker."""
    seen: dict[str, tuple[list[float], list[float]]] = {what: ([], []) for what in ("restart", "worker_start", "first_page", "first_search")}
    for _ in range(turns):
        for side, data in enumerate(halls):
            seen["restart"][side].append(run(data, "setup"))
            began = time.perf_counter()
            with served(data) as port:
                seen["worker_start"][side].append(time.perf_counter() - began)
                client = Client(port)
                seen["first_page"][side].append(timed(functools.partial(page, client, "/")))
                seen["first_search"][side].append(timed(functools.partial(page, client, PAGES["search"])))
    for what, times in seen.items():
        told(what, times)


def pages(halls: tuple[Path, Path], turns: int) -> None:
    """Every page by turns."""
    with served(halls[0]) as small, served(halls[1]) as large:
        clients = (Client(small), Client(large))
        paths = [PAGES | {"step": step_of(c)} for c in clients]
        for what in paths[0]:
            times: tuple[list[float], list[float]] = ([], [])
            sizes = [len(page(c, paths[side][what])) for side, c in enumerate(clients)]
            for _ in range(turns):
                for side, client in enumerate(clients):
                    times[side].append(timed(functools.partial(page, client, paths[side][what])))
            told(what, times, small_kb=round(sizes[0] / 1024, 1), large_kb=round(sizes[1] / 1024, 1))


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--procedures", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small", Path(folder) / "large"
        run(small, "setup")
        shutil.copytree(small, large)
        pack = len(list((ROOT / "procedures").glob("*.yaml")))
        extra = options.procedures - pack
        sheet(Path(folder) / "rows.csv", extra)
        seconds = run(large, "drafts", "make", "--from", str(Path(folder) / "rows.csv"), "--publish")
        print(json.dumps({"bench": "catalogue", "what": "drafts_make", "rows": extra, "seconds": round(seconds, 1)}), flush=True)
        check = (run(small, "procedures", "check") / pack, run(large, "procedures", "check", str(large / "drafts")) / extra)
        told("check", ([check[0]], [check[1]]))
        starts((small, large), 1 if options.quick else 5)
        pages((small, large), 30 if options.quick else 200)


if __name__ == "__main__":
    main()
