"""Connections are kept for ever (CONN_MAX_AGE), and before the first use in a request Django asks each whether it still
lives: by a statement, a journey to the server and back for every page. A server that went away has closed its end, and a
closed end can be seen from here without a journey."""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, but looks at the socket, and has a cursor for statements that stay the same."""

    def get_connection_params(self) -> dict[str, Any]:
        """With the number of times after which the server keeps a statement of `fixed_cursor`."""
        return super().get_connection_params() | {"prepare_threshold": self.settings_dict.get("PREPARE")}

    def init_connection_state(self) -> None:
        """With the times after which a process that serves people gives up a lock, and a page a statement (config.patience)."""
        super().init_connection_state()
        seconds = self.settings_dict.get("STATEMENT_SECONDS")
        limits = {"lock_timeout": self.settings_dict.get("LOCK_WAIT"), "statement_timeout": f"{round(seconds * 1000)}ms" if seconds else None}
        if given := [part for limit in limits.items() if limit[1] for part in limit]:
            with self.cursor() as cursor:
                cursor.execute(f"SELECT {', '.join(['set_config(%s, %s, false)'] * (len(given) // 2))}", given)

    def is_usable(self) -> bool:
        """Open, and nothing unasked-for has arrived: what arrives between two requests is the server's farewell."""
        if self.connection is None or self.connection.closed:
            return False
        waiting, _, _ = select.select([self.connection.fileno()], [], [], 0)
        return not waiting

    def fixed_cursor(self) -> Any:
        """Its parameters go to the server beside the statement, which the server then knows: kernel.fixed. All other cursors write
        them into the text, as Django wants it, for the ORM's statements do not say of which type a parameter is."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(base.ServerBindingCursor(self.connection))  # type: ignore[attr-defined,call-arg]
