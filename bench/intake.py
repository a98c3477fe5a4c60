"""The whole resident flow over HTTP against the yardstick, in one run (ratios carry over, absolute values do not).

    python bench/intake.py [--quick] [--engine sqlite|postgresql] [--workers 1,2]

Flow: procedure page, start, five steps (page and answer each), check page, submit, confirmation — as a signed-in
resident files 妊娠の届出 without JavaScript, electronic signature included (sign-in itself is not in the flow).
Both sides run under granian, from the same client, on the same engine: the yardstick by the plain WSGI interface, the city
hall by the door that `madoguchi serve` opens (config/rsgi.py), so its cost is in the figure. Pages are asked for uncompressed.
One JSON line per engine and worker count. ``cpu_ratio`` is the server's CPU per flow over the
yardstick's CPU per submit; ``floor_ratio`` the same for as many requests to the yardstick's /hello, which does nothing: what
fifteen pages cost before anybody does anything; ``p50_ratio`` the same as ``cpu_ratio`` for the client's median time;
``sql_per_flow`` counts the statements of one flow that a cursor runs (on SQLite Django's BEGIN is among them, COMMIT on neither);
``rss_mb`` is the peak of one worker after a search and a PDF.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
YARDSTICK = next((p for p in (ROOT / "bench" / "yardstick.py", ROOT.parent / "shared" / "bench" / "yardstick.py") if p.exists()), None)
SLUG = "ninshin-todoke"
ROUNDS = 12
REQUESTS = 15  # of one flow
SUBMITTED = json.dumps({"data": {  # to the yardstick
    "lastName": "七尾", "firstName": "花子", "email": "hanako@example.jp", "phone": "0767-53-1111", "birthDate": "1991-07-05",
    "children": 2, "kind": "a", "ward": "w3", "reason": "出生のため", "agree": True}}).encode()


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


HALL = "madoguchi.config.rsgi:app"  # the door that `madoguchi serve` opens


def granian(app: str, port: int, workers: int, env: dict[str, str], cwd: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "rsgi" if app == HALL else "wsgi", "--host", "127.0.0.1",
         "--port", str(port), "--workers", str(workers), "--blocking-threads", "1", "--no-ws", "--log-level", "error", app],
        env={"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072",
             "PYTHONNODEBUGRANGES": "1"} | os.environ | env, cwd=cwd,  # as `serve` sets it
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def children(pid: int) -> list[int]:
    out = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            out += children(int(child))
    return out


def cpu(pid: int) -> float:
    ticks = 0
    for p in children(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    peaks = []
    for p in children(pid)[1:] or [pid]:
        with contextlib.suppress(OSError):
            found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{p}/status").read_text())
            peaks.append(int(found[1]) / 1024 if found else 0)
    return max(peaks, default=0)


def wait(url: str) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=1)
            return
        time.sleep(0.05)
    raise SystemExit(f"{url} did not answer")


class Client:
    """Keep-alive HTTP client with cookies and nothing else, so that the client is cheap."""

    def __init__(self, port: int) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def call(self, method: str, path: str, body: bytes = b"", kind: str = "application/x-www-form-urlencoded") -> tuple[int, str, bytes]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if method == "POST":
            headers["Content-Type"] = kind
        try:
            response = self._asked(method, path, body, headers)
        except ConnectionError:
            if method != "GET":
                raise
            self.http.close()  # the server ends a connection that was quiet for half a minute; a browser opens another
            response = self._asked(method, path, body, headers)
        data = response.read()
        for header in response.headers.get_all("set-cookie") or []:
            name, _, rest = header.strip().partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return response.status, response.headers.get("location", ""), data

    def _asked(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> http.client.HTTPResponse:
        self.http.request(method, path, body, headers)
        return self.http.getresponse()


def encode(data: dict[str, object]) -> bytes:
    from urllib.parse import urlencode

    return urlencode(data, doseq=True).encode()


def hidden(page: bytes, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.decode())
    return found[1] if found else ""


COOKIES: dict[str, str] = {}


def sign_in(port: int) -> None:
    """A trial resident signs in once; the cookies serve all flows."""
    c = Client(port)
    _, _, page = c.call("GET", "/sign-in/")
    status, _, _ = c.call("POST", "/sign-in/trial/", encode({"csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"), "person": "hanako"}))
    assert status == 303, status
    COOKIES.clear()
    COOKIES.update(c.cookies)


def answered(c: Client, steps: list[tuple[str, dict[str, object]]], slug: str = SLUG) -> tuple[str, str]:
    """Procedure page, start, every step read and answered. Returns the draft's id and where the last answer led."""
    _, _, page = c.call("GET", f"/p/{slug}/")
    token = hidden(page, "csrfmiddlewaretoken")
    status, where, _ = c.call("POST", f"/p/{slug}/start/", encode({"csrfmiddlewaretoken": token}))
    assert status == 303, status
    draft = where.split("/")[2]
    for step, data in steps:
        status, _, page = c.call("GET", where)
        assert status == 200 and where.endswith(f"/{step}/"), (status, where, step)
        fields = data | {"csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"), "_mark": hidden(page, "_mark"), "_action": "next"}
        status, where, page = c.call("POST", f"/a/{draft}/{step}/", encode(fields))
        assert status == 303, (status, step, re.findall(r'class="err"[^>]*>.*?</p>', page.decode()))
    return draft, where


