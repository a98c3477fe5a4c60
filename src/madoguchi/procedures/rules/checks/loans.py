"""Rules of lending after a disaster (災害援護資金の貸付申請)."""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.amounts import Number
from madoguchi.kernel.said import say

from .registry import Facts, Finding, check

_MOST = 3_500_000
_HOME = {"half": 1_700_000, "whole": 2_500_000, "lost": _MOST}
_INCOME = {1: 2_200_000, 2: 4_300_000, 3: 6_200_000, 4: 7_300_000}


def relief_loan_limit(home: str, *, injured: bool, goods: bool, rebuild: bool) -> int:
    """災害弔慰金の支給等に関する法律10条2項, 施行令7条1項 (the table of 石川県 ※): the highest loan for a damage; 0 where there is none."""
    base = _HOME.get(home, 1_500_000 if goods else 0)
    if not base:
        return 1_500_000 if injured else 0
    more = 800_000 if rebuild and home == "half" else 1_000_000 if rebuild and home == "whole" else 0
    return min(base + more + (1_000_000 if injured else 0), _MOST)


@check("injured", "home", "goods")
def relief_loan_needs_damage(facts: Facts, injured: str, home: str, goods: str) -> Iterator[Finding]:
    """災害弔慰金の支給等に関する法律10条1項: lent after an injury of a month, half of the home or a third of the goods lost."""
    hurt, place, lost = (facts.answers.get(item) for item in (injured, home, goods))
    if hurt is False and place == "none" and lost is False:
        yield Finding(home, say("けが・家・家財のどれかが、決められた重さの被害のときに借りられます。被害を確かめてください"))


@check("amount", "injured", "home", "goods", "rebuild")
def relief_loan_within_limit(facts: Facts, amount: str, injured: str, home: str, goods: str, rebuild: str) -> Iterator[Finding]:
    """災害弔慰金の支給等に関する法律10条2項, 施行令7条1項: no more than the limit for the damage told."""
    wished, place = facts.answers.get(amount), facts.answers.get(home)
    hurt, lost, anew = (facts.answers.get(item) is True for item in (injured, goods, rebuild))
    limit = relief_loan_limit(str(place or ""), injured=hurt, goods=lost, rebuild=anew)
    if isinstance(wished, int) and limit and wished > limit:
        yield Finding(amount, say("この被害で借りられるのは、{limit}円までです", limit=Number(limit)))


@check("own", "group", "income", "home")
def relief_loan_income(facts: Facts, own: str, group: str, income: str, home: str) -> Iterator[Finding]:
    """災害弔慰金の支給等に関する法律10条1項, 施行令4条・5条: the household's income of the year before (after damage
    in January to May, of two years before) is below the limit for its size."""
    told = [facts.answers.get(own), *(entry.get(income) for _, entry in facts.entries(group))]
    total, size = sum(sum_ for sum_ in told if isinstance(sum_, int)), len(told)
    limit = 12_700_000 if facts.answers.get(home) == "lost" else _INCOME.get(size, 7_300_000 + 300_000 * (size - 4))
    if total >= limit:
        text = say("世帯の所得の合計が、{size}人の世帯の限度({limit}円)より少なくありません。税の記録で確かめてください",
                   size=f"{size}", limit=Number(limit))
        yield Finding(own, text, severity="notice")
