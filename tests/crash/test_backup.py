"""The real commands: a backup while people file, a backup that is killed, a restore that is killed, and everything that must
be refused."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from madoguchi.config import archive
from madoguchi.config.restore import backup_check
from madoguchi.kernel import keyring
from madoguchi.kernel.canon import canonical, keyed_digest, sha256

from .conftest import database_drop, database_make
from .journeys import CLAIM, QUICK

FILE = [("start", {"slug": QUICK}), ("fill", {}), ("submit", {}), ("work", {})]


def command(town, *words, **env):
    return subprocess.Popen([sys.executable, "-m", "madoguchi", *words], env=town.env | env, cwd=town.home, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def said(process, status=0):
    words, _ = process.communicate(timeout=180)
    assert process.returncode == status, words
    return words


@pytest.fixture
def empty(town, tmp_path, monkeypatch):
    """Settings of an empty city hall with the same keys."""
    monkeypatch.setenv("DATABASE_URL", town.database if town.database.startswith("postgres") else "")
    url = database_make(tmp_path)
    yield {"MADOGUCHI_DATA": str(tmp_path / "hall"), "DATABASE_URL": url, "MADOGUCHI_KEYS": str(town.home / "keys" / "ring.json")}
    database_drop(url)


@pytest.fixture
def taken(town, tmp_path_factory):
    """A backup as a folder and as a tar, of a city hall with files, letters and numbers in it."""
    if "taken" in town.kept:
        return town.kept["taken"]
    known = town.well([("start", {"slug": CLAIM}), ("fill", {}), ("submit", {}), ("numbers", {"count": 20}), ("work", {})])
    folder = tmp_path_factory.mktemp("backups")
    for name in ("whole", "whole.tar", "other"):
        said(command(town, "backup", str(folder / name)))
    town.kept["taken"] = folder, known["application"]
    return town.kept["taken"]


@pytest.fixture
def as_town(town, settings):
    """This process reads backups with the town's keys."""
    settings.MADOGUCHI_KEYS = str(town.home / "keys" / "ring.json")


# --- while people work


@pytest.mark.parametrize("name", ["busy", "busy.tar"])
def test_a_backup_taken_while_people_file_restores_whole(town, tmp_path, empty, name):
    before = [town.well(FILE)["application"] for _ in range(2)]
    draft = town.home / "drafts" / "tansaku.yaml"
    draft.parent.mkdir(exist_ok=True)
    draft.write_text("手続: tansaku\n名称: 探索の届出\n", encoding="utf-8")
    process = command(town, "backup", str(tmp_path / name))
    meanwhile = []
    while process.poll() is None:
        meanwhile.append(town.well(FILE)["application"])
    words = said(process)
    assert meanwhile, "nobody filed meanwhile: the test proves nothing"
    assert "鍵束は入っていません" in words
    assert sorted(p.name for p in tmp_path.iterdir() if name in p.name) == [name], "nothing is left beside it"
    restored = said(command(town, "restore", str(tmp_path / name), **empty))
    assert "職員のログインはすべて終わらせました" in restored
    assert "異常はありません" in restored
    assert (Path(empty["MADOGUCHI_DATA"]) / "drafts" / draft.name).read_bytes() == draft.read_bytes(), "work that lies in a file alone"
    assert "異常はありません" in said(command(town, "audit", "verify", **empty))
    code = "from madoguchi.intake.models import Application; print(*Application.objects.values_list('id', flat=True))"
    there = said(command(town, "shell", "-v0", "-c", code, **empty))
    assert [a for a in before if a not in there] == []
    assert town.faults([*before, *meanwhile]) == []


def test_bytes_that_went_during_the_backup_are_in_it_and_are_swept_afterwards(settings, tmp_path, db):
    """A draft thrown away between the copy of the database and the copy of its file."""
    from madoguchi.files.models import StoredFile
    from madoguchi.files.public import bytes_held, file_delete, file_write, sweep_strays

    settings.FILES_ROOT = tmp_path / "files"
    settings.FILES_ROOT.mkdir()
    file = file_write(data=b"x", name="x.pdf", kind="application/pdf", owner="draft:1")
    path = settings.FILES_ROOT / file.place
    with bytes_held():
        file_delete(file=file)
        assert not StoredFile.objects.exists()
        assert sweep_strays(older_than=-1) == 0
        assert path.exists()
    assert sweep_strays(older_than=-1) == 1
    assert not path.exists()
    second = file_write(data=b"x", name="x.pdf", kind="application/pdf", owner="draft:1")
    file_delete(file=second)
    assert not (settings.FILES_ROOT / second.place).exists(), "without a backup they go at once"


