"""How long a page or the worker waits for what somebody else has locked, and for how long one statement of a page may run. SQLite gives
up a lock after 20 seconds (config.env); PostgreSQL would wait for ever, and eight pages that wait, or search without end, are a city hall
that stands still. Commands wait as long as it takes: a migration, a backup, an import. So does what the worker does, but for locks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

LOCK_WAIT = "20s"
OPCODES = 1_000_000  # of SQLite between two looks at the clock: some 20 ms
PAUSE = 0.5  # seconds; a longer gap between two looks is no work of the statement: the page did something else between two rows


def served() -> None:
    """This process serves people: from now on its connections give up a lock after a while, and the page says that it did not work."""
    connections.settings["default"].setdefault("LOCK_WAIT", LOCK_WAIT)


def paged() -> None:
    """This process answers pages: beside `served`, from now on its connections end a statement that runs too long, and the page says so
    (web.views.server_error)."""
    served()
    connections.settings["default"].setdefault("STATEMENT_SECONDS", settings.PAGE_SECONDS)
    connection_created.connect(watched, dispatch_uid="patience")


def watched(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """A new connection to SQLite looks at the clock while a statement runs; PostgreSQL does so itself (config.postgres)."""
    seconds = connection.settings_dict.get("STATEMENT_SECONDS")
    if not seconds or connection.vendor != "sqlite":
        return
    spent = Spent(seconds)
    connection.execute_wrappers[:] = [w for w in connection.execute_wrappers if not isinstance(getattr(w, "__self__", None), Spent)]
    connection.execute_wrappers.append(spent.begun)
    connection.connection.set_progress_handler(spent.over, OPCODES)


class Spent:
    """How long the latest statement of a connection has been at work."""

    def __init__(self, most: float) -> None:
        self.most = most
        self.seconds, self.looked = 0.0, 0.0

    def begun(self, execute: Callable[..., Any], *statement: Any) -> Any:
        """A statement begins (a wrapper of Django's `execute`)."""
        self.seconds, self.looked = 0.0, time.monotonic()
        return execute(*statement)

    def over(self) -> bool:
        """SQLite asks whether to end it."""
        now = time.monotonic()
        self.seconds += min(now - self.looked, PAUSE)
        self.looked = now
        return self.seconds > self.most
