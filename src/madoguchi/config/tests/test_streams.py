"""Streams of events: one question for all, nothing held by who has gone, none in the way of a server that stops."""

from __future__ import annotations

import asyncio
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.test import Client

from madoguchi.config import rsgi, streams
from madoguchi.config.streams import Streams
from madoguchi.web.live import Live

from .test_rsgi import Protocol, Scope


class Line(Protocol):
    """A browser that listens until it has heard so many events."""

    def __init__(self, until: int = 2) -> None:
        super().__init__()
        self.heard, self.until, self.left = list[str](), until, asyncio.Event()
        self.headers: list[tuple[str, str]] = []

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Line:
        self.headers = headers
        return self

    async def send_str(self, text: str) -> None:
        self.heard.append(text)
        if len(self.heard) >= self.until:
            self.left.set()

    async def client_disconnect(self) -> None:
        await self.left.wait()


class Broken(Line):
    """A line that is cut while something is sent."""

    async def send_str(self, text: str) -> None:
        raise RuntimeError("closed")


@pytest.fixture
def held(monkeypatch):
    """Streams that look a hundred times a second."""
    monkeypatch.setattr(streams, "EVERY", 0.01)
    with ThreadPoolExecutor(2) as pool:
        yield Streams(pool)


def counted(words: list[str]) -> Live:
    """An event that says the next word at each look, and stays with the last."""
    return Live(lambda: words.pop(0) if len(words) > 1 else words[0], key="k")


def hold(held: Streams, *lines: Line, live: Live) -> None:
    async def all_of_them() -> None:
        await asyncio.wait_for(asyncio.gather(*(held.hold(line, 200, [("Content-Length", "9"), ("a", "b")], live) for line in lines)), 30)

    asyncio.run(all_of_them())


def test_what_changes_is_sent_and_nothing_else(held) -> None:
    line = Line(until=3)
    hold(held, line, live=counted(["1", "1", "1", "2", "2", "3"]))
    assert line.heard == ["1", "2", "3"] and line.headers == [("a", "b")], "its length is not known"
    assert held._open == 0


def test_all_who_look_on_are_one_question(held) -> None:
    asked = list[str]()
    live = Live(lambda: asked.append("") or str(len(asked)), key="k")
    lines = [Line(until=4) for _ in range(20)]
    hold(held, *lines, live=live)
    assert all(len(line.heard) == 4 for line in lines) and len(asked) < 20, "not one each"


def test_who_hears_nothing_new_hears_that_we_are_here(held, monkeypatch) -> None:
    monkeypatch.setattr(streams, "ALIVE", 3)
    line = Line(until=2)
    hold(held, line, live=counted(["1"]))
    assert line.heard == ["1", ":\n\n"]


def test_a_line_that_is_cut_ends_its_stream(held) -> None:
    hold(held, Broken(), live=counted(["1"]))
    assert held._open == 0


def test_a_database_that_does_not_answer_ends_the_stream_and_the_next_one_begins(held) -> None:
    said = ["1"]

    def ask() -> str:
        if not said:
            raise OSError("gone")
        return said.pop()

    line = Line(until=99)
    hold(held, line, live=Live(ask, key="k"))
    assert line.heard == ["1"] and held._open == 0
    said += ["3", "2"]
    again = Line(until=2)
    hold(held, again, live=Live(ask, key="k"))
    assert again.heard == ["2", "3"]


def test_a_worker_that_ends_lets_its_streams_go(held) -> None:
    line = Line(until=99)

    async def both() -> None:
        stream = asyncio.ensure_future(held.hold(line, 200, [], counted(["1"])))
        await asyncio.sleep(0.05)
        assert not stream.done()
        held.end()
        await asyncio.wait_for(stream, 30)

    asyncio.run(both())
    assert not held.free()


def test_when_all_are_taken_the_answer_ends(hall, monkeypatch) -> None:
    """And the browser asks again after the ``retry`` in it."""
    monkeypatch.setattr(streams, "MOST", 0)
    protocol, live = Line(), Client().get("/queue/events/")
    monkeypatch.setattr(rsgi, "application", lambda environ, start: _said(start, live))
    asyncio.run(rsgi.app(Scope("GET", "/queue/events/", {}), protocol))
    assert protocol.answer[0] == 200 and protocol.answer[1].startswith(b"retry: 3000\n") and protocol.heard == []


def _said(start, answer: Live) -> Live:
    start("200 OK", list(answer.items()))
    return answer


@pytest.mark.parametrize(("method", "streamed"), [("GET", True), ("HEAD", False)])
def test_only_who_reads_gets_a_stream(db, monkeypatch, method, streamed) -> None:
    live = Live(lambda: "data: 1\n\n", key="k")
    monkeypatch.setattr(rsgi, "application", lambda environ, start: _said(start, live))
    assert isinstance(rsgi.answer({"REQUEST_METHOD": method})[2], Live) == streamed


APP = """
import asyncio, os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from django.conf import settings
settings.configure()
from madoguchi.config.streams import Streams
from madoguchi.web.live import Live
held = Streams(ThreadPoolExecutor(1))
async def app(scope, protocol):
    live = Live(lambda: f"data: {Path(os.environ['NEWS']).read_text()}\\n\\n", key="k")
    await held.hold(protocol, 200, [("content-type", "text/event-stream")], live)
app.__rsgi_init__ = held.ended_by_signals
"""


def test_under_the_real_server_news_arrive_and_the_end_is_the_end(tmp_path: Path) -> None:
    (tmp_path / "hall.py").write_text(APP)
    news = tmp_path / "news"
    news.write_text("one")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"NEWS": str(news), "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(rsgi.__file__).parents[2]}"}
    server = subprocess.Popen([sys.executable, "-m", "granian", "--interface", "rsgi", "--port", str(port), "--no-ws", "hall:app"], env=env)
    try:
        answer = _answer(port)
        assert answer.readline() == b"data: one\n" and answer.readline() == b"\n"
        news.write_text("two")
        assert answer.readline() == b"data: two\n" and answer.readline() == b"\n"
        server.send_signal(signal.SIGTERM)
        assert answer.read() == b"", "the stream ends"
        assert server.wait(60) == 0, "and so does the server, which waits for what is open"
    finally:
        server.kill()
        server.wait()


def _answer(port: int) -> http.client.HTTPResponse:
    for _ in range(300):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            line.request("GET", "/")
            return line.getresponse()
        except ConnectionError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")
