"""A strict subset of YAML: every scalar is text, no anchors, tags or duplicate keys; every value knows its line."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a file: where, what, and what to do (in Japanese)."""

    file: str
    line: int
    ja: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.ja}"


class Text(str):
    """A scalar with its line."""

    line: int = 0


def kept(value: object) -> str:
    """A text as definitions hold it: words that many procedures say are in memory once."""
    return sys.intern(str(value))


class Items(list[Any]):
    """A sequence with its line."""

    line: int = 0


class Table(dict[str, Any]):
    """A mapping with its line and the line of each key."""

    line: int = 0
    lines: dict[str, int]

    def line_of(self, key: str) -> int:
        """The line of a key, or of the mapping when the key is not there."""
        return self.lines.get(key, self.line)


UNREADABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what YAML 1.1 does not print
DEEPEST = 12  # lists and tables in each other; a definition has six
BOTTOM = 60  # libyaml calls itself for every list in a list and ends the whole process when there are some ten thousand
TOO_DEEP = "入れ子が深すぎます。かっこと字下げを確認してください"


def _plain(node: yaml.Node, file: str, problems: list[Problem], first: int, depth: int = 0) -> Any:
    import yaml

    line = node.start_mark.line + 1
    if depth > DEEPEST:
        problems.append(Problem(file, line, TOO_DEEP))
        return Text()
    if isinstance(node, yaml.ScalarNode):
        text = Text(node.value.strip() if node.style in ("|", ">") else node.value)
        text.line = line + first
        return text
    if isinstance(node, yaml.SequenceNode):
        items = Items(_plain(child, file, problems, first, depth + 1) for child in node.value)
        items.line = line + first
        return items
    table = Table()
    table.line, table.lines = line + first, {}
    for key_node, value_node in node.value:
        key, at = str(key_node.value), key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(Problem(file, at, "見出しには文字だけを書いてください"))
            continue
        if key in table:
            problems.append(Problem(file, at, f"「{key}」が二度書かれています。どちらか一つにしてください"))
        table[key] = _plain(value_node, file, problems, first, depth + 1)
        table.lines[key] = at + first
    return table


def load(text: str, file: str, first: int = 0) -> tuple[Table, list[Problem]]:
    """Parse the text of one file. Always returns a table, empty when nothing could be read. ``first`` is added to the
    lines that the values keep, so that the lines of two files laid on each other stay apart."""
    import yaml  # here, because a web process reads published versions (JSON) and never needs it

    fast: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml where it is there: ten times faster, same marks
    problems: list[Problem] = []
    empty = Table()
    empty.lines, depth = {}, 0
    begin = yaml.BlockSequenceStartToken | yaml.BlockMappingStartToken | yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken
    end = yaml.BlockEndToken | yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken
    try:
        for token in yaml.scan(text, Loader=fast):
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
                problems.append(
                    Problem(file, token.start_mark.line + 1, "& * ! は使えません。「\"」で囲むか、書き直してください")
                )
            if isinstance(token, yaml.AliasToken):
                return empty, problems  # it may stand inside itself
            depth += isinstance(token, begin) - isinstance(token, end)
            if depth > BOTTOM:
                return empty, [*problems, Problem(file, token.start_mark.line + 1, TOO_DEEP)]
        node = yaml.compose(text, Loader=fast)
    except (yaml.YAMLError, RecursionError) as error:
        return empty, [*problems, _unread(error, text, file)]
    if not isinstance(node, yaml.MappingNode):
        return empty, [*problems, Problem(file, 1, "「見出し: 値」の形で書いてください")]
    return _plain(node, file, problems, first), problems


def _unread(error: Exception, text: str, file: str) -> Problem:
    """Why a text is no YAML, and where."""
    if bad := UNREADABLE.search(text):
        return Problem(file, text.count("\n", 0, bad.start()) + 1, f"使えない文字(制御文字 U+{ord(bad[0]):04X})があります。消してください")
    mark = getattr(error, "problem_mark", None)
    line, lines = mark.line + 1 if mark else 1, text.splitlines()
    if line <= len(lines) and "\t" in lines[line - 1]:
        return Problem(file, line, "字下げにタブは使えません。半角の空白にしてください")
    return Problem(file, line, "YAMLとして読めません。字下げ・「:」の後の空白・かっこの対応を確認してください")
