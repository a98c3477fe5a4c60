"""Back to a moment on PostgreSQL: a base backup, the archived log, and somebody who dropped a table by mistake."""

from __future__ import annotations

import shutil
import time

import psycopg
import pytest
from bench import tools_postgres
from tests.support.mailserver import MailServer

from .conftest import Town
from .journeys import CLAIM

pytestmark = pytest.mark.postgres
FILE = [("start", {"slug": CLAIM}), ("fill", {}), ("submit", {}), ("work", {})]


@pytest.fixture
def kept(tmp_path):
    """A city hall on a server that archives its log."""
    mail = MailServer()
    mail.start()
    with tools_postgres.server(archive=True) as server:
        town = Town(tmp_path, server.make("town"), mail)
        yield server, town
        town.close()
    mail.stop()


def ask(town, sql):
    with psycopg.connect(town.database, autocommit=True) as connection:
        found = connection.execute(sql)
        return found.fetchone()[0] if found.description else None


def test_everything_up_to_a_moment_is_there_and_nothing_after_it(kept, tmp_path):
    server, town = kept
    first = town.well(FILE)["application"]
    base = server.folder / "base"
    server.base_backup(base)
    second = town.well(FILE)["application"]
    anchors = tmp_path / "anchors" / "seals.txt"
    shutil.copy(anchors, tmp_path / "anchors.of.that.moment")
    moment = str(ask(town, "SELECT now()"))
    time.sleep(0.3)
    third = town.well(FILE)["application"]
    ask(town, "DROP TABLE casework_note, intake_revision CASCADE")
    ask(town, "SELECT pg_switch_wal()")
    server.stop("fast")
    server.recover(base, moment)
    for _ in range(100):
        if not ask(town, "SELECT pg_is_in_recovery()"):
            break
        time.sleep(0.1)
    shutil.copy(tmp_path / "anchors.of.that.moment", anchors)
    assert town.faults([first, second]) == []
    assert "accepted and gone" in str(town.faults([third]))
    fourth = town.well(FILE)["application"]
    assert town.faults([first, second, fourth]) == [], "and the city hall goes on from there"
