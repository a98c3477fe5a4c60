"""The door of the web server takes the whole body in before the application sees it."""

from __future__ import annotations

import asyncio
import errno
import io
from collections.abc import AsyncIterator, Mapping

import pytest
from django.test import Client, override_settings


class Headers(dict[str, str]):
    """As granian gives them."""


class Scope:
    """A request line with headers."""

    http_version, scheme, server, client, authority, query_string = "1.1", "http", "127.0.0.1:80", "127.0.0.1:5000", "", ""

    def __init__(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        self.method, self.path, self.headers = method, path, Headers(headers)


class Protocol:
    """Hands the body over in pieces and keeps the answer."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks
        self.answer: tuple[int, bytes] = (0, b"")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk

    def response_bytes(self, status: int, headers: object, body: bytes) -> None:
        self.answer = (status, body)

    def response_file(self, status: int, headers: object, path: str) -> None:
        self.answer = (status, path.encode())

    def response_empty(self, status: int, headers: object) -> None:
        self.answer = (status, b"")


@pytest.fixture
def through(monkeypatch: pytest.MonkeyPatch):
    """Send through the door; the application behind it tells what it got."""
    from madoguchi.config import rsgi

    def application(environ, start):
        start("200 OK", [])
        return [environ["REQUEST_METHOD"].encode(), b" ", environ["CONTENT_LENGTH"].encode(), b" ", environ["wsgi.input"].read()]

    monkeypatch.setattr(rsgi, "application", application)

    def send(scope: Scope, *chunks: bytes) -> tuple[int, bytes]:
        protocol = Protocol(*chunks)
        asyncio.run(rsgi.app(scope, protocol))
        return protocol.answer

    return send


def test_a_body_arrives_whole(through, places):
    assert through(Scope("POST", "/", {"content-length": "6"}), b"abc", b"def") == (200, b"POST 6 abcdef")


def test_a_page_has_no_body(through):
    assert through(Scope("GET", "/", {})) == (200, b"GET 0 ")


def test_a_search_that_was_typed_into_an_address_is_a_search(monkeypatch):
    """Browsers encode it; programs and copied links do not."""
    from django.core.handlers.wsgi import WSGIRequest

    from madoguchi.config import rsgi

    got = []

    def application(environ, start):
        got.append(WSGIRequest(environ).GET["q"])
        start("200 OK", [])
        return [b""]

    monkeypatch.setattr(rsgi, "application", application)
    scope = Scope("GET", "/procedures/", {})
    for scope.query_string in ("q=ゴミ", "q=%E3%82%B4%E3%83%9F"):
        asyncio.run(rsgi.app(scope, Protocol()))
    assert got == ["ゴミ", "ゴミ"]


def test_half_a_form_is_no_form(through, places):
    assert through(Scope("POST", "/", {"content-length": "9"}), b"abc") == (400, b"")


def test_too_much_is_told_to_the_application_without_the_body(through, places, monkeypatch):
    from madoguchi.config import rsgi

    def application(environ, start):
        start("413 x" if environ.get("madoguchi.too_large") else "200 OK", [])
        return [environ["wsgi.input"].read()]

    monkeypatch.setattr(rsgi, "application", application)
    with override_settings(UPLOAD_REQUEST_MAX_BYTES=5):
        status, body = through(Scope("POST", "/status/", {"content-length": "6"}), b"abc", b"def")
    assert (status, body) == (413, b"")
    assert through(Scope("POST", "/", {"content-length": "1", "madoguchi.too_large": "1"}), b"a")[0] == 200


@pytest.mark.parametrize("full", ["write", "seek"])
def test_a_disk_that_is_full_is_told_to_the_application_without_the_body(through, places, monkeypatch, caplog, full):
    """It may be full with the first piece that does not fit into memory, or with what the system had not written yet."""
    from madoguchi.config import rsgi

    class Full(io.BytesIO):
        """A file on it."""

        def close(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    def fails(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def application(environ, start):
        start("500 x" if environ.get("madoguchi.no_room") else "200 OK", [])
        return [environ["wsgi.input"].read()]

    monkeypatch.setattr(rsgi, "application", application)
    assert through(Scope("POST", "/", {"content-length": "1", "madoguchi.no_room": "1"}), b"a")[0] == 200
    monkeypatch.setattr(Full, full, fails)
    monkeypatch.setattr(rsgi.tempfile, "SpooledTemporaryFile", lambda **_: Full())
    assert through(Scope("POST", "/", {"content-length": "400000"}), *[b"x" * 100_000] * 4) == (500, b"")
    assert "No space left" in caplog.text


def test_the_page_about_a_full_disk_says_what_to_do(hall):
    answer = Client().post("/status/", **{"madoguchi.no_room": True})
    assert answer.status_code == 500
    assert "少し待ってから、前の画面に戻ってもう一度お試しください" in answer.content.decode()
    problem = Client().post("/api/v1/applications", **{"madoguchi.no_room": True})
    assert problem.status_code == 500 and problem.json()["code"] == "server_error"


def test_the_page_about_too_much_leads_back(hall):
    answer = Client().post("/status/", **{"madoguchi.too_large": True})
    page = answer.content.decode()
    assert answer.status_code == 413
    assert "写真を何回かに分けて" in page
    assert '<a class="btn" href="/status/">前の画面へ</a>' in page


@pytest.mark.parametrize(("method", "read", "sent"), [("GET", 0, "its name"), ("HEAD", 0, "nothing"), ("GET", 3, "the rest")])
def test_a_file_goes_out_by_its_name_and_is_not_read(through, places, monkeypatch, method, read, sent):
    from madoguchi.config import rsgi

    kept = places / "files" / "photo"
    kept.write_bytes(b"a photo")
    source = kept.open("rb")
    source.read(read)

    def application(environ, start):
        start("200 OK", [])
        return environ["wsgi.file_wrapper"](source, 4)

    monkeypatch.setattr(rsgi, "application", application)
    assert through(Scope(method, "/", {})) == (200, {"its name": str(kept).encode(), "nothing": b"", "the rest": b"hoto"}[sent])
    assert source.closed


def test_django_hands_an_attachment_over_so(hall, monkeypatch):
    from django.test import RequestFactory

    from madoguchi.config import rsgi
    from madoguchi.files.public import file_response, file_write

    kept = file_write(data=b"a letter", name="letter.pdf", kind="application/pdf", owner="case:x")
    monkeypatch.setattr(rsgi.application, "get_response", lambda request: file_response(kept))
    environ = RequestFactory().get("/").environ | {"wsgi.file_wrapper": rsgi.Sent}
    status, headers, body = rsgi.answer(environ)
    assert (status, dict(headers)["Content-Length"], str(body).endswith(kept.place)) == (200, "8", True)
