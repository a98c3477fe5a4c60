"""The counter tablet: one question a page, in large type, for people who are helped at the counter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..conditions import holds
from ..fields import Fault
from ..model import Definition, Question, Repeat, Step
from ..validate import asked
from .webform import FieldView, field_view, raw_of


@dataclass(frozen=True, slots=True)
class TabletPage:
    """One page: a question, or 「もう一人いますか」 between the entries of a repeat group (``field`` is None then)."""

    number: int  # from 1
    total: int  # pages for the answers known so far; later answers may add some
    title: str
    help: str
    step: str
    question: str  # id; empty for 「もう一人いますか」
    field: FieldView | None = None
    group: str = ""
    index: int | None = None
    more: bool | None = None  # 「もう一人いますか」: what is known of the answer (None: not answered yet)


def pages(d: Definition, known: Mapping[str, Any], faults: Sequence[Fault] = ()) -> tuple[TabletPage, ...]:
    """The pages for what is known (answers with derived values): every question asked so far, in order."""
    found: list[TabletPage] = []
    for step in d.steps:
        if step.condition is not None and not holds(step.condition, known):
            continue
        found += _single(step, known, faults) if step.repeat is None else _group(step, step.repeat, known, faults)
    return tuple(replace(page, number=n, total=len(found)) for n, page in enumerate(found, 1))


def _single(step: Step, known: Mapping[str, Any], faults: Sequence[Fault]) -> Iterator[TabletPage]:
    for q in step.questions:
        if asked(q, known):
            yield _page(step, q, known.get(q.id), "", faults, step.title)


def _group(
    step: Step, repeat: Repeat, known: Mapping[str, Any], faults: Sequence[Fault]
) -> Iterator[TabletPage]:
    stored = known.get(repeat.id)
    entries = stored if isinstance(stored, list) else []
    if repeat.low == 0:
        yield _more(step, repeat, 0, bool(entries) if repeat.id in known else None)
    outside = {key: value for key, value in known.items() if key != repeat.id}
    for index in range(min(max(len(entries), repeat.low), repeat.high)):
        if index and index >= repeat.low:
            yield _more(step, repeat, index, True)
        entry = entries[index] if index < len(entries) else {}
        mine = [f for f in faults if f.index == index]
        title = f"{repeat.name} {index + 1}"
        for q in step.questions:
            if asked(q, outside, entry):
                page = _page(step, q, entry.get(q.id), f"{repeat.id}.{index}.", mine, title)
                yield replace(page, group=repeat.id, index=index)
    count = max(len(entries), repeat.low)
    if 0 < count < repeat.high:
        yield _more(step, repeat, count, None)


def _page(step: Step, q: Question, value: Any, prefix: str, faults: Sequence[Fault], title: str) -> TabletPage:
    view = field_view(q, prefix, raw_of(q, value), faults,
                      sealed=isinstance(value, str) and value.startswith("sv_"))
    return TabletPage(0, 0, title, q.help or step.help, step.id, q.id, view)


def _more(step: Step, repeat: Repeat, index: int, answer: bool | None) -> TabletPage:
    title = f"{repeat.name}は、もう一人いますか" if index else f"{repeat.name}はいますか"
    return TabletPage(0, 0, title, step.help if not index else "", step.id, "", group=repeat.id, index=index,
                      more=answer)
