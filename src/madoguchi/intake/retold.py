"""An application's view keeps its sentences as plain Japanese; here they are said again, in the language being drawn."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from madoguchi.kernel import said
from madoguchi.kernel.said import Said, listed, say
from madoguchi.web import languages

WITH_NAMES = {t: re.compile(t.replace("{name}", "(?P<name>.+)"))  # all others are sentences of the catalogue
              for t in ("「{name}」を追加しました", "結果が出ました（{name}）", "結果：{name}")}
BEFORE = {  # as releases before said it, of whatever was filed: a 届出 and a 請求 are no 申請
    "申請を受け付けました": "お手続きを受け付けました", "申請を取り下げました": "取り下げました",
    "窓口でのお申し出により、申請を取り下げました": "窓口でのお申し出により、取り下げました",
    "電話でのお申し出により、申請を取り下げました": "電話でのお申し出により、取り下げました",
    "紙でのお申し出により、申請を取り下げました": "紙でのお申し出により、取り下げました",
    "手数料のお支払いを確認し、申請を受け付けました": "手数料のお支払いを確認し、お手続きを受け付けました",
    "期限までにお支払いがなかったため、申請は取り消されました": "期限までにお支払いがなかったため、お手続きは取り消されました",
    "お支払いの前に、申請を取りやめました": "お支払いの前に、取りやめました",
}


def sentence(told: Mapping[str, Any]) -> Said:
    """A sentence of the applicant's view; an older one was kept without how it was made."""
    if "as" in told:
        return said.retold(dict(told))
    ja = BEFORE.get(told["ja"], told["ja"])
    for template, shape in WITH_NAMES.items():
        if found := shape.fullmatch(ja):
            return say(template, name=found["name"])
    return Said(ja)


def outcome(decision: Mapping[str, Any]) -> Said | None:
    """The name of the outcome by itself, in the language being drawn; None where the definition has no words for it, and in Japanese."""
    found = WITH_NAMES["結果：{name}"].fullmatch(str(decision["ja"]))
    name = say("{name}", name=found["name"]) if found else None
    return name if name is not None and languages.word(str(name)) else None


def document(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A document that was issued: its name in the language being drawn, and beside it the Japanese one that stands on the paper."""
    return {**kept, "name": Said(kept["name"]), "ja": kept["name"] if languages.word(kept["name"]) else ""}


def correction(kept: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the section asked to put right: its day and the names of its questions said again, its own words as they are."""
    if not kept:
        return None
    due = kept.get("due")
    return {**kept, "due_ja": languages.day(dt.date.fromisoformat(due)) if due else "",
            "items": [{**item, "label": _label(item), "old": _answer(item["old"])} for item in kept["items"]]}


def _answer(old: str) -> Said:
    """An answer as it was when it was asked about: what was chosen is said again, what was typed stays."""
    chosen = old.split("、")
    return Said(old) if languages.word(old) or not all(map(languages.word, chosen)) else listed(chosen)


def _label(item: Mapping[str, Any]) -> Said:
    label = Said(item["label"])
    return say("{name} {n}: {ja}", name=item["of"], n=item["n"], ja=label) if "of" in item else label
