"""/healthz: 200 when web, database and worker are well, else 503 with the reason."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import OperationalError, connections

from madoguchi.kernel import clock, health, outbox


@pytest.fixture
def well(db, monkeypatch):
    monkeypatch.setattr(health, "_file", [])
    outbox.heartbeat("worker")


def asked(client):
    answer = client.get("/healthz")
    return answer.status_code, answer.json().get("reason", "")


def test_all_well(client, well):
    assert asked(client) == (200, "")


def test_no_worker_was_ever_seen(client, db, monkeypatch):
    monkeypatch.setattr(health, "_file", [])
    assert asked(client) == (503, "worker: not seen yet")


def test_the_worker_is_quiet(client, well):
    with clock.frozen(clock.now() + dt.timedelta(seconds=75)):
        assert asked(client) == (503, "worker: no heartbeat for 75 seconds")


def test_the_database_does_not_answer(client, well, monkeypatch):
    def away():
        raise OperationalError("gone")

    with monkeypatch.context() as just_now:
        just_now.setattr(connections["default"], "cursor", away)
        assert asked(client) == (503, "database: OperationalError")


def test_a_deleted_or_replaced_file_is_seen_although_sqlite_goes_on_answering(client, well, monkeypatch, tmp_path):
    here = tmp_path / "here.sqlite3"
    here.write_bytes(b"")
    monkeypatch.setattr(connections["default"], "vendor", "sqlite")  # a server's database is not our file
    monkeypatch.setitem(connections["default"].settings_dict, "NAME", str(here))
    assert asked(client) == (200, "")
    other = tmp_path / "other"
    other.write_bytes(b"")
    other.replace(here)
    assert "replaced" in asked(client)[1]
    here.unlink()
    assert asked(client)[0] == 503
    assert "gone" in asked(client)[1]
