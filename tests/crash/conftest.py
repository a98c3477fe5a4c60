"""A city hall that runs as a process of its own on a real database, one per test process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from tests.support import gateway
from tests.support.mailserver import MailServer

ROOT = Path(__file__).resolve().parents[2]
MANY_ORDERS = 80


class Town:
    """See tests/crash/driver.py. ``server`` is the mail server it writes to. What its first day looked like is kept aside, so
    that a town in which much has happened can begin again: looking through all of it would cost more with every test."""

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
        self.orders, self.kept = 0, dict[str, Any]()
        self.first_day = home.with_name(f"{home.name}.first-day")
        shutil.copytree(home, self.first_day)
        database_copy(database, f"{database}_first_day")

    def begin_again(self) -> None:
        """Back to the first day, when no order is under way."""
        self.orders, self.kept = 0, {}
        shutil.rmtree(self.home)
        shutil.copytree(self.first_day, self.home)
        database_copy(f"{self.database}_first_day", self.database)

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the city hall's process is gone"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def order(self, **order: Any) -> dict[str, Any]:
        """Give one order and wait for the answer."""
        assert self.process.stdin
        self.orders += 1
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


def server_of(url: str) -> tuple[psycopg.Connection[Any], str]:
    """The server's maintenance database, and the name that the address gives."""
    parts = urlsplit(url)
    return psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True), parts.path.lstrip("/")


def database_make(home: Path) -> str:
    """A new database's address: a file of the town's folder, or one on the server that the tests run on."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return f"sqlite:///{home / 'town.sqlite3'}"
    server, _ = server_of(url)
    name = f"crash_{uuid.uuid4().hex[:12]}"
    with server:
        server.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def database_drop(url: str) -> None:
    """Remove it again, and whoever still looks at it."""
    if url.startswith("postgres"):
        server, name = server_of(url)
        with server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def database_copy(url: str, to: str) -> None:
    """Make ``to`` what ``url`` is. A file is copied with the town's folder."""
    if url.startswith("postgres"):
        database_drop(to)
        server, name = server_of(url)
        with server:
            server.execute(f'CREATE DATABASE "{urlsplit(to).path.lstrip("/")}" TEMPLATE "{name}"')


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A running city hall, one per test process."""
    home = tmp_path_factory.mktemp("town")
    url = database_make(home)
    server = MailServer()
    server.start()
    with gateway.running() as cards:
        found = Town(home, url, server, cards.base)
        yield found
        found.close()
    server.stop()
    database_drop(url)
    database_drop(f"{url}_first_day")


@pytest.fixture
def town(founded: Town) -> Town:
    """That city hall, not too old."""
    if founded.orders > MANY_ORDERS:
        founded.begin_again()
    return founded
