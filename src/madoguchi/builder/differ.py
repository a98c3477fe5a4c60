"""What differs between two definitions, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LABELS = ("問", "題", "名", "先", "法令", "表示", "番号")
QUIET = ("版",)  # says when, not what


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: where (in words), what happened, and the words before and after."""

    where: str
    what: str  # 足した | 消した | 変えた | 並びを変えた
    before: str = ""
    after: str = ""


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    """Everything that differs, in the order of the new file."""
    out: list[Difference] = []
    _compare((), old, new, out)
    return out


def _name(key: str, value: Any, *, item: bool = False) -> str:
    """How a part is called: the words it has for people, with its number where it has one."""
    label = next((str(value[k]) for k in LABELS if value.get(k)), "") if isinstance(value, dict) else ""
    return (f"「{label}」" if item else f"「{label}」({key})") if label else key


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "、".join(f"{k}: {_said(v)}" for k, v in value.items())
    return "、".join(map(_said, value)) if isinstance(value, list) else str(value)


def _keyed(items: list[Any]) -> dict[str, Any] | None:
    """Items of a list by what tells them apart, where that is possible."""
    if not items or not all(isinstance(x, dict) for x in items):
        return None
    keys = [str(next((x[k] for k in ("番号", "題", "法令", "先", "規則") if x.get(k)), "")) + str(x.get("条", "")) for x in items]
    return dict(zip(keys, items, strict=True)) if all(keys) and len(set(keys)) == len(keys) else None


def _compare(where: tuple[str, ...], old: Any, new: Any, out: list[Difference]) -> None:
    if old == new and (not isinstance(old, dict) or list(old) == list(new)):
        return
    if isinstance(old, list) and isinstance(new, list):
        a, b = _keyed(old), _keyed(new)
        if a is not None and b is not None:
            _tables(where, a, b, out, item=True)
            return
    if isinstance(old, dict) and isinstance(new, dict):
        _tables(where, old, new, out)
        return
    out.append(Difference(" › ".join(where), "変えた", _said(old), _said(new)))


def _tables(where: tuple[str, ...], old: dict[str, Any], new: dict[str, Any], out: list[Difference], *, item: bool = False) -> None:
    for key, value in new.items():
        path = (*where, _name(key, value, item=item) if where else key)  # a heading of the file is called by itself
        if not where and key in QUIET:
            continue
        if key in old:
            _compare(path, old[key], value, out)
        else:
            out.append(Difference(" › ".join(path), "足した", after=_said(value)))
    for key, value in old.items():
        if key not in new and (where or key not in QUIET):
            out.append(Difference(" › ".join((*where, _name(key, value, item=item) if where else key)), "消した", before=_said(value)))
    kept_old, kept_new = [k for k in old if k in new], [k for k in new if k in old]
    if kept_old != kept_new and where:
        said = ["、".join(_name(k, side[k], item=item) for k in keys) for side, keys in ((old, kept_old), (new, kept_new))]
        out.append(Difference(" › ".join(where), "並びを変えた", *said))
