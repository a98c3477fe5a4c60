"""Plausible valid answers for any definition: for tests, load runs and samples. Nobody real is meant by any of them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import checks
from .checks import Facts
from .conditions import holds
from .fields import TYPES
from .fields.texts import my_number_check_digit
from .model import Definition, Question, Step
from .validate import asked, derive, judge

# 見本 is the name on every specimen card; the given names are the commonest ones
PEOPLE = (("見本", "花子", "ミホン", "ハナコ"), ("見本", "太郎", "ミホン", "タロウ"),
          ("見本", "一郎", "ミホン", "イチロウ"), ("見本", "さくら", "ミホン", "サクラ"),
          ("見本", "松子", "ミホン", "マツコ"))
# right check digits on bodies that are counters or repeats; no resident record code becomes one of these in practice
_BODIES = ("00000000001", "00000000002", "12345678901", "11111111111")
MY_NUMBERS = tuple(body + str(my_number_check_digit(body)) for body in _BODIES)
ADDRESSES = (
    {"zip": "9268611", "city": "石川県七尾市", "town": "袖ヶ江町", "lot": "イ部25番地", "building": ""},
    {"zip": "9268611", "city": "石川県七尾市", "town": "袖ヶ江町", "lot": "イ部25番地", "building": "見本荘101号"},
    {"zip": "9208577", "city": "石川県金沢市", "town": "広坂", "lot": "1丁目1番1号", "building": ""},
)
PHONES = ("0767000000", "0767000001", "09000000000")  # 0767-00 and 090-0000 are given to no subscriber
MAILS = ("hanako@example.jp", "taro@example.com")  # RFC 2606
RELATIONS = ("子", "妻", "夫", "父", "母", "本人")
TEXTS = ("見本", "見本の内容です", "特にありません")
NUMBERS = ("1700000000", "17000000", "170000", "0000000000", "12345", "392000000000000")
ATTEMPTS = 600


class CannotGenerate(Exception):
    """No valid answers were found; the message names the procedure and the last faults."""


@dataclass(slots=True)
class _Maker:
    """One search: answers kept so far by (question, entry), and what must be made anew."""

    d: Definition
    rng: random.Random
    today: dt.date
    minimal: bool
    addresses: Sequence[Mapping[str, str]] = ADDRESSES  # of the city twice, and one elsewhere
    bold: int = 0  # how far from the usual values a new one may lie
    kept: dict[tuple[str, int], Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def answers(self) -> dict[str, Any]:
        """Answers to everything that is asked, in the order asked."""
        out: dict[str, Any] = {}
        for step in self.d.steps:
            known = derive(self.d, Facts(out, self.today))
            if step.condition is not None and not holds(step.condition, known):
                continue
            if step.repeat is None:
                for q in step.questions:
                    if asked(q, known) and (value := self._value(q, 0)) is not None:
                        out[q.id] = known[q.id] = value
                continue
            out[step.repeat.id] = [self._entry(step, index, known) for index in range(self._count(step))]
        return out

    def _count(self, step: Step) -> int:
        assert step.repeat is not None
        if step.repeat.id not in self.counts:
            most = min(step.repeat.high, max(step.repeat.low, 0 if self.minimal else 3))
            self.counts[step.repeat.id] = self.rng.randint(step.repeat.low, most)
        return self.counts[step.repeat.id]

    def _entry(self, step: Step, index: int, known: Mapping[str, Any]) -> dict[str, Any]:
        entry: dict[str, Any] = {}
        for q in step.questions:
            if asked(q, known, entry) and (value := self._value(q, index)) is not None:
                entry[q.id] = value
        return entry

    def _value(self, q: Question, index: int) -> Any:
        key = (q.id, index)
        if key not in self.kept:
            wanted = q.required or (not self.minimal and self.rng.random() < 0.7)
            self.kept[key] = _make(q, self, index) if wanted else None
        if self.kept[key] is None and q.required:
            self.kept[key] = _make(q, self, index)
        return self.kept[key]

    def forget(self, names: set[str]) -> None:
        """Make these questions (or whole groups) anew next time."""
        for key in [k for k in self.kept if k[0] in names]:
            del self.kept[key]
        for group in names & set(self.counts):
            del self.counts[group]


def answers_for(d: Definition, rng: random.Random, *, today: dt.date, minimal: bool = False,
                addresses: Sequence[Mapping[str, str]] = ADDRESSES) -> dict[str, Any]:
    """Answers that `judge` accepts, cross-checks included. ``minimal``: no optional answer, as few entries as may be.
    ``addresses``: two in the city and others elsewhere.

    A local search: make answers, look at the faults, make anew what they name and what the failing rules look at.
    災害 questions must have been filled. Raises CannotGenerate after a fixed number of attempts.
    """
    maker = _Maker(d, rng, today, minimal, addresses)
    verdict = judge(d, Facts({}, today))
    for attempt in range(1, ATTEMPTS + 1):
        verdict = judge(d, Facts(maker.answers(), today))
        if not verdict.faults:
            return verdict.answers
        if attempt % 120 == 0:  # stuck: start again, more daring
            maker = _Maker(d, rng, today, minimal, addresses)
        maker.bold = min(attempt // 3, 10)
        maker.forget(_suspects(d, rng, Facts(verdict.answers, today), {f.question for f in verdict.faults}))
    raise CannotGenerate(f"{d.id}: " + "、".join(f"{f.question}: {f.ja}" for f in verdict.faults))


def _suspects(d: Definition, rng: random.Random, facts: Facts, faulty: set[str]) -> set[str]:
    """The questions at fault, some of those the failing rules look at, and some that decide whether these are asked."""
    pool: set[str] = set(faulty)
    for call in d.checks:
        found = [f for f in checks.run(call.rule, facts, call.args) if f.severity == "error"]
        if found:
            pool |= {value for _, value in call.args if d.question(value)}
            pool |= {s.repeat.id for s in d.steps if s.repeat and s.repeat.id in dict(call.args).values()}
    groups = {s.repeat.id: {q.id for q in s.questions} for s in d.steps if s.repeat}
    for name in list(pool):
        q = d.question(name)
        if name in groups or (q and q.group):
            group = name if name in groups else q.group if q else ""
            pool.add(group)
            if rng.random() < 0.3:
                pool |= groups[group]
    chosen = {name for name in sorted(pool) if rng.random() < 0.6}
    if rng.random() < 0.15:
        chosen |= {q.id for q in d.questions() if q.type in ("選択", "はい・いいえ") and rng.random() < 0.2}
    return chosen or faulty


def _make(q: Question, maker: _Maker, index: int) -> Any:
    rng = maker.rng
    person = _person(q, maker, index)
    simple: dict[str, Any] = {
        "氏名": {"sei": person[0], "mei": person[1]}, "カナ": {"sei": person[2], "mei": person[3]},
        "宣言": True, "個人番号": MY_NUMBERS[index % len(MY_NUMBERS)] if q.group else rng.choice(MY_NUMBERS),
        "被保険者番号": "0000000001",
    }
    if q.type in simple:
        return simple[q.type]
    if q.type in ("選択", "災害"):
        return rng.choice(q.choices).id if q.choices else None
    if q.type == "複数選択":
        count = rng.randint(1, min(len(q.choices), 1 if maker.minimal and not maker.bold else 3))
        chosen = set(rng.sample([c.id for c in q.choices], count))
        return [c.id for c in q.choices if c.id in chosen]
    if q.type in ("日付", "生年月日", "年月"):
        return _date(q, maker)
    return _plain(q, maker)


def _plain(q: Question, maker: _Maker) -> Any:
    rng = maker.rng
    if q.type == "はい・いいえ":
        return rng.random() < 0.6
    if q.type in ("整数", "金額"):
        kind: Any = TYPES[q.type]
        low, high = kind.bounds(q)
        near = min(low + 3 if q.type == "整数" else low + 500_000, high)
        return rng.randint(low, near if rng.random() < 0.7 else min(high, low + 10_000_000))
    if q.type == "住所":
        return dict(rng.choice(maker.addresses if maker.bold else maker.addresses[:2]))
    if q.type == "口座":
        holder = PEOPLE[0] if maker.bold < 3 or rng.random() < 0.6 else rng.choice(PEOPLE)
        return {"bank": "0146", "bank_name": "北國", "branch": "101", "branch_name": "本店営業部", "kind": "普通",
                "number": "0000000", "holder": f"{holder[2]} {holder[3]}"}
    words = {"電話": PHONES, "メール": MAILS, "続柄": RELATIONS}.get(q.type, TEXTS)
    if words is TEXTS:  # a number kept as text (事業所番号) shows in its example, else it is a matter of trying
        words = ((q.example,) if q.example else TEXTS) if rng.random() < 0.7 or not maker.bold else NUMBERS
    return rng.choice(words)[: q.max_length or None]


def _person(q: Question, maker: _Maker, index: int) -> tuple[str, str, str, str]:
    """The same person for every name outside groups, so that names, kana and account holders agree."""
    if maker.bold >= 3 and maker.rng.random() < 0.4:
        return maker.rng.choice(PEOPLE)
    return PEOPLE[index % len(PEOPLE)] if q.group else PEOPLE[0]


def _date(q: Question, maker: _Maker) -> str:
    """A day that fits the question's range: for births all ages, for other days the neighbourhood of today."""
    size = 7 if q.type == "年月" else 10
    rng, today = maker.rng, maker.today
    if q.type == "生年月日":
        low_age, high_age = rng.choice(((0, 6), (7, 17), (18, 64), (65, 95))) if q.group or maker.bold else (25, 55)
        days = [today - dt.timedelta(days=rng.randint(low_age * 365 + 1, high_age * 365 + 360)) for _ in range(4)]
    else:
        spans = [(-10, 0), (-30, 0), (0, 0), (0, 30)] + ([(-400, 400), (-3000, 0), (0, 300)] if maker.bold else [])
        days = [today + dt.timedelta(days=rng.randint(*rng.choice(spans))) for _ in range(4)]
    low, high = q.low[:size], q.high[:size]
    texts = [day.isoformat()[:size] for day in days]
    fitting = [text for text in texts if (not low or text >= low) and (not high or text <= high)]
    return fitting[0] if fitting else (low or high or texts[0])


def post_data(d: Definition, step: Step, answers: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """The answers of one page as a browser would send them (names as validate.read_step wants them)."""
    out: dict[str, str | list[str]] = {}
    if step.repeat is None:
        for q in step.questions:
            out.update(_fields(q, answers.get(q.id), q.id))
        return out
    entries = answers.get(step.repeat.id) or []
    out[f"{step.repeat.id}.count"] = str(len(entries))
    for index, entry in enumerate(entries):
        for q in step.questions:
            out.update(_fields(q, entry.get(q.id), f"{step.repeat.id}.{index}.{q.id}"))
    return out


def _fields(q: Question, value: Any, name: str) -> Iterator[tuple[str, str | list[str]]]:
    if value is None:
        return
    for part, text in TYPES[q.type].form(value, q).items():
        if part == "*":
            yield name, text.split("\x1f")
        else:
            yield (f"{name}.{part}" if part else name), text


def as_lists(posted: Mapping[str, str | list[str]]) -> dict[str, list[str]]:
    """Form fields as the web framework hands them on (QueryDict.lists)."""
    return {name: value if isinstance(value, list) else [value] for name, value in posted.items()}