def test_the_keys_are_not_in_it(town, taken):
    folder, _ = taken
    ring = keyring.load((town.home / "keys" / "ring.json").read_text())
    secret = [*ring.seal.known.values(), *ring.search.known.values(), ring.root, *ring.fixed.values()]
    for path in [folder / "whole.tar", *(p for p in (folder / "whole").rglob("*") if p.is_file())]:
        data = path.read_bytes()
        assert not [s for s in secret if s in data or __import__("base64").b64encode(s) in data], path
    manifest = json.loads((folder / "whole" / "manifest.json").read_text())["backup"]
    assert manifest["keys"]["included"] is False
    assert set(manifest["keys"]["needed"]) == {*ring.seal.known, *ring.search.known}


# --- killed


@pytest.mark.parametrize(("point", "name"), [
    ("backup.after_database", "half.tar"), ("backup.part", "half"), ("backup.before_manifest", "half.tar"), ("backup.before_rename", "half"),
])
def test_a_backup_that_is_killed_leaves_nothing_that_looks_whole(town, taken, tmp_path, point, name):
    target = tmp_path / name
    killed = command(town, "backup", str(target), MADOGUCHI_FAIL=point)
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert not target.exists()
    left = [p for p in tmp_path.iterdir() if not p.name.startswith(".")]
    assert left == []
    said(command(town, "backup", str(target)))
    assert "控えは揃っています" in said(command(town, "restore", "--check", str(target)))
    assert [p.name for p in tmp_path.iterdir() if "part" in p.name] == []


def test_a_half_backup_that_somebody_gave_a_good_name_is_refused(town, taken, tmp_path, as_town):
    command(town, "backup", str(tmp_path / "half"), MADOGUCHI_FAIL="backup.before_manifest").communicate(timeout=120)
    (tmp_path / ".half.part").rename(tmp_path / "good")
    with pytest.raises(archive.BackupWrong, match="取り終わっていない"):
        backup_check(tmp_path / "good")


@pytest.mark.parametrize("point", ["restore.begun", "restore.part", "restore.before_database", "restore.before_proof"])
def test_a_restore_that_is_killed_goes_on_when_it_is_begun_again(town, taken, empty, point):
    folder, application = taken
    killed = command(town, "restore", str(folder / "whole.tar"), MADOGUCHI_FAIL=point, **empty)
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    if point == "restore.part":
        assert "別の控え" in said(command(town, "restore", str(folder / "other"), **empty), status=2)
    assert "異常はありません" in said(command(town, "restore", str(folder / "whole.tar"), **empty))
    if point == "restore.before_proof":
        assert "空ではありません" in said(command(town, "restore", str(folder / "whole.tar"), **empty), status=2)


# --- refused


def test_a_target_in_use_is_refused_and_not_touched(town, taken, tmp_path, empty):
    folder, application = taken
    assert "データベースが空ではありません" in said(command(town, "restore", str(folder / "whole")), status=2)
    assert town.faults([application]) == []
    stray = Path(empty["MADOGUCHI_DATA"]) / "files" / "aa"
    stray.mkdir(parents=True)
    (stray / "x").write_text("x")
    assert "files が空ではありません" in said(command(town, "restore", str(folder / "whole"), **empty), status=2)
    assert "もうあります" in said(command(town, "backup", str(folder / "whole")), status=2)


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def first_file(folder):
    return next(p for p in sorted((folder / "files").rglob("*")) if p.is_file())


def database_of(folder):
    return next(folder.glob("database.*"))


def said_so(folder, change, keys=None):
    """Change the manifest and make its digest fit; with ``keys`` its binding to the ring, too."""
    path = folder / "manifest.json"
    whole = json.loads(path.read_text())
    change(whole["backup"])
    plain = canonical(whole["backup"])
    whole["sha256"] = sha256(plain)
    if keys:
        whole["mac"] = keyed_digest(keys, plain)
    path.write_text(json.dumps(whole))


