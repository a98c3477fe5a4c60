"""Letters made and laid into a folder as PDF by the command line: one file a batch, each once, however often the command is killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from madoguchi.kernel import clock, failpoints
from madoguchi.kernel.durable import folder_sync

from .expiries import LETTER, expiry_letters
from .letters import batch_pdf
from .models import Batch
from .operators import Operator
from .selectors import NOTICE, REMINDER
from .services import letters_make
from .staff_errors import NothingToSend

KINDS = {"notice": NOTICE, "reminder": REMINDER, "expiry": LETTER}


def letters_lay(*, operator: Operator, kind: str, folder: Path) -> Iterator[tuple[Path, int]]:
    """First the files that the same command left undone, then new batches until no letter is due. Tells each file and its letters."""
    for batch in Batch.objects.filter(made_by=operator.actor, kind=KINDS[kind], laid_at=None).order_by("id"):
        yield _lay(batch, folder)
    while True:
        try:
            batch = expiry_letters(actor=operator) if kind == "expiry" else letters_make(actor=operator, kind=KINDS[kind])
        except NothingToSend:
            return
        yield _lay(batch, folder)


def _lay(batch: Batch, folder: Path) -> tuple[Path, int]:
    """Written aside and renamed; only then the batch counts as laid. Killed before, it is written again: the same name, the same letters."""
    path = folder / f"cards-{batch.kind}-{batch.made_on}-{batch.id}.pdf"
    aside = path.with_suffix(".part")
    failpoints.hit("cards.print.before_write")
    with aside.open("wb") as out:
        out.write(batch_pdf(batch))
        out.flush()
        os.fsync(out.fileno())
    failpoints.hit("cards.print.before_rename")
    aside.replace(path)
    folder_sync(folder)
    failpoints.hit("cards.print.before_laid")
    Batch.objects.filter(id=batch.id).update(laid_at=clock.now())
    return path, batch.letters.count() + batch.expiries.count()
