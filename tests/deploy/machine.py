"""A machine in a folder: the page's commands run here, with the folder for the root and stand-ins for what needs root."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import socket
import socketserver
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path

from bench.tools_postgres import Server

from .page import ROOT
from .units import Units

HOST = "madoguchi.example.jp"
PARTS = ("src", "procedures", "cities", "requirements", ".tools", "deploy", "madoguchi")
ROOM = re.compile(r"(?<![\w.}/-])/(etc|opt|var|run|root)/")
STAND_INS = {
    "apt-get": 'printf "%s\\n" "$@" >> "$HOME/apt"',
    "adduser": "exit 0",
    # runs as the one user of the test; psql as the server's superuser
    "runuser": 'shift 2; [ "$1" != -- ] || shift; exec "$@"',
    "install": 'w=(); while [ $# -gt 0 ]; do case "$1" in -o|-g) shift 2;; *) w+=("$1"); shift;; esac; done; exec /usr/bin/install "${w[@]}"',
    # as nobody special, who may read the key because the test gives it to him
    "nginx": 'chown {user} {key}; exec {who} /usr/sbin/nginx -c "$HOME/nginx.conf" -e "$HOME/nginx/error.log" "$@"',
}
SYSTEMCTL = """#!{python}
import socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect({place!r})
    line.sendall("\\0".join(sys.argv[1:]).encode() + b"\\n")
    said = line.makefile().read()
