"""個人番号 on a page: what is typed becomes a token; a box left empty means "as before" and is never shown again, and what is typed as it was
saved keeps its token. Two tokens never look alike, so that two people have one number is found by `told_twice` and not by the named rule,
which sees answers only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any

from madoguchi.kernel import sealed
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition, Facts, Fault, Question, Step, Verdict
from madoguchi.procedures.rules.checks.child_allowance import SAME_NUMBER, my_numbers_differ
from madoguchi.procedures.rules.validate import Raw, StepResult

KIND = "my-number"
WAS = "_was"  # hidden field of an entry: which saved entry it was, so that removing one moves no number to another person


def read_page(d: Definition, step: Step, raw: Raw, stored: Mapping[str, Any], known: Facts) -> StepResult:
    """As `procedures.read_step`, with the tokens saved before put in where the box was left empty, or says what was saved. Tokens typed by
    hand are thrown away."""
    typed = {k: [v for v in values if not v.startswith(sealed.PREFIX)] for k, values in raw.items()}
    result = procedures.read_step(d, step, typed, known)
    faults: list[Fault] = list(result.faults)
    for q, name, index, entry, before in _boxes(step, result.values, typed, stored):
        token = before.get(q.id)
        if not sealed.is_token(token):
            continue
        if not "".join(typed.get(name, [])).strip():
            entry[q.id] = token
            faults = [f for f in faults if (f.question, f.index) != (q.id, index)]
        elif entry.get(q.id) and sealed.holds(str(token), KIND, entry[q.id]):
            entry[q.id] = token
    return StepResult(result.values, faults)


def seal_numbers(step: Step, values: dict[str, Any]) -> dict[str, Any]:
    """Replace 個人番号 typed in by tokens."""
    secret = [q.id for q in step.questions if q.type == "個人番号"]
    for entry in values.get(step.repeat.id, []) if step.repeat else [values]:
        for name in secret:
            if entry.get(name) and not sealed.is_token(entry[name]):
                entry[name] = sealed.put(KIND, entry[name])
    return values


def told_twice(d: Definition, answers: Mapping[str, Any], fresh: Set[str] = frozenset()) -> list[Fault]:
    """番号法7条: nobody shares a number. Where the definition compares them (my_numbers_differ), every person but the first who has the
    saved number of another one; of both, whose number is ``fresh`` (a token just typed). ``answers`` hold only what is asked."""
    names = {one for call in d.checks if call.rule == my_numbers_differ.__name__ for one in dict(call.args)["numbers"].split("、")}
    held: dict[str, Fault] = {}
    for step in d.steps if names else ():
        entries = answers.get(step.repeat.id) or [] if step.repeat else [answers]
        for index, entry in enumerate(entries):
            held |= {entry[q.id]: Fault(q.id, SAME_NUMBER, index=index if step.repeat else None)
                     for q in step.questions if q.id in names and sealed.is_token(entry.get(q.id))}
    faults = []
    for same in sealed.alike(held) if len(held) > 1 else ():
        in_turn = [token for token in held if token in same]
        wrong = [token for token in in_turn if token in fresh] or in_turn[1:]
        faults += [held[token] for token in (wrong if len(wrong) < len(in_turn) else wrong[1:])]
    return faults


def judge(d: Definition, known: Facts, attached: Mapping[str, int] | None = None, before: Mapping[str, Any] | None = None) -> Verdict:
    """As `procedures.judge`, of answers whose numbers are sealed; ``before``: what stood there, so that what was typed since is held
    against whoever it was typed for."""
    verdict = procedures.judge(d, known, attached)
    verdict.faults += told_twice(d, verdict.answers, sealed.tokens_in(known.answers) - sealed.tokens_in(before or known.answers))
    return verdict


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
