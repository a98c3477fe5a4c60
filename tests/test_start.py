"""How a city hall starts and ends: one line that says what to set, one hall a port, nobody left behind."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError

from madoguchi.config import env, production, unreached
from madoguchi.config.env import SettingWrong
from madoguchi.config.family import Family, port_fault
from madoguchi.config.management.commands import setup
from madoguchi.config.placeholders import is_placeholder
from madoguchi.identity.public import TRIAL_PASSWORD, staff_enrol
from madoguchi.kernel.errors import StartRefused
from madoguchi.kernel.keys import ring_make
from madoguchi.kernel.limits import Rate
from madoguchi.offices.city import read_city
from madoguchi.offices.errors import CityWrong

ROOT = Path(__file__).resolve().parents[1]


def madoguchi(*args, **env):
    """The command line in a clean environment."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MADOGUCHI_", "DATABASE_", "PORT"))}
    return subprocess.run([sys.executable, "-m", "madoguchi", *args], env=clean | {"PYTHONPATH": str(ROOT / "src")} | env,
                          capture_output=True, text=True, timeout=60, check=False)


def test_files_are_looked_for_where_the_caller_stands_and_modules_are_not(tmp_path):
    here = tmp_path / "の下"
    here.mkdir()
    (here / "json.py").write_text("raise SystemExit('taken from the folder of the caller')")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MADOGUCHI_", "DATABASE_", "PORT", "PYTHON"))}
    done = subprocess.run([ROOT / "madoguchi", "register", "generate", "--people", "20", "--seed", "1", "--out", "town.csv"], cwd=here,
                          env=clean | {"MADOGUCHI_DATA": str(tmp_path / "data"), "CDPATH": str(ROOT.parent)}, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-300:]
    assert (here / "town.csv").exists() and not (ROOT / "town.csv").exists()


@pytest.mark.parametrize("command", ["madoguchi", "up"])
def test_packages_that_could_not_be_had_are_told_and_asked_for_again(tmp_path, command):
    """No network at the first start: nothing passes for installed, so that the next start goes on instead of ending in a traceback."""
    for name in (".tools", "requirements", command):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_NO_INDEX": "1", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull,
               "MADOGUCHI_PYTHON": sys.executable}
    for _ in range(2):
        done = subprocess.run([tmp_path / command, "help"], env={"PATH": os.environ["PATH"]} | nowhere, capture_output=True, text=True, timeout=120,
                              check=False)
        assert done.returncode == 1
        assert "部品を入れられませんでした" in done.stderr and "Traceback" not in done.stderr
    assert not list((tmp_path / ".venv").glob(".installed-*"))


def test_a_command_in_a_place_that_nobody_has_set_up_says_so(tmp_path):
    done = madoguchi("collection", "verify", MADOGUCHI_DATA=str(tmp_path))
    assert (done.returncode, "madoguchi setup" in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr[-300:]


@pytest.mark.parametrize(("env", "words"), [
    ({"MADOGUCHI_ENV": "prod"}, "MADOGUCHI_ENV は trial か production"),
    ({"MADOGUCHI_ENV": "production"}, "鍵束がありません"),
    ({"MADOGUCHI_WORKERS": "x"}, "MADOGUCHI_WORKERS は数字"),
    ({"MADOGUCHI_CITY": "/nowhere"}, "MADOGUCHI_CITY に city.yaml のあるフォルダ"),
    ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL は postgresql://"),
    ({"PORT": "abc"}, "PORT は 1 から 65535"),
    ({"MADOGUCHI_SECRET_FILE": "/nowhere"}, "MADOGUCHI_SECRET_FILE の /nowhere を読めません"),
])
def test_what_stops_the_start_is_one_line_and_no_traceback(tmp_path, env, words):
    done = madoguchi("serve", **{"MADOGUCHI_DATA": str(tmp_path)} | env)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("url", "words"), [
    ("sqlite:////nowhere/x.sqlite3", "データベースのファイル /nowhere/x.sqlite3 を開けません"),
    (f"sqlite:///{ROOT / 'pyproject.toml'}", "pyproject.toml はデータベースではありません"),
    ("postgresql://hall:cherry-blossom@127.0.0.1:1/role", "PostgreSQL につながりません"),
])
@pytest.mark.parametrize("command", ["setup", "serve", "audit verify"])
def test_a_database_that_cannot_be_used_is_one_line_and_no_traceback(tmp_path, command, url, words):
    done = madoguchi(*command.split(), MADOGUCHI_DATA=str(tmp_path), DATABASE_URL=url)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr and done.stderr.count("\n") == 1 and "cherry" not in done.stderr


