"""Who comes to the town's door with something else than a browser: too much, too fast, unreadable, or with other people's passwords."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
from collections.abc import Iterator

import requests
from lxml import html

from .machine import HOST, Machine

PHONE = "0767-53-1111"  # of cities/nanao


@contextlib.contextmanager
def line(machine: Machine, house: int, *, tls: bool = True) -> Iterator[socket.socket]:
    """A line to nginx from an address of one's own."""
    with socket.create_connection(("127.0.0.1", machine.tls if tls else machine.plain), timeout=60, source_address=(f"127.7.0.{house}", 0)) as plain:
        if not tls:
            yield plain
            return
        with ssl.create_default_context(cafile=str(machine.certificate)).wrap_socket(plain, server_hostname=HOST) as closed:
            yield closed


def asked(machine: Machine, house: int, words: bytes, *, tls: bool = True) -> bytes:
    """Everything that is answered to these bytes until nginx hangs up."""
    with line(machine, house, tls=tls) as door:
        said = b""
        with contextlib.suppress(ConnectionError, ssl.SSLEOFError):  # it may hang up before everything was sent
            door.sendall(words)
            while piece := door.recv(65536):
                said += piece
    return said


def words(path: str, *headers: str, method: str = "GET") -> bytes:
    """A request that asks to hang up afterwards."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {HOST}", "Connection: close", *headers, "", ""]).encode()


def page_of(said: bytes) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of the last answer."""
    last = said[said.rindex(b"HTTP/1."):]
    head, _, body = last.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    return int(first.split()[1]), {k.lower(): v for k, _, v in (row.partition(": ") for row in rest)}, body.decode()


def flood(machine: Machine) -> bytes:
    """A hundred requests at a time from one address, until nginx says that it is enough."""
    many = words("/static/none").replace(b"Connection: close\r\n", b"") * 99 + words("/static/none")
    for _ in range(100):
        said = asked(machine, 200, many)
        if page_of(said)[0] == 429:
            return said
    raise AssertionError("10,000 requests and nobody minded")


def for_people(text: str, title: str) -> None:
    """A page of nginx's own is one for people: in Japanese with a line in each other language, what to do, whom to call, nothing from elsewhere."""
    page = html.fromstring(text)
    assert page.get("lang") == "ja"
    assert page.xpath("//title/text()")[0] == f"{title}｜七尾市"
    assert page.xpath("//main/h1/text()") == [title]
    assert page.xpath(f"//a[@href='tel:{PHONE}']"), "nobody to call"
    assert len(page.xpath("//main/p[@lang='en']/text()")) > 0
    assert not page.xpath("//script|//img|//link|//@src")
    assert all(link.startswith(("tel:", "/")) for link in page.xpath("//@href"))
    assert "nginx" not in text and "@" not in text


def spray(machine: Machine, count: int) -> list[int]:
    """One password for as many staff numbers, from one address, as nginx hands it on to one web process."""
    base, session = f"http://127.0.0.1:{machine.web1}", requests.Session()
    session.headers.update({"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9", "Referer": f"https://{HOST}/staff/sign-in/"})
    page = session.get(f"{base}/staff/sign-in/", timeout=60)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    cookie = "; ".join(f"{c.name}={c.value}" for c in session.cookies)  # Secure: the session would not send it over plain HTTP
    return [session.post(f"{base}/staff/sign-in/", timeout=60, headers={"Cookie": cookie},
                         data={"csrfmiddlewaretoken": token, "username": f"7{number:05}", "password": "Spring-2026!"}).status_code
            for number in range(count)]
