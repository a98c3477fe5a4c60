"""A PostgreSQL of one's own in a private folder, run by an unprivileged user; for tests and benches."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


def binaries() -> Path:
    """The newest installed server programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    here = shutil.which("initdb")
    if not here:
        raise SystemExit("PostgreSQL がありません: sudo apt-get install -y postgresql")
    return Path(here).parent


@contextlib.contextmanager
def database(*, durable: bool = True) -> Iterator[str]:
    """Start a server, yield its DATABASE_URL (databases madoguchi and yardstick exist), stop and remove it."""
    with tempfile.TemporaryDirectory(prefix="mado-pg-") as folder:
        user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        bins, data = binaries(), f"{folder}/data"

        def run(*command: str) -> None:
            full = ["setpriv", f"--reuid={user}", "--clear-groups", *command] if os.geteuid() == 0 else list(command)
            subprocess.run(full, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)

        run(str(bins / "initdb"), "-D", data, "-U", "madoguchi", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder}"
        if not durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        run(str(bins / "pg_ctl"), "-D", data, "-w", "-o", options, "-l", f"{folder}/log", "start")
        try:
            for name in ("madoguchi", "yardstick"):
                run(str(bins / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "madoguchi", name)
            yield f"postgresql://madoguchi@127.0.0.1:{port}/madoguchi"
        finally:
            run(str(bins / "pg_ctl"), "-D", data, "-m", "immediate", "stop")


def main() -> int:
    """``--run COMMAND…``: run a command against a server that is thrown away afterwards."""
    import sys

    if sys.argv[1:2] != ["--run"]:
        raise SystemExit("usage: tools_postgres.py --run COMMAND…")
    with database(durable=False) as url:
        return subprocess.run(sys.argv[2:], env=os.environ | {"DATABASE_URL": url}).returncode


if __name__ == "__main__":
    raise SystemExit(main())
