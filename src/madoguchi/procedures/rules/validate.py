"""The validator face: which questions are asked, and what is wrong with the answers."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from madoguchi.kernel.said import say

from . import checks, deadline
from .checks import Facts, Finding
from .conditions import holds
from .fields import TYPES, Fault
from .model import Attachment, Call, Definition, Question, Step

Raw = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class StepResult:
    """What came of one page: the values by question (a list of entries for a repeat group) and the faults."""

    values: dict[str, Any]
    faults: list[Fault]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the clerk should look at; it does not stop the filing. The applicant is told it too, unless it is for ``staff``."""

    question: str
    ja: str
    staff: bool = False

    def kept(self) -> dict[str, Any]:
        """As it is stored with the application."""
        return {"question": self.question, "ja": self.ja} | ({"staff": True} if self.staff else {})


@dataclass(slots=True)
class Verdict:
    """What came of all answers together. ``answers`` holds only what was asked."""

    answers: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    attachments: tuple[Attachment, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """The notices that the applicant reads."""
        return tuple(n.ja for n in self.notices if not n.staff)


def derive(d: Definition, facts: Facts) -> dict[str, Any]:
    """The answers with the derived values (導出) beside them, for conditions."""
    if not d.derived:
        return dict(facts.answers)
    known = dict(facts.answers)
    for key, call in d.derived:
        known[key] = checks.run(call.rule, Facts(known, facts.today, facts.next_open), call.args)
    return known


def steps_asked(d: Definition, known: Mapping[str, Any]) -> list[Step]:
    """The pages this person sees."""
    return [s for s in d.steps if s.condition is None or holds(s.condition, known)]


def asked(q: Question, known: Mapping[str, Any], item: Mapping[str, Any] | None = None) -> bool:
    """Is this question asked?"""
    return q.condition is None or holds(q.condition, known, item)


def attachments_asked(d: Definition, known: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """The documents this person is asked for."""
    return tuple(a for a in d.attachments if a.condition is None or holds(a.condition, known))


def getter(raw: Raw, prefix: str) -> Callable[[str], str]:
    """Raw input of one field: part → text. ``*`` gives all values of a multiple choice."""

    def get(part: str) -> str:
        if part == "*":
            return "\x1f".join(raw.get(prefix, []))
        values = raw.get(f"{prefix}.{part}" if part else prefix)
        return values[-1] if values else ""

    return get


def read_entry(
    questions: tuple[Question, ...], raw: Raw, prefix: str, known: Mapping[str, Any], index: int | None = None
) -> tuple[dict[str, Any], list[Fault]]:
    """Read and check the questions of one page (or one entry of a group), in order, as far as they are asked."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    scope = dict(known)
    for q in questions:
        if not asked(q, scope, values):
            continue
        kind = TYPES[q.type]
        value, found = kind.parse(getter(raw, f"{prefix}{q.id}"), q)
        if not found and value is None and q.required:
            found = [Fault(q.id, kind.missing(q), kind.parts[0].key)]
        elif not found and value is not None:
            found = kind.check(value, q)
        if value is not None and not found:
            values[q.id] = value
            if index is None:
                scope[q.id] = value
        faults += [Fault(f.question, f.ja, f.part, index) for f in found]
    return values, faults


def read_step(d: Definition, step: Step, raw: Raw, facts: Facts) -> StepResult:
    """Read the POST of one page. Names are ``question``, ``question.part``, ``group.0.question.part``."""
    known = derive(d, facts)
    for q in step.questions:
        known.pop(q.id, None)
    if step.repeat is not None:  # entries saved before may not stand in for an unanswered question of this entry
        known.pop(step.repeat.id, None)
    if step.repeat is None:
        values, faults = read_entry(step.questions, raw, "", known)
        return StepResult(values, faults + born_later(step.questions, values, facts.today))
    entries, faults = [], []
    for index in range(entry_count(step, raw)):
        entry, found = read_entry(step.questions, raw, f"{step.repeat.id}.{index}.", known, index)
        entries.append(entry)
        faults += found + born_later(step.questions, entry, facts.today, index)
    if len(entries) < step.repeat.low:
        faults.append(Fault(step.repeat.id, say("{name}を{low}件以上入力してください", name=step.repeat.name, low=step.repeat.low)))
    return StepResult({step.repeat.id: entries}, faults)


def born_later(
    questions: Iterable[Question], values: Mapping[str, Any], today: dt.date, index: int | None = None
) -> list[Fault]:
    """Dates of birth that are still to come, found while somebody types. Only here: the other faces know no day, and a
    definition that counts ages has its own rule."""
    return [
        Fault(q.id, say("{label}は今日までの日付を入力してください", label=q.label), "y", index)
        for q in questions if q.type == "生年月日" and str(values.get(q.id, "")) > today.isoformat()
    ]


def entry_count(step: Step, raw: Raw) -> int:
    """How many entries the page sent, never more than the definition allows."""
    assert step.repeat is not None
    sent = (raw.get(f"{step.repeat.id}.count") or ["0"])[-1]
    return min(int(sent) if sent.isdecimal() and len(sent) < 4 else 0, step.repeat.high)


def _check_entry(
    questions: tuple[Question, ...], given: Mapping[str, Any], known: Mapping[str, Any], index: int | None
) -> tuple[dict[str, Any], list[Fault]]:
    kept: dict[str, Any] = {}
    faults: list[Fault] = []
    for q in questions:
        if not asked(q, known, kept if index is not None else None):
            continue
        value = given.get(q.id)
        if value is None:
            if q.required:
                faults.append(Fault(q.id, TYPES[q.type].missing(q), TYPES[q.type].parts[0].key, index))
            continue
        found = TYPES[q.type].check(value, q)
        faults += [Fault(f.question, f.ja, f.part, index) for f in found]
        if not found:
            kept[q.id] = value
    return kept, faults


def counted(d: Definition, facts: Facts, last: Step | None = None) -> dict[str, Any]:
    """The answers that are asked, up to and with the page ``last`` (None: all): each page by what counts of those before it, as `judge`
    does, without looking at the values themselves."""
    answers: dict[str, Any] = {}
    for step in d.steps:
        known = derive(d, Facts(answers, facts.today, facts.next_open))
        if step.condition is None or holds(step.condition, known):
            if step.repeat is None:
                for q in step.questions:
                    if q.id in facts.answers and asked(q, known):
                        answers[q.id] = known[q.id] = facts.answers[q.id]
            else:
                answers[step.repeat.id] = [_entry_counted(step, entry, known) for entry in facts.answers.get(step.repeat.id) or []]
        if step is last:
            break
    return answers


def _entry_counted(step: Step, given: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for q in step.questions:
        if q.id in given and asked(q, known, kept):
            kept[q.id] = given[q.id]
    return kept


def judge(d: Definition, facts: Facts, attached: Mapping[str, int] | None = None, *, crossed: bool = True) -> Verdict:
    """Judge all answers: drop what was not asked, check each, then the cross-checks; ``attached`` counts files by id.

    With ``attached=None`` the documents are not looked at (the JSON and CSV faces know no files), without ``crossed`` the cross-checks
    (検査, 期限) are not: what was decided is not judged again.
    """
    answers: dict[str, Any] = {}
    verdict = Verdict(answers)
    for step in d.steps:
        # derived values are computed from what was kept so far, so that a hidden answer can not steer anything
        known = derive(d, Facts(answers, facts.today, facts.next_open))
        if step.condition is not None and not holds(step.condition, known):
            continue
        if step.repeat is None:
            for q in step.questions:
                kept, found = _check_entry((q,), facts.answers, known, None)
                verdict.faults += found
                answers.update(kept)
                known.update(kept)
            continue
        entries = facts.answers.get(step.repeat.id)
        entries = entries if isinstance(entries, list) else []
        if not step.repeat.low <= len(entries) <= step.repeat.high:
            verdict.faults.append(
                Fault(step.repeat.id, say("{name}は{low}件から{high}件まで入力してください", name=step.repeat.name, low=step.repeat.low,
                    high=step.repeat.high)))
        kept_entries = []
        for index, entry in enumerate(entries):
            kept, found = _check_entry(step.questions, entry if isinstance(entry, Mapping) else {}, known, index)
            verdict.faults += found
            kept_entries.append(kept)
        answers[step.repeat.id] = kept_entries
    final = Facts(answers, facts.today, facts.next_open)
    verdict.attachments = attachments_asked(d, derive(d, final))
    if crossed and not verdict.faults:
        for fault_or_notice in cross_check(d, final):
            if isinstance(fault_or_notice, Fault):
                verdict.faults.append(fault_or_notice)
            else:
                verdict.notices.append(fault_or_notice)
    if attached is not None:
        verdict.faults += [
            Fault(a.id, say("「{name}」を添付してください", name=a.name)) for a in verdict.attachments if a.required and not attached.get(a.id)
        ]
    return verdict


def cross_check(d: Definition, facts: Facts) -> Iterator[Fault | Notice]:
    """The named rules of the definition and its 期限, as faults and notices."""
    facts = named(d, facts)
    called = [finding for call in d.checks for finding in checks.run(call.rule, facts, call.args)]
    spoken = {finding.question for finding in called}  # a named rule knows more than the general one
    for finding in itertools.chain(called, (f for f in deadline.judge(d, facts) if f.question not in spoken)):
        if finding.severity == "error":
            yield Fault(finding.question, finding.ja, index=finding.index)
        else:
            yield Notice(finding.question, _of_whom(d, facts, finding), finding.severity == "staff")


def _of_whom(d: Definition, facts: Facts, finding: Finding) -> str:
    """The words of a notice, with the entry of the group that it is about and the name that stands there: お子さん 2(七尾 花): …"""
    step = next((s for s in d.steps if s.repeat and any(q.id == finding.question for q in s.questions)), None)
    if step is None or step.repeat is None or finding.index is None:
        return finding.ja
    entry = dict(facts.entries(step.repeat.id)).get(finding.index, {})
    name = next((TYPES[q.type].text(entry[q.id], q) for q in step.questions if q.type == "氏名" and entry.get(q.id)), "")
    return say("{name} {n}: {ja}", name=step.repeat.name, n=f"{finding.index + 1}({name})" if name else finding.index + 1, ja=finding.ja)


def named(d: Definition, facts: Facts) -> Facts:
    """Facts that know what the questions of a definition are called."""
    labels = {q.id: q.label for q in d.questions()} | {f"{q.id}={c.id}": c.label for q in d.questions() for c in q.choices}
    return replace(facts, labels=labels)


def page_faults(d: Definition, step: Step, facts: Facts, done: Collection[str]) -> list[Fault]:
    """What the cross-checks say as soon as this page is answered: those all of whose questions lie on it or on pages before it that were
    answered (``done``) or are not asked. Notices are left to the check page, which runs them all."""
    at, places = d.steps.index(step), _places_asked(d)
    last = max((n for n, s in enumerate(d.steps[:at]) if s.id in done), default=-1)

    def falls_here(names: list[str]) -> bool:
        return bool(names) and last < max(places.get(n, len(d.steps)) for n in names) <= at

    start = [d.deadline.from_item] if d.deadline.from_item else []
    ready = [call for call in d.checks if falls_here(_named(call))]
    due = falls_here(start) and all(call in ready for call in d.checks if start[0] in _named(call))  # a named rule knows more
    if not ready and not due:
        return []
    told = replace(named(d, facts), answers=counted(d, facts, step))
    shown = steps_asked(d, derive(d, told))
    missing = {n for n, s in enumerate(d.steps[:at]) if s in shown and s.id not in done}
    found = [f for call in ready if not missing & {places[n] for n in _named(call)} for f in checks.run(call.rule, told, call.args)]
    if due and not missing & {places[start[0]]}:
        spoken = {f.question for f in found}
        found += [f for f in deadline.judge(d, told) if f.question not in spoken]
    return [Fault(f.question, f.ja, index=f.index) for f in found if f.severity == "error"]


def _named(call: Call) -> list[str]:
    """The questions, groups and derived values that a check looks at."""
    rule = checks.RULES[call.rule]
    return [one for name, value in call.args if name in rule.items or name in rule.optional for one in value.split("、")]


def _places_asked(d: Definition) -> dict[str, int]:
    """The page on which a question or a group is asked, or after which a derived value is known."""
    places = {key: at for at, s in enumerate(d.steps) for key in (*(q.id for q in s.questions), *([s.repeat.id] if s.repeat else ()))}
    for key, call in d.derived:
        places[key] = max((places[n] for n in _named(call) if n in places), default=len(d.steps))
    return places