def flow(port: int, steps: list[tuple[str, dict[str, object]]]) -> None:
    """One resident files once."""
    c = Client(port)
    c.cookies = dict(COOKIES)
    draft, _ = answered(c, steps)
    where = f"/a/{draft}/check/"  # the documents page asks for nothing that must be there
    status, _, page = c.call("GET", where)
    assert status == 200 and where.endswith("/check/"), (status, where)
    token = hidden(page, "csrfmiddlewaretoken")
    status, where, page = c.call("POST", where, encode({"csrfmiddlewaretoken": token, "ok": "yes"}))
    assert status == 303, (status, re.findall(r"<li>.*?</li>", page.decode())[:5])
    status, _, page = c.call("GET", where)
    assert status == 200 and "受付番号" in page.decode()


def yardstick_once(c: Client) -> None:
    """One submit to the yardstick."""
    status, _, _ = c.call("POST", "/submit", SUBMITTED, "application/json")
    assert status == 201, status


def timed(times: list[float], call: object) -> None:
    start = time.perf_counter()
    call()  # type: ignore[operator]
    times.append(time.perf_counter() - start)


def spread(count: int, clients: int, call: object) -> tuple[list[float], float]:
    """Run ``count`` calls from ``clients`` threads. Returns the times and the wall time."""
    times: list[float] = []
    left = iter(range(count))
    lock = threading.Lock()

    def run() -> None:
        while True:
            with lock:
                if next(left, None) is None:
                    return
            timed(times, call)

    threads = [threading.Thread(target=run) for _ in range(clients)]
    start = time.perf_counter()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return times, time.perf_counter() - start


def import_ratio() -> float:
    """Seconds to import the application over the same for the yardstick, best of five by turns. Both have their bytecode, as on
    any machine that has started them once: the first turn writes it, into a folder of its own."""
    assert YARDSTICK
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPYCACHEPREFIX": folder}
        for _ in range(5):
            for times, code, more, cwd in ((ours, "import madoguchi.config.wsgi", {"PYTHONPATH": str(ROOT / "src")}, ROOT),
                                           (theirs, "import yardstick", {}, YARDSTICK.parent)):
                start = time.perf_counter()
                subprocess.run([sys.executable, "-c", code], env=env | more, cwd=cwd, check=True, capture_output=True)
                times.append(time.perf_counter() - start)
    return min(ours) / min(theirs)


def answers() -> list[tuple[str, dict[str, object]]]:
    """Answers on five pages possibly the documents page."""
    from madoguchi.offices.city import read_city
    from madoguchi.procedures.pack import city_folder, pack_files, read_file
    from madoguchi.procedures.rules import generate
    from madoguchi.procedures.rules.checks import Facts
    from madoguchi.procedures.rules.disasters import with_disasters
    from madoguchi.procedures.rules.validate import derive, steps_asked

    city = read_city(city_folder())
    path, override = next(p for p in pack_files(city) if p[0].stem == SLUG)
    definition, _ = read_file(path, override, city)
    assert definition
    d = with_disasters(definition, {})
    import datetime as dt

    for seed in range(300):
        found = generate.answers_for(d, random.Random(seed), today=dt.date.today(), minimal=True)
        asked = steps_asked(d, derive(d, Facts(found, dt.date.today())))
        if len(asked) == 5 and found.get("filer") == "self":
            return [(s.id, generate.post_data(d, s, found)) for s in asked]
    raise SystemExit("no way of five pages found")


def sql_per_flow(env: dict[str, str], steps: list[tuple[str, dict[str, object]]]) -> float:
    """Statements of one flow, counted by the application itself with MADOGUCHI_COUNT_SQL."""
    port = free_port()
    counter = Path(env["MADOGUCHI_DATA"]) / "sql.count"
    server = granian(HALL, port, 1, env | {"MADOGUCHI_COUNT_SQL": str(counter)}, ROOT)
    try:
        wait(f"http://127.0.0.1:{port}/accessibility/")
        sign_in(port)
        flow(port, steps)
        counter.write_text("")
        flow(port, steps)
        return counter.stat().st_size
    finally:
        server.terminate()
        server.wait()


