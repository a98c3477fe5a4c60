"""A city hall that runs as a process of its own on a real database, one per test process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from tests.support import gateway
from tests.support.mailserver import MailServer

ROOT = Path(__file__).resolve().parents[2]


class Town:
    """See tests/crash/driver.py. ``server`` is the mail server it writes to."""

    def __init__(self, home: Path, database: str, server: MailServer, cards: str = "") -> None:
        self.home, self.database, self.server = home, database, server
        self.env = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), "MADOGUCHI_ENV": "test", "MADOGUCHI_DATA": str(home),
            "DATABASE_URL": database, "MADOGUCHI_SMTP": server.address, "MADOGUCHI_LOG": "ERROR", "MADOGUCHI_KEYS": "",
            "MADOGUCHI_CARD_KEY": gateway.KEY, "MADOGUCHI_CARD_WEBHOOK_SECRET": gateway.SECRET, "MADOGUCHI_CARD_BASE": cards,
        }
        self.process = subprocess.Popen([sys.executable, "-m", "tests.crash.driver"], cwd=ROOT, env=self.env, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._read() == {"ready": True}

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the city hall's process is gone"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def order(self, **order: Any) -> dict[str, Any]:
        """Give one order and wait for the answer."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self._read()

    def do(self, acts: list[tuple[str, dict[str, Any]]], known: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Acts in one child."""
        return self.order(acts=acts, known=known or {}, **more)

    def well(self, acts: list[tuple[str, dict[str, Any]]], known: dict[str, Any] | None = None) -> dict[str, Any]:
        """Acts that must go through; what is known afterwards."""
        answer = self.do(acts, known)
        assert not answer["error"], answer.get("trace")
        assert not answer["killed"], answer
        said: dict[str, Any] = answer["said"]
        return said

    def faults(self, accepted: list[str] | None = None) -> list[str]:
        """What does not hold."""
        found: list[str] = self.well([("work", {}), ("faults", {"accepted": accepted or []})])["faults"]
        return found

    def close(self) -> None:
        """End it."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(20)


def database_make(home: Path) -> tuple[str, str]:
    """(the new database's address, the server's maintenance address or "")."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return f"sqlite:///{home / 'town.sqlite3'}", ""
    import psycopg

    parts = urlsplit(url)
    maintenance = urlunsplit(parts._replace(path="/postgres"))
    name = f"crash_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(maintenance, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(parts._replace(path=f"/{name}")), maintenance


def database_drop(url: str, maintenance: str) -> None:
    """Remove it again."""
    if maintenance:
        import psycopg

        with psycopg.connect(maintenance, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{urlsplit(url).path.lstrip("/")}" WITH (FORCE)')


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A running city hall."""
    home = tmp_path_factory.mktemp("town")
    url, maintenance = database_make(home)
    server = MailServer()
    server.start()
    with gateway.running() as cards:
        found = Town(home, url, server, cards.base)
        yield found
        found.close()
    server.stop()
    database_drop(url, maintenance)
