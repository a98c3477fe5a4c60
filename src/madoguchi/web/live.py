"""What a page that looks on asks for: one event that says whether anything has changed."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse


class Live(HttpResponse):
    """An answer to an EventSource. Under a server that can (config.streams) it stays open: ``ask`` is called about once a second for all who
    share ``key``, and what it says is sent when it differs. Elsewhere it ends, and the browser asks again after the ``retry`` that the
    event names."""

    def __init__(self, ask: Callable[[], str], *, key: str) -> None:
        super().__init__(ask(), content_type="text/event-stream; charset=utf-8")
        self.ask, self.key = ask, key
        self.headers["Cache-Control"] = "no-store"
        self.headers["X-Accel-Buffering"] = "no"  # nginx hands each event on at once
