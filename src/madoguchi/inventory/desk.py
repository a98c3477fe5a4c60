"""Lists as staff take them in by the browser: the right is asked first, the file is read whole."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from madoguchi.files.public import file_get, file_open
from madoguchi.identity.public import Staff
from madoguchi.kernel import audit

from . import reading, taking
from .access import insist
from .columns import LABELS, plain
from .errors import EntryNotFound, FormWrong
from .models import Heading, Upload
from .reading import Column
from .selectors import upload_get
from .taking import CHAIN


def list_import(*, actor: Staff, data: bytes, name: str, look: bool = False) -> Upload:
    """Take a list in; one with columns that are unknown or do not go together, or that somebody wants to ``look`` at first, waits
    for answers (``done_at`` is None). Raises EntryNotFound, SheetWrong."""
    insist(actor, writes=True)
    found, _ = reading.columns_of(data, taking.told())
    if look or found.unknown or found.muddled:
        with transaction.atomic():
            return taking.upload_keep(actor=actor.actor, data=data, name=name)
    return taking.list_take(actor=actor.actor, data=data, name=name)


def headings_asked(*, actor: Staff, upload_id: int) -> tuple[list[Column], tuple[str, ...]]:
    """The columns of a waiting list, with what of their meaning does not go together. Raises EntryNotFound, SheetWrong."""
    upload = upload_get(actor=actor, upload_id=upload_id)
    if upload.done_at:
        return [], ()
    found, asked = reading.columns_of(_bytes(upload), taking.told())
    return asked, found.muddled


def upload_answer(*, actor: Staff, upload_id: int, answers: Mapping[int, str]) -> Upload:
    """Remember what the columns are (by their place in the file; of a known one only what is new) and take the list in. What was
    answered stays known even when the list turns out wrong. Raises EntryNotFound, FormWrong, SheetWrong."""
    insist(actor, writes=True)
    asked, muddled = headings_asked(actor=actor, upload_id=upload_id)
    faults = [(f"c{c.at}", f"「{c.name[:60]}」が何の列かを選んでください") for c in asked
              if answers.get(c.at) not in ({"-", *LABELS, None} if c.known else {"-", *LABELS})]
    said = {c.name: answers[c.at].replace("-", "") for c in asked
            if answers.get(c.at) in {"-", *LABELS} and not (c.known and answers[c.at] == (c.field or "-"))}
    chosen = [field for field in said.values() if field]
    faults += [(f"c{c.at}", f"「{c.name[:60]}」と同じ項目を、ほかの列にも選んでいます。片方を「そのまま残す」にしてください")
               for c in asked if chosen.count(said.get(c.name, "")) > 1]
    if not faults and (said or muddled):
        faults = _head_faults(_bytes(upload_get(actor=actor, upload_id=upload_id)), said, asked[0].at if asked else 0)
    if faults:
        raise FormWrong(faults)
    taking.headings_remember(actor=actor.actor, answers=said)
    with transaction.atomic():
        taking.one_writer()
        upload = Upload.objects.select_for_update().get(id=upload_id)
        return upload if upload.done_at else taking.list_take(actor=actor.actor, data=_bytes(upload), name=upload.name, upload=upload)


def _head_faults(data: bytes, said: Mapping[str, str], first: int) -> list[tuple[str, str]]:
    """Why nothing could be read with these answers; they are not remembered then."""
    told = taking.told() | {plain(name): field for name, field in said.items()}
    return [(f"c{first}", f"この答えでは取り込めません。{fault}") for fault in reading.columns_of(data, told)[0].muddled]


@transaction.atomic
def heading_forget(*, actor: Staff, heading_id: int) -> None:
    """Ask about this column again the next time. Raises EntryNotFound."""
    insist(actor, writes=True)
    found = Heading.objects.filter(id=heading_id).first()
    if found is None:
        raise EntryNotFound
    audit.record(actor.actor, "inventory.heading_forgotten", chain=CHAIN, facts={"heading": found.shown[:100]})
    found.delete()


@transaction.atomic
def slugs_relink(*, actor: Staff) -> int:
    """Point rows to procedures that were published since. Raises EntryNotFound."""
    insist(actor, writes=True)
    taking.one_writer()
    return taking.slugs_link(actor=actor.actor)


def _bytes(upload: Upload) -> bytes:
    with file_open(file_get(str(upload.file_id))) as source:
        return source.read()
