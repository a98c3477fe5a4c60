"""What was typed into a form of the builder, as changes to the text. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from madoguchi.procedures.rules import splice
from madoguchi.procedures.rules.splice import Path

from .shape import Box, Sheet


def value_of(sheet: Sheet, box: Box, held: Any) -> Any:
    """The value of a box in what stands at the place of its sheet; None where nothing stands there."""
    if sheet.whole:
        return held or None
    return held.get(box.key) if isinstance(held, dict) else None


def shown(box: Box, value: Any) -> Any:
    """A value of the file as its box shows it: text, or a list for ``many``."""
    if box.kind == "many":
        return [str(v) for v in value] if isinstance(value, list) else [value] if isinstance(value, str) and value else []
    if box.kind == "lines":
        return "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")
    if box.kind == "call" and isinstance(value, dict):
        return "\n".join(f"{k} = {'、'.join(map(str, v)) if isinstance(v, list) else v}" for k, v in value.items())
    if box.kind == "pairs" and isinstance(value, dict):
        return "\n".join(f"{k} = {v}" for k, v in value.items())
    if box.kind == "choices" and isinstance(value, dict):
        return "\n".join(f"{k} = {_choice_words(v)}" for k, v in value.items())
    return value if isinstance(value, str) else ""


def _choice_words(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return " | ".join(x for x in (str(value.get("表示", "")), str(value.get("説明", ""))) if x)


def fits(box: Box, value: Any) -> bool:
    """Can the box show this value whole? A table where a line is expected is left to the file."""
    if value is None or isinstance(value, str):
        return True
    if box.kind in ("lines", "many"):
        return isinstance(value, list) and all(isinstance(v, str) and "\n" not in v for v in value)
    if box.kind == "choices":
        return isinstance(value, dict) and all(
            isinstance(v, str) or (isinstance(v, dict) and set(v) <= {"表示", "説明"}) for v in value.values())
    if box.kind == "call":
        return isinstance(value, dict) and _call(shown(box, value))[0] == value
    return box.kind == "pairs" and isinstance(value, dict) and all(isinstance(v, str) and "\n" not in v for v in value.values())


def read(box: Box, typed: Any, before: Any) -> tuple[Any, str]:
    """(the value for the file, what is wrong). None: nothing is written there."""
    if box.kind == "many":
        return (list(typed) or None), ""
    text = str(typed).replace("\r\n", "\n").strip()
    if not text:
        return None, ""
    if box.kind == "lines":
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return (lines[0] if len(lines) == 1 and isinstance(before, str) else lines), ""
    if box.kind == "call":
        return _call(text)
    if box.kind in ("pairs", "choices"):
        value, wrong = _pairs(box, text)
        if box.kind == "choices" and value and isinstance(before, dict):  # what says the same stays as it is written
            value = {k: before[k] if k in before and _choice_words(before[k]) == _choice_words(v) else v for k, v in value.items()}
        return value, wrong
    return text, ""


def _call(text: str) -> tuple[Any, str]:
    """A rule with its arguments; an argument with 「、」 is a list."""
    value, wrong = _pairs(Box("", "pairs"), text)
    if value and "規則" not in value:
        return None, "「規則 = 名」の行を書いてください。名は下の一覧にあります"
    return {k: [x.strip() for x in v.split("、")] if "、" in v else v for k, v in (value or {}).items()} or None, wrong


def _pairs(box: Box, text: str) -> tuple[Any, str]:
    out: dict[str, Any] = {}
    for number, line in enumerate((x for x in text.split("\n") if x.strip()), 1):
        key, mark, value = (part.strip() for part in line.replace("＝", "=").partition("="))
        if not mark or not key or not value:
            return None, f"{number}行目は「{'番号 = 表示 | 説明' if box.kind == 'choices' else '見出し = 値'}」の形で書いてください"
        if key in out:
            return None, f"「{key}」が二度書かれています。どちらか一つにしてください"
        label, _, note = (part.strip() for part in value.replace("｜", "|").partition("|"))
        out[key] = {"表示": label, "説明": note} if box.kind == "choices" and note else label if box.kind == "choices" else value
    return out, ""


def apply(text: str, path: Path, sheet: Sheet, typed: Mapping[str, Any]) -> tuple[str, list[str], list[tuple[str, str]]]:
    """(the new text, the boxes that changed, what is wrong by box). Boxes that were not sent stay as they are. Raises
    splice.CannotSplice."""
    held = held_at(text, path)
    changed, faults = [], []
    for box in sheet.boxes:
        before = value_of(sheet, box, held)
        if box.key not in typed or not fits(box, before):
            continue
        value, wrong = read(box, typed[box.key], before)
        if wrong:
            faults.append((box.key, wrong))
        elif value != before and (value is not None or before not in (None, "", [])):
            text = _written(text, path if sheet.whole else (*path, box.key), before, value)
            changed.append(box.key)
    return text, changed, faults


def touched(text: str, path: Path, sheet: Sheet, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What of a form says something else than the text that it was drawn from: the rest nobody has typed."""
    try:
        held = held_at(text, path)
    except splice.CannotSplice:
        return dict(sent)
    kinds = {box.key: box for box in sheet.boxes}
    was = {key: shown(kinds[key], value_of(sheet, kinds[key], held)) for key in sent}
    return {key: value for key, value in sent.items() if not same(value, was[key])}


