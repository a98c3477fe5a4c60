"""Connections are kept for ever (CONN_MAX_AGE), and before the first use in a request Django asks each whether it still
lives: by a statement, a journey to the server and back for every page. A server that went away has closed its end, and a
closed end can be seen from here without a journey."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, but looks at the socket."""

    def is_usable(self) -> bool:
        """Open, and nothing unasked-for has arrived: what arrives between two requests is the server's farewell."""
        if self.connection is None or self.connection.closed:
            return False
        waiting, _, _ = select.select([self.connection.fileno()], [], [], 0)
        return not waiting
