"""What is in a definition, as the overview shows it. Pure; takes a text that may be half finished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from madoguchi.procedures.rules.splice import Path

from .differ import LABELS


@dataclass(slots=True)
class Part:
    """One part: where it is, what it is called, a few words more."""

    path: Path
    name: str
    note: str = ""
    doubt: bool = False
    parts: list[Part] = field(default_factory=list)
    adds: Path | None = None  # what can be added below it

    @property
    def url(self) -> str:
        """Its place in an address."""
        return address(self.path)

    @property
    def key(self) -> str:
        """The same as people read it: for ids and buttons."""
        return "/".join(map(str, self.path)) or "cover"

    @property
    def add_url(self) -> str:
        """Where something is added below it."""
        return address(self.adds or ())


def address(path: Path) -> str:
    """A path as an address has it; the cover has a name."""
    return "/".join(quote(str(p), safe="") for p in path) or "cover"


def read_address(address: str, held: Any) -> Path:
    """The path of an address: what stands in a list is a number."""
    if address == "cover":
        return ()
    out: list[str | int] = []
    for word in address.strip("/").split("/"):
        number = isinstance(held, list) and word.isascii() and word.isdecimal() and len(word) < 5
        out.append(int(word) if number else word)
        try:
            held = held[out[-1]]
        except (KeyError, IndexError, TypeError):
            held = None
    return tuple(out)


def _name(value: Any, key: Any) -> str:
    return next((str(value[k]) for k in LABELS if value.get(k)), str(key)) if isinstance(value, dict) else str(value or key)


def _each(held: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(held, dict):
        yield from held.items()
    elif isinstance(held, list):
        yield from enumerate(held)


def _part(path: Path, value: Any, *notes: str) -> Part:
    table = value if isinstance(value, dict) else {}
    said = [str(table[n]) for n in notes if isinstance(table.get(n), str) and table.get(n)]
    if table.get("必須") == "はい":
        said.append("必須")
    if table.get("条件"):
        said.append(f"{table['条件']} のとき")
    return Part(path, _name(value, path[-1]), "・".join(said), bool(table.get("要確認")))


def _list(data: dict[str, Any], top: Path, title: str, *notes: str) -> Part:
    held: Any = data
    for key in top:
        held = held.get(key) if isinstance(held, dict) else None
    return Part((), title, adds=top, parts=[_part((*top, key), value, *notes) for key, value in _each(held)])


def _calls(data: dict[str, Any], title: str) -> Part:
    """Rules by their names, with what they look at."""
    found = _list(data, (title,), title)
    for part in found.parts:
        held = data[title][part.path[-1]]
        if isinstance(held, dict):
            part.name = str(held.get("規則", "")) if title == "検査" else str(part.path[-1])
            part.note = "" if title == "検査" else str(held.get("規則", ""))
    return found


def _doubts(data: dict[str, Any]) -> Part:
    """What nobody has confirmed yet about the definition as a whole."""
    held = data.get("要確認") or []
    count = len(held) if isinstance(held, list) else 1
    return Part((), "要確認", parts=[Part(("要確認",), "手続き全体について確かめること", f"{count}件", bool(count))])


def outline(data: dict[str, Any]) -> list[Part]:
    """Everything that has a form, in the order of the work."""
    pages = _list(data, ("画面",), "画面と質問")
    for part in pages.parts:
        step = data["画面"][part.path[-1]]
        table = step.get("項目") if isinstance(step, dict) else None
        part.parts = [_part((*part.path, "項目", key), value, "型") for key, value in _each(table)]
        part.adds = (*part.path, "項目")
        if isinstance(step, dict) and step.get("繰返"):
            part.note = "・".join(x for x in (part.note, f"くり返し：{_name(step['繰返'], '')}") if x)
    fee = data.get("手数料")
    charged = [_part(("手数料",), fee, "時期", "期限"), *_list(data, ("手数料", "明細"), "", "数").parts] if isinstance(fee, dict) else []
    if charged:
        charged[0].name = "払い方"
    review, paper = Part(("審査",), "審査の進め方"), _part(("紙",), data.get("紙") or "", "説明")
    paper.name = paper.name if data.get("紙") else "紙は要りません"
    return [
        Part((), "表紙", parts=[Part((), "表紙", str(data.get("名称", "")))]),
        Part((), "手数料の明細", parts=charged, adds=("手数料", "明細")),
        *([_list(data, ("手数料", "減免"), "減免")] if charged else []), _list(data, ("根拠",), "根拠", "条"),
        Part((), "紙の原本", parts=[paper]), _list(data, ("役割",), "役割"),
        Part((), "期限", parts=[_part(("期限",), data.get("期限") or "", "説明")]), pages, _list(data, ("添付",), "添付", "説明"),
        _calls(data, "検査"), _calls(data, "導出"),
        Part((), "審査", parts=[review, *_list(data, ("審査", "処分"), "").parts], adds=("審査", "処分")),
        _list(data, ("審査", "決定項目"), "決定項目", "型"), _list(data, ("文書",), "文書"), _list(data, ("連携",), "連携", "文字"),
        Part((), "案内", parts=[Part(("案内",), "よくある問いと答え", f"{len(data.get('案内') or {})}件")]), _doubts(data)]
