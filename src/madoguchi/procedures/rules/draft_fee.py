"""手数料 of a draft: what the row clearly says is charged, what it leaves open is not published."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .draft_row import Fee, wide
from .draft_text import clean

SAME = (("通", "部", "枚"), ("人", "名"), ("か所", "箇所"))  # units that count the same; the first are of papers
WHOLE = ("", "件", "回", "申請")  # one of these is the application itself
DAYS = "7"


def charge_of(fee: Fee, said: str, steps: Sequence[Mapping[str, Any]]) -> tuple[Any, str]:
    """(手数料 of the draft, why it cannot be collected as the row says). The fee of one is taken as often as a question of ``steps`` says,
    which then must be answered; without such a question it is not clear, nor is a bare sum where the number of copies is asked for."""
    if not fee.yen:
        return "0", ""
    same = next((units for units in SAME if fee.each in units), (fee.each,) if fee.each else ())
    counted, copies = _asks(same, steps), _asks(SAME[0], steps)
    if counted is None and (copies is not None or fee.each not in WHOLE):
        open_ = "1通の額か、何通でも同じ額か" if fee.each in WHOLE else f"いくつ分か({fee.each}の数を聞く項目がないため)"
        return "0", f"手数料は「{clean(said)}」とありますが、{open_}が分かりません"
    line = {"名": "手数料", "円": str(fee.yen)}
    if counted is not None:
        key, question = counted
        question |= {"必須": "はい", "範囲": question.get("範囲", "1〜")}
        line |= {"名": f"手数料(1{fee.each})", "数": key}
    doubt = f"棚卸は「{clean(said)}」。額・払う時期・期限の日数・減免を条例で確かめる。市の料金表にあるものは、その名前に直す"
    return {"時期": "前納", "期限": DAYS, "明細": [line], "要確認": doubt}, ""


def _asks(units: Sequence[str], steps: Sequence[Mapping[str, Any]]) -> tuple[str, dict[str, Any]] | None:
    """The question that asks how many of these there are (通数, 台数)."""
    for step in steps:
        for key, q in step["項目"].items():
            label = wide(re.sub(r"[(\uff08].*$", "", q["問"]))
            if q["型"] == "整数" and any(label.endswith(f"{unit}数") for unit in units):
                return key, q
    return None
