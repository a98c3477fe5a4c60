"""The questions of a draft: those of the pattern, and those that the row names (申請書等に記載させる情報)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .draft_row import pieces, short, wide

SLOT = "〔記載させる情報〕"
PER_PAGE = 8
LABEL = 200
PLACED = "棚卸の「記載させる情報」にない。型が置いた項目なので、要らなければ消す"
_TAIL = re.compile(r"[(\uff08].*$", re.S)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Procedures whose law fixes a visit, or a paper that cannot be sent: by the first words of the name, or by 法令名 where the name ends in 届."""

    words: tuple[str, ...]
    law: str
    without: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Words:
    """The table of words common to all patterns (common.yaml)."""

    people: tuple[str, ...]
    items: Mapping[str, tuple[str, tuple[str, ...]]]  # id → type, words
    endings: tuple[tuple[str, str], ...]  # ending, type; the longest first
    events: tuple[tuple[str, tuple[str, ...]], ...]
    identity: tuple[tuple[str, str, str], ...]  # word or code, level, doubt
    fixed: tuple[Fixed, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One item of the row: what it is and how it is asked."""

    id: str
    label: str
    table: dict[str, Any]


def _known(label: str, words: Words) -> str:
    """The id of a question about the person who files; empty where it is about something else."""
    said = wide(_TAIL.sub("", label)) or wide(label)
    person = next((p for p in sorted(words.people, key=len, reverse=True) if said.startswith(p) and said != p), "")
    bare = said.removeprefix(person).removeprefix("の") if person else said
    return next((key for key, (_, names) in words.items.items() if bare in map(wide, names)), "")


def _type(label: str, words: Words) -> str:
    said = wide(_TAIL.sub("", label)) or wide(label)
    return next((kind for ending, kind in words.endings if said.endswith(ending)), "")


def asked(information: str, words: Words) -> list[Asked]:
    """The items of the row, each once."""
    out: dict[str, Asked] = {}
    for whole in pieces(information):
        label = whole if len(whole) <= LABEL else whole[: LABEL - 1] + "…"
        known = _known(whole, words)
        key = known or "q_" + short(whole, 8)
        out.setdefault(key, Asked(key, whole, _ours(known, label, words) if known else _other(whole, label, words)))
        if _reads_kana(whole) and "kana" in words.items and out[key].table["型"] == "氏名":
            said = {**out[key].table, "問": f"{'あなたの氏名' if known else _TAIL.sub('', label)}のフリガナ", "型": "カナ"}
            out.setdefault("kana" if known else key + "k", Asked("kana" if known else key + "k", whole, said))
    return list(out.values())


def _ours(key: str, label: str, words: Words) -> dict[str, Any]:
    """A question about the person who files."""
    return {"問": label, "型": words.items[key][0], "必須": "はい", "様式欄": label}


def _other(whole: str, label: str, words: Words) -> dict[str, Any]:
    """A question about anything else: by the end of its words, or free text."""
    kind = _type(whole, words)
    doubt = f"言葉から「{kind}」の項目とした。だれの、何のことか、必ず要るか" if kind else "項目の型(文字・選択・日付など)と、必ず要るか"
    longest = {} if kind else {"文字数": "200"}
    return {"問": label, "型": kind or "文字", "必須": "いいえ", **longest, "様式欄": label, "要確認": doubt}


def _reads_kana(label: str) -> bool:
    return bool(re.search(r"[(\uff08](ふりがな|フリガナ|カナ)", label))


def pages(steps: list[Any], rows: list[Asked]) -> list[dict[str, Any]]:
    """The pages of the pattern with the row's items in them. Items that a page has already are not asked twice."""
    own = {key for step in steps for key in step["項目"]}
    by_id = {a.id: a for a in rows}
    labels = {wide(a.label): a.id for a in rows}
    placed = {labels[wide(q["問"])] for step in steps for key, q in step["項目"].items() if key not in by_id and wide(q["問"]) in labels}
    extra = [a for a in rows if a.id not in own and a.id not in placed]
    out: list[dict[str, Any]] = []
    for step in steps:
        items: dict[str, Any] = {}
        for key, q in step["項目"].items():
            if key == SLOT:
                items |= {a.id: a.table for a in extra} if rows else {"content": q | {"要確認": PLACED}}
            else:
                items[key] = _own(q, by_id.get(key) or by_id.get(labels.get(wide(q["問"]), "")), bool(rows))
        out += _cut(step, items)
    return out


def _own(q: Mapping[str, Any], said: Asked | None, told: bool) -> dict[str, Any]:
    """A question of the pattern: with the row's words for the box of the form, or with a doubt."""
    if said:
        return {**q, "様式欄": said.table["様式欄"]} if "様式欄" in said.table else dict(q)
    words = PLACED if told else "棚卸に「記載させる情報」が書かれていない。型が置いた項目"
    return {**q, "要確認": f"{q['要確認']}。{words}" if "要確認" in q else words}


def _cut(step: Mapping[str, Any], items: dict[str, Any]) -> list[dict[str, Any]]:
    """One page, or several where it would be long; none where nothing is asked."""
    keys = list(items)
    groups = [keys[i : i + PER_PAGE] for i in range(0, len(keys), PER_PAGE)]
    out = []
    for n, group in enumerate(groups, 1):
        more = {} if n == 1 else {"題": f"{step['題']}(続き{n})", "番号": f"{step['番号']}_{n}"}
        out.append({**step, **more, "項目": {key: items[key] for key in group}})
    return out