def test_a_place_of_another_user_is_told_before_anything_is_done(tmp_path, monkeypatch):
    data = tmp_path / "data"
    (data / "files" / "00").mkdir(parents=True)
    (data / "keys").mkdir()
    (data / "madoguchi.sqlite3").touch()
    monkeypatch.setattr(setup.settings, "FILES_ROOT", data / "files", raising=False)
    assert setup.locked_below(data) is None
    for name in ("files/00", "files", "madoguchi.sqlite3", "keys"):
        monkeypatch.setattr(setup.os, "access", lambda path, way, closed=data / name: path != closed)
        assert setup.locked_below(data) == (None if name == "keys" else data / name)  # keys are only read
    with pytest.raises(SettingWrong, match="に書き込めません"):
        env.folder("MADOGUCHI_DATA", data / "keys")


def test_a_role_that_the_server_does_not_know_is_no_place_that_nobody_has_set_up():
    cause = psycopg.OperationalError('connection failed: FATAL:  role "hal" does not exist')
    error = OperationalError(str(cause))
    error.__cause__ = cause
    assert "PostgreSQL につながりません" in unreached.reason(error, "hall") and 'role "hal"' in unreached.reason(error, "hall")


@pytest.mark.parametrize(("number", "words"), [(errno.EACCES, "権限"), (errno.EROFS, "読むだけのディスク"), (errno.ENOSPC, "空き")])
def test_a_file_that_cannot_be_written_is_named(number, words):
    told = unreached.file_reason(OSError(number, "no", "/data/static/app.css"))
    assert "/data/static/app.css" in told and words in told
    assert unreached.file_reason(FileNotFoundError(errno.ENOENT, "no", "/x")) == "", "a fault of the program is shown whole"


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/nothing"])
def test_a_data_folder_that_cannot_be_made_is_one_line_and_no_traceback(tmp_path, place):
    (tmp_path / "file").touch()
    done = madoguchi("setup", MADOGUCHI_DATA=str(tmp_path / place))
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr[-300:]
    assert f"MADOGUCHI_DATA のフォルダー {tmp_path / place} を作れません" in done.stderr


