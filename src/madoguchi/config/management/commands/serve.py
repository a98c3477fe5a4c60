"""`madoguchi serve`: set up, then run web server and worker until Ctrl-C. Restarts what dies."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import socket
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from madoguchi.config import env
from madoguchi.config.family import Family, port_fault
from madoguchi.identity.public import TRIAL_PASSWORD, TRIAL_STAFF
from madoguchi.kernel import metrics
from madoguchi.kernel.errors import StartRefused
from madoguchi.kernel.kinds import ours
from madoguchi.offices.public import city

from .web import web_environment, web_server


def trial_gateway(port: str) -> dict[str, list[str]]:
    """Cards in the trial: a gateway of invented cards beside the city hall, and the settings by which web and worker find it.
    Nothing when a gateway is set, or for real."""
    if settings.PRODUCTION or settings.CARD_GATEWAY["key"]:
        return {}
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        there = str(place.getsockname()[1])
    key, secret = f"sk_test_{secrets.token_hex(8)}", f"whsec_{secrets.token_hex(8)}"
    os.environ |= {"MADOGUCHI_CARD_KEY": key, "MADOGUCHI_CARD_WEBHOOK_SECRET": secret, "MADOGUCHI_CARD_BASE": f"http://127.0.0.1:{there}"}
    return {"gateway": [sys.executable, "-m", "madoguchi.adapters.card_gateway.trial", "--port", there, "--key", key, "--secret", secret,
                        "--hook", f"http://127.0.0.1:{port}/hooks/card/"]}


class Command(BaseCommand):
    help = "市役所を開きます(ウェブと作業係)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=env.number("MADOGUCHI_WORKERS", 1), metavar="数", help="ウェブのプロセスの数")
        parser.add_argument("--threads", type=int, default=env.number("MADOGUCHI_THREADS", 8), metavar="数", help="プロセスごとのスレッドの数")
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), metavar="アドレス", help="待ち受けるアドレス")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], os.environ.get("PORT") or "8000"
        fault = port_fault(host, port)
        if fault:
            raise StartRefused(fault)
        call_command("setup")
        metrics.begin_anew()
        web_environment(options["threads"])
        self.going = True
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        gateway = trial_gateway(port)
        family = Family({
            "web": web_server(host, port, options["workers"]),
            "worker": [sys.executable, "-m", "madoguchi", "worker"],
        } | gateway)
        try:
            family.start()
            self._announce(host, port)
            while self.going:
                for name in family.revive():
                    self.stderr.write(f"{name} が止まったため、起動し直しました / restarted {name}")
                time.sleep(0.2)
        finally:
            family.stop()

    def _stop(self, *_: Any) -> None:
        self.going = False

    def _answers(self, host: str, port: int) -> bool:
        """The web server is there, whatever it says: of the worker, which needs a moment more, or in production of this
        address, which is not the public one."""
        web = http.client.HTTPConnection(host, port, timeout=2)
        try:
            web.request("GET", "/healthz", headers={"Host": settings.ALLOWED_HOSTS[0]} if settings.PRODUCTION else {})
            return web.getresponse().status > 0
        except (OSError, http.client.HTTPException):
            return False
        finally:
            web.close()

    def _announce(self, host: str, port: str) -> None:
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - the name of "everywhere"
        base = settings.BASE_URL if settings.PRODUCTION else f"http://{shown}:{port}"
        for _ in range(300):
            if not self.going or self._answers(shown.strip("[]"), int(port)):
                break
            time.sleep(0.1)
        if not self.going:
            return
        say = self.stdout.write
        say("")
        say(f"  {city().name} {ours('デジタル市役所')}が開きました / The digital city hall is open")
        say(f"  住民 / residents   {base}/")
        say(f"  職員 / staff       {base}/staff/")
        if not settings.PRODUCTION:
            say("  試用のログイン(架空の人) / trial sign-ins (invented people):")
            say("    住民 / residents: 「ログイン」で 見本 花子 などを選ぶ / choose 見本 花子 … on the sign-in page")
            for username, name, memberships in TRIAL_STAFF:
                more = f", … {len(memberships)}課" if len(memberships) > 3 else ""
                roles = ", ".join(f"{section}:{role}" for section, role in memberships[:3]) + more
                say(f"    {username:<10} {TRIAL_PASSWORD}   {name}({roles})")
        say("  終わるには Ctrl-C / Ctrl-C to stop")
        say("")
        self.stdout.flush()
