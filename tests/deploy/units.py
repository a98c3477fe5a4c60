"""Enough of systemd to run the units of deploy/ where no systemd runs: it starts their ExecStart lines in their environment,
ends them by KillMode=mixed and starts again what died. What it does not know it refuses, so that no line goes unread."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import threading
import time
from pathlib import Path

KNOWN_TYPES = ("exec", "oneshot")


def read(path: Path) -> dict[str, list[str]]:
    """Every Key=value of a unit, all sections together."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", ";", "[")):
            key, sign, value = line.partition("=")
            assert sign, f"{path.name}: {line}"
            found.setdefault(key, []).append(value)
    return found


def environment(path: Path) -> dict[str, str]:
    """An EnvironmentFile."""
    pairs = [line.partition("=") for line in path.read_text().splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Z_]+", key) and sign for key, sign, _ in pairs), path
    return {key: value for key, _, value in pairs}


class Units:
    """The units of one folder."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder, self.log = folder, log
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._lock, self._over = threading.RLock(), threading.Event()
        self.restarted: list[str] = []
        threading.Thread(target=self._watch, daemon=True).start()

    def unit(self, name: str) -> tuple[dict[str, list[str]], str]:
        """A unit and its instance."""
        name = name if "." in name else f"{name}.service"
        stem, _, rest = name.partition("@")
        instance, _, kind = rest.rpartition(".")
        return read(self.folder / (f"{stem}@.{kind}" if rest else name)), instance

    def _commands(self, unit: dict[str, list[str]], instance: str) -> list[list[str]]:
        out = []
        for line in unit["ExecStart"]:
            assert line.startswith("/"), line
            words = shlex.split(line)
            assert not re.search(r"%[^%i]|\$[^$(]", line.replace("%%", "").replace("$$", "")), line
            out.append([w.replace("%i", instance).replace("%%", "%").replace("$$", "$") for w in words])
        return out

    def _environment(self, unit: dict[str, list[str]]) -> dict[str, str]:
        env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        for path in unit["EnvironmentFile"]:
            env |= environment(Path(path))
        return env

    def start(self, name: str) -> None:
        """Start a unit; a oneshot is waited for."""
        unit, instance = self.unit(name)
        assert unit["Type"][0] in KNOWN_TYPES and unit["User"] == ["madoguchi"], name
        if unit["Type"] == ["oneshot"]:
            for command in self._commands(unit, instance):
                subprocess.run(command, env=self._environment(unit), check=True, cwd="/", stdout=self.log.open("ab"), stderr=subprocess.STDOUT)
            return
        assert (unit["KillMode"], unit["Restart"]) == (["mixed"], ["always"]), name
        with self._lock:
            if self.alive(name):
                return
            (command,) = self._commands(unit, instance)
            self._running[name] = subprocess.Popen(command, env=self._environment(unit), cwd="/", start_new_session=True,
                                                   stdout=self.log.open("ab"), stderr=subprocess.STDOUT)

    def alive(self, name: str) -> bool:
        """Does it run?"""
        return name in self._running and self._running[name].poll() is None

    def pid(self, name: str) -> int:
        """Its main process."""
        return self._running[name].pid

    def stop(self, name: str) -> None:
        """SIGTERM to the main process, then SIGKILL to what is left of it."""
        with self._lock:
            process = self._running.pop(name, None)
        if process is None:
            return
        unit, _ = self.unit(name)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(int(unit["TimeoutStopSec"][0]))
        self._clear(process)

    def _clear(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill(self, name: str) -> None:
        """The whole of it at once, as the kernel does when memory is out; Restart=always brings it back."""
        self._clear(self._running[name])

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            with self._lock:
                gone = [name for name, process in self._running.items() if process.poll() is not None]
                for name in gone:
                    self._clear(self._running[name])
                    time.sleep(float(self.unit(name)[0]["RestartSec"][0]))
                    self.start(name)
                    self.restarted.append(name)

    def close(self) -> None:
        """End all."""
        self._over.set()
        for name in list(self._running):
            self.stop(name)
