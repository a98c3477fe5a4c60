"""A connection that the server has ended is noticed before a page uses it; a lock is not waited for without end."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import OperationalError, connection, connections


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_ended_connection_is_noticed_and_replaced():
    if connection.vendor != "postgresql":
        pytest.fail("this test is marked for PostgreSQL")
    connection.ensure_connection()
    assert connection.is_usable()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        while True:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [pid])
            if not cursor.fetchone()[0]:
                break
    other.close()
    assert not connection.is_usable()
    connection.health_check_done = False
    connection.close_if_health_check_failed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_serves_people_gives_up_a_lock(monkeypatch):
    held = connections.create_connection("default")
    monkeypatch.setitem(connections.settings["default"], "LOCK_WAIT", "200ms")
    waits = connections.create_connection("default")
    held.set_autocommit(False)
    try:
        with held.cursor() as cursor:
            cursor.execute("LOCK TABLE intake_draft IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(OperationalError, match="lock timeout"), waits.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM intake_draft")
    finally:
        held.rollback()
        held.close()
        waits.close()


SETUP = "import django; django.setup()\n"
WORKER = (f"{SETUP}from madoguchi.config.management.commands import worker\n"
          "worker.swept = worker.outbox.run_once = worker.outbox.heartbeat = worker.Command._seal = lambda *_: None\n"
          "worker.Command().handle(once=True)")


@pytest.mark.parametrize(("code", "wait"), [("import madoguchi.config.wsgi", "20s"), (WORKER, "20s"), (SETUP, None)])
def test_pages_and_the_worker_do_and_commands_wait(code: str, wait: str | None):
    run = subprocess.run([sys.executable, "-c", f"{code}\nfrom django.db import connections\n"
                          "print(connections.settings['default'].get('LOCK_WAIT'))"],
                         env=os.environ | {"DJANGO_SETTINGS_MODULE": "madoguchi.config.settings"}, capture_output=True, text=True, check=True)
    assert run.stdout.split()[-1] == str(wait), run.stdout
