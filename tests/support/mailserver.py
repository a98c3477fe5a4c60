"""A real SMTP server (aiosmtpd) on the loopback that keeps what it takes and misbehaves when told to."""

from __future__ import annotations

import email
import socket
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller


def free_port() -> int:
    """A loopback port that is free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MailServer:
    """``letters`` are the messages taken. ``answer_rcpt``/``answer_data`` replace the server's reply; ``hang_up``
    closes the connection: "data" before the letter is taken, "after" when it was taken and before the reply."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.recipients: list[str] = []
        self.answer_rcpt = self.answer_data = self.hang_up = ""
        self.port = free_port()
        self._controller: Controller | None = None

    @property
    def address(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Open the port."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Close the port; letters stay."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def ids(self) -> list[str]:
        """Message-IDs in the order taken."""
        return [str(letter["Message-ID"]) for letter in self.letters]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """One recipient."""
        if self.answer_rcpt:
            return self.answer_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """The letter."""
        if self.hang_up == "data":
            server.transport.abort()
            return "421 bye"
        if self.answer_data:
            return self.answer_data
        self.letters.append(email.message_from_bytes(envelope.content))
        self.recipients += envelope.rcpt_tos
        if self.hang_up == "after":
            server.transport.abort()
        return "250 taken"
