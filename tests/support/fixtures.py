"""Fixtures shared by the tests beside the code (src/madoguchi/*/tests) and by those under tests/."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as examples
from tests.support.mailserver import MailServer

examples.register_profile("house", deadline=None)  # machines are shared: no test asserts a time
examples.load_profile("house")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A database of this process alone: a real file on SQLite (threads need one), an own name on PostgreSQL."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw")
    test = database.setdefault("TEST", {})
    if database["ENGINE"].endswith("sqlite3"):
        test["NAME"] = str(tmp_path_factory.mktemp("db") / f"{worker}.sqlite3")
    else:
        test["NAME"] = f"test_{database['NAME']}_{worker}_{os.getpid()}"


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
    from madoguchi.procedures import selectors

    settings.SMTP, settings.MAILER = "", "madoguchi.adapters.mail.FolderMailer"
    settings.SIGNER, settings.SIGNERS = "test", {"test": "tests.support.signer.TestSigner"}
    selectors.forget()
    with clock.frozen(OPENING):
        yield Hall(places)
    selectors.forget()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A real SMTP server on the loopback that counts what it takes."""
    server = MailServer()
    server.start()
    yield server
    server.stop()