DAMAGE = {
    "a file cut short": (lambda f: os.truncate(first_file(f), 10), "壊れています"),
    "a file changed": (lambda f: flip(first_file(f)), "壊れています"),
    "a file missing": (lambda f: first_file(f).unlink(), "がありません"),
    "a file too many": (lambda f: (f / "files" / "more").write_text("x"), "目録にない"),
    "the database changed": (lambda f: flip(database_of(f)), "壊れています"),
    "the database cut short": (lambda f: os.truncate(database_of(f), database_of(f).stat().st_size // 2), "壊れています"),
    "the list changed": (lambda f: (f / "files.list").write_text("0 x\n"), "files.list が壊れています"),
    "the anchors missing": (lambda f: (f / "anchors" / "seals.txt").unlink(), "がありません"),
    "no manifest": (lambda f: (f / "manifest.json").unlink(), "取り終わっていない"),
    "the manifest changed": (lambda f: flip(f / "manifest.json"), "manifest.json が壊れています"),
    "the manifest forged": (lambda f: said_so(f, lambda b: b["counts"].update(casework_case=0)), "鍵束"),
    "empty": (lambda f: [shutil.rmtree(f), f.mkdir()], "取り終わっていない"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_backup_is_refused(taken, tmp_path, as_town, what):
    change, words = DAMAGE[what]
    folder = shutil.copytree(taken[0] / "whole", tmp_path / "damaged")
    backup_check(folder)
    change(folder)
    with pytest.raises(archive.BackupWrong, match=words):
        backup_check(folder)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_tar_cut_short_is_refused(taken, tmp_path, as_town, part):
    data = (taken[0] / "whole.tar").read_bytes()
    end = data.rstrip(b"\0")
    (tmp_path / "cut.tar").write_bytes(end[:int(len(end) * part)])
    with pytest.raises(archive.BackupWrong):
        backup_check(tmp_path / "cut.tar")


def test_what_is_no_backup_at_all_is_refused(tmp_path, as_town):
    (tmp_path / "x.tar").write_bytes(b"hello")
    for path in (tmp_path / "x.tar", tmp_path / "nowhere", tmp_path):
        with pytest.raises(archive.BackupWrong):
            backup_check(path)


def test_a_backup_of_another_version_database_or_ring_is_refused(taken, tmp_path, as_town, settings):
    from madoguchi.kernel import keys

    folder, mac = shutil.copytree(taken[0] / "whole", tmp_path / "other"), keys.subkey("backup")
    manifest = (folder / "manifest.json").read_text()
    for change, words in (
        (lambda b: b.update(format=2), "形式が 2"), (lambda b: b["migrations"].append(["casework", "0999_later"]), "新しい版"),
        (lambda b: b.update(database="oracle"), "oracle"), (lambda b: b["keys"].update(needed=["k99"]), "k99"),
    ):
        said_so(folder, change, mac)
        with pytest.raises(archive.BackupWrong, match=words):
            backup_check(folder)
        (folder / "manifest.json").write_text(manifest)
    keys.ring_make(tmp_path / "ring.json")
    settings.MADOGUCHI_KEYS = str(tmp_path / "ring.json")
    with pytest.raises(archive.BackupWrong, match="鍵束"):
        backup_check(folder)


def test_a_tar_that_points_outside_is_refused(taken, tmp_path, as_town):
    """Names come from the manifest, which is bound to the ring; a name that climbs out is refused all the same."""
    path = tmp_path / "climb.tar"
    with tarfile.open(taken[0] / "whole.tar") as old, tarfile.open(path, "w") as new:
        for member in old.getmembers():
            new.addfile(member, old.extractfile(member))
        import io

        entry = tarfile.TarInfo("files/../../climbed")
        entry.size = 1
        new.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(archive.BackupWrong, match="目録にない"):
        backup_check(path)


def test_a_damaged_file_of_the_city_hall_itself_is_said_and_the_backup_is_taken_all_the_same(town, taken, tmp_path, empty):
    known = town.well([("start", {"slug": CLAIM}), ("fill", {}), ("submit", {}), ("work", {})])
    code = ("from madoguchi.files.models import StoredFile; from django.conf import settings; "
            "row = StoredFile.objects.order_by('-created_at').first(); print(settings.FILES_ROOT / row.place)")
    path = Path(said(command(town, "shell", "-v0", "-c", code)).split()[-1])
    whole = path.read_bytes()
    try:
        flip(path)
        words = said(command(town, "backup", str(tmp_path / "faulty.tar")), status=1)
        assert "中身が記録と違います" in words
    finally:
        path.write_bytes(whole)
    restored = said(command(town, "restore", str(tmp_path / "faulty.tar"), **empty))
    assert "控えを取ったときから異常があったもの" in restored
    assert town.faults([known["application"]]) == []


def test_digests_of_files_are_those_of_the_rows(taken):
    listing = (taken[0] / "whole" / "files.list").read_text().splitlines()
    assert listing
    for line in listing:
        digest, place = line.split(" ", 1)
        assert hashlib.sha256((taken[0] / "whole" / "files" / place).read_bytes()).hexdigest() == digest

