"""Internal notes that another act leaves on the case: what was decided beside the case, and why, where its clerks read."""

from __future__ import annotations

from madoguchi.identity.public import Staff
from madoguchi.kernel import clock

from .models import Case, Note


def note_put(case: Case, *, by: Staff, text: str) -> int:
    """In the caller's transaction, on a case that it has locked: leave the note. Returns its number."""
    return Note.objects.create(case=case, by=by, at=clock.now(), text=text).pk


def note_read(case: Case, number: int) -> str:
    """What a note of this case says; empty when there is none."""
    return Note.objects.filter(case=case, pk=number).values_list("text", flat=True).first() or ""
