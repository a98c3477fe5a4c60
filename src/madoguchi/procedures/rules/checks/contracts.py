"""Rules of bidding for the city's contracts (入札参加資格審査申請)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from madoguchi.kernel.said import say

from .care import months_later
from .registry import Facts, Finding, check


@check("number")
def corporate_number_is_right(facts: Facts, number: str) -> Iterator[Finding]:
    """法人番号の指定等に関する省令2条 ※: 13 digits, the first of which is 9 less the weighted sum of the others modulo 9."""
    typed = unicodedata.normalize("NFKC", str(facts.answers.get(number) or "")).strip()
    if not typed:
        return
    if len(typed) != 13 or not (typed.isascii() and typed.isdigit()):
        yield Finding(number, say("法人番号は、13けたの数字で入力してください"))
        return
    rest = [int(digit) for digit in reversed(typed[1:])]
    if int(typed[0]) != 9 - sum(digit * (1 + place % 2) for place, digit in enumerate(rest)) % 9:
        yield Finding(number, say("法人番号が正しくありません。国税庁の法人番号公表サイトで確認してください"))


@check("day")
def examination_is_in_force(facts: Facts, day: str) -> Iterator[Finding]:
    """建設業法27条の23、同法施行規則18条の2 ※: who takes on public works was examined within a year and seven months of its base day."""
    base = facts.date(day)
    if base and base > facts.today:
        yield Finding(day, say("審査基準日は、今日までの日付を入力してください"))
    elif base and months_later(base, 19) < facts.today:
        yield Finding(day, say("経営事項審査の有効な期間(審査基準日から1年7か月)を過ぎています。新しい審査の結果で申請してください"))
