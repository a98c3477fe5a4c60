"""Residents of the town behind TLS: some read pages without end, some file, and whatever goes wrong is kept."""

from __future__ import annotations

import contextlib
import functools
import itertools
import re
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from tests.browser.seed import BY_PHOTO, RISAI, answers, walk

from madoguchi.config import demo

from .machine import HOST, Machine

BASE = f"https://{HOST}"
FLOOD = {"disaster": "r6-okunoto", "damage_day": "2024-09-22"}  # the one that is open in production


def reach(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The town's name leads to the machine, and its certificate is believed."""
    real, ports = socket.getaddrinfo, {443: machine.tls, 80: machine.plain}

    def look_up(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        return real("127.0.0.1", ports[int(port)], *rest, **more) if host == HOST else real(host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(machine.certificate))


class _OwnLine(HTTPAdapter):
    """People live at addresses of their own, and nginx limits what one address may ask: the next free one of the loopback network."""

    _houses = itertools.count(256)

    def init_poolmanager(self, *sizes: Any, **more: Any) -> None:
        house = next(self._houses)
        super().init_poolmanager(*sizes, source_address=(f"127.0.{house >> 8}.{house & 255}", 0), **more)


def at_home(session: requests.Session) -> requests.Session:
    """This resident has an address of their own, and opens a line for each page: one that is idle may be closed at any moment,
    and nobody would be to blame."""
    session.mount("https://", _OwnLine())
    session.headers["Connection"] = "close"
    return session


def browser() -> demo.Browser:
    """A resident's window."""
    window = demo.Browser(BASE)
    at_home(window.session)
    return window


@functools.cache
def given() -> dict[str, Any]:
    """What everybody answers."""
    return answers(RISAI, BY_PHOTO) | FLOOD


def file_once(number: int, *, pause: Any = None) -> str:
    """File 罹災証明 with a photo. Returns the receipt number. ``pause`` is called before the last page is sent."""
    window = browser()
    walk(window, RISAI, given())
    if pause is not None:
        pause()
    _send_last(window, {"ok": "yes", "mail": f"resident{number}@example.jp"}, tries=5 if pause else 1)
    found = re.search(r"R\d+-\d{4}-\d{4}-\d", window.text())
    assert found and "/filed/" in window.url, (window.url, window.errors())
    return found[0]


def _send_last(window: demo.Browser, data: dict[str, Any], *, tries: int) -> None:
    """Send the check page. A process that dies with the page in its hands leaves nginx's own page, which says to try again:
    nginx never sends a POST twice by itself, a person does, and it is filed once."""
    check = window.url
    for left in reversed(range(tries)):
        try:
            window.send("f", data)
            return
        except demo.DemoFailed:
            if window.status != 502 or not left:
                raise
            window.get(check)


def read_once() -> None:
    """A page, and the style sheet that it names."""
    with at_home(requests.Session()) as reader:
        page = reader.get(f"{BASE}/p/{RISAI}/", timeout=60)
        assert page.status_code == 200, page.status_code
        for link in re.findall(r'href="(/static/[^"]+\.css)"', page.text):
            sheet = reader.get(f"{BASE}{link}", timeout=60)
            assert sheet.status_code == 200, (link, sheet.status_code)


class Town:
    """People at it while something happens."""

    def __init__(self) -> None:
        self.receipts: list[str] = []
        self.failed: list[str] = []
        self.read = 0
        self._number = 0
        self._lock = threading.Lock()

    def _loop(self, over: threading.Event, act: Any) -> None:
        while not over.is_set():
            try:
                act()
            except Exception as error:
                self.failed.append(f"{type(error).__name__}: {error}"[:300])

    def file(self) -> None:
        """One more application."""
        with self._lock:
            self._number += 1
            number = self._number
        self.receipts.append(file_once(number))

    def look(self) -> None:
        """One more page."""
        read_once()
        self.read += 1

    @contextlib.contextmanager
    def busy(self, *, filers: int, readers: int = 2) -> Iterator[None]:
        """They begin, and go on until the end of the block."""
        over = threading.Event()
        people = [threading.Thread(target=self._loop, args=(over, act)) for act in [self.file] * filers + [self.look] * readers]
        for person in people:
            person.start()
        try:
            yield
        finally:
            over.set()
            for person in people:
                person.join()
