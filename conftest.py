"""Fixtures shared by the tests beside the code (src/madoguchi/*/tests) and by those under tests/."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from tests.support.mailserver import MailServer

hypothesis.settings.register_profile("calm", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("calm")  # a busy machine is no fault: no test asserts a time


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> None:
    """A database of this process alone: a real file on SQLite (threads need one), an own name on PostgreSQL."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw")
    test = database.setdefault("TEST", {})
    if database["ENGINE"].endswith("sqlite3"):
        test["NAME"] = str(tmp_path_factory.mktemp("db") / f"{worker}.sqlite3")
    else:
        test["NAME"] = f"test_{database['NAME']}_{worker}_{os.getpid()}"


@pytest.fixture(scope="session", autouse=True)
def json_is_read_as_postgresql_keeps_it() -> None:
    """See tests.support.jsonb."""
    from tests.support.jsonb import read_as_kept

    read_as_kept()


@pytest.fixture(autouse=True)
def every_page_is_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever page a test is answered with: every form can be sent, nothing points to what is not there, and what its view says is seen."""
    from django.template.backends.jinja2 import Template
    from django.test import Client
    from tests.support.drawn import strict, watch

    monkeypatch.setattr(Client, "request", watch(Client.request))
    monkeypatch.setattr(Template, "render", strict(Template.render))


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    """What the process kept of the test before was true of that one's database, provider and municipality alone."""
    from madoguchi.adapters.oidc import metadata
    from madoguchi.inventory import counters
    from madoguchi.kernel import kinds, limits
    from madoguchi.offices import selectors as offices
    from madoguchi.procedures import selectors as procedures

    kinds.adopt(kinds.CITY)
    for memory in (procedures, offices, counters, limits, metadata):
        memory.forget()


@pytest.fixture
def places(settings, tmp_path: Path) -> Path:
    """Everything that is written to disk lies in this test's own folder."""
    settings.MADOGUCHI_DATA = tmp_path
    settings.FILES_ROOT = tmp_path / "files"
    settings.OUT_ROOT = tmp_path / "out"
    settings.MAIL_ROOT = tmp_path / "mail"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "incoming")
    for folder in ("files", "out", "mail", "incoming"):
        (tmp_path / folder).mkdir()
    return tmp_path


@pytest.fixture
def hall(db: None, places: Path, settings) -> Iterator:
    """An open city hall: trial staff, storage of its own, the clock held at Friday 2026-11-20 10:00 (see Hall)."""
    from tests.support.hall import OPENING, Hall

    from madoguchi.kernel import clock

    settings.SMTP, settings.MAILER = "", "madoguchi.adapters.mail.FolderMailer"
    settings.SIGNER, settings.SIGNERS = "test", {"test": "tests.support.signer.TestSigner"}
    with clock.frozen(OPENING):
        yield Hall(places)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A real SMTP server on the loopback that counts what it takes."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def data_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for city halls run as processes of their own."""
    folder = tmp_path_factory.mktemp("home")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)

DATABASE = {"db", "transactional_db", "django_db_setup", "founded"}  # pytest-django lets nobody else open one
OWN_PROCESSES = ("tests/crash/", "tests/deploy/", "tests/test_start.py")  # start city halls on the engine that the run is for


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that open no database are the same on every engine: they run once. What stands in tests/browser drives a browser."""
    root = Path(str(config.rootpath))
    for item in items:
        place = item.path.relative_to(root).as_posix()
        opens = DATABASE & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("django_db") or item.get_closest_marker("postgres")
        if not opens and not place.startswith(OWN_PROCESSES):
            item.add_marker("pure")
        if place.startswith("tests/browser/"):
            item.add_marker("browser")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What has been loaded and collected by now stays to the end: to look through half a million objects again and again for what nobody
    needs any more took a twentieth of the processor (measured on two rooms)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Whatever fails is told at once: a run that is stopped halfway has said what it knew."""
    if report.failed and not os.environ.get("PYTEST_XDIST_WORKER"):
        print(f"\n{report.nodeid} ({report.when})\n{report.longreprtext}", file=sys.stderr, flush=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """On CI, and wherever ./test has installed everything, nothing may be skipped: a skip is a step of set-up that is missing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    whole = os.environ.get("CI") or os.environ.get("MADOGUCHI_WHOLE")
    if whole and reporter and reporter.stats.get("skipped"):
        reporter.write_line("飛ばした試験があります / tests were skipped, see above", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
