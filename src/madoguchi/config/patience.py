"""How long a page or the worker waits for what somebody else has locked. SQLite gives up after 20 seconds (config.env); PostgreSQL would
wait for ever, and eight pages that wait are a city hall that stands still. Commands wait as long as it takes: a migration, a backup."""

from __future__ import annotations

from django.db import connections

LOCK_WAIT = "20s"


def served() -> None:
    """This process serves people: from now on its connections give up a lock after a while, and the page says that it did not work."""
    connections.settings["default"].setdefault("LOCK_WAIT", LOCK_WAIT)
