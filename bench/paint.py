"""When a resident sees the page: largest contentful paint on a slow telephone (390 px, 1.6 Mbps, 150 ms, a quarter of the
processor), as a ratio to the barest page there is (one line of HTML, no style, no script) in the same minute, by turns.

    python bench/paint.py [--quick]        # JSON lines: page, lcp_ms, bare_ms, ratio (medians), spread

Every look is a first visit: a window of its own, nothing cached. A ratio above 2.5 is worth a look: style and script come
in one more round trip each, and fonts are the system's.
"""
from __future__ import annotations

import argparse
import contextlib
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from intake import HALL, free_port, granian, wait
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
RISAI = "risai-shoumei"  # needs no sign-in
WATCH = """window.lcp = 0; new PerformanceObserver(l => { for (const e of l.getEntries()) lcp = e.startTime })
    .observe({type: 'largest-contentful-paint', buffered: true});"""
BARE = "<!doctype html><html lang=ja><meta charset=utf-8><meta name=viewport content='width=device-width'><title>bare</title><h1>七尾市</h1>"


class Bare(http.server.BaseHTTPRequestHandler):
    """The barest page."""

    def do_GET(self) -> None:
        body = BARE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextlib.contextmanager
def served() -> Iterator[tuple[str, str]]:
    """(a city hall, the bare page)."""
    with contextlib.ExitStack() as stack:
        env = {"PYTHONPATH": str(ROOT / "src"), "MADOGUCHI_DATA": stack.enter_context(tempfile.TemporaryDirectory()), "MADOGUCHI_ENV": "trial",
               "MADOGUCHI_LOG": "ERROR", "DJANGO_SETTINGS_MODULE": "madoguchi.config.settings"}
        subprocess.run([sys.executable, "-m", "madoguchi", "setup"], env=os.environ | env, cwd=ROOT, check=True, capture_output=True)
        port = free_port()
        server = granian(HALL, port, 1, env, ROOT)
        stack.callback(server.wait)
        stack.callback(server.terminate)
        bare = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bare)
        threading.Thread(target=bare.serve_forever, daemon=True).start()
        stack.callback(bare.shutdown)
        wait(f"http://127.0.0.1:{port}/accessibility/")
        yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{bare.server_port}/"


def look(browser: Browser, url: str, cookies: list[dict[str, object]]) -> float:
    """Milliseconds to the largest paint of a first visit."""
    window = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True, locale="ja-JP")
    try:
        window.add_cookies(cookies)  # type: ignore[arg-type]
        tab = window.new_page()
        line = window.new_cdp_session(tab)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", {"offline": False, "latency": 150, "downloadThroughput": 200_000,
                                                       "uploadThroughput": 93_750})
        line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        tab.add_init_script(WATCH)
        tab.goto(url, wait_until="networkidle")
        tab.wait_for_function("() => window.lcp")
        return float(tab.evaluate("() => window.lcp"))
    finally:
        window.close()


def draft(browser: Browser, base: str) -> tuple[str, list[dict[str, object]]]:
    """The first page of a guest's form, and the guest's cookies."""
    window = browser.new_context(locale="ja-JP")
    tab = window.new_page()
    tab.goto(f"{base}/p/{RISAI}/")
    tab.locator(f"form[action$='/p/{RISAI}/start/'] button").first.click()
    tab.wait_for_url("**/a/**")
    found = tab.url, [dict(c) for c in window.cookies()]
    window.close()
    return found


def main() -> None:
    """Print the lines."""
    args = argparse.ArgumentParser()
    args.add_argument("--quick", action="store_true")
    turns = 5 if args.parse_args().quick else 21
    with served() as (base, bare), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        step, cookies = draft(browser, base)
        pages = {"bare": (bare, []), "top": (f"{base}/", []), "procedure": (f"{base}/p/{RISAI}/", []), "step": (step, cookies)}
        times: dict[str, list[float]] = {name: [] for name in pages}
        for turn in range(-1, turns):  # the first turn warms the processes
            for name, (url, jar) in pages.items():
                took = look(browser, url, jar)
                if turn >= 0:
                    times[name].append(took)
        middle = {name: statistics.median(some) for name, some in times.items()}
        for name in list(pages)[1:]:
            print(json.dumps({"page": name, "lcp_ms": round(middle[name]), "bare_ms": round(middle["bare"]),
                              "ratio": round(middle[name] / middle["bare"], 2), "spread_ms": round(max(times[name]) - min(times[name]))}), flush=True)


if __name__ == "__main__":
    main()
