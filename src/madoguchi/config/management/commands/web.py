"""`madoguchi web`: the web server alone, as many of them beside each other as wanted; `serve` starts one with a worker."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from madoguchi.config import env
from madoguchi.config.family import port_fault
from madoguchi.kernel.errors import StartRefused


def web_server(host: str, port: str, workers: int) -> list[str]:
    """The command that listens. Everything it needs beside it stands in the environment (`web_environment`)."""
    return [sys.executable, "-m", "granian", "--interface", "rsgi", "--loop", "uvloop", "--host", host, "--port", port,
            "--workers", str(workers), "--backpressure", "256", "--no-ws", "--log-level", "warning", "madoguchi.config.rsgi:app"]


def web_environment(threads: int) -> None:
    """What the web server reads from the environment of this process."""
    os.environ["MADOGUCHI_THREADS"] = str(threads)
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # glibc gives each thread a heap of its own: megabytes for nothing
    for threshold in ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"):  # what a large page or PDF took goes back at once
        os.environ.setdefault(threshold, "131072")
    os.environ.setdefault("PYTHONNODEBUGRANGES", "1")  # a line's number is enough; its columns are two megabytes of every process


class Command(BaseCommand):
    help = "ウェブだけを動かします(作業係は worker、用意は setup)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=env.number("MADOGUCHI_WORKERS", 1), metavar="数", help="ウェブのプロセスの数")
        parser.add_argument("--threads", type=int, default=env.number("MADOGUCHI_THREADS", 8), metavar="数", help="プロセスごとのスレッドの数")
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), metavar="アドレス", help="待ち受けるアドレス")
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", metavar="番号", help="待ち受けるポート")

    def handle(self, *args: Any, **options: Any) -> None:
        fault = port_fault(options["host"], options["port"])
        if fault:
            raise StartRefused(fault)
        web_environment(options["threads"])
        command = web_server(options["host"], options["port"], options["workers"])
        os.execv(command[0], command)  # noqa: S606 - a fixed list, no shell
