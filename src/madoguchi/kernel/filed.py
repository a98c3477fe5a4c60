"""What was filed: its digest, in what a copy differs from the record of acts, and what of it an answer to a correction has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from . import clock, sealed
from .canon import canonical, sha256
from .witness import Act

FIRST, AGAIN = "application.filed", "correction.answered"
SAID = {"receipt": "受付番号", "procedure": "手続", "version": "手続の版", "definition": "手続の版の要約値", "channel": "経路"}  # facts of FIRST
WRITTEN_WITHIN = dt.timedelta(minutes=10)
FILES = ("document.added", "correction.sheet_kept")


def filing_digest(slug: str, checksum: str, answers: Any, files: Mapping[str, Any]) -> str:
    """SHA-256 over what is filed: the definition, the answers (tokens, not numbers) and the files' hashes.

    This is what is signed with the card.
    """
    attached = {slot: [f["sha256"] for f in entries] for slot, entries in sorted(files.items()) if entries}
    return sha256(canonical({"procedure": slug, "definition": checksum, "answers": answers, "attachments": attached}))


def filings(acts: list[Act]) -> list[Act]:
    """The acts that said what is filed: the filing, and every correction that was answered, oldest first."""
    return [act for act in acts if act.action in (FIRST, AGAIN)]


def files_covered(act: Act, files: Mapping[str, Any], acts: list[Act]) -> dict[str, Any]:
    """Of the files of a copy, those that its digest covers: without what was added after it."""
    later = {a.facts["sha256"] for a in acts if a.seq > act.seq and a.action == "document.added"}
    return {slot: [entry for entry in entries if _there(act, entry, later)] for slot, entries in files.items()}


def _there(act: Act, entry: Mapping[str, Any], later: set[str]) -> bool:
    if "added" not in entry:
        return True
    at = dt.datetime.fromisoformat(entry["added"])
    return act.action == AGAIN and (at < act.at or (at == act.at and entry["sha256"] not in later))


def strangers(act: Act, files: Mapping[str, Any], acts: list[Act]) -> bool:
    """Are there files that nobody added: not of the filing, not a document that followed, and no correction takes files just now?"""
    if any(a.seq > act.seq and a.action == "correction.asked" for a in acts):
        return False
    known, covered = {a.facts["sha256"] for a in acts if a.action in FILES}, files_covered(act, files, acts)
    return any(entry["sha256"] not in known for slot, entries in files.items() for entry in entries if entry not in covered[slot])


def row_unlike(first: Act, row: Mapping[str, Any]) -> Iterator[str]:
    """In which of SAID a row differs from the filing. What the record does not say is not compared."""
    for fact, ja in SAID.items():
        if fact in first.facts and first.facts[fact] != row[fact]:
            yield f"{ja}が記録と違います(記録 {first.facts[fact]}、今は {row[fact]})"


def arrival_unlike(first: Act, filed_at: dt.datetime) -> str:
    """That an application arrived at another time than the record says, on which every deadline hangs; empty when it did not. What came
    on paper has the day on which it was received. Filings from before the time stood in the record were written when they arrived."""
    if day := first.facts.get("received"):
        same = str(filed_at.astimezone(clock.JST).date()) == day
    elif said := first.facts.get("filed_at"):
        same = dt.datetime.fromisoformat(said) == filed_at
    else:
        same = abs(first.at - filed_at) <= WRITTEN_WITHIN
    return "" if same else "届いた日時が記録と違います"


def copy_unlike(act: Act, slug: str, checksum: str, answers: Any, files: Mapping[str, Any], acts: list[Act], *, same: bool) -> str:
    """What differs in a copy from what the act says was filed: words, empty when nothing does. ``same``: are the answers those that
    the act keyed?"""
    if filing_digest(slug, checksum, answers, files_covered(act, files, acts)) == act.facts["digest"]:
        return "記録のない添付があります(誰かが書き足した疑い)" if strangers(act, files, acts) else ""
    return "添付が、送られた時と違います" if same else "答えが、送られた時と違います"


def value_at(answers: Any, path: str) -> Any:
    """The answer at a path (question, group, group.index.question); None where there is none."""
    value = answers
    for part in path.split("."):
        if isinstance(value, list):
            value = value[int(part[:6])] if part.isdecimal() and int(part[:6]) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, Mapping) else None
    return value


def alike(one: Any, other: Any) -> bool:
    """Are two answers the same? A number typed again has another token: what it stands for is compared, unopened."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return set(one) == set(other) and all(alike(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if sealed.is_token(one) and sealed.is_token(other):
        return sealed.same(one, other)
    return bool(one == other)


def new_files(entries: list[Any], since: dt.datetime) -> list[Any]:
    """Of the files in one place, those that came since then and are none of those that lay there before: a telephone names every
    photo alike, and the same photo sent again is no new one."""
    came = [entry for entry in entries if "added" in entry and dt.datetime.fromisoformat(entry["added"]) >= since]
    before = {entry["sha256"] for entry in entries if entry not in came}
    return [entry for entry in came if entry["sha256"] not in before]
