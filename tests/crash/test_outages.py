"""What is around the city hall goes away for a while: it says so or waits, keeps what it was given, and catches up."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import contextmanager

import pytest

from .journeys import CLAIM, JOURNEYS

FILLED = [("start", {"slug": CLAIM}), ("fill", {})]
FILED = [*FILLED, ("submit", {}), ("work", {})]
DECIDED = JOURNEYS["claim"][:-1]  # without the worker that issues and delivers


# --- the real command, killed for real


def worker(town, **env):
    return subprocess.run([sys.executable, "-m", "madoguchi", "worker", "--once"], env=town.env | env, cwd=town.home,
                          capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("point", ["worker.after_lease", "worker.after_effect", "worker.after_finish"])
def test_the_worker_command_dies_and_the_next_one_goes_on(town, tmp_path, point):
    known = town.well([*FILLED, ("submit", {}), ("age", {})])
    died = worker(town, MADOGUCHI_FAIL=point)
    assert died.returncode == -signal.SIGKILL, died.stderr
    town.well([("age", {})])
    after = worker(town)
    assert after.returncode == 0, after.stderr
    town.well([("age", {}), ("work", {})], known)
    assert town.well([("look", {})], known)["state"] == "received"
    assert town.faults([known["application"]]) == []


# --- the mail server is away


def test_without_the_mail_server_everything_else_goes_on_and_the_mail_follows(town):
    town.server.stop()
    try:
        away = town.well([*FILLED, ("submit", {}), ("work", {"patience": 40})])
        seen = town.well([("look", {})], away)
        assert (seen["state"], seen["status"]) == ("received", "filed")
        before = len(town.server.letters)
    finally:
        town.server.start()
    town.well([("work", {})], away)
    assert len(town.server.letters) == before + 1
    assert town.faults([away["application"]]) == []


@pytest.mark.parametrize("hang_up", ["data", "after"])
def test_a_mail_server_that_hangs_up_gets_the_letter_again_under_the_same_id(town, hang_up):
    before = len(town.server.ids())
    town.server.hang_up = hang_up
    try:
        known = town.well([*FILLED, ("submit", {}), ("work", {"patience": 12})])
    finally:
        town.server.hang_up = ""
    town.well([("work", {})], known)
    ids = town.server.ids()[before:]
    assert len(set(ids)) == 1
    assert town.faults([known["application"]]) == []


@pytest.mark.parametrize(("point", "copies"), [("notifications.after_send", 2), ("notifications.begun", 0)])
def test_a_mail_that_two_deaths_left_in_doubt_waits_for_the_operator(town, point, copies):
    """The machine dies twice in the same place. No third copy goes by itself, and a mail that never left is not lost."""
    before = len(town.server.ids())
    known = town.well([*FILLED, ("submit", {})])
    for _ in range(2):
        died = town.do([("work", {})], known, fail=point)
        assert died["killed"] == signal.SIGKILL
        town.well([("age", {})])
    town.well([("work", {})], known)
    ids = town.server.ids()[before:]
    assert (len(ids), len(set(ids))) == (copies, min(copies, 1))
    assert [f for f in town.faults([known["application"]]) if "2通届いているかもしれません" in f]
    assert len(town.well([("unsure", {"arrived": ids})])["unsure"]) == 1
    assert town.faults([known["application"]]) == []
    assert len(town.server.ids()[before:]) == max(copies, 1)


# --- the core system's folder is gone


def test_without_the_folder_of_the_core_system_parcels_wait_and_follow(town):
    known = town.well(DECIDED)
    out, aside = town.home / "out", town.home / "out.aside"
    if out.exists():
        out.rename(aside)
    out.write_text("a file where the folder was")
    try:
        away = town.well([("work", {"patience": 40})], known)
        assert town.well([("look", {})], away)["status"] == "decided", "the applicant's letter does not wait for it"
    finally:
        out.unlink()
        if aside.exists():
            shutil.move(aside, out)
    town.well([("work", {})], away)
    assert town.faults([known["application"]]) == []


def test_a_full_disk_while_the_parcel_is_written_leaves_no_torn_file(town, tmp_path):
    known = town.well(DECIDED)
    struck = town.do([("work", {})], known, fail="core_folder.before_rename:error", once=str(tmp_path / "struck"))
    assert (tmp_path / "struck").exists()
    assert not struck["killed"]
    town.well([("work", {})], known)
    assert town.faults([known["application"]]) == []


# --- the database is locked


@contextmanager
def locked(town):
    """Somebody else holds the database: the writer's lock on SQLite, the drafts' table on PostgreSQL."""
    if town.database.startswith("sqlite"):
        other = sqlite3.connect(town.database.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        import psycopg

        other = psycopg.connect(town.database)
        other.execute("LOCK TABLE intake_draft, intake_application, kernel_message IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


@pytest.mark.parametrize("act", ["submit", "work"])
def test_a_locked_database_refuses_clearly_and_keeps_the_draft(town, act):
    known = town.well(FILLED if act == "submit" else [*FILLED, ("submit", {})])
    with locked(town):
        failed = town.do([(act, {})], known, lock_wait=0.2)
    assert failed["error"] == "OperationalError"
    seen = town.well([("look", {})], known)
    if act == "submit":
        assert (seen["draft"], seen["applications"], seen["answers"] > 0) == ("open", 0, True)
    known = town.well([("submit", {}), ("work", {})], known)
    assert town.faults([known["application"]]) == []


def test_the_page_says_that_it_did_not_work_and_nothing_is_lost(town):
    """Through the web: an error page that says what to do, and pressing again files."""
    known = town.well(FILLED)
    with locked(town):
        pressed = town.do([("press", {})], known, lock_wait=0.2)
    assert pressed["said"]["status"] == 500
    assert "残っています" in pressed["said"]["page"]
    again = town.well([("press", {})], known)
    assert again["status"] == 303
    known = town.well([("press", {}), ("work", {})], known)
    assert town.well([("look", {})], known)["applications"] == 1
    assert town.faults() == []


def test_a_full_disk_while_a_photo_arrives_is_said_and_keeps_the_draft(town, tmp_path):
    known = town.well([("start", {"slug": CLAIM})])
    failed = town.do([("fill", {})], known, fail="files.write:error", once=str(tmp_path / "struck"))
    assert failed["error"] == "OSError"
    seen = town.well([("look", {})], known)
    assert seen["draft"] == "open"
    assert seen["answers"] > 10, "every page saved before is there"
    known = town.well([("fill", {}), ("submit", {}), ("work", {})], known)
    assert town.faults([known["application"]]) == []
