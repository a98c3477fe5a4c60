"""A YAML file of the city pack that a person writes by hand: read with the place of every value, so that a fault names file and line."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .errors import DomainError

Path_ = tuple[str, ...]


class Wrong(ValueError):
    """A value that cannot be used: where in the file it stands, and what to do."""

    def __init__(self, path: Path_, ja: str) -> None:
        super().__init__(ja)
        self.path = path


class PackFile:
    """A YAML file as plain dicts, lists and texts, and on which line each stands. No key twice, no anchors."""

    def __init__(self, file: Path, error: type[DomainError]) -> None:
        import yaml

        self.file, self.error, self.lines = file, error, dict[Path_, int]()
        try:
            node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
            self.root = self._plain(node, ()) if node else {}
        except RecursionError:
            raise self.error(f"{file} の字下げが深すぎて読めません。見本のとおりの形にしてください。") from None
        except UnicodeDecodeError:
            raise self.error(f"{file} の文字コードがUTF-8ではありません(Shift_JISなど)。UTF-8で保存し直してください。") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise self.error(f"{file}{f':{mark.line + 1}' if mark else ''} を読めません。字下げと「:」を確認してください。") from None

    def _plain(self, node: Any, path: Path_) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if node.id == "scalar":
            return node.value
        if node.id == "sequence":
            return [self._plain(n, (*path, str(i))) for i, n in enumerate(node.value)]
        out: dict[str, Any] = {}
        for key, value in node.value:
            if key.id != "scalar":
                raise self.error(f"{self.file}:{key.start_mark.line + 1} 「名前: 値」の形で書いてください。")
            if key.value in out:
                raise self.error(f"{self.file}:{key.start_mark.line + 1} 「{key.value}」が二度あります。片方を消してください。")
            out[key.value] = self._plain(value, (*path, key.value))
            self.lines[*path, key.value] = key.start_mark.line + 1
        return out

    def fault(self, wrong: Wrong) -> DomainError:
        """The fault with its place; of a key that is missing, the place of what it is missing in."""
        path = wrong.path
        while path not in self.lines:
            path = path[:-1]
        return self.error(f"{self.file}:{self.lines[path]} {'・'.join(wrong.path)}: {wrong}")


def table(raw: Any, path: Path_, must: set[str], may: set[str], sample: str) -> dict[str, Any]:
    """A mapping with all it must have and nothing unknown. ``sample``: the file to look at. Raises Wrong."""
    if not isinstance(raw, dict):
        raise Wrong(path, "「名前: 値」の形で書いてください")
    for key in raw:  # first: a mistyped key is not there under its right name
        if key not in must | may | {"要確認"}:
            raise Wrong((*path, key), f"知らない項目です。書けるのは {'・'.join(sorted(must | may))} です")
    for key in sorted(must - set(raw)):
        raise Wrong((*path, key), f"がありません。{sample} を見本に書き足してください")
    return raw


def lines(raw: dict[str, Any], path: Path_, *but: str, empty: tuple[str, ...] = ()) -> dict[str, Any]:
    """The table, all of whose values are text of a line, and none is empty, except ``but`` and ``empty``. Raises Wrong."""
    for key, value in raw.items():
        if key not in but and not isinstance(value, str):
            raise Wrong((*path, key), "一行の文字で書いてください")
        if value == "" and key not in (*but, *empty, "要確認"):
            raise Wrong((*path, key), "何も書かれていません。書くか、この項目を消してください")
    return raw


def yes(raw: dict[str, Any], key: str, path: Path_) -> bool:
    """はい or いいえ. Raises Wrong."""
    if raw[key] not in ("はい", "いいえ"):
        raise Wrong((*path, key), f"はい か いいえ で書いてください(今は「{raw[key]}」)")
    return bool(raw[key] == "はい")


@contextlib.contextmanager
def at(*path: str) -> Iterator[None]:
    """What a rule refuses (ValueError) while this part is read is told of this place. Raises Wrong."""
    try:
        yield
    except Wrong:
        raise
    except ValueError as error:
        raise Wrong(path, str(error)) from None


def named(raw: Any, path: Path_) -> dict[str, Any]:
    """A mapping whose keys are what the city calls things; nothing at all is an empty one. Raises Wrong."""
    if raw and not isinstance(raw, dict):
        raise Wrong(path, "「名前: 値」の形で書いてください")
    return dict(raw or {})


def entries(raw: Any, path: Path_) -> list[tuple[str, Any]]:
    """A mapping whose keys are names of ours. Raises Wrong."""
    if not isinstance(raw, dict):
        raise Wrong(path, "「名前: 値」の形で書いてください")
    for key in raw:
        if not re.fullmatch(r"[a-z0-9-]{1,40}", key):
            raise Wrong((*path, key), "番号は、英小文字・数字・ハイフンで40字までにしてください")
    return list(raw.items())


def number(raw: dict[str, Any], key: str, path: Path_, least: int, most: int, without: str | None = None, step: int = 1) -> int:
    """A whole number. Raises Wrong."""
    text = raw.get(key, without)
    if not (isinstance(text, str) and text.isascii() and text.isdecimal() and least <= int(text) <= most and int(text) % step == 0):
        raise Wrong((*path, key), f"{least}〜{most}の数{f'で、{step}の倍数' if step > 1 else ''}にしてください(今は「{text}」)")
    return int(text)
