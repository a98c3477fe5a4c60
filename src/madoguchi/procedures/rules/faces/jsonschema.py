"""The JSON Schema face (2020-12): the definition for machines, and a validator that enforces all of it.

Conditions become ``if``/``then``/``else``. A condition that JSON Schema cannot express (derived values; an item's
question that hangs on itself and on the outside at once) is bounded from both sides: *surely asked* makes an answer
required, *surely not asked* forbids it, in between the answer may be there or not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from ..conditions import Compare, Condition, Join
from ..fields import TYPES
from ..fields.texts import is_my_number
from ..model import Definition, Question, Step

Schema = dict[str, Any] | bool
Bounds = tuple[Schema, Schema]  # holds at least when …, holds at most when …
LENIENT: Bounds = (False, True)
DATES = ("日付", "生年月日", "年月")
WHOLES = ("整数", "金額")
YES_NO = ("はい・いいえ", "宣言")


def schema(d: Definition) -> dict[str, Any]:
    """The schema of the answers as stored (after what was not asked has been dropped). 災害 questions must have been
    filled by disasters.with_disasters, else any id is taken."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    rules: list[dict[str, Any]] = []
    for step in d.steps:
        if step.repeat is None:
            for q in step.questions:
                properties[q.id] = _property(q)
                _conditional(q.id, _bounds(d, _all(step.condition, q.condition), None), q.required, required, rules)
            continue
        group = step.repeat.id
        properties[group] = {
            "title": step.repeat.name, "type": "array", "minItems": step.repeat.low, "maxItems": step.repeat.high,
            "items": _items(d, step),
        }
        _conditional(group, _bounds(d, step.condition, None), step.repeat.low > 0, required, rules)
        rules += [rule for q in step.questions for rule in _from_outside(d, group, q)]
    out: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:madoguchi:{d.id}:{d.edition}",
        "title": d.name, "description": d.summary, "type": "object", "properties": properties, "required": required,
        "additionalProperties": False,
    }
    return out | ({"allOf": rules} if rules else {})


