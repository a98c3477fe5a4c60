"""The processes of one machine's city hall: started together, started again when one dies, ended together.

Each has a process group of its own, because the web server has children: when it is killed they live on, keep the port
(SO_REUSEPORT) and would go on answering beside the new one, and after the end of `madoguchi serve`, with old code.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

PAUSE = 1.0  # between two starts of the same process, so that one that cannot live does not eat the machine
LAST = 10.0  # seconds to finish what is being done


def port_fault(host: str, port: str) -> str:
    """Why this port cannot be listened on, in Japanese and with what to do; empty when it can."""
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        return f"PORT は 1 から 65535 までの数字で指定してください(今は {port})。例: PORT=8001 ./up"
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        return f"HOST の {host} が見つかりません。127.0.0.1 か 0.0.0.0 を指定してください。"
    except PermissionError:
        return f"ポート {port} を開く権限がありません。1024 以上の番号を指定してください。例: PORT=8001 ./up"
    except OSError:
        other = int(port) % 65535 + 1
        return (f"{host} のポート {port} は、ほかのプログラムが使っているか、この機械にありません。別の番号を指定してください。"
                f"例: PORT={other} ./up / Port {port} is taken or not ours: choose another")
    return ""


def _with_parent() -> None:
    """In the child: end when `madoguchi serve` is killed (Linux only; elsewhere a kill -9 of it leaves its children)."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Family:
    """Processes by name."""

    def __init__(self, commands: Mapping[str, Sequence[str]]) -> None:
        self._commands = dict(commands)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._started: dict[str, float] = {}

    def start(self) -> None:
        """Start all."""
        for name in self._commands:
            self._start(name)

    def _start(self, name: str) -> None:
        self._running[name] = subprocess.Popen(
            self._commands[name], start_new_session=True,
            preexec_fn=_with_parent,  # noqa: PLW1509 - before any thread is started
        )
        self._started[name] = time.monotonic()

    def revive(self) -> list[str]:
        """Start again what died. Returns the names."""
        gone = [name for name, process in self._running.items()
                if process.poll() is not None and time.monotonic() - self._started[name] > PAUSE]
        for name in gone:
            _signal(self._running[name], signal.SIGKILL)  # children that outlived it
            self._start(name)
        return gone

    def stop(self) -> None:
        """Ask all to end, wait, end those that do not; nobody of their groups stays."""
        for process in self._running.values():
            _signal(process, signal.SIGTERM)
        until = time.monotonic() + LAST
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, until - time.monotonic()))
            _signal(process, signal.SIGKILL)
            process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the whole group: its leader may be gone, the group is not."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
