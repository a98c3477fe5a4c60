"""ClamAV by the protocol of its daemon: INSTREAM over TCP (``host:port``) or a unix socket (``/path``)."""

from __future__ import annotations

import re
import socket
import struct
from typing import BinaryIO

from django.conf import settings

from madoguchi.files.ports import Away, Clean, Infected

SECONDS, PIECE, ANSWER = 30, 1 << 16, 4096


class ClamScanner:
    """The daemon named by ``MADOGUCHI_CLAMD``."""

    def __init__(self, place: str = "") -> None:
        self.place = place or settings.CLAMD

    def scan(self, source: BinaryIO) -> Clean | Infected | Away:
        """Send the file in pieces, read the verdict."""
        try:
            with self._line() as line:
                line.sendall(b"zINSTREAM\0")
                while piece := source.read(PIECE):
                    line.sendall(struct.pack(">I", len(piece)) + piece)
                line.sendall(struct.pack(">I", 0))
                return _verdict(_all(line))
        except OSError as error:
            return Away(type(error).__name__)

    def _line(self) -> socket.socket:
        if self.place.startswith("/"):
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(SECONDS)
            try:
                line.connect(self.place)
            except OSError:
                line.close()
                raise
            return line
        host, _, port = self.place.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)


def _all(line: socket.socket) -> str:
    data = b""
    while len(data) < ANSWER and b"\0" not in data and (piece := line.recv(ANSWER)):
        data += piece
    return data.rstrip(b"\0\n").decode("utf-8", "replace")


def _verdict(answer: str) -> Clean | Infected | Away:
    if answer == "stream: OK":
        return Clean()
    found = re.fullmatch(r"stream: (\S+) FOUND", answer)
    return Infected(found[1]) if found else Away(answer[:100] or "no answer")
