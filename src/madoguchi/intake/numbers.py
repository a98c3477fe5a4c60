"""個人番号 on a page: what is typed becomes a token; a box left empty means "as before" and is never shown again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from madoguchi.kernel import sealed
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition, Facts, Fault, Question, Step
from madoguchi.procedures.rules.validate import Raw, StepResult

WAS = "_was"  # hidden field of an entry: which saved entry it was, so that removing one moves no number to another person


def read_page(d: Definition, step: Step, raw: Raw, stored: Mapping[str, Any], known: Facts) -> StepResult:
    """As `procedures.read_step`, with the tokens saved before put in where the box was left empty. Tokens typed by hand
    are thrown away."""
    typed = {k: [v for v in values if not v.startswith(sealed.PREFIX)] for k, values in raw.items()}
    result = procedures.read_step(d, step, typed, known)
    faults: list[Fault] = list(result.faults)
    for q, name, index, entry, before in _boxes(step, result.values, typed, stored):
        token = before.get(q.id)
        if sealed.is_token(token) and not "".join(typed.get(name, [])).strip():
            entry[q.id] = token
            faults = [f for f in faults if (f.question, f.index) != (q.id, index)]
    return StepResult(result.values, faults)


def seal_numbers(step: Step, values: dict[str, Any]) -> dict[str, Any]:
    """Replace 個人番号 typed in by tokens."""
    secret = [q.id for q in step.questions if q.type == "個人番号"]
    for entry in values.get(step.repeat.id, []) if step.repeat else [values]:
        for name in secret:
            if entry.get(name) and not sealed.is_token(entry[name]):
                entry[name] = sealed.put("my-number", entry[name])
    return values


def _boxes(
    step: Step, values: dict[str, Any], typed: Raw, stored: Mapping[str, Any]
) -> Iterator[tuple[Question, str, int | None, dict[str, Any], Mapping[str, Any]]]:
    """Every number asked on the page: (question, field name, entry number, the new entry, the entry saved before)."""
    secret = [q for q in step.questions if q.type == "個人番号"]
    if not step.repeat:
        yield from ((q, q.id, None, values, stored) for q in secret)
        return
    group = step.repeat.id
    entries, old = values.get(group, []), stored.get(group) or []
    for index, entry in enumerate(entries if secret else []):
        said = (typed.get(f"{group}.{index}.{WAS}") or ["" if len(entries) != len(old) else str(index)])[-1]
        before = old[int(said)] if said.isdecimal() and len(said) < 4 and int(said) < len(old) else {}
        yield from ((q, f"{group}.{index}.{q.id}", index, entry, before) for q in secret)
