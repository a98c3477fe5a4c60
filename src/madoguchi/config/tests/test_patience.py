"""A statement of a page that runs without end is ended, on both engines, and the page says what to do; what is no page runs on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from madoguchi.config import patience
from madoguchi.kernel.health import too_slow

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x % 7 + 1 FROM n) SELECT count(*) FROM n"
SAID = {"ja": "途中でやめました", "en": "was stopped", "zh-hans": "已中途停止", "vi": "Đã dừng giữa chừng", "pt": "foi interrompido",
        "ja-easy": "とちゅうで やめました"}


@pytest.fixture
def impatient(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """A connection of a process that answers pages, which waits for a fifth of a second."""
    monkeypatch.setitem(connections.settings["default"], "STATEMENT_SECONDS", 0.2)
    found = connections.create_connection("default")
    found.ensure_connection()
    patience.watched(found)
    yield found
    found.close()


def test_a_statement_without_end_is_ended_and_the_connection_goes_on(impatient):
    for _ in range(2):
        with pytest.raises(OperationalError) as ended, impatient.cursor() as cursor:
            cursor.execute(ENDLESS)
            cursor.fetchone()
        assert too_slow(ended.value)
        with impatient.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)


def test_a_lock_that_is_given_up_is_something_else():
    assert not too_slow(OperationalError("database is locked"))
    assert not too_slow(None)


def test_a_new_connection_of_the_same_thread_is_watched_once(impatient):
    before = len(impatient.execute_wrappers)
    patience.watched(impatient)
    assert len(impatient.execute_wrappers) == before


def test_what_a_page_does_between_two_rows_is_no_work_of_the_statement(monkeypatch: pytest.MonkeyPatch):
    at = iter([0.0, 100.0, 100.2, 100.4, 500.0, 500.1])
    monkeypatch.setattr("madoguchi.config.patience.time.monotonic", lambda: next(at))
    spent = patience.Spent(1.0)
    assert spent.begun(lambda *statement: statement, "SELECT 1", None) == ("SELECT 1", None)
    assert [spent.over() for _ in range(4)] == [False, False, False, True]


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch, settings) -> Iterator[None]:
    """Pages ask something that has no end, in a process that waits for a fifth of a second."""
    def ask(*_: object, **__: object) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT set_config('statement_timeout', '200ms', true)")
            else:
                monkeypatch.setitem(connection.settings_dict, "STATEMENT_SECONDS", 0.2)
                patience.watched(connection)
            cursor.execute(ENDLESS)

    monkeypatch.setattr("madoguchi.procedures.views.city", ask)
    monkeypatch.setattr("madoguchi.api.routes.limits.take", ask)
    yield
    if connection.vendor == "sqlite":
        connection.execute_wrappers.pop()
        connection.connection.set_progress_handler(None, 0)


@pytest.mark.parametrize("language", SAID)
def test_the_page_says_so_in_the_language_of_the_reader(hall, endless, language: str):
    client = Client(raise_request_exception=False)
    client.cookies["ui_lang"] = language
    answer = client.get("/")
    text = answer.content.decode()
    assert answer.status_code == 503
    assert SAID[language] in text
    assert 'href="tel:' in text
    assert "RECURSIVE" not in text


def test_a_program_reads_it_as_a_problem(hall, endless):
    answer = Client(raise_request_exception=False).get("/api/v1/procedures")
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (503, "application/problem+json", "too_slow")


SETUP = "import django; django.setup()\n"
WORKER = (f"{SETUP}from madoguchi.config.management.commands import worker\n"
          "worker.swept = worker.outbox.run_once = worker.outbox.heartbeat = worker.Command._seal = lambda *_: None\n"
          "worker.Command().handle(once=True)")


@pytest.mark.parametrize(("code", "set_to", "seconds"), [
    ("import madoguchi.config.wsgi", "", "60"), ("import madoguchi.config.wsgi", "7", "7"), ("import madoguchi.config.wsgi", "0", "0"),
    (WORKER, "", "None"), (SETUP, "", "None")])
def test_pages_have_a_limit_and_the_worker_and_commands_have_none(code: str, set_to: str, seconds: str):
    run = subprocess.run([sys.executable, "-c", f"{code}\nfrom django.db import connections\n"
                          "print(connections.settings['default'].get('STATEMENT_SECONDS'))"],
                         env=os.environ | {"DJANGO_SETTINGS_MODULE": "madoguchi.config.settings", "MADOGUCHI_PAGE_SECONDS": set_to},
                         capture_output=True, text=True, check=True)
    assert run.stdout.split()[-1] == seconds, run.stdout
