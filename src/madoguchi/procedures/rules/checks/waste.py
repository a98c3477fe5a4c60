"""Rules of waste (粗大ごみの収集の申込み)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from madoguchi.kernel.said import say

from .registry import Facts, Finding, check

# 特定家庭用機器再商品化法施行令1条 and the パソコン of 資源有効利用促進法: what shops and makers take back
_TAKEN_BACK = re.compile(r"エアコン|クーラー|テレビ(?!台|ボード|ラック)|冷蔵庫|冷凍庫|洗濯機(?!置)|衣類乾燥機|パソコン(?!ラック|デスク|机|台)")


@check("kind")
def only_household_waste(facts: Facts, kind: str) -> Iterator[Finding]:
    """廃棄物の処理及び清掃に関する法律3条1項: a business disposes of its own waste; the city collects that of households (6条の2)."""
    if facts.answers.get(kind) == "shop":
        yield Finding(kind, say("店や会社のごみは収集できません。許可を受けた業者に頼んでください"))


@check("group", "item")
def recycled_by_makers(facts: Facts, group: str, item: str) -> Iterator[Finding]:
    """特定家庭用機器再商品化法9条: shops take back the appliances of the Act; makers take computers. The city does not collect them."""
    for index, entry in facts.entries(group):
        if _TAKEN_BACK.search(unicodedata.normalize("NFKC", str(entry.get(item) or ""))):
            yield Finding(item, say("市では収集できない品物です。買った店やメーカーに引き取りを頼み、この一覧から消してください"), index=index)


@check("total", "group", "number")
def pieces_add_up(facts: Facts, total: str, group: str, number: str) -> Iterator[Finding]:
    """地方自治法227条: the fee is charged by the piece, so the total must be that of the list."""
    listed = sum(value for _, entry in facts.entries(group) if isinstance(value := entry.get(number), int))
    if isinstance(told := facts.answers.get(total), int) and told != listed:
        yield Finding(total, say("合計の個数が、一覧の個数を足した数と違います。どちらかを直してください"))
