"""Take values out of the tables of a definition file, noting everything that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from . import conditions
from .model import Call
from .yaml_strict import Items, Problem, Table, Text, kept

# a unit that is not the heading's own would be read as another amount: 「標準日数: 2か月」 is not 2 days
UNITS = {"所要": ("分",), "標準日数": ("日", "開庁日"), "日数": ("日",), "月数": ("か月",), "手数料": ("円",), "受付開始": ("日",)}
ID = re.compile(r"[a-z][a-z0-9_]*")


class Reader:
    """Takes values out of tables, noting what is missing, unknown or of the wrong shape."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.doubts: list[tuple[int, str]] = []
        self.unread: set[str] = set()  # see Definition.unread

    def say(self, line: int, ja: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.file, line, ja))

    def known(self, table: Table, keys: Iterable[str]) -> None:
        """Complain about keys nobody reads."""
        for key in table:
            if key not in keys:
                self.say(table.line_of(key), f"「{key}」という見出しは使えません。使えるのは: {'、'.join(keys)}")

    def text(self, table: Table, key: str, *, need: bool = False, one_of: Iterable[str] = ()) -> str:
        """A scalar as text."""
        value = table.get(key)
        if value is None or value == "":
            if need:
                self.say(table.line, f"「{key}」がありません。書き足してください")
            return ""
        if not isinstance(value, Text):
            self.say(table.line_of(key), f"「{key}」には一行の文字を書いてください")
            return ""
        if one_of and value not in one_of:
            self.say(table.line_of(key), f"「{key}」の「{value}」は使えません。{'・'.join(one_of)} のどれかにしてください")
        return kept(value)

    def number(self, table: Table, key: str, default: int = 0, *, need: bool = False) -> int:
        """A whole number; 「10分」 and 「15日」 are read as 10 and 15. A wrong unit is told and the number kept: what a version that was
        published says does not change by a later check."""
        text = self.text(table, key, need=need)
        if not text:
            return default
        match = re.fullmatch(r"(\d{1,9})\s*(分|日|か月|円|開庁日|枚|件)?", text)
        if match and match[2] and match[2] not in UNITS.get(key, (match[2],)):
            self.say(table.line_of(key), f"「{key}」の「{text}」は、単位がちがいます。{'か'.join(UNITS[key])}で数えて書いてください")
        if not match:
            self.say(table.line_of(key), f"「{key}」には0以上の整数を書いてください(今は「{text}」)")
            return default
        return int(match[1])

    def yes(self, table: Table, key: str, default: bool = False) -> bool:
        """はい or いいえ."""
        text = self.text(table, key, one_of=("はい", "いいえ"))
        return text == "はい" if text else default

    def table(self, table: Table, key: str, *, need: bool = False) -> Table:
        """A nested mapping."""
        value = table.get(key)
        if isinstance(value, Table):
            return value
        if value is not None and value != "":
            self.say(table.line_of(key), f"「{key}」は「見出し: 値」の形で書いてください")
        elif need:
            self.say(table.line, f"「{key}」がありません。書き足してください")
        return empty(table.line_of(key))

    def items(self, table: Table, key: str, *, need: bool = False) -> list[Any]:
        """A sequence; a lone scalar counts as a sequence of one."""
        value = table.get(key)
        if isinstance(value, Items):
            return value
        if isinstance(value, Text) and value:
            return [value]
        if isinstance(value, Table):
            return [value]
        if need:
            self.say(table.line, f"「{key}」がありません。書き足してください")
        return []

    def texts(self, table: Table, key: str) -> tuple[str, ...]:
        """A sequence of scalars."""
        out = []
        for item in self.items(table, key):
            if isinstance(item, Text):
                out.append(kept(item))
            else:
                self.say(getattr(item, "line", table.line), f"「{key}」には文字の一覧を書いてください")
        return tuple(out)

    def condition(self, table: Table, key: str = "条件") -> tuple[conditions.Condition | None, str]:
        """A compiled condition with its text."""
        text = self.text(table, key)
        if not text:
            return None, ""
        try:
            return conditions.parse(text), text
        except conditions.BadCondition as error:
            self.say(table.line_of(key), f"「{key}」の「{text}」が読めません。{error}")
            return None, text

    def doubt(self, table: Table, label: str = "") -> str:
        """要確認, also noted in the list of doubts."""
        text = self.text(table, "要確認") if isinstance(table.get("要確認"), Text) else ""
        if text:
            self.doubts.append((table.line_of("要確認"), f"{label}: {text}" if label else text))
        return text

    def ident(self, key: str, line: int) -> str:
        """An id of small letters, digits and underscores."""
        if not ID.fullmatch(key):
            self.say(line, f"番号「{key}」は半角の小文字・数字・_ で書いてください(例: child_name)")
        return key

    def call(self, value: Any, line: int) -> Call | None:
        """A rule call: a name, or 「規則: 名前」 with arguments."""
        if isinstance(value, Text):
            return Call(kept(value), (), value.line)
        if isinstance(value, Table) and "規則" in value:
            args = []
            for name, argument in value.items():
                if name == "規則":
                    continue
                args.append((name, "、".join(argument) if isinstance(argument, Items) else kept(argument)))
            return Call(self.text(value, "規則"), tuple(args), value.line)
        self.say(line, "検査は「規則の名前」か「規則: 名前」と引数の組で書いてください")
        return None


def empty(line: int) -> Table:
    """A table of which nothing could be read."""
    table = Table()
    table.line, table.lines = line, {}
    return table