class Ground:
    """A data folder and the databases of both sides, on one engine."""

    def __init__(self, engine: str, stack: contextlib.ExitStack) -> None:
        from tools_postgres import database

        self.engine, folder = engine, stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(database()) if engine == "postgresql" else ""
        self.yard_url = url.rpartition("/")[0] + "/yardstick" if url else f"sqlite:///{folder}/yard.sqlite3"
        self.env = {"PYTHONPATH": str(ROOT / "src"), "MADOGUCHI_DATA": folder, "DATABASE_URL": url, "MADOGUCHI_ENV": "trial",
                    "MADOGUCHI_LOG": "ERROR", "MADOGUCHI_LIMIT_SUBMIT": "100000/600"}  # one resident files all of them

    def laid(self) -> Ground:
        """Both sides have what they start on."""
        assert YARDSTICK
        subprocess.run([sys.executable, "-m", "madoguchi", "setup"], env=os.environ | self.env, cwd=ROOT, check=True, capture_output=True)
        subprocess.run([sys.executable, "yardstick.py", "init"], env=os.environ | {"YARDSTICK_DB": self.yard_url}, cwd=YARDSTICK.parent,
                       check=True, capture_output=True)
        return self


def one(ground: Ground, workers: int, quick: bool, ratio: float) -> dict[str, object]:
    assert YARDSTICK
    env, yard_url = ground.env, ground.yard_url
    steps = answers()
    yard_port, port = free_port(), free_port()
    yard = granian("yardstick:application", yard_port, workers, {"YARDSTICK_DB": yard_url}, YARDSTICK.parent)
    hall = granian(HALL, port, workers, env, ROOT)
    try:
        wait(f"http://127.0.0.1:{yard_port}/hello")
        wait(f"http://127.0.0.1:{port}/accessibility/")
        local = threading.local()

        def submit() -> None:
            if not hasattr(local, "c"):
                local.c = Client(yard_port)
            yardstick_once(local.c)

        def resident() -> None:
            flow(port, steps)

        submits, flows = (480, 24) if quick else (2400, 120)
        sign_in(port)
        spread(30, workers, submit)
        spread(4 * workers, workers, resident)

        def hello() -> None:
            if not hasattr(local, "c"):
                local.c = Client(yard_port)
            local.c.call("GET", "/hello")

        yard_cpu = hello_cpu = hall_cpu = wall = 0.0
        yard_times, times = [], []
        for _ in range(ROUNDS):  # by turns: what else the machine does meanwhile weighs on both
            before = cpu(yard.pid)
            yard_times += spread(submits // ROUNDS, workers, submit)[0]
            between = cpu(yard.pid)
            yard_cpu += (between - before) / submits
            spread(submits // ROUNDS, workers, hello)
            hello_cpu += (cpu(yard.pid) - between) / submits
            before = cpu(hall.pid)
            found, took = spread(flows // ROUNDS, workers, resident)
            hall_cpu += (cpu(hall.pid) - before) / flows
            times, wall = times + found, wall + took
        c = Client(port)
        c.call("GET", "/procedures/?q=%E4%BB%8B%E8%AD%B7")
        c.call("GET", f"/p/{SLUG}/paper.pdf")
        return {
            "bench": "intake", "engine": ground.engine, "workers": workers, "cpu_ratio": round(hall_cpu / yard_cpu, 1),
            "floor_ratio": round(REQUESTS * hello_cpu / yard_cpu, 1),
            "p50_ratio": round(statistics.median(times) / statistics.median(yard_times), 1),
            "p95_ms": round(sorted(times)[int(len(times) * 0.95) - 1] * 1000, 1), "flows_per_s": round(flows / wall, 2),
            "sql_per_flow": sql_per_flow(env, steps), "rss_mb": round(rss_mb(hall.pid), 1), "import_ratio": round(ratio, 2),
            "pages": len(steps), "cpu_ms_per_flow": round(hall_cpu * 1000, 1),
            "yardstick_cpu_ms": round(yard_cpu * 1000, 2),
        }
    finally:
        for process in (yard, hall):
            process.terminate()
            process.wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--engine", default="")
    parser.add_argument("--workers", default="")
    options = parser.parse_args()
    if YARDSTICK is None:
        raise SystemExit("bench/yardstick.py is missing")
    ratio = import_ratio()
    counts = [int(w) for w in options.workers.split(",") if w] or ([1] if options.quick else [1, 2])
    engines = [options.engine] if options.engine else ["sqlite", "postgresql"]
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        asked = [(Ground(engine, stack), workers) for engine in engines for workers in counts]
        list(pool.map(Ground.laid, [ground for ground, _ in asked]))  # nothing is measured yet
        for ground, workers in asked:
            print(json.dumps(one(ground, workers, options.quick, ratio)), flush=True)


if __name__ == "__main__":
    main()
