"""What bears a 個人番号 among the files of a case: on the paper that it came on the places of the number are painted over, of a document that
shows it (個人番号: はい) all, until somebody opens it with a reason."""

from __future__ import annotations

from typing import Any, cast

from django.db import transaction

from madoguchi.files.public import Areas
from madoguchi.identity.public import Staff
from madoguchi.kernel.errors import NotFound

from . import selectors, services
from .models import Case

SCANS = "scans"  # among the files of a case: the sheets (docs/adr/0043)
LABEL = "紙の画像"


def entry_of(case: Case, file_id: str) -> tuple[str, dict[str, Any]]:
    """The slot and the entry of a file of the case. Raises NotFound."""
    for slot, entries in case.files.items():
        for entry in entries:
            if entry["id"] == file_id:
                return slot, entry
    raise NotFound("ファイルが見つかりませんでした。")


def areas_of(case: Case, slot: str, entry: dict[str, Any]) -> Areas | None:
    """What is painted over of a file; None: all of it. Of a sheet that was filed without its places (before they were kept, or as the answer to
    a 補正) all, where the procedure asks for a number."""
    if "covered" in entry:
        return cast("Areas | None", entry["covered"])
    d = selectors.definition_of(case)
    if slot != SCANS:
        return None if any(a.id == slot and a.bears_number for a in d.attachments) else []
    asks = any(q.type == "個人番号" for step in d.steps for q in step.questions)
    return None if asks else []


def covered_ids(case: Case) -> set[str]:
    """The files of a case that are not shown as they are."""
    return {entry["id"] for slot, entries in case.files.items() for entry in entries if areas_of(case, slot, entry) != []}


@transaction.atomic(durable=True)
def picture_reveal(*, actor: Staff, case_id: str, file_id: str, why: str) -> dict[str, Any]:
    """The entry of a file that is shown as it is, for one look, with the reason on record as for the sealed number. Raises Forbidden,
    ReasonMissing, TooLong, NotFound."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    slot, entry = entry_of(case, file_id)
    services.number_seen(actor, case, f"{slot}.{file_id}", why)
    return entry