def test_the_web_server_alone_says_in_one_line_why_it_does_not_start(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = madoguchi("web", "--port", str(other.getsockname()[1]), MADOGUCHI_DATA=str(tmp_path))
    assert (done.returncode, "別の番号" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_a_restore_makes_no_ring_that_stands_in_the_way_of_the_one_it_needs(tmp_path):
    for _ in range(2):
        done = madoguchi("restore", str(tmp_path / "a.tar"), MADOGUCHI_DATA=str(tmp_path / "data"))
        assert done.returncode == 2
        assert "madoguchi keys import" in done.stderr
        assert done.stderr.count("\n") == 1
        assert not (tmp_path / "data" / "keys" / "ring.json").exists()


def test_production_lists_everything_that_is_missing_and_refuses_the_demo(tmp_path):
    ring = tmp_path / "keys" / "ring.json"
    assert madoguchi("keys", "make", str(ring)).returncode == 0
    again = madoguchi("keys", "make", str(ring))
    assert (again.returncode, "もうあります" in again.stderr) == (2, True)
    base = {"MADOGUCHI_ENV": "production", "MADOGUCHI_DATA": str(tmp_path / "data"), "MADOGUCHI_KEYS": str(ring)}
    done = madoguchi("setup", **base, MADOGUCHI_SECRET="short")
    assert done.returncode == 2
    for name in ("MADOGUCHI_URL", "MADOGUCHI_HOSTS", "MADOGUCHI_SECRET"):
        assert name in done.stderr
    assert not (tmp_path / "data" / "madoguchi.sqlite3").exists()
    whole = base | {"MADOGUCHI_URL": "https://city.example.jp", "MADOGUCHI_HOSTS": "city.example.jp"}
    checked = madoguchi("check", "--deploy", "--fail-level", "INFO", **whole)
    assert checked.returncode == 0, checked.stderr
    demo = madoguchi("demo", **whole)
    assert demo.returncode != 0
    assert "本番では実行できません" in demo.stderr


REAL = "9f2c71d05be84a36c0d7e19b5a6348f2"


@pytest.fixture
def real(settings, tmp_path):
    settings.PRODUCTION, settings.BASE_URL, settings.ALLOWED_HOSTS = True, "https://city.example.jp", ["city.example.jp"]
    settings.SECRET_KEY, settings.MADOGUCHI_DATA = REAL, tmp_path / "data"
    settings.STAFF_SECOND_FACTOR = "required"
    settings.MADOGUCHI_KEYS = tmp_path / "ring.json"
    ring_make(settings.MADOGUCHI_KEYS)
    return settings


def test_production_as_it_should_be(real, db):
    production.insist()
    production.insist_on_data()


def test_production_looks_at_the_key_ring(real):
    real.MADOGUCHI_KEYS.chmod(0o644)
    with pytest.raises(StartRefused, match="chmod 600"):
        production.insist()
    real.MADOGUCHI_KEYS = real.MADOGUCHI_DATA / "keys" / "ring.json"
    with pytest.raises(StartRefused, match="データフォルダの中"):
        production.insist()


def test_production_takes_nobody_of_the_staff_with_a_password_alone(real):
    real.STAFF_SECOND_FACTOR = "optional"
    with pytest.raises(StartRefused, match="MADOGUCHI_STAFF_SECOND_FACTOR"):
        production.insist()


EXAMPLES = ["@METRICS_TOKEN@", "change-me-to-something-long-and-random", "your-secret-key-your-secret-key-1234", "s" * 64, "<secret>", "password",
            "django-insecure-" + REAL, "ここにでたらめな文字を32字以上で書きます。32字以上です", "openssl-rand-hex-32-example-0123456789"]


def put(settings, name, value):
    """A secret where the settings keep it."""
    if name == "DATABASE_URL の合言葉":
        settings.DATABASES = {"default": settings.DATABASES["default"] | {"USER": "madoguchi", "PASSWORD": value}}
    elif "." in name:
        place, key = name.split(".")
        setattr(settings, place, getattr(settings, place) | {key: value})
    else:
        setattr(settings, name, value)


SECRETS = {"SECRET_KEY": "MADOGUCHI_SECRET", "METRICS_TOKEN": "MADOGUCHI_METRICS_TOKEN", "DATABASE_URL の合言葉": "DATABASE_URL の合言葉",
           "SMTP_PASSWORD": "MADOGUCHI_SMTP_PASSWORD", "SEAL.password": "MADOGUCHI_SEAL_PASSWORD", "CARD_GATEWAY.key": "MADOGUCHI_CARD_KEY",
           "CARD_GATEWAY.webhook_secret": "MADOGUCHI_CARD_WEBHOOK_SECRET", "GBIZ.client_secret": "MADOGUCHI_GBIZ_SECRET"}


@pytest.mark.parametrize("where", SECRETS)
def test_production_takes_no_secret_out_of_an_example(real, where):
    for value in EXAMPLES:
        put(real, where, value)
        with pytest.raises(StartRefused) as refused:
            production.insist()
        line = next(line for line in str(refused.value).splitlines() if line.strip().startswith(f"- {SECRETS[where]} が見本のまま"))
        assert "openssl rand -hex 32" in line or "本物に置き換えて" in line or "作り直して" in line
        assert value not in line, "a log is no place for it"
    put(real, where, REAL)
    production.insist()


def test_a_real_secret_is_never_taken_for_an_example():
    for _ in range(500):
        assert not any(map(is_placeholder, (secrets.token_hex(24), secrets.token_hex(32), secrets.token_urlsafe(24), secrets.token_hex(8))))
    assert not is_placeholder("")


def test_the_example_of_the_set_up_opens_nothing_as_it_is(tmp_path):
    """deploy/env.example with no secret put in, as somebody leaves it who forgets the line with sed."""
    from tests.deploy.units import environment

    ring = tmp_path / "keys" / "ring.json"
    assert madoguchi("keys", "make", str(ring)).returncode == 0
    here = {"MADOGUCHI_DATA": str(tmp_path / "data"), "MADOGUCHI_KEYS": str(ring), "MADOGUCHI_CITY": str(ROOT / "cities/nanao"),
            "MADOGUCHI_STATIC": str(tmp_path / "static")}
    done = madoguchi("setup", **environment(ROOT / "deploy/env.example") | here)
    assert done.returncode == 2
    assert "DATABASE_URL の合言葉 が見本のまま" in done.stderr and "MADOGUCHI_METRICS_TOKEN が見本のまま" in done.stderr
    assert "Traceback" not in done.stderr


def test_production_does_not_let_passwords_be_tried_without_end(real):
    real.LIMITS = real.LIMITS | {"sign_in.address": Rate(0, 1)}
    with pytest.raises(StartRefused, match="MADOGUCHI_LIMIT_SIGN_IN_ADDRESS"):
        production.insist()


def test_production_takes_no_star_for_a_host(real):
    real.ALLOWED_HOSTS = ["*"]
    with pytest.raises(StartRefused, match="MADOGUCHI_HOSTS の"):
        production.insist()


def test_production_opens_no_database_of_a_trial(real, db):
    clerk = staff_enrol(username="tanaka", name="田中", password=TRIAL_PASSWORD, memberships=[("kosodate", "clerk")])
    with pytest.raises(StartRefused, match="tanaka"):
        production.insist_on_data()
    clerk.set_password("a real one, long enough")
    clerk.save()
    production.insist_on_data()


@pytest.mark.parametrize(("body", "words"), [
    ("市: 七尾市\n", "「閉庁日」がありません"), ("市: [\n", "city.yaml:2 を読めません"), ("- 七尾市\n", "を読めません"),
])
def test_a_city_pack_that_cannot_be_read_names_the_place(tmp_path, body, words):
    (tmp_path / "city.yaml").write_text(body, encoding="utf-8")
    with pytest.raises(CityWrong, match=words):
        read_city(tmp_path)


# --- processes


def test_a_taken_port_is_said_before_anything_starts():
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as the web server of another hall listens
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert "別の番号" in port_fault("127.0.0.1", port)
    assert port_fault("127.0.0.1", port) == ""
    assert "127.0.0.1 か 0.0.0.0" in port_fault("nowhere.invalid", "8000")


PARENT = "import subprocess, sys, time; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); time.sleep(60)"


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def until(test):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if test():
            return True
        time.sleep(0.05)
    return False


def test_a_killed_process_takes_its_children_along_and_starts_again(monkeypatch, capfd):
    monkeypatch.setattr("madoguchi.config.family.PAUSE", 0.0)
    family = Family({"web": [sys.executable, "-c", PARENT]})
    family.start()
    try:
        assert until(lambda: family.revive() == [] and _said(capfd))
        child, first = int(_said.words), family._running["web"]
        first.send_signal(signal.SIGKILL)
        assert until(lambda: family.revive() == ["web"])
        assert until(lambda: not alive(child)), "it would keep the port"
        assert family._running["web"].pid != first.pid
    finally:
        family.stop()
    assert all(p.poll() is not None for p in family._running.values())


def _said(capfd):
    _said.words = capfd.readouterr().out.strip()
    return _said.words.isdecimal()


def test_the_end_reaches_everybody():
    family = Family({"deaf": ["sh", "-c", "trap '' TERM; sleep 60 & wait; sleep 60"], "well": ["sleep", "60"]})
    import madoguchi.config.family as room

    room_last, room.LAST = room.LAST, 1.0
    try:
        family.start()
        time.sleep(0.3)
        groups = [p.pid for p in family._running.values()]
        family.stop()
    finally:
        room.LAST = room_last
    for group in groups:
        assert until(lambda group=group: not living(group)), group


def living(group):
    """Processes of a group that are not merely waiting to be buried."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, own = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if own == str(group) and state != "Z":
            found.append(stat)
    return found
