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


class Server:
    """One server with its data in a private folder. ``archive`` keeps the write-ahead log, for a recovery to any moment."""

    def __init__(self, folder: Path, *, durable: bool = True, archive: bool = False, superuser: str = "madoguchi") -> None:
        self.folder, self.data, self.archive, self.superuser = folder, folder / "data", folder / "archive", superuser
        self.user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(folder, self.user)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {folder}"
        if not durable:
            self.options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        self.run("initdb", "-D", str(self.data), "-U", superuser, "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust")
        if archive:
            self.as_user("mkdir", str(self.archive))
            self.options += (" -c archive_mode=on -c wal_level=replica"
                             f" -c archive_command='test ! -f {self.archive}/%f && cp %p {self.archive}/%f'")

    def as_user(self, *command: str) -> None:
        """Run something as the server's user."""
        full = ["setpriv", f"--reuid={self.user}", "--clear-groups", *command] if os.geteuid() == 0 else list(command)
        subprocess.run(full, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)

    def run(self, tool: str, *words: str) -> None:
        """Run one of the server's programs."""
        self.as_user(str(binaries() / tool), *words)

    def start(self, data: Path | None = None) -> None:
        """Start on its own data, or on another copy of them."""
        self.data = data or self.data
        self.run("pg_ctl", "-D", str(self.data), "-w", "-o", self.options, "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop."""
        self.run("pg_ctl", "-D", str(self.data), "-m", mode, "stop")

    def make(self, name: str) -> str:
        """A new database; its DATABASE_URL."""
        self.run("createdb", *self.address(), name)
        return f"postgresql://{self.superuser}@127.0.0.1:{self.port}/{name}"

    def address(self) -> list[str]:
        """Where and as whom, for the server's programs."""
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", self.superuser]

    def base_backup(self, target: Path) -> None:
        """Copy the data while the server runs."""
        self.run("pg_basebackup", *self.address(), "-D", str(target), "--checkpoint=fast")

    def recover(self, base: Path, until: str) -> None:
        """Start on a base backup and the archive, and play the log up to a moment. The steps of docs/administrator.md."""
        words = (f"restore_command = 'cp {self.archive}/%f %p'\nrecovery_target_time = '{until}'\n"
                 "recovery_target_action = 'promote'\n")
        self.as_user("sh", "-c", 'printf "%s" "$1" >> "$0/postgresql.auto.conf" && touch "$0/recovery.signal"', str(base), words)
        self.start(base)


@contextlib.contextmanager
def server(**how: bool) -> Iterator[Server]:
    """A server in a folder of its own, started; stopped and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="mado-pg-") as folder:
        found = Server(Path(folder), **how)
        found.start()
        try:
            yield found
        finally:
            found.stop()


@contextlib.contextmanager
def database(*, durable: bool = True) -> Iterator[str]:
    """Start a server, yield its DATABASE_URL (databases madoguchi and yardstick exist), stop and remove it."""
    with server(durable=durable) as found:
        url = found.make("madoguchi")
        found.make("yardstick")
        yield url


def main() -> int:
    """``--run COMMAND…``: run a command against a server that is thrown away afterwards."""
    import sys

    if sys.argv[1:2] != ["--run"]:
        raise SystemExit("usage: tools_postgres.py --run COMMAND…")
    with database(durable=False) as url:
        return subprocess.run(sys.argv[2:], env=os.environ | {"DATABASE_URL": url}).returncode


if __name__ == "__main__":
    raise SystemExit(main())