print(said, end="", file=sys.stderr)
sys.exit(1 if said else 0)
"""
NGINX = """
pid {room}/run/nginx.pid;
worker_processes 2;
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    client_body_temp_path {home}/nginx/body; proxy_temp_path {home}/nginx/proxy; fastcgi_temp_path {home}/nginx/f;
    uwsgi_temp_path {home}/nginx/u; scgi_temp_path {home}/nginx/s;
    access_log off;
    include {room}/etc/nginx/sites-enabled/*;
}}
"""


def free_ports(count: int) -> list[int]:
    """Ports that are free just now."""
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in found:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in found]


class Machine:
    """Folder, database server, units and nginx of one test."""

    def __init__(self, mail: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mado-deploy-"))
        self.folder.chmod(0o755)
        self.room, self.home = self.folder / "root", self.folder / "home"
        self.tls, self.plain, self.web1, self.web2 = free_ports(4)
        for part in ("etc/nginx/sites-available", "etc/nginx/sites-enabled", "etc/systemd/system", "run", "root", "var/log/nginx"):
            (self.room / part).mkdir(parents=True)
        (self.home / "nginx").mkdir(parents=True)
        self.user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name  # nginx runs as nobody special
        for folder in (self.room / "run", self.room / "var/log/nginx", self.home / "nginx"):
            self._give(folder)
        (self.folder / "pg").mkdir()
        self.postgres = Server(self.folder / "pg", superuser="postgres")
        self._only_by_password()
        self.postgres.start()
        self.words = {"8001": str(self.web1), "8002": str(self.web2), ":5432/": f":{self.postgres.port}/", "mail.example.jp:25": mail,
                      "listen 443": f"listen 127.0.0.1:{self.tls}", "listen 80;": f"listen 127.0.0.1:{self.plain};"}
        self.units = Units(self.room / "etc/systemd/system", self.home / "units.log")
        self._nginx: subprocess.Popen[bytes] | None = None
        self._stand_in()

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, self.user)

    def _only_by_password(self) -> None:
        """The roles of the page must show their passwords, as on a real server."""
        rules = self.postgres.data / "pg_hba.conf"
        rules.write_text("host all madoguchi,madoguchi_owner 127.0.0.1/32 scram-sha-256\n" + rules.read_text())

    def _stand_in(self) -> None:
        tools = self.home / "bin"
        tools.mkdir()
        who = f"setpriv --reuid={self.user} --clear-groups" if os.geteuid() == 0 else ""
        nginx = STAND_INS["nginx"].format(user=self.user, who=who, key=self.room / "etc/madoguchi/tls/key.pem")
        for name, body in (STAND_INS | {"nginx": nginx}).items():
            (tools / name).write_text(f"#!/bin/bash\n{body}\n")
        (tools / "systemctl").write_text(SYSTEMCTL.format(python=sys.executable, place=str(self.home / "systemctl.sock")))
        for path in tools.iterdir():
            path.chmod(0o755)
        (self.home / "nginx.conf").write_text(NGINX.format(room=self.room, home=self.home))
        (self.home / ".curlrc").write_text(f'connect-to = "{HOST}:443:127.0.0.1:{self.tls}"\nconnect-to = "{HOST}:80:127.0.0.1:{self.plain}"\n'
                                           f'cacert = "{self.certificate}"\n')
        machine = self

        class Line(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                words = self.rfile.readline().decode().rstrip("\n").split("\0")
                try:
                    machine.systemctl(words)
                except Exception as error:
                    self.wfile.write(f"systemctl {' '.join(words)}: {type(error).__name__} {error}\n".encode())

        self._door = socketserver.ThreadingUnixStreamServer(str(self.home / "systemctl.sock"), Line)
        threading.Thread(target=self._door.serve_forever, daemon=True).start()

    @property
    def certificate(self) -> Path:
        """What the page made."""
        return self.room / "etc/madoguchi/tls/fullchain.pem"

    def here(self, text: str) -> str:
        """The same words for this machine."""
        text = re.sub(r"^.*listen \[::\].*\n", "", text, flags=re.M)
        for old, new in self.words.items():
            text = text.replace(old, new)
        return ROOM.sub(lambda found: f"{self.room}/{found[1]}/", text)

    def release(self, version: str, **changed: str) -> None:
        """What the city downloads. The environment in it is the test's own, so nothing is installed from the network."""
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / f"madoguchi-{version}"
            for part in PARTS:
                source = ROOT / part
                if source.is_dir():
                    shutil.copytree(source, tree / part, ignore=shutil.ignore_patterns("__pycache__", "tests"))
                else:
                    shutil.copy(source, tree / part)
            for path in filter(Path.is_file, (tree / "deploy").rglob("*")):
                path.write_text(self.here(path.read_text(encoding="utf-8")), encoding="utf-8")
            for place, text in changed.items():
                with (tree / place).open("a", encoding="utf-8") as out:
                    out.write(text)
            (tree / ".venv").symlink_to(sys.prefix)
            with tarfile.open(self.room / "root" / f"madoguchi-{version}.tar.gz", "w:gz", compresslevel=1) as out:
                out.add(tree, tree.name)

    def run(self, script: str) -> str:
        """Type commands of the page. Raises AssertionError with everything they said."""
        env = {"PATH": f"{self.home / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.home), "LANG": "C.UTF-8", "PGHOST": "127.0.0.1",
               "PGPORT": str(self.postgres.port), "PGUSER": "postgres", "CURL_HOME": str(self.home)}
        done = subprocess.run(["/bin/bash", "-euxo", "pipefail", "-c", self.here(script)], env=env, cwd="/", check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
        assert done.returncode == 0, f"{done.stdout[-5000:]}\n--- units\n{self.said()}"
        return done.stdout

    def said(self) -> str:
        """The end of what units and nginx said."""
        logs = [self.home / "units.log", self.home / "nginx/error.log"]
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in logs if path.exists())

    def systemctl(self, words: list[str]) -> None:
        """What the page asks of systemd."""
        act, *names = [word for word in words if word != "--now"]
        if act == "daemon-reload":
            return
        assert act in ("start", "stop", "restart", "reload", "enable") and names, words
        for name in names:
            if name == "nginx":
                self._nginx_do(act)
            elif name.endswith(".timer"):
                assert self.units.unit(name)[0]["OnCalendar"] and self.units.unit(name.replace(".timer", ".service")), name
            else:
                assert act != "reload", words
                if act in ("stop", "restart"):
                    self.units.stop(name)
                if act != "stop":
                    self.units.start(name)

    def _nginx_do(self, act: str) -> None:
        if act == "reload":
            os.kill(int((self.room / "run/nginx.pid").read_text()), 1)
            return
        assert act == "restart" and self._nginx is None, "the page starts it once"
        self._nginx = subprocess.Popen([self.home / "bin/nginx", "-g", "daemon off;"], stderr=subprocess.DEVNULL,
                                       env={"PATH": os.environ["PATH"], "HOME": str(self.home)})
        until = time.monotonic() + 60
        while not self._answers(self.tls):
            assert self._nginx.poll() is None and time.monotonic() < until, self.said()
            time.sleep(0.05)

    @staticmethod
    def _answers(port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def ask(self, sql: str) -> list[tuple]:
        """What stands in the database."""
        import psycopg

        with psycopg.connect(host="127.0.0.1", port=self.postgres.port, user="postgres", dbname="madoguchi") as connection:
            return connection.execute(sql).fetchall()

    def close(self) -> None:
        """End and remove everything."""
        self.units.close()
        if self._nginx is not None:
            self._nginx.terminate()
            self._nginx.wait()
        self._door.shutdown()
        self._door.server_close()
        self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
