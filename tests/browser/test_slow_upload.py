"""Slow telephones must not keep others waiting: uploads that trickle in hold no worker thread.

More uploads are under way than the server has threads. The order of events is asserted, no time.
"""

from __future__ import annotations

import contextlib
import re
import socket
import time
from urllib.parse import urlsplit

import pytest
import requests

from madoguchi.config import demo

from .seed import BY_PHOTO, RISAI, Town, answers, walk

pytestmark = pytest.mark.browser

THREADS = 8  # madoguchi serve
PIECE, PAUSE = 2_000, 0.1  # 20 kB a second


class Upload:
    """One person's documents page, posted over a raw socket."""

    def __init__(self, town: Town, given: dict) -> None:
        person = demo.Browser(town.base)
        self.draft = walk(person, RISAI, given, stop="documents")
        slot = person.page.xpath("//input[@type='file']/@name")[0]
        token = person.page.xpath("//form[@id='f']//input[@name='csrfmiddlewaretoken']/@value")[0]
        body = _body({"csrfmiddlewaretoken": token, "_action": "add"}, slot, _photo(80_000))
        cookies = "; ".join(f"{c.name}={c.value}" for c in person.session.cookies)
        where = urlsplit(town.base)
        head = (f"POST {urlsplit(self.draft).path}documents/ HTTP/1.1\r\nHost: {where.netloc}\r\nCookie: {cookies}\r\n"
                f"Content-Type: multipart/form-data; boundary=mado\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n")
        self.rest = head.encode() + body
        self.person = person
        self.line = socket.create_connection((where.hostname, where.port), timeout=60)

    def push(self, size: int = PIECE) -> None:
        """Send a piece."""
        piece, self.rest = self.rest[:size], self.rest[size:]
        self.line.sendall(piece)

    def answer(self) -> str:
        """The status line."""
        data = b""
        while chunk := self.line.recv(65_536):
            data += chunk
        self.line.close()
        return data.partition(b"\r\n")[0].decode()


def _photo(size: int) -> bytes:
    """A real photo of at least this size."""
    import io

    from PIL import Image

    side = 200
    while True:
        out = io.BytesIO()
        Image.effect_noise((side, side), 90).convert("RGB").save(out, "JPEG", quality=90)
        if out.tell() >= size:
            return out.getvalue()
        side += 40


def _body(fields: dict[str, str], slot: str, photo: bytes) -> bytes:
    parts = [f'--mado\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
    parts.append(f'--mado\r\nContent-Disposition: form-data; name="{slot}"; filename="photo.jpg"\r\n'
                 "Content-Type: image/jpeg\r\n\r\n".encode() + photo + b"\r\n--mado--\r\n")
    return b"".join(parts)


@pytest.mark.parametrize("count", [1, THREADS + 4], ids=["one", "more-than-threads"])
def test_others_are_answered_while_an_upload_trickles_in(town: Town, count: int):
    given = answers(RISAI, BY_PHOTO)
    uploads = [Upload(town, given) for _ in range(count)]
    events: list[str] = []
    while any(u.rest for u in uploads):
        for upload in uploads:
            upload.push()
        if len(uploads[0].rest) < 60_000 and "page" not in events:  # well under way, and far from the end
            for path in ("/", "/procedures/", f"/p/{RISAI}/"):
                assert requests.get(town.base + path, timeout=60).status_code == 200
            events.append("page")
        time.sleep(PAUSE)
    events.append("sent")
    assert [u.answer() for u in uploads] == ["HTTP/1.1 303 See Other"] * count
    assert events == ["page", "sent"]
    for upload in uploads:  # the photo has arrived
        assert re.search(r"photo\.jpg", upload.person.get(f"{upload.draft}documents/").text())


def test_half_a_form_is_no_form(town: Town):
    """The connection breaks in the middle of a POST: what arrived is not taken for the whole."""
    person = demo.Browser(town.base)
    draft = walk(person, RISAI, {}, stop="event")
    page = person.get(f"{draft}event/")
    token = page.page.xpath("//form[@id='f']//input[@name='csrfmiddlewaretoken']/@value")[0]
    body = f"csrfmiddlewaretoken={token}&_action=next&cause=fire&disaster="
    cookies = "; ".join(f"{c.name}={c.value}" for c in person.session.cookies)
    where = urlsplit(town.base)
    with socket.create_connection((where.hostname, where.port), timeout=30) as line:
        line.sendall(f"POST {urlsplit(draft).path}event/ HTTP/1.1\r\nHost: {where.netloc}\r\nCookie: {cookies}\r\nContent-Length: "
                     f"{len(body) + 100}\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{body}".encode())
    for _ in range(10):  # whatever the server made of it, it has done by now
        person.get("/healthz")
    assert not person.get(f"{draft}event/").page.xpath("//input[@name='cause'][@checked]")


def test_a_request_beyond_the_limit_is_refused_while_it_arrives(town: Town):
    where = urlsplit(town.base)
    piece = b"a" * 1_000_000
    with socket.create_connection((where.hostname, where.port), timeout=30) as line:
        line.sendall(f"POST /status/ HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Length: 100000000\r\n\r\n".encode())
        with contextlib.suppress(OSError):
            for _ in range(100):
                line.sendall(piece)
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")
