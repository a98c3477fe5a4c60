"""Parts of the page of a case."""

from __future__ import annotations

import datetime as dt
from typing import Any

from madoguchi.identity.public import Staff
from madoguchi.kernel.models import AuditEntry
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition

from . import ports, services
from .dues import fee_links
from .models import Case, Correction, Decision
from .states import OPEN, State

HISTORY = 200  # entries on the page of a case


def links(case: Case, d: Definition) -> list[tuple[str, str, str]]:
    """Ways from a case to other desks: its fee, and what the room of the procedure offers."""
    found = ports.case_links[case.slug](case.ref) if case.slug in ports.case_links else []
    return [*found, *fee_links(case, d)]


def notes_beside(case: Case) -> list[str]:
    """What who works on the case must know before all else: of an open one what the room of its procedure says, of
    any what other rooms say."""
    room = ports.case_notes[case.slug](case) if case.slug in ports.case_notes and case.state in OPEN else []
    return [*room, *_late(case), *(words for notes in ports.every_note.values() for words in notes(case))]


def _late(case: Case) -> list[str]:
    """An answer to a correction that came when it was decided already, as long as that decision holds."""
    final = Decision.objects.filter(case=case, state="final").order_by("-number").first() if case.state == State.DECIDED else None
    return [f"補正{c.number}の答えが、決定のあとに届きました。決定には入っていません。「やりとり」で確かめ、結果が変わるときは"
            "「変更・再調査をはじめる」からもう一度審査してください。" for c in Correction.objects.filter(case=case).order_by("number")
            if final and any(item.get("late") == final.number for item in c.items)]


def history_of(case: Case, *, whole: bool) -> tuple[list[AuditEntry], int]:
    """What is on record of a case, the newest first, and how many older entries are left out: cases grow long, and few look so far back."""
    rows = AuditEntry.objects.filter(chain=f"case:{case.id}").order_by("-seq")
    shown = list(rows if whole else rows[:HISTORY + 1])
    return (shown, 0) if whole or len(shown) <= HISTORY else (shown[:HISTORY], rows.count() - HISTORY)


def undrawn(history: list[AuditEntry]) -> list[tuple[str, str]]:
    """(character, code points) that the font of an issued document lacks: a clerk writes them in by hand."""
    codes = dict.fromkeys(code for h in history if h.action == "document.issued" for code in h.facts.get("characters_missing", []))
    return [("".join(chr(int(point[2:], 16)) for point in code.split()), code) for code in codes]


def check_rows(case: Case, d: Definition) -> list[tuple[int, str, dict[str, Any] | None]]:
    """(number, words, who marked it and when, or None) of the points of the checklist."""
    marks = {i: m for i, m in case.checklist.items() if isinstance(m, dict)}
    names = dict(Staff.objects.filter(username__in={m["by"] for m in marks.values()}).values_list("username", "name"))
    return [(i, words, {"by": names.get(m["by"], m["by"]), "at": dt.datetime.fromisoformat(m["at"])} if (m := marks.get(str(i))) else None)
            for i, words in enumerate(d.review.checklist)]


def decision_row(d: Any, x: Decision) -> dict[str, Any]:
    """A decision with its answers in words and its stamps."""
    outcome = d.outcome(x.outcome)
    answers = [(q.label, procedures.FIELD_TYPES[q.type].text(x.answers[q.id], q)) for q in d.review.questions if q.id in x.answers]
    words = {"proposed": "決裁中", "returned": "差戻し", "final": "確定", "dropped": "取下げ",
             "overtaken": "補正の答えが届き、戻りました"}[x.state]
    return {"x": x, "outcome": outcome.name if outcome else x.outcome, "answers": answers, "state": words,
            "stamps": [(services.role_words(s.role), s) for s in getattr(x, "stamps", [])]}
