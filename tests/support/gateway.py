"""The trial gateway as a server process on loopback, and a payer who goes through its pages."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from madoguchi.adapters.card_gateway.trial import Gateway

KEY, SECRET = "sk_test_madoguchi", "whsec_madoguchi"  # noqa: S105 - of a gateway that moves no money
PAYS, SECURE, DECLINED = "4242424242424242", "4000002760003184", "4000000000000002"
PENDING, FAILS = "4000000000007726", "4000000000005126"  # what they paid goes back only later, or comes back


@dataclass
class Running:
    """A gateway process and where it listens."""

    base: str
    process: subprocess.Popen[str]

    def card(self, url: str, number: str, code: str = "yes") -> requests.Response:
        """A payer types a card, and answers 3-D Secure when asked. The redirect back is not followed."""
        answer = requests.post(url, {"card": number}, timeout=10, allow_redirects=False)
        if "3Dセキュア" in answer.text:
            answer = requests.post(url, {"card": number, "code": code}, timeout=10, allow_redirects=False)
        return answer

    def session(self, reference: str) -> dict[str, Any]:
        """The order as the gateway has it."""
        return requests.get(f"{self.base}/v1/checkout/sessions/{reference}", timeout=10, headers={"Authorization": f"Bearer {KEY}"}).json()

    def refunds(self, paid_by: str) -> list[dict[str, Any]]:
        """Refunds as the gateway has them."""
        return requests.get(f"{self.base}/v1/refunds?payment_intent={paid_by}", timeout=10, headers={"Authorization": f"Bearer {KEY}"}).json()["data"]

    def settle(self, refund: str) -> dict[str, Any]:
        """Some days later: a refund that was not settled at once is, one way or the other."""
        return requests.post(f"{self.base}/v1/test_helpers/refunds/{refund}/settle", timeout=10, headers={"Authorization": f"Bearer {KEY}"}).json()


@contextlib.contextmanager
def running(hook: str = "") -> Iterator[Running]:
    """Start it on a free port, and stop it afterwards."""
    process = subprocess.Popen([sys.executable, "-m", "madoguchi.adapters.card_gateway.trial", "--key", KEY, "--secret", SECRET, "--hook", hook],
                               stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Running(f"http://127.0.0.1:{process.stdout.readline().strip()}", process)
    finally:
        process.terminate()
        process.wait(10)


def event(kind: str, what: dict[str, Any], *, number: str = "evt_1", secret: str = SECRET, at: int | None = None) -> tuple[bytes, str]:
    """A notice and its signature, as the gateway makes them."""
    body = json.dumps({"id": number, "object": "event", "type": kind, "data": {"object": what}})
    return body.encode(), Gateway(KEY, secret, "", "").signed(body, at or int(time.time()))


def order_of(url: str) -> str:
    """The reference in the address of a page."""
    return re.search(r"cs_test_\w+", url)[0]  # type: ignore[index]