def _property(q: Question) -> dict[str, Any]:
    kind = TYPES[q.type]
    out: dict[str, Any] = {"title": q.label} | ({"description": q.help} if q.help else {})
    if q.type == "災害" and not q.choices:
        return out | {"type": "string", "minLength": 1}
    found = kind.schema(q)
    # a bound that the validator could not read would not bind it either: fall back to what it uses then
    for key in ("formatMinimum", "formatMaximum"):
        if key in found and not re.fullmatch(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?", found[key]):
            del found[key]
    if q.choices and q.type != "複数選択":
        out["oneOf"] = [{"const": c.id, "title": c.label} for c in q.choices]
        found.pop("enum", None)
    return out | found


def _items(d: Definition, step: Step) -> dict[str, Any]:
    assert step.repeat is not None
    required: list[str] = []
    rules: list[dict[str, Any]] = []
    for q in step.questions:
        _conditional(q.id, _bounds(d, q.condition, step.repeat.id), q.required, required, rules)
    out: dict[str, Any] = {
        "type": "object", "properties": {q.id: _property(q) for q in step.questions}, "required": required,
        "additionalProperties": False,
    }
    return out | ({"allOf": rules} if rules else {})


def _from_outside(d: Definition, group: str, q: Question) -> list[dict[str, Any]]:
    """What the answers outside a group say about a question of its entries."""
    if q.condition is None:
        return []
    at_least, at_most = _bounds(d, q.condition, None, hide=group)
    out: list[dict[str, Any]] = []
    if at_most is not True:
        out.append({"if": at_most, "else": _each(group, {"properties": {q.id: False}})})
    if q.required and at_least is not False:
        out.append({"if": at_least, "then": _each(group, {"required": [q.id]})})
    return out


def _each(group: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {"properties": {group: {"items": entry}}}


def _conditional(
    name: str, bounds: Bounds, needed: bool, required: list[str], rules: list[dict[str, Any]]
) -> None:
    at_least, at_most = bounds
    if at_least is True:
        required += [name] if needed else []
        return
    if at_least == at_most:
        rule: dict[str, Any] = {"else": {"properties": {name: False}}, "if": at_least}
        rules.append(rule | ({"then": {"required": [name]}} if needed else {}))
        return
    if needed and at_least is not False:
        rules.append({"if": at_least, "then": {"required": [name]}})
    if at_most is not True:
        rules.append({"if": at_most, "else": {"properties": {name: False}}})


def _all(*conditions: Condition | None) -> Condition | None:
    parts = tuple(c for c in conditions if c is not None)
    return Join("かつ", parts) if len(parts) > 1 else (parts[0] if parts else None)


def _bounds(d: Definition, tree: Condition | None, inside: str | None, hide: str = "") -> Bounds:
    """A condition as schemas of the whole answers, or of one entry of the group ``inside``. ``hide``: a group whose
    questions are not to be looked at (they belong to each entry on its own)."""
    if tree is None:
        return True, True
    if isinstance(tree, Join):
        sides = [_bounds(d, part, inside, hide) for part in tree.parts]
        join = _and if tree.op == "かつ" else _or
        return join([low for low, _ in sides]), join([high for _, high in sides])
    q = d.question(tree.name)
    if q is None or any(key == tree.name for key, _ in d.derived):
        return LENIENT
    low, high = _compare(tree, q)
    if inside is not None:
        return (_has(q.id, low), _has(q.id, high)) if q.group == inside else LENIENT
    if not q.group:
        return _has(q.id, low), _has(q.id, high)
    if q.group == hide:
        return LENIENT
    return _any_entry(q.group, _has(q.id, low)), _any_entry(q.group, _has(q.id, high))


def _has(name: str, test: Schema) -> Schema:
    """The answer is there and passes the test; an absent answer makes every comparison false."""
    if test is False:
        return False
    there: dict[str, Any] = {"required": [name]}
    return there if test is True else there | {"properties": {name: test}}


def _any_entry(group: str, test: Schema) -> Schema:
    return test if test is False else {"required": [group], "properties": {group: {"contains": test}}}


def _and(parts: list[Schema]) -> Schema:
    kept = [p for p in parts if p is not True]
    if any(p is False for p in kept):
        return False
    return True if not kept else kept[0] if len(kept) == 1 else {"allOf": kept}


def _or(parts: list[Schema]) -> Schema:
    kept = [p for p in parts if p is not False]
    if any(p is True for p in kept):
        return True
    return False if not kept else kept[0] if len(kept) == 1 else {"anyOf": kept}


def _compare(c: Compare, q: Question) -> Bounds:
    """One comparison as a test of the answer's value; mirrors conditions._holds type by type."""
    if q.type in ("氏名", "カナ", "住所", "口座"):
        return _exact(c.op == "≠")
    if q.type == "複数選択":
        return _exact({"contains": {"const": c.value}} if c.op == "を含む" else c.op == "≠")
    if c.op in ("=", "≠"):
        same: Schema = {"const": c.value}
        if q.type in YES_NO:
            same = {"const": c.value == "はい"} if c.value in ("はい", "いいえ") else False
        elif q.type in WHOLES:
            same = {"const": int(c.value)} if re.fullmatch(r"-?[0-9]+", c.value) else False
        if c.op == "=":
            return _exact(same)
        return _exact(True if same is False else {"not": same})
    if q.type in YES_NO:
        return LENIENT if c.op != "を含む" else _exact(False)
    if c.op == "を含む":
        literal = re.sub(r"([\\^$.|?*+()\[\]{}/-])", r"\\\1", c.value)
        return _exact({"pattern": literal} if q.type not in WHOLES else False)
    if q.type in WHOLES:
        key = {"<": "exclusiveMaximum", ">": "exclusiveMinimum", "≤": "maximum", "≥": "minimum"}[c.op]
        return _exact({key: int(c.value)} if re.fullmatch(r"-?[0-9]+", c.value) else False)
    if q.type in DATES and re.fullmatch(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?", c.value):
        return _exact(_date_order(c.op, c.value, 7 if q.type == "年月" else 10))
    return LENIENT


def _exact(test: Schema) -> Bounds:
    return test, test


def _date_order(op: str, value: str, length: int) -> Schema:
    """ISO dates compare as text, so an order is a pattern every validator knows: what first differs is greater."""
    if len(value) != length:
        return {"formatMinimum": value} if op in (">", "≥") else {"not": {"formatMinimum": value}}
    greater = [f"{value[:i]}[{int(ch) + 1}-9]" for i, ch in enumerate(value) if ch.isdigit() and ch != "9"]
    # > and ≤ are one test and its opposite, so are ≥ and <
    later = {"pattern": f"^({'|'.join(greater if op in ('>', '≤') else [*greater, value])})"}
    return later if op in (">", "≥") else {"not": later}


class _Least:
    """formatMinimum: ISO dates and months compare as text."""

    def __init__(self, parent: Mapping[str, Any], value: str, path: list[str | int]) -> None:
        self.value = value

    def validate(self, instance: Any) -> None:
        """Raise ValueError for an earlier one."""
        if isinstance(instance, str) and instance < self.value:
            raise ValueError(f"{self.value} 以後の日付にしてください")


class _Most(_Least):
    """formatMaximum."""

    def validate(self, instance: Any) -> None:
        """Raise ValueError for a later one."""
        if isinstance(instance, str) and instance > self.value:
            raise ValueError(f"{self.value} 以前の日付にしてください")


def _is_date(text: str) -> bool:
    import datetime as dt

    try:
        return bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def validator(d: Definition) -> jsonschema_rs.Draft202012Validator:
    """The schema compiled, with formatMinimum, formatMaximum, dates that exist and 個人番号 check digits enforced.
    ``email`` is left to its pattern: addresses that mail systems take (a dot before the @) are no fault here."""
    return jsonschema_rs.Draft202012Validator(
        schema(d), keywords={"formatMinimum": _Least, "formatMaximum": _Most}, validate_formats=True,
        formats={"my-number": lambda text: text.startswith("sv_") or is_my_number(text), "date": _is_date,
                 "email": lambda text: True},
    )
