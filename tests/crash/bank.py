"""Who moves money in a crash run, for fees (money) and taxes (taxes) alike: the gateway's process, and the file for the bank."""

from __future__ import annotations

import datetime as dt
import os

from tests.support import gateway

from madoguchi.collection import givebacks
from madoguchi.collection.errors import NothingToPrint
from madoguchi.collection.models import GiveBack
from madoguchi.identity.models import Staff
from madoguchi.kernel import clock

ACCOUNT = {"bank": "0001", "branch": "001", "kind": "1", "number": "0000000", "holder": "ミホン ハナコ"}


def gate() -> gateway.Running:
    """The gateway of the run."""
    return gateway.Running(os.environ["MADOGUCHI_CARD_BASE"], None)  # type: ignore[arg-type]


def transfer() -> None:
    """The file for the bank with everything that is approved."""
    try:
        givebacks.transfer_make(actor=Staff.objects.get(username="yamada"), on=clock.today() + dt.timedelta(days=3))
    except NothingToPrint:
        assert not GiveBack.objects.filter(state="approved").exists()
