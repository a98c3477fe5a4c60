"""`madoguchi serve`: set up, then run web server and worker until Ctrl-C. Restarts what dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from madoguchi.identity.public import TRIAL_PASSWORD, TRIAL_STAFF
from madoguchi.offices.public import city


class Command(BaseCommand):
    help = "市役所を開きます(ウェブと作業係)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=int(os.environ.get("MADOGUCHI_WORKERS", "1")))
        parser.add_argument("--threads", type=int, default=int(os.environ.get("MADOGUCHI_THREADS", "8")))
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("setup")
        port = os.environ.get("PORT", "8000")
        os.environ["MADOGUCHI_THREADS"] = str(options["threads"])
        web = [sys.executable, "-m", "granian", "--interface", "rsgi", "--host", options["host"], "--port", port,
               "--workers", str(options["workers"]), "--backpressure", "256", "--no-ws", "--log-level", "warning",
               "madoguchi.config.rsgi:app"]
        worker = [sys.executable, "-m", "madoguchi", "worker"]
        self.going = True
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        running = {"web": subprocess.Popen(web), "worker": subprocess.Popen(worker)}
        self._announce(options["host"], port)
        while self.going:
            for name, command in (("web", web), ("worker", worker)):
                if running[name].poll() is not None and self.going:
                    self.stderr.write(f"{name} が止まったため、起動し直します / restarting {name}")
                    time.sleep(1)
                    running[name] = subprocess.Popen(command)
            time.sleep(0.2)
        for process in running.values():
            process.terminate()
        for process in running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def _stop(self, *_: Any) -> None:
        self.going = False

    def _announce(self, host: str, port: str) -> None:
        base = f"http://{host}:{port}"
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{base}/healthz", timeout=1)  # noqa: S310 - our own loopback address
                break
            except OSError:
                if not self.going:
                    return
                time.sleep(0.1)
        say = self.stdout.write
        say("")
        say(f"  {city().name} デジタル市役所が開きました / The digital city hall is open")
        say(f"  住民 / residents   {base}/")
        say(f"  職員 / staff       {base}/staff/")
        if not settings.PRODUCTION:
            say("  試用のログイン(架空の人) / trial sign-ins (invented people):")
            say("    住民 / residents: 「ログイン」で 見本 花子 などを選ぶ / choose 見本 花子 … on the sign-in page")
            for username, name, memberships in TRIAL_STAFF:
                roles = ", ".join(f"{section}:{role}" for section, role in memberships)
                say(f"    {username:<10} {TRIAL_PASSWORD}   {name}({roles})")
        say("  終わるには Ctrl-C / Ctrl-C to stop")
        say("")
        self.stdout.flush()
