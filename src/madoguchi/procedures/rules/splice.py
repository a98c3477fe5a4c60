"""Changes to the text of a definition that leave every other character as it was: comments, order, the way it is written.

A library that writes YAML would write the whole file anew, and with it lines that nobody touched (docs/adr/0040). Here a change is a
cut in the text at the place that the parser names. Each is proved before it is given back: the new text, read again, must
hold exactly the changed data."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import yaml_strict

if TYPE_CHECKING:
    import yaml

Path = tuple[str | int, ...]
Value = Any  # text, a list of values, or a table of them
WIDE = 60  # characters of a list within its line; Japanese ones are twice as wide
_BREAKS = re.compile(r"[\r\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class CannotSplice(ValueError):
    """This change cannot be made here; the file must be edited as text."""


def cleaned(text: str) -> str:
    """A file's text as it can be cut: lines end in a newline, the last one too."""
    return re.sub(r"\r\n?|\x85|\u2028|\u2029", "\n", text).rstrip("\n") + "\n"


@functools.lru_cache(maxsize=4)  # of one text many places are asked for, one after another
def _loaded(text: str) -> tuple[yaml_strict.Table, list[yaml_strict.Problem]]:
    return yaml_strict.load(text, "")


def data(text: str) -> Any:
    """What the text holds, as plain tables, lists and texts, the caller's own. Raises CannotSplice."""
    table, problems = _loaded(text)
    if problems:
        raise CannotSplice(problems[0].ja)
    return _plain(table)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list) else str(value)


def at(value: Any, path: Path) -> Any:
    """The value at a path. Raises CannotSplice where there is none."""
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            raise CannotSplice("その場所は、もうありません") from None
    return value


def put(text: str, path: Path, value: Value) -> str:
    """Set the value at a path; a key that is not there is added at the end of its table."""
    return _Cut(text).put(path, _wanted(value))


def insert(text: str, path: Path, value: Value) -> str:
    """Add a new key to a table, or an item to a list (the path then ends in the length of the list)."""
    held = at(data(text), path[:-1])
    if path[-1] in held if isinstance(held, dict) else path[-1] != len(held):
        raise CannotSplice(f"「{path[-1]}」は、すでにあります")
    return _Cut(text).put(path, _wanted(value))


def drop(text: str, path: Path) -> str:
    """Take a key with its value, or an item, away; with it the comments that stand directly above."""
    return _Cut(text).drop(path)


def move(text: str, path: Path, by: int) -> str:
    """Change places with the next (1) or the one before (-1)."""
    return _Cut(text).move(path, by)


def rename(text: str, path: Path, key: str) -> str:
    """Give a key another name."""
    return _Cut(text).rename(path, key)


