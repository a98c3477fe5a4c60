"""The port to the virus scanner: the real clamd with a signature of EICAR alone, and daemons that misbehave."""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
from tests.support import papers

from madoguchi.adapters.clamd import ClamScanner
from madoguchi.files.errors import FileRefused
from madoguchi.files.ports import Away, Clean, Infected
from madoguchi.files.public import file_keep

# The harmless file that every scanner knows (eicar.org); in two parts, so that no scanner takes this test for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


@pytest.fixture(scope="session")
def clamd(tmp_path_factory):
    """A private daemon; its only signature is EICAR, for the real database may not be downloaded here."""
    if CLAMD is None:
        pytest.fail("clamd is missing: sudo apt-get install -y clamav-daemon")
    home = tmp_path_factory.mktemp("clamd")
    (home / "db").mkdir()
    (home / "db" / "eicar.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR[:36].hex()}\n")
    port, place = free_port(), home / "s"
    (home / "clamd.conf").write_text(
        f"DatabaseDirectory {home / 'db'}\nLocalSocket {place}\nTCPSocket {port}\nTCPAddr 127.0.0.1\nForeground yes\n"
        f"LogFile {home / 'log'}\nStreamMaxLength 20M\nUser {home.owner()}\n")
    with subprocess.Popen([CLAMD, "-c", str(home / "clamd.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon:
        for _ in range(300):
            if place.exists() and daemon.poll() is None and not isinstance(ClamScanner(str(place)).scan(io.BytesIO(b"x")), Away):
                break
            time.sleep(0.1)
        else:
            daemon.kill()
            pytest.fail((home / "log").read_text() if (home / "log").exists() else "clamd does not start")
        yield {"socket": str(place), "tcp": f"127.0.0.1:{port}"}
        daemon.terminate()
        daemon.wait(20)


@pytest.mark.parametrize("way", ["socket", "tcp"])
class TestTheRealDaemon:
    def test_a_photo_is_clean(self, clamd, way):
        assert ClamScanner(clamd[way]).scan(io.BytesIO(papers.jpeg())) == Clean()

    def test_eicar_is_found(self, clamd, way):
        assert ClamScanner(clamd[way]).scan(io.BytesIO(EICAR)) == Infected("Eicar-Test-Signature.UNOFFICIAL")

    def test_a_file_of_many_pieces_is_read_to_its_end(self, clamd, way):
        assert isinstance(ClamScanner(clamd[way]).scan(io.BytesIO(b"\0" * 300_000 + EICAR)), Infected)


def test_an_infected_upload_is_refused_and_leaves_nothing(db, places: Path, settings, clamd):
    settings.CLAMD = clamd["socket"]
    bad = papers.pdf() + b"\n%" + EICAR
    with pytest.raises(FileRefused, match="file_refused") as refused:
        file_keep(source=io.BytesIO(bad), name="a.pdf", size=len(bad), owner="draft:x")
    assert "ウイルスが見つかった" in refused.value.ja
    assert not [p for p in (places / "files").rglob("*") if p.is_file()]
    good = papers.jpeg()
    assert file_keep(source=io.BytesIO(good), name="a.jpg", size=len(good), owner="draft:x").size


def test_while_the_scanner_is_away_nothing_is_taken_in(db, places: Path, settings):
    settings.CLAMD = str(places / "nothing-here")
    good = papers.jpeg()
    with pytest.raises(FileRefused) as refused:
        file_keep(source=io.BytesIO(good), name="a.jpg", size=len(good), owner="draft:x")
    assert "数分たってから" in refused.value.ja


@pytest.mark.parametrize("said", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"x" * 10_000])
def test_a_daemon_that_says_something_else_is_away(said):
    with socket.create_server(("127.0.0.1", 0)) as door:
        def once():
            line, _ = door.accept()
            with line:
                line.recv(1 << 16)
                line.sendall(said)

        thread = threading.Thread(target=once)
        thread.start()
        verdict = ClamScanner(f"127.0.0.1:{door.getsockname()[1]}").scan(io.BytesIO(b"x"))
        thread.join()
    assert isinstance(verdict, Away)
