"""Can a condition ever hold? Tries the answers that matter: every option, and the values around each number and day."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
import typing
from collections.abc import Iterable, Iterator

from . import conditions
from .checks import RULES
from .model import Definition, Question, Step

OUTCOME = "結果"  # in conditions of 決定項目: the outcome chosen
MOST = 40_000  # combinations tried; beyond, a condition counts as possible
ELSE = "＊"  # an answer that no condition names
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def question_of(d: Definition, name: str) -> Question | None:
    """A question of the form or, failing that, of the decision."""
    return d.question(name) or next((q for q in d.review.questions if q.id == name), None)


def can_hold(d: Definition, tree: conditions.Condition, step: Step | None = None) -> bool:
    """Is there any way to answer the form so that the condition holds? ``step``: the page on which it stands, whose own
    condition must hold as well. Each question counts only where it is asked: its condition and its page's hold."""
    wanted = [tree, *([step.condition] if step and step.condition else [])]
    if _looks_at_entries(d, tree, step):
        return True  # 「どれか一人でも」: two entries may each bring a part
    names = _names(d, wanted)
    if not d.unread.isdisjoint(names) or (OUTCOME in names and "処分" in d.unread):
        return True  # answers that nobody could read
    domains = {name: _domain(d, name, literals) for name, literals in names.items()}
    if any(values is None for values in domains.values()):
        return True
    tried = {name: values for name, values in domains.items() if values is not None}
    if math.prod(len(values) for values in tried.values()) > MOST:
        return True
    order = {q.id: at for at, q in enumerate([*d.questions(), *d.review.questions])}
    asked = sorted((q for name in tried if (q := question_of(d, name))), key=lambda q: order[q.id])
    return any(_holds(d, wanted, asked, dict(zip(tried, values, strict=True)))
               for values in itertools.product(*tried.values()))


def _looks_at_entries(d: Definition, tree: conditions.Condition, step: Step | None) -> bool:
    group = step.repeat.id if step and step.repeat else ""
    inside = [c for c in conditions.compares(tree) if (q := d.question(c.name)) and q.group and q.group != group]
    return len(inside) > 1


def _holds(
    d: Definition, wanted: list[conditions.Condition], asked: list[Question], answers: dict[str, object]
) -> bool:
    end = d.outcome(str(answers.get(OUTCOME, "")))
    if end is not None and not conditions.holds(end.condition, answers):
        return False
    for q in asked:
        page = d.step(q.step)
        if not conditions.holds(q.condition, answers) or (page and not conditions.holds(page.condition, answers)):
            answers.pop(q.id, None)
    return all(conditions.holds(part, answers) for part in wanted)


def _names(d: Definition, wanted: list[conditions.Condition]) -> dict[str, set[str]]:
    """Every name the conditions look at, with what it is compared to, and what decides whether it is asked."""
    found: dict[str, set[str]] = {}
    waiting = list(wanted)
    while waiting:
        for c in conditions.compares(waiting.pop()):
            new = c.name not in found
            found.setdefault(c.name, set()).add(c.value)
            if new:
                waiting += _deciding(d, c.name)
    return found


def _deciding(d: Definition, name: str) -> list[conditions.Condition]:
    if name == OUTCOME:
        return [o.condition for o in d.review.outcomes if o.condition]
    q = question_of(d, name)
    page = d.step(q.step) if q else None
    return [c for c in ((q.condition if q else None), (page.condition if page else None)) if c]


def _domain(d: Definition, name: str, literals: set[str]) -> list[object] | None:
    """The answers worth trying; None where they cannot be listed."""
    if name == OUTCOME:
        return [o.id for o in d.review.outcomes]
    call = next((call for key, call in d.derived if key == name), None)
    if call is not None:
        return derived_values(call.rule, literals)
    q = question_of(d, name)
    if q is None:
        return None
    if q.type in ("はい・いいえ", "宣言"):
        return [True, False] if q.type == "はい・いいえ" else [True]
    if q.type in ("選択", "続柄", "災害"):
        return [c.id for c in q.choices] or [*sorted(literals), ELSE]
    if q.type == "複数選択":
        named = sorted(literals & {c.id for c in q.choices})[:5]
        rest = [c.id for c in q.choices if c.id not in named][:1]
        pool = named + rest
        return [list(some) for size in range(1, len(pool) + 1) for some in itertools.combinations(pool, size)]
    if q.type in ("整数", "金額"):
        if not all(re.fullmatch(r"-?\d+", bound) for bound in (q.low, q.high) if bound):
            return None  # `lint` reports the range itself
        numbers = {int(v) for v in {*literals, q.low, q.high} if re.fullmatch(r"-?\d+", v)}
        near = {n + by for n in numbers for by in (-1, 0, 1)}
        return [n for n in sorted(near) if (not q.low or n >= int(q.low)) and (not q.high or n <= int(q.high))]
    if q.type in ("日付", "生年月日"):
        return list(_days({*literals, q.low, q.high}, q))
    return None


def _days(texts: Iterable[str], q: Question) -> Iterator[str]:
    days = {dt.date.fromisoformat(text) for text in texts if _DAY.fullmatch(text)}
    for day in sorted({day + dt.timedelta(days=by) for day in days for by in (-1, 0, 1)}):
        if (not q.low or day.isoformat() >= q.low) and (not q.high or day.isoformat() <= q.high):
            yield day.isoformat()


def derived_values(rule: str, literals: set[str]) -> list[object] | None:
    """What a 導出 can give, read from the type its rule promises."""
    if rule not in RULES:
        return None
    promised = typing.get_type_hints(RULES[rule].run).get("return")
    options = [promised, *typing.get_args(promised)]
    if bool in options:
        return [True, False]
    if int in options:
        numbers = {int(v) for v in literals if re.fullmatch(r"-?\d+", v)}
        return [n + by for n in sorted(numbers) for by in (-1, 0, 1)]
    words = [word for option in options if typing.get_origin(option) is typing.Literal for word in typing.get_args(option)]
    return words or None
