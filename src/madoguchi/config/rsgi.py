"""The door of the web server: a request gets a thread only when all of it has arrived.

Under WSGI a thread reads the body itself, so as many slow telephones as there are threads hold up everybody else
(tests/browser/test_slow_upload.py). Here the event loop takes the body in, small ones in memory, larger ones in a file,
and the Django application then runs in a thread of the pool. Answers are handed over whole, so slow readers hold no
thread either. A file from the disk is not read here at all: the server sends it in pieces by its name. What a page that looks on
asks for stays open on the event loop (config.streams).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.urls import get_resolver

from madoguchi.web.live import Live
from madoguchi.web.posted import NO_ROOM, TOO_LARGE

from .streams import Streams
from .wsgi import application, settled

log = logging.getLogger(__name__)
IN_MEMORY = 256_000
WARM_MOST = 10  # seconds
WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
Headers = list[tuple[str, str]]
Answer = tuple[int, Headers, "bytes | Path | Live"]

_pool = ThreadPoolExecutor(int(os.environ.get("MADOGUCHI_THREADS", "8")), thread_name_prefix="web")
_streams = Streams(_pool)


async def app(scope: Any, protocol: Any) -> None:
    """One request (granian, RSGI)."""
    if scope.method in WITHOUT_BODY:
        await _handed_on(scope, protocol, io.BytesIO(), 0)
        return
    with contextlib.closing(Arriving()) as body:
        size = 0
        async for chunk in protocol:
            size += len(chunk)
            if size > settings.UPLOAD_REQUEST_MAX_BYTES:
                await _handed_on(scope, protocol, io.BytesIO(), 0, lost=TOO_LARGE)
                return
            if not body.take(chunk):
                await _handed_on(scope, protocol, io.BytesIO(), 0, lost=NO_ROOM)
                return
        said = scope.headers.get("content-length")
        if said is not None and said != str(size):  # the sender went away: half a form is no form
            protocol.response_empty(400, [])
            return
        whole = body.whole()
        await _handed_on(scope, protocol, whole or io.BytesIO(), size if whole else 0, lost="" if whole else NO_ROOM)


class Arriving:
    """A body while it arrives: small ones in memory, larger ones in a file, for which there may be no room."""

    def __init__(self) -> None:
        self._held = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - see close

    def take(self, chunk: bytes) -> bool:
        """Put a piece to the rest; whether there was room."""
        return self._could(lambda: self._held.write(chunk))

    def whole(self) -> IO[bytes] | None:
        """All of it, from its beginning; None when there was no room for its end."""
        return self._held if self._could(lambda: self._held.seek(0)) else None

    def _could(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except OSError as error:
            log.error("no room for what arrives: %s (%s)", settings.FILE_UPLOAD_TEMP_DIR, error.strerror)
            return False
        return True

    def close(self) -> None:
        """It is not needed any more. What found no room would try to be written once more."""
        with contextlib.suppress(OSError):
            self._held.close()


def begun(loop: asyncio.AbstractEventLoop) -> None:
    """A worker has begun: it reads the catalogue and makes the index of the search before it takes a request, so that nobody waits for
    five hundred procedures; who comes meanwhile is served by the other workers, or a moment later."""
    _streams.ended_by_signals(loop)
    reading = _pool.submit(_warm)
    wait([reading], timeout=WARM_MOST)  # a database that does not answer is told by /healthz, not by silence
    if reading.done() and (error := reading.exception()):
        log.error("catalogue not read: %s", type(error).__name__)
    gc.collect()  # what reading left behind
    settled()


def _warm() -> None:
    get_resolver().url_patterns  # noqa: B018 # the pages of residents are loaded by being named
    from madoguchi.procedures.public import warm  # needs the application

    warm()


app.__rsgi_init__ = begun  # type: ignore[attr-defined] # granian calls it once in every worker


async def _handed_on(scope: Any, protocol: Any, body: IO[bytes], size: int, *, lost: str = "") -> None:
    """All of it has arrived (or too much, or more than there is room for, and it is dropped): now it gets a thread."""
    environ = environ_of(scope, body, size)
    if lost:
        environ |= {lost: True, "CONTENT_TYPE": ""}
    status, headers, content = await asyncio.get_running_loop().run_in_executor(_pool, answer, environ)
    if isinstance(content, Path):
        protocol.response_file(status, headers, str(content))
        return
    if isinstance(content, Live):
        if _streams.free():
            await _streams.hold(protocol, status, headers, content)
            return
        content = content.content
    protocol.response_bytes(status, [*headers, ("connection", "close")] if lost else headers, content)


def environ_of(scope: Any, body: IO[bytes], size: int) -> dict[str, Any]:
    """The request as WSGI has it (PEP 3333)."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method, "SCRIPT_NAME": "", "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"), "SERVER_NAME": host, "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}", "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0), "wsgi.url_scheme": scope.scheme, "wsgi.input": body, "wsgi.errors": sys.stderr,
        "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False, "wsgi.file_wrapper": Sent,
        "CONTENT_LENGTH": str(size),
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        if name == "content-type":
            environ["CONTENT_TYPE"] = value
        elif name != "content-length" and "_" not in name:  # an underscore could pass for a header of the proxy
            key = "HTTP_" + name.upper().replace("-", "_")
            joint = "; " if name == "cookie" else ","
            environ[key] = f"{environ[key]}{joint}{value}" if key in environ and name != "host" else value
    return environ


class Sent:
    """What Django makes of a file that it answers with (PEP 3333, wsgi.file_wrapper)."""

    def __init__(self, source: IO[bytes], size: int) -> None:
        self.source, self.size, self.close = source, size, source.close

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.source.read(self.size), b"")

    def path(self) -> Path | None:
        """Where it lies, when all of it is to be sent."""
        name = getattr(self.source, "name", None)
        return Path(name) if isinstance(name, str) and self.source.tell() == 0 else None


def answer(environ: dict[str, Any]) -> Answer:
    """Run the application; all of its answer, or the file that it is."""
    said: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
        said.append((status, headers))
        return lambda data: None

    content = application(environ, start)
    try:
        if isinstance(content, Live) and environ["REQUEST_METHOD"] == "GET":
            return content.status_code, said[-1][1], content
        path = content.path() if isinstance(content, Sent) else None
        body = path if path and environ["REQUEST_METHOD"] == "GET" else b"" if path else b"".join(content)
    finally:
        close = getattr(content, "close", None)
        if close is not None:
            close()
    status, headers = said[-1]
    return int(status.split(" ", 1)[0]), headers, body
