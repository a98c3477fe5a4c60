"""Streams of events: held by the event loop of a worker, without a thread and without a query of their own.

A screen in the waiting room looks on all day. Each stream sleeps on the loop; once a second the state of what they look at is asked for
on a thread of the pool, once for all of them together. Streams are few on purpose: a worker takes a certain number of requests at a time,
and a stream is one of them. Whoever comes when they are taken gets an answer that ends, and asks again a little later (docs/adr/0041)."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from django.db import close_old_connections

from madoguchi.web.live import Live

MOST = 100  # of the 256 requests that `madoguchi web` takes at a time
EVERY = 1.0  # seconds between two looks
ALIVE = 15  # looks without news until a line of nothing shows the proxy, and us, that somebody is there


class Streams:
    """All streams of a worker."""

    def __init__(self, pool: Executor) -> None:
        self._pool, self._open, self._closing = pool, 0, False
        self._said: dict[str, tuple[float, asyncio.Future[str]]] = {}

    def free(self) -> bool:
        """May one more be held?"""
        return self._open < MOST and not self._closing

    def ended_by_signals(self, loop: asyncio.AbstractEventLoop) -> None:
        """A server that is told to stop waits for what is open: end the streams, the browsers open them anew. Added to what granian has
        set: a handler that is replaced leaves the wake-up of the loop as it is."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(self.end))
            signal.siginterrupt(number, False)

    def end(self) -> None:
        """Let every stream go within a second, and take no more."""
        self._closing = True

    async def hold(self, protocol: Any, status: int, headers: list[tuple[str, str]], live: Live) -> None:
        """Send events until the browser goes away or the worker ends."""
        transport = protocol.response_stream(status, [h for h in headers if h[0].lower() != "content-length"])
        gone = asyncio.ensure_future(protocol.client_disconnect())
        self._open += 1
        try:
            with contextlib.suppress(RuntimeError):  # granian's word for a connection that is closed
                await self._tell(transport, gone, live)
        finally:
            self._open -= 1
            gone.cancel()

    async def _tell(self, transport: Any, gone: asyncio.Future[Any], live: Live) -> None:
        last, quiet = live.content.decode(), 0
        await transport.send_str(last)
        while not self._closing:
            await asyncio.wait({gone}, timeout=EVERY)
            if gone.done():
                return
            now, quiet = await self._now(live), quiet + 1
            if now != last or quiet >= ALIVE:
                await transport.send_str(now if now != last else ":\n\n")
                last, quiet = now, 0

    async def _now(self, live: Live) -> str:
        """What everybody with this key is told now. A database that does not answer ends the stream; the browser asks again."""
        at, said = self._said.get(live.key, (0.0, None))
        if said is None or (said.done() and time.monotonic() - at > EVERY * 0.9):
            said = asyncio.get_running_loop().run_in_executor(self._pool, _asked, live.ask)
            self._said[live.key] = time.monotonic(), said
        try:
            return await asyncio.shield(said)
        except Exception as error:
            raise RuntimeError("no news") from error


def _asked(ask: Callable[[], str]) -> str:
    """As a request would: with a connection that is still good."""
    close_old_connections()
    return ask()
