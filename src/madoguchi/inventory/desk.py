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
from .errors import EntryNotFound, FormWrong, SheetWrong
from .models import Heading, Upload
from .selectors import upload_get
from .taking import CHAIN


def list_import(*, actor: Staff, data: bytes, name: str) -> Upload:
    """Take a list in; one with unknown columns waits for answers (``done_at`` is None). Raises EntryNotFound, SheetWrong."""
    insist(actor, writes=True)
    if reading.headings(data, taking.told()).unknown:
        with transaction.atomic():
            return taking.upload_keep(actor=actor.actor, data=data, name=name)
    return taking.list_take(actor=actor.actor, data=data, name=name)


def headings_asked(*, actor: Staff, upload_id: int) -> list[str]:
    """The columns of a waiting list that nobody has explained. Raises EntryNotFound, SheetWrong."""
    upload = upload_get(actor=actor, upload_id=upload_id)
    return [] if upload.done_at else list(reading.headings(_bytes(upload), taking.told()).unknown)


def upload_answer(*, actor: Staff, upload_id: int, answers: Mapping[int, str]) -> Upload:
    """Remember what the columns are (by their place in headings_asked) and take the list in. What was answered stays known even when
    the list turns out wrong. Raises EntryNotFound, FormWrong, SheetWrong."""
    insist(actor, writes=True)
    asked = headings_asked(actor=actor, upload_id=upload_id)
    faults = [(f"c{at}", f"「{name[:60]}」が何の列かを選んでください") for at, name in enumerate(asked) if answers.get(at) not in {"-", *LABELS}]
    chosen = [answers.get(at) for at in range(len(asked)) if answers.get(at) in LABELS]
    faults += [(f"c{at}", f"「{name[:60]}」と同じ項目を、ほかの列にも選んでいます。片方を「そのまま残す」にしてください")
               for at, name in enumerate(asked) if answers.get(at) in LABELS and chosen.count(answers[at]) > 1]
    said = {name: "" if answers.get(at) == "-" else answers.get(at, "") for at, name in enumerate(asked)}
    if not faults and asked:
        faults = _head_faults(_bytes(upload_get(actor=actor, upload_id=upload_id)), said)
    if faults:
        raise FormWrong(faults)
    taking.headings_remember(actor=actor.actor, answers=said)
    with transaction.atomic():
        taking.one_writer()
        upload = Upload.objects.select_for_update().get(id=upload_id)
        return upload if upload.done_at else taking.list_take(actor=actor.actor, data=_bytes(upload), name=upload.name, upload=upload)


def _head_faults(data: bytes, said: Mapping[str, str]) -> list[tuple[str, str]]:
    """Why nothing could be read with these answers; they are not remembered then."""
    told = taking.told() | {plain(name): field for name, field in said.items()}
    try:
        reading.headings(data, told)
    except SheetWrong as wrong:
        return [("c0", f"この答えでは取り込めません。{line}") for line in wrong.lines]
    return []


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
