"""The web form face: what one page of the form shows, ready for the templates. Draws nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from madoguchi.kernel.said import say

from ..conditions import compares
from ..fields import TYPES, Fault
from ..fields.dates import era_of, wareki
from ..fields.texts import RELATIONSHIPS
from ..model import Definition, Question, Step
from ..validate import Raw, asked, getter
from . import until

ERA_BUTTONS = (("ad", say("西暦")), ("r", say("令和")), ("h", say("平成")), ("s", say("昭和")), ("t", say("大正")))


@dataclass(slots=True)
class Box:
    """One input box: names, what is in it, what is wrong with it."""

    name: str
    id: str
    label: str
    value: str
    mode: str
    auto: str
    width: str
    optional: bool
    bad: bool = False
    key: str = ""
    described: str = ""


@dataclass(slots=True)
class Option:
    """One option of a radio or checkbox group."""

    value: str
    label: str
    note: str
    id: str
    checked: bool


@dataclass(slots=True)
class FieldView:
    """One question as the template draws it."""

    id: str
    name: str
    label: str
    widget: str
    required: bool
    help: str
    example: str
    error: str
    box: Box | None
    boxes: list[Box]
    options: list[Option]
    read_from_card: bool = False
    as_before: bool = False  # the same as in an earlier application, from which it was or could be taken
    sealed: bool = False
    echo: str = ""
    note: str = ""
    described: str = ""
    hidden_until: str = ""  # a condition on this very page, in words, for pages without JavaScript
    limit: int = 0
    suggestions: tuple[tuple[str, str], ...] = ()  # what is written, and what it means in the language of the page
    said: str = ""  # what a button of the field answered (postcode look-up)


@dataclass(slots=True)
class EntryView:
    """One entry of a repeat group (or the page itself)."""

    index: int
    title: str
    fields: list[FieldView]
    was: str = ""  # which saved entry it is, posted back as `_was`


@dataclass(slots=True)
class StepView:
    """One page."""

    step: Step
    entries: list[EntryView]
    faults: list[tuple[str, str]] = field(default_factory=list)  # (anchor, words)
    can_add: bool = False
    can_remove: bool = False


OFFERED = tuple((str(word), word) for word in RELATIONSHIPS)


def anchor(prefix: str, question: str, part: str, widget: str) -> str:
    """The id of the input to which a fault leads."""
    base = f"{prefix}{question}".replace(".", "-")
    if part == "era":
        return f"{base}-era-r"
    if widget in ("radio", "yesno", "checkbox") or (widget == "account" and part == "kind"):
        return f"{base}{'-kind' if part == 'kind' else ''}-1"
    return f"{base}-{part}" if part else base


def field_view(
    q: Question, prefix: str, raw: Mapping[str, str], faults: Sequence[Fault], *, from_card: bool = False,
    sealed: bool = False,
) -> FieldView:
    """One question with its input and faults."""
    kind = TYPES[q.type]
    name = f"{prefix}{q.id}"
    base = name.replace(".", "-")
    mine = [f for f in faults if f.question == q.id]
    bad_parts = {f.part for f in mine}
    described = " ".join(x for x in (f"{base}-e" if mine else "", f"{base}-h" if q.help or q.example else "") if x)
    boxes = [
        Box(f"{name}.{p.key}" if p.key else name, f"{base}-{p.key}" if p.key else base, p.label, raw.get(p.key, ""),
            p.mode, p.auto if not q.group and not q.role.startswith("other") else "off", p.width, p.optional,
            p.key in bad_parts or (bool(mine) and len(kind.parts) == 1), p.key, described)
        for p in kind.parts
    ]
    options: list[Option] = []
    chosen = raw.get("*", "").split("\x1f") if kind.widget == "checkbox" else [raw.get("", "")]
    if kind.widget in ("radio", "checkbox"):
        options = [Option(c.id, c.label, c.note, f"{base}-{n}", c.id in chosen) for n, c in enumerate(q.choices, 1)]
    elif kind.widget == "yesno":
        options = [Option(v, w, "", f"{base}-{n}", v in chosen) for n, (v, w) in enumerate((("yes", say("はい")), ("no", say("いいえ"))), 1)]
    elif kind.widget == "declaration":
        options = [Option("yes", q.label, q.help, base, "yes" in chosen)]
    elif kind.widget == "date":
        options = [Option(v, w, "", f"{base}-era-{v}", raw.get("era", "") == v) for v, w in ERA_BUTTONS]
    elif kind.widget == "account":
        options = [Option(str(k), k, "", f"{base}-kind-{n}", raw.get("kind", "普通") == k)
                   for n, k in enumerate((say("普通"), say("当座"), say("貯蓄")), 1)]
    echo = ""
    if kind.widget == "date" and raw.get("y"):
        value, wrong = kind.parse(lambda part: raw.get(part, ""), q)
        if value and not wrong:
            echo = _echo(value)
    return FieldView(
        id=base, name=name, label=q.label, widget=kind.widget, required=q.required, help=q.help, example=q.example,
        error=mine[0].ja if mine else "", box=boxes[0] if len(boxes) == 1 else None, boxes=boxes, options=options,
        read_from_card=from_card, sealed=sealed, echo=echo, described=described,
        limit=q.max_length or getattr(kind, "limit", 0), suggestions=OFFERED if q.type == "続柄" else (),
    )


def _echo(value: str) -> str:
    import datetime as dt

    day = dt.date.fromisoformat(value if len(value) == 10 else f"{value}-01")
    key, name, year = era_of(day)
    return say("{era}{n}年{month}月{day}日は 西暦 {year}年", era=name, n="元" if year == 1 else year, month=day.month, day=day.day,
        year=day.year) if key != "ad" else wareki(day)


def raw_of(q: Question, value: Any) -> dict[str, str]:
    """A stored value as raw input, part by part."""
    return TYPES[q.type].form(value, q) if value is not None else {}


def _filled(raw: Mapping[str, str]) -> dict[str, str]:
    return {part: text for part, text in raw.items() if text}


def raw_sent(q: Question, posted: Raw, prefix: str) -> dict[str, str]:
    """What the person typed, part by part."""
    get = getter(posted, f"{prefix}{q.id}")
    parts = ["*"] if TYPES[q.type].widget == "checkbox" else [p.key for p in TYPES[q.type].parts]
    return {part: get(part) for part in parts}


def same_page(step: Step, q: Question) -> bool:
    """Does the question hang on another question of this very page?"""
    names = {x.id for x in step.questions}
    return q.condition is not None and any(c.name in names for c in compares(q.condition))


def step_view(
    d: Definition, step: Step, known: Mapping[str, Any], *, posted: Raw | None = None, faults: Sequence[Fault] = (),
    card: Mapping[str, Any] | None = None, count: int | None = None, only: frozenset[str] | None = None,
) -> StepView:
    """The page of a step. ``known`` are the answers with derived values; ``posted`` the input to show again;
    ``card`` the values read from the card by question id; ``only`` restricts to some questions (部分補正)."""
    card = card or {}
    if step.repeat is None:
        view = EntryView(0, step.title, _fields(step, "", known, known, posted, faults, card, only))
        return StepView(step, [view], anchors(step, faults))
    stored = known.get(step.repeat.id) or []
    total = count if count is not None else max(len(stored), step.repeat.low, 1 if step.repeat.low else 0)
    total = min(total, step.repeat.high)
    entries = []
    for index in range(total):
        was = "" if posted is not None and total != len(stored) else str(index)
        if posted is not None and f"{step.repeat.id}.{index}._was" in posted:
            was = getter(posted, f"{step.repeat.id}.{index}")("_was")
        known_entry = was.isdecimal() and len(was) < 4 and int(was) < len(stored)
        entry = stored[int(was)] if known_entry else {}
        mine = [f for f in faults if f.index == index]
        fields = _fields(step, f"{step.repeat.id}.{index}.", known, entry, posted, mine, {}, only)
        entries.append(EntryView(index, say("{name} {n}", name=step.repeat.name, n=index + 1), fields, was if known_entry else ""))
    return StepView(step, entries, anchors(step, faults), total < step.repeat.high, total > step.repeat.low)


def page_view(step: Step, *, values: Mapping[str, Any], posted: Raw | None = None, faults: Sequence[Fault] = ()) -> StepView:
    """A page of questions that belongs to no definition (a form of the city hall itself), drawn as any other."""
    return StepView(step, [EntryView(0, step.title, _fields(step, "", values, values, posted, faults, {}, None))], anchors(step, faults))


def page_views(
    steps: Sequence[Step], *, values: Mapping[str, Any], posted: Raw | None = None, faults: Sequence[Fault] = (),
) -> list[StepView]:
    """Several such pages in one form, each with what is wrong on it; those that ask nothing are left out."""
    return [page_view(step, values=values, posted=posted, faults=[f for f in faults if f.question in {q.id for q in step.questions}])
            for step in steps if step.questions]


def _fields(
    step: Step, prefix: str, known: Mapping[str, Any], values: Mapping[str, Any], posted: Raw | None,
    faults: Sequence[Fault], card: Mapping[str, Any], only: frozenset[str] | None,
) -> list[FieldView]:
    out = []
    for q in step.questions:
        if only is not None and q.id not in only:
            continue
        local = same_page(step, q)
        if only is None and not local and not asked(q, known, values if prefix else None):
            continue
        stored = values.get(q.id)
        from_card = stored is None and q.id in card
        raw = raw_sent(q, posted, prefix) if posted is not None else raw_of(q, card[q.id] if from_card else stored)
        typed_over = posted is not None and from_card and _filled(raw) != _filled(raw_of(q, card[q.id]))
        view = field_view(q, prefix, raw, faults, from_card=(from_card and not typed_over) or (q.id in card and stored == card[q.id]),
                          sealed=isinstance(stored, str) and stored.startswith("sv_"))
        if local and q.condition is not None:
            view.hidden_until = until.words(step, q.condition)
            view.note = q.condition_text
        out.append(view)
    return out


def anchors(step: Step, faults: Sequence[Fault]) -> list[tuple[str, str]]:
    """Where on its page each fault leads to, and its words."""
    out = []
    for fault in faults:
        q = next((x for x in step.questions if x.id == fault.question), None)
        if q is None:
            out.append(("main", fault.ja))
            continue
        prefix = f"{step.repeat.id}.{fault.index}." if step.repeat and fault.index is not None else ""
        part = fault.part or (TYPES[q.type].parts[0].key if TYPES[q.type].widget not in ("radio", "yesno", "checkbox") else "")
        out.append((anchor(prefix, q.id, part, TYPES[q.type].widget), told(step, fault)))
    return out


def told(step: Step | None, fault: Fault) -> str:
    """The words of a fault, with the entry of the group that it is about: 世帯の方 2: …"""
    if step is None or step.repeat is None or fault.index is None:
        return fault.ja
    return say("{name} {n}: {ja}", name=step.repeat.name, n=fault.index + 1, ja=fault.ja)


def asked_of_self(d: Definition, q: Question, known: Mapping[str, Any]) -> bool:
    """Is this question, by what was answered so far, about the one who fills in (役割.カード)?"""
    from ..conditions import holds

    role = d.role(q.role)
    if role is None or role.card_text in ("", "いいえ"):
        return False
    # on the page that decides the role, a question that is asked only of the one who has it may be filled beforehand
    return role.card is None or holds(role.card, known) or q.condition_text == role.card_text


def card_values(d: Definition, step: Step, known: Mapping[str, Any], person: Mapping[str, Any]) -> dict[str, Any]:
    """What the card prefills on this page: only questions of a role that the signed-in person has (役割.カード)."""
    out = {}
    for q in step.questions:
        if not q.prefill or step.repeat or not asked_of_self(d, q, known):
            continue
        value = person.get(q.prefill.removeprefix("本人確認."))
        if value:
            out[q.id] = value
    return out
