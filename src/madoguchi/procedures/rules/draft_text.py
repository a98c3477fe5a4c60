"""Writing a definition as a clerk would: headings in their order, short tables on one line, comments above headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

PLAIN = re.compile(r"[^\W_](?:[\w・、。「」()\uff08\uff09〔〕〜ー.-]| (?=[\w「(\uff08〔]))*")
BLOCKS = ("列", "案内", "項目", "処分", "決定項目", "役割", "添付", "文書", "審査")  # tables that always take lines of their own
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff\"\\\\]")
WIDE = 200  # a list longer than this is written line by line


def clean(text: str) -> str:
    """One line of somebody's text: runs of white space are one space, what YAML cannot hold is dropped."""
    text = " ".join(text.split())
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs") and c not in "\ufeff\ufffe\uffff").strip()


def scalar(text: str) -> str:
    """One value: as it is where nobody can misread it, else in double quotes."""
    if PLAIN.fullmatch(text):
        return text
    return '"' + UNSAFE.sub(lambda m: "\\" + m[0] if m[0] in '"\\' else f"\\u{ord(m[0]):04x}", text) + '"'


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return scalar(str(value))


def _short(key: str, value: Any) -> bool:
    """May this stand on one line? Tables with tables in them do not, except a question and its options."""
    if isinstance(value, Mapping):
        nested = any(isinstance(v, Mapping) for v in value.values())
        return not value or (key not in BLOCKS and ("問" in value or not nested or "件名" in value))
    if isinstance(value, list):
        return key not in ("確認事項", "要確認") and all(not isinstance(v, Mapping | list) for v in value) and len(_flow(value)) <= WIDE
    return True


def _lines(key: str, value: Any, indent: str) -> list[str]:
    head = f"{indent}{scalar(key)}:"
    if _short(key, value):
        return [f"{head} {_flow(value)}"]
    inner = indent + "  "
    if isinstance(value, Mapping):
        return [head, *(line for k, v in value.items() for line in _lines(k, v, inner))]
    out = [head]
    for item in value:
        if _short("", item):
            out.append(f"{inner}- {_flow(item)}")
            continue
        block = [line for k, v in item.items() for line in _lines(k, v, inner + "  ")]
        out += [f"{inner}- {block[0].lstrip()}", *block[1:]]
    return out


def written(table: Mapping[str, Any], *, opening: list[str], comments: Mapping[str, list[str]]) -> str:
    """The file: opening comments, then each heading under its own comments."""
    out = [f"# {clean(line)}" for line in opening]
    for key, value in table.items():
        out += [f"# {clean(line)}" for line in comments.get(key, [])]
        out += _lines(key, value, "")
    return "\n".join(out) + "\n"
