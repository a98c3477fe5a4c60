"""A served city hall, a Chromium, and a town of people who have already done things there.

Chromium lives as long as a test module, not the whole session: Playwright's event loop must be gone before other tests
of the same process open a database (Django refuses that while a loop runs).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from tests.support.chromium import CHROMIUM, FLAGS
from tests.support.mailserver import free_port

from .seed import Town

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / ".cache/node-browser/node_modules/axe-core/axe.min.js"
START_SECONDS = 900  # a limit for a city hall that never opens: one that ends by itself is noticed at once
PATIENCE = 120_000  # ms until what never comes is given up; no page is held to a time
expect.set_options(timeout=PATIENCE)


class Served:
    """`python -m madoguchi serve` in a folder of its own."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        env = {k: v for k, v in os.environ.items() if not k.startswith(("MADOGUCHI_", "DATABASE_URL"))}
        env |= {"MADOGUCHI_DATA": str(home), "PORT": str(self.port), "PYTHONPATH": str(ROOT / "src"),
                "MADOGUCHI_STAFF_FRESH_MINUTES": "600"}  # a slow machine takes longer than a sign-in counts as fresh
        self.log = (home / "serve.log").open("wb")
        self.process = subprocess.Popen([sys.executable, "-m", "madoguchi", "serve"], env=env, cwd=ROOT, stdout=self.log,
                                        stderr=self.log, start_new_session=True)

    def wait(self) -> None:
        """Until web, database and worker are well."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"{self.base}/healthz", timeout=2)
                return
            time.sleep(0.1)
        self.stop()
        pytest.fail(f"the city hall did not open:\n{self.said()}")

    def said(self) -> str:
        """The end of its log."""
        return (self.home / "serve.log").read_text(errors="replace")[-4000:]

    def stop(self) -> None:
        """End the process group that we started; its number may belong to others as soon as it has ended."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                os.killpg(self.process.pid, sign)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(15)
        self.log.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One city hall per test process."""
    hall = Served(tmp_path_factory.mktemp("city-hall"))
    hall.wait()
    yield hall
    hall.stop()


@pytest.fixture(scope="session")
def town(served: Served) -> Town:
    """The people and what they have done so far; seeded over HTTP when first asked for."""
    return Town(served.base, served.home)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_as(chromium: Browser, served: Served) -> Iterator[Callable[..., BrowserContext]]:
    """A fresh browser window: ``open_as(cookies, width=390, js=True)``."""
    opened: list[BrowserContext] = []

    def make(cookies: list[dict[str, Any]] | None = None, *, width: int = 390, js: bool = True, **more: Any) -> BrowserContext:
        height = 844 if width < 800 else 900
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="ja-JP", timezone_id="Asia/Tokyo",
                                       base_url=served.base, java_script_enabled=js, reduced_motion="reduce", **more)
        context.set_default_timeout(PATIENCE)
        context.add_cookies(cookies or [])
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def axe_source() -> str:
    """axe-core, from npm."""
    if not AXE.exists():
        pytest.fail("axe-core is missing; run tests/browser/install.sh")
    return AXE.read_text(encoding="utf-8")