def _wanted(value: Value) -> Value:
    """As the strict reader gives it back."""
    if isinstance(value, dict):
        return {str(k): _wanted(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_wanted(v) for v in value]
    lines = _BREAKS.sub("\n", str(value).replace("\r\n", "\n")).split("\n")
    return _CONTROL.sub("", "\n".join(line.rstrip() for line in lines).strip())


# --- how a value is written

def inline(value: Value) -> str:
    """A value within a line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inline(k)}: {inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(v) for v in value) + "]"
    quoted = json.dumps(value, ensure_ascii=False)
    return value if value and "\n" not in value and _reads(f"x: [{value}, {value}]") == {"x": [value, value]} and _reads(
        f"{value}: {value}") == {value: value} else quoted


def _reads(text: str) -> Any:
    table, problems = yaml_strict.load(text, "")
    return None if problems or "#" in text else _plain(table)


def _written(value: Value, indent: int) -> str:
    """What follows the colon of a key in a block: text of several lines keeps them, a long list has a line for each."""
    if isinstance(value, str) and "\n" in value and not value.startswith(" ") and "\t" not in value:
        pad = " " * (indent + 2)
        return " |\n" + "\n".join(f"{pad}{line}" if line else "" for line in value.split("\n"))
    within = inline(value)
    if isinstance(value, list) and len(within) > WIDE and all(isinstance(v, str) for v in value):
        return "".join(f"\n{' ' * (indent + 2)}- {inline(v)}" for v in value)
    return " " + within


def block(value: dict[str, Value], indent: int = 0) -> str:
    """A table as lines: tables that hold tables, and lists of tables, stand below their key; everything else within its line."""
    pad, out = " " * indent, []
    for key, held in value.items():
        deep = isinstance(held, dict) and any(isinstance(v, dict | list) for v in held.values())
        if deep:
            out.append(f"{pad}{inline(key)}:\n{block(held, indent + 2)}")
        elif isinstance(held, list) and held and all(isinstance(v, dict) and v for v in held):
            out.append(f"{pad}{inline(key)}:\n" + "".join(_item(v, indent + 2) for v in held))
        else:
            out.append(f"{pad}{inline(key)}:{_written(held, indent)}\n")
    return "".join(out)


def _item(value: dict[str, Value], indent: int) -> str:
    return f"{' ' * indent}- {block(value, indent + 2).lstrip()}"


def written(value: dict[str, Value]) -> str:
    """A definition as text, where there is no file of it."""
    return block(_wanted(value))


def place(text: str, line: int) -> Path:
    """The deepest part of a file that a line (from 1) belongs to."""
    cut = _Cut(text)
    path: Path = ()
    node, found = cut.root, True
    while found:
        found = False
        for index, entry in reversed(list(enumerate(cut._entries(node)))):  # noqa: SLF001 - our own
            start = (entry.key if entry.key is not None else entry.value).start_mark.line + 1
            if start <= line:
                path += (index if entry.key is None else str(entry.key.value),)
                node, found = entry.value, True
                break
    return path


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key with its value (or an item), and where both stand."""

    key: yaml.Node | None
    value: yaml.Node


class _Cut:
    """One text, its nodes, and where they stand in it."""

    def __init__(self, text: str) -> None:
        import yaml

        self.text, self.before = cleaned(text), data(cleaned(text))
        loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        self.root: Any = yaml.compose(self.text, Loader=loader)
        self.starts = [0]
        for line in self.text.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    # places

    def _offset(self, mark: Any) -> int:
        return min(self.starts[int(mark.line)] + int(mark.column), len(self.text))

    def _start(self, node: yaml.Node) -> int:
        return self._offset(node.start_mark)

    def _end(self, node: yaml.Node) -> int:
        """Where a node really ends: the parser's mark of a block lies after the comments that follow it."""
        parts = self._entries(node)
        if parts and not node.flow_style:  # type: ignore[attr-defined]
            return self._value_end(parts[-1])
        if getattr(node, "style", None) in ("|", ">"):
            start = self._start(node)
            return start + len(self.text[start : self._offset(node.end_mark)].rstrip())
        return self._offset(node.end_mark)

    def _value_end(self, entry: _Entry) -> int:
        """The end of an entry: of its value, or of its colon where nothing is written."""
        if entry.key is not None and self._is_nothing(entry.value):
            return self._colon(entry)
        return self._end(entry.value)

    def _is_nothing(self, node: yaml.Node) -> bool:
        return node.value == "" and not getattr(node, "style", None)

    def _colon(self, entry: _Entry) -> int:
        assert entry.key is not None
        return self.text.index(":", self._offset(entry.key.end_mark)) + 1

    def _entries(self, node: yaml.Node) -> list[_Entry]:
        import yaml

        if isinstance(node, yaml.MappingNode):
            return [_Entry(key, value) for key, value in node.value]
        return [_Entry(None, value) for value in node.value] if isinstance(node, yaml.SequenceNode) else []

    def _node(self, path: Path) -> yaml.Node:
        node: yaml.Node = self.root
        for part in path:
            node = self._entries(node)[self._index(node, part)].value
        return node

    def _index(self, node: yaml.Node, part: str | int) -> int:
        for index, entry in enumerate(self._entries(node)):
            if part == (index if entry.key is None else entry.key.value):
                return index
        raise CannotSplice("その場所は、もうありません")

    def _first(self, node: yaml.Node, index: int) -> int:
        """Where the chunk of an entry of a block begins: its line, with the comments directly above."""
        entry = self._entries(node)[index]
        start = self._start(entry.key if entry.key is not None else entry.value)
        line = self.text.rfind("\n", 0, start) + 1
        lead = self.text[line:start]
        if (lead.strip() if entry.key is not None else lead.strip() != "-"):
            raise CannotSplice("この書き方のところは、ここでは動かせません。YAMLで直してください")
        indent = len(lead) - len(lead.lstrip()) if entry.key is None else len(lead)
        while line:
            above = self.text.rfind("\n", 0, line - 1) + 1
            words = self.text[above : line - 1]
            if not words.lstrip().startswith("#") or len(words) - len(words.lstrip()) != indent:
                break
            line = above
        return line

    def _last(self, node: yaml.Node, index: int) -> int:
        """Where it ends: after its last line."""
        end = self._value_end(self._entries(node)[index])
        return self.text.find("\n", end) + 1 or len(self.text)

    def _span(self, node: yaml.Node, index: int) -> tuple[int, int]:
        """An entry within a line."""
        entry = self._entries(node)[index]
        return self._start(entry.key if entry.key is not None else entry.value), self._value_end(entry)

    # changes

    def put(self, path: Path, value: Value) -> str:
        if not path:
            raise CannotSplice("ファイル全体は、YAMLで直してください")
        wanted = _changed(self.before, path, value)
        parent = self._node(path[:-1])
        try:
            entry = self._entries(parent)[self._index(parent, path[-1])]
        except CannotSplice:
            return self._proved(self._added(parent, path[-1], value), wanted)
        try:
            return self._proved(self._replaced(parent, entry, value), wanted)
        except CannotSplice:  # a comment stands behind the value, where a text of several lines cannot
            return self._proved(self._replaced(parent, entry, value, flow=True), wanted)

    def _replaced(self, parent: yaml.Node, entry: _Entry, value: Value, *, flow: bool = False) -> str:
        flow = flow or bool(parent.flow_style)  # type: ignore[attr-defined]
        if entry.key is None:
            start, written = self._start(entry.value), inline(value)
        else:
            start = self._colon(entry)
            column = self._start(entry.key) - (self.text.rfind("\n", 0, self._start(entry.key)) + 1)
            written = " " + inline(value) if flow else _written(value, column)
        return self.text[:start] + written + self.text[self._value_end(entry):]

    def _added(self, parent: yaml.Node, key: str | int, value: Value) -> str:
        entries = self._entries(parent)
        words = inline(value) if isinstance(key, int) else f"{inline(key)}: {inline(value)}"
        if parent.flow_style:  # type: ignore[attr-defined]
            end = self._value_end(entries[-1]) if entries else self._start(parent) + 1
            return self.text[:end] + (", " if entries else "") + words + self.text[end:]
        if not entries:
            raise CannotSplice("ここには、YAMLで書き足してください")
        first = entries[-1].key if entries[-1].key is not None else entries[-1].value
        column = self._start(first) - (self.text.rfind("\n", 0, self._start(first)) + 1)
        pad = " " * (column if entries[-1].key is not None else parent.start_mark.column)
        if isinstance(key, int):
            line = _item(value, len(pad)) if isinstance(value, dict) and value else f"{pad}- {words}\n"
        else:
            line = f"{pad}{inline(key)}:{_written(value, column)}\n"
        after = self._last(parent, len(entries) - 1)
        return self.text[:after] + line + self.text[after:]

    def drop(self, path: Path) -> str:
        parent = self._node(path[:-1])
        index, entries = self._index(parent, path[-1]), self._entries(parent)
        wanted = _dropped(self.before, path)
        if not parent.flow_style:  # type: ignore[attr-defined]
            if len(entries) == 1:
                raise CannotSplice("最後の一つなので、ここでは消せません。見出しごと消すか、YAMLで直してください")
            return self._proved(self.text[: self._first(parent, index)] + self.text[self._last(parent, index) :], wanted)
        start, end = self._span(parent, index)
        if index + 1 < len(entries):
            end = self._span(parent, index + 1)[0]
        elif index:
            start = self._span(parent, index - 1)[1]
        return self._proved(self.text[:start] + self.text[end:], wanted)

    def move(self, path: Path, by: int) -> str:
        parent = self._node(path[:-1])
        index = self._index(parent, path[-1])
        low, high = sorted((index, index + by))
        if low < 0 or high >= len(self._entries(parent)):
            raise CannotSplice("これより先には動かせません")
        wanted = _moved(self.before, path, low, high)
        if parent.flow_style:  # type: ignore[attr-defined]
            (a, b), (c, d) = self._span(parent, low), self._span(parent, high)
        else:
            a, b, c, d = self._first(parent, low), self._last(parent, low), self._first(parent, high), self._last(parent, high)
        text = self.text
        return self._proved(text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:], wanted)

    def rename(self, path: Path, key: str) -> str:
        parent = self._node(path[:-1])
        entry = self._entries(parent)[self._index(parent, path[-1])]
        if entry.key is None or key in at(self.before, path[:-1]):
            raise CannotSplice(f"「{key}」は、すでにあります")
        wanted = _renamed(self.before, path, key)
        return self._proved(self.text[: self._start(entry.key)] + inline(key) + self.text[self._offset(entry.key.end_mark) :], wanted)

    def _proved(self, text: str, wanted: Any) -> str:
        """The text, if it holds what is wanted, in the order that is wanted."""
        if json.dumps(data(text), ensure_ascii=False) != json.dumps(wanted, ensure_ascii=False):
            raise CannotSplice("この書き方のところは、ここでは直せません。YAMLで直してください")
        return text


def _changed(before: Any, path: Path, value: Value) -> Any:
    out = json.loads(json.dumps(before))
    held: Any = at(out, path[:-1])
    if isinstance(held, list) and path[-1] == len(held):
        held.append(value)
    elif isinstance(held, dict | list):
        held[path[-1]] = value  # type: ignore[index]
    else:
        raise CannotSplice("ここには書き足せません")
    return out


def _dropped(before: Any, path: Path) -> Any:
    out = json.loads(json.dumps(before))
    del at(out, path[:-1])[path[-1]]
    return out


def _moved(before: Any, path: Path, low: int, high: int) -> Any:
    out = json.loads(json.dumps(before))
    held = at(out, path[:-1])
    parts = list(held.items()) if isinstance(held, dict) else held
    parts[low], parts[high] = parts[high], parts[low]
    if isinstance(held, dict):
        held.clear()
        held.update(parts)
    return out


def _renamed(before: Any, path: Path, key: str) -> Any:
    out = json.loads(json.dumps(before))
    held = at(out, path[:-1])
    parts = [(key if k == path[-1] else k, v) for k, v in held.items()]
    held.clear()
    held.update(parts)
    return out