def same(one: Any, other: Any) -> bool:
    """Do two values of a box say the same? A browser sends other line ends than a file has."""
    if isinstance(one, list) or isinstance(other, list):
        return list(one) == list(other)
    return str(one).replace("\r\n", "\n").strip() == str(other).replace("\r\n", "\n").strip()


def held_at(text: str, path: Path) -> Any:
    try:
        return splice.at(splice.data(text), path)
    except splice.CannotSplice as why:
        if "もうありません" not in str(why):
            raise
        return {}


def _written(text: str, path: Path, before: Any, value: Any) -> str:
    if value is None:
        return splice.drop(text, path)
    if path[:-1] and not held_at(text, path[:-1]):  # the table is not there yet
        return splice.put(text, path[:-1], {path[-1]: value})
    if isinstance(before, list) and before and isinstance(value, list):
        try:
            return _lines(text, path, before, value)
        except splice.CannotSplice:  # written in a way that its items cannot be taken out of one by one
            return splice.put(text, path, value)
    if isinstance(before, dict) and isinstance(value, dict) and [k for k in value if k in before] == [k for k in before if k in value]:
        return _table(text, path, before, value)
    return splice.put(text, path, value)


def _lines(text: str, path: Path, before: list[Any], value: list[Any]) -> str:
    """Items that stay keep their place and the comments above them; from the last to the first, so that numbers stay true."""
    for what, a, b, c, d in reversed(SequenceMatcher(None, before, value, autojunk=False).get_opcodes()):
        if what == "equal":
            continue
        both = min(b - a, d - c)
        for at in reversed(range(a + both, b)):
            text = splice.drop(text, (*path, at))
        for new in range(both):
            text = splice.put(text, (*path, a + new), value[c + new])
        for new in range(both, d - c):
            text = _inserted(text, path, a + new, value[c + new])
    return text


def _inserted(text: str, path: Path, place: int, value: Any) -> str:
    last = len(held_at(text, path))
    text = splice.insert(text, (*path, last), value)
    for at in range(last, place, -1):
        text = splice.move(text, (*path, at), -1)
    return text


def _table(text: str, path: Path, before: dict[str, Any], value: dict[str, Any]) -> str:
    """Entries that stay keep their way of being written; new ones come at the end, as long as that is where they belong."""
    kept = [k for k in before if k in value]
    if list(value)[: len(kept)] != kept or not kept:
        return splice.put(text, path, value)
    for key in [k for k in before if k not in value]:
        text = splice.drop(text, (*path, key))
    for key, new in value.items():
        if before.get(key) != new:
            text = splice.put(text, (*path, key), new)
    return text
