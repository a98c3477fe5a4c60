"""`madoguchi worker`: does what the outbox promises, seals the audit chain, tidies up."""

from __future__ import annotations

import logging
import os
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from madoguchi.agency.public import guardians_sweep, mandates_sweep
from madoguchi.api.public import submit_keys_sweep
from madoguchi.booking.public import bookings_remind, bookings_sweep, offers_sweep
from madoguchi.builder.public import definitions_sweep, due_publish
from madoguchi.cards.public import (
    bookings_finish,
    duties_sweep,
    expiries_sweep,
    expiries_tell,
    expiries_untold,
    stock_sweep,
)
from madoguchi.casework.public import bulk_drafts_sweep, escalate
from madoguchi.collection.public import books_check, dues_remind, fees_unanswered, refunds_tell
from madoguchi.config.patience import served
from madoguchi.counter.public import helps_sweep, interviews_sweep
from madoguchi.files.public import sweep_strays
from madoguchi.guide.public import plans_sweep
from madoguchi.identity.public import cards_sweep, kept_sweep, memberships_lapse, sessions_sweep
from madoguchi.intake.public import business_accounts_sweep, drafts_sweep, opinions_sweep, unpaid_sweep
from madoguchi.inventory.public import uploads_sweep
from madoguchi.kernel import audit, clock, failpoints, outbox
from madoguchi.kernel.durable import folder_make, folder_sync
from madoguchi.kernel.limits import limits_sweep
from madoguchi.kernel.outbox import FAILED
from madoguchi.payments.public import payments_ask, payments_expire, refunds_ask
from madoguchi.queue.public import queue_sweep
from madoguchi.scans.public import scans_sweep

log = logging.getLogger(__name__)
HOURLY = (plans_sweep, bulk_drafts_sweep, drafts_sweep, opinions_sweep, unpaid_sweep, mandates_sweep, cards_sweep,
          business_accounts_sweep, guardians_sweep,
          definitions_sweep, interviews_sweep, helps_sweep, sessions_sweep, kept_sweep, submit_keys_sweep, sweep_strays, books_check, dues_remind,
          fees_unanswered, refunds_tell,
          bookings_sweep, queue_sweep, scans_sweep, refunds_ask, stock_sweep, expiries_sweep, expiries_untold, expiries_tell,
          bookings_finish, duties_sweep, uploads_sweep, limits_sweep)


class Command(BaseCommand):
    help = "送信箱の仕事を処理します"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="今ある仕事だけを済ませて終わる")

    def handle(self, *args: Any, **options: Any) -> None:
        served()
        self.going = True
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        if options["once"]:
            swept(memberships_lapse, escalate, due_publish, payments_ask, payments_expire, refunds_ask, offers_sweep, bookings_remind)
            while outbox.run_once():
                pass
            outbox.heartbeat("worker")
            self._seal()
            return
        beat = seal = tidy = due = 0.0
        while self.going:
            try:
                now = time.monotonic()
                if now - beat > 5:
                    outbox.heartbeat("worker")
                    beat = now
                if now - seal > 30:
                    seal = now  # before: what fails now is tried again in 30 seconds and does not hold up the outbox
                    self._seal()
                    swept(memberships_lapse, payments_ask, payments_expire, offers_sweep)
                if now - due > 600:
                    due = now
                    swept(escalate, due_publish, bookings_remind)
                if now - tidy > 3600:
                    tidy = now
                    swept(*HOURLY)
                if not outbox.run_once():
                    time.sleep(0.2)
            except (OperationalError, InterfaceError, OSError) as error:  # database away or locked, disk full: wait, try again
                self.stderr.write(f"{clock.now():%H:%M:%S} {type(error).__name__}: 2秒後にやり直します / waiting")
                close_old_connections()
                time.sleep(2)

    def _stop(self, *_: Any) -> None:
        self.going = False

    def _seal(self) -> None:
        while sealed := audit.seal():
            failpoints.hit("worker.before_anchor")
            anchor_write(sealed.seq, sealed.hash)


def swept(*sweeps: Callable[[], Any]) -> None:
    """Each by itself: what is wrong with one (a means of payment that was switched off, a file of the pack that cannot be read) stops
    no other, and no mail. Its name stands in the log and on the operator's page."""
    for sweep in sweeps:
        try:
            sweep()
        except (OperationalError, InterfaceError):  # the database is away, for the others too
            raise
        except Exception as error:  # the worker loop is the one place that may catch everything (STYLE 10)
            at = traceback.extract_tb(error.__traceback__)[-1]  # not the words of the error: they may hold what somebody typed
            log.error("sweep failed %s %s at %s:%s", sweep.__name__, type(error).__name__, Path(at.filename).name, at.lineno)
            outbox.heartbeat(f"{FAILED}{sweep.__name__}"[:40])


def anchor_path() -> Path:
    """Where the newest seals are kept outside the database."""
    return Path(settings.MADOGUCHI_DATA) / "anchors" / "seals.txt"


def anchor_write(seq: int, value: str) -> None:
    """Append a seal to the anchor file."""
    path = anchor_path()
    folder_make(path.parent)
    first = not path.exists()
    with path.open("a") as out:
        out.write(f"{seq} {value} {clock.now().isoformat(timespec='seconds')}\n")
        out.flush()
        os.fsync(out.fileno())
    if first:
        folder_sync(path.parent)
