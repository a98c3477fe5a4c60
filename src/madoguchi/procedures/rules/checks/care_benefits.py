"""Rules of the benefits of the long-term care insurance. Articles marked ※ could not be read at the source (要照合)."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from madoguchi.kernel.amounts import Yen
from madoguchi.kernel.said import say

from .care import OFFICE, digits, insured_class, months_later, notice
from .common import account_holder_is_person
from .registry import Facts, Finding, check, derive

WELFARE_TOOLS_PER_YEAR = 100_000
RENOVATION_PER_HOME = 200_000
# 年金収入とその他の合計所得の境目, by the day it came into force: 規則83条の5 (826,500 was read
# in the text in force since 2026-08-01; also 令22条の2の2第9項); the earlier ones ※.
INCOME_BOUNDARIES = (
    (dt.date(2021, 8, 1), 800_000),
    (dt.date(2025, 8, 1), 809_000),
    (dt.date(2026, 8, 1), 826_500),
)
# 規則83条の5: assets allowed to a single person and to a couple, by the declared stage. None: no asset test.
ASSET_LIMITS: Mapping[str, tuple[int, int] | None] = {
    "welfare": None,
    "pension": (10_000_000, 20_000_000),
    "stage2": (6_500_000, 16_500_000),
    "stage3a": (5_500_000, 15_500_000),
    "stage3b": (5_000_000, 15_000_000),
}
UNDER_65_ASSETS = (10_000_000, 20_000_000)


def income_boundary(day: dt.date) -> int:
    """規則83条の5: the income up to which stage 2 applies on a day."""
    return [amount for since, amount in INCOME_BOUNDARIES if since <= day][-1]


def _number(facts: Facts, item: str) -> int:
    value = facts.answers.get(item)
    return value if isinstance(value, int) else 0


@check("filer", "phase")
def heir_files_after_work(facts: Facts, filer: str, phase: str) -> Iterator[Finding]:
    """介護保険法45条 ※: no work can be approved for a person who has died; heirs claim for finished work only."""
    if facts.answers.get(filer) == "heir" and facts.answers.get(phase) == "before":
        yield Finding(phase, say("ご本人が亡くなったあとは、工事の前の申請はできません。市の窓口にご相談ください"))


@check("account", "kana", "owner")
def own_account_is_own(facts: Facts, account: str, kana: str, owner: str) -> Iterator[Finding]:
    """介護保険法25条: the right to a benefit cannot be made over; another's account needs a mandate, so an
    account declared as one's own must bear one's name."""
    if facts.answers.get(owner) == "self":
        yield from account_holder_is_person(facts, account, kana)


@check("group", "item")
def care_office_numbers_in(facts: Facts, group: str, item: str) -> Iterator[Finding]:
    """介護保険法41条1項・44条1項: bought from a designated seller, named by its number of 10 digits."""
    for index, entry in facts.entries(group):
        value = entry.get(item)
        if value and not OFFICE.fullmatch(digits(value)):
            yield Finding(item, say("事業所番号は10桁です。領収証などで確認してください"), index=index)


def _barred(day: dt.date, today: dt.date) -> bool:
    """介護保険法200条1項: a claim to a benefit lapses after two years."""
    return today > months_later(day, 24)


BARRED = say("2年を過ぎているため、支給できないことがあります(時効)。担当が確認します")


@check("item")
def care_claim_within_two_years(facts: Facts, item: str) -> Iterator[Finding]:
    """介護保険法200条1項: two years; from which day, cities differ, so the section decides."""
    day = facts.date(item)
    if day and _barred(day, facts.today):
        yield notice(item, BARRED)


@check("group", "item")
def care_purchases_within_two_years(facts: Facts, group: str, item: str) -> Iterator[Finding]:
    """介護保険法200条1項: two years from each purchase."""
    for index, entry in facts.entries(group):
        day = facts.date(item, entry)
        if day and _barred(day, facts.today):
            yield notice(item, BARRED, index)


@check("month")
def high_cost_month(facts: Facts, month: str) -> Iterator[Finding]:
    """介護保険法51条・61条: a month that has been used; 法200条1項: two years, counted here from its last day."""
    value = facts.answers.get(month)
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}", value):
        return
    first = dt.date.fromisoformat(f"{value}-01")
    if first > facts.today:
        yield Finding(month, say("サービスを使った月を入力してください。これからの月は申請できません"))
    elif _barred(months_later(first, 1) - dt.timedelta(days=1), facts.today):
        yield notice(month, BARRED)


@check("group", "item")
def care_purchases_made(facts: Facts, group: str, item: str) -> Iterator[Finding]:
    """介護保険法44条1項・56条1項: paid back after the purchase, so its day must have come."""
    for index, entry in facts.entries(group):
        day = facts.date(item, entry)
        if day and day > facts.today:
            yield Finding(item, say("今日までの日付(領収証の日)を入力してください"), index=index)


@check("group", "price", "bought")
def welfare_tools_yearly_limit(facts: Facts, group: str, price: str, bought: str) -> Iterator[Finding]:
    """介護保険法44条4項・56条4項, 規則72条・91条: 100,000 yen (※) from April to March; what exceeds it is not paid back."""
    spent: dict[int, int] = defaultdict(int)
    for index, entry in facts.entries(group):
        day, cost = facts.date(bought, entry), entry.get(price)
        if day is None or not isinstance(cost, int):
            continue
        year = day.year - (day.month < 4)
        spent[year] += cost
        if spent[year] > WELFARE_TOOLS_PER_YEAR:
            yield notice(
                price, say("{year}年度(4月から3月)の合計が10万円を超えています。超えた分は自己負担です", year=year), index
            )


@check("place")
def bought_while_at_home(facts: Facts, place: str) -> Iterator[Finding]:
    """介護保険法44条1項・56条1項: for 居宅要介護被保険者; what was bought in hospital or a facility is not covered."""
    if facts.answers.get(place) == "away":
        yield notice(place, say("入院・入所中に買った用具は、原則として対象になりません。担当が確認します"))


@check("cost", "used", "again")
def renovation_limit(facts: Facts, cost: str, used: str, again: str) -> Iterator[Finding]:
    """介護保険法45条4項・57条4項 ※: 200,000 yen for one person and home; afresh after moving, or once after the
    need for care rose by three steps."""
    before = 0 if facts.answers.get(again) in ("moved", "level") else _number(facts, used)
    if _number(facts, cost) and before + _number(facts, cost) > RENOVATION_PER_HOME:
        left = max(0, RENOVATION_PER_HOME - before)
        yield notice(cost, say("支給の対象になるのは、20万円までのうち残り{yen}までです。超えた分は自己負担です", yen=Yen(left)))


@check("part", "whole")
def covered_within_whole(facts: Facts, part: str, whole: str) -> Iterator[Finding]:
    """規則75条・94条: the estimate names the whole cost and the part that is covered."""
    if _number(facts, whole) and _number(facts, part) > _number(facts, whole):
        yield Finding(part, say("対象になる金額は、総額より大きくできません。見積書や内訳書で確認してください"))


@check("approved", "started")
def started_after_approval(facts: Facts, approved: str, started: str) -> Iterator[Finding]:
    """規則75条1項・94条1項: the city confirms first, then work begins; the section decides about anything else."""
    yes, begun = facts.date(approved), facts.date(started)
    if yes and begun and begun < yes:
        yield notice(started, say("着工日が、事前の確認(承認)の日より前です。支給できないことがあります。担当が確認します"))


@check("stage", "spouse", "born", "savings", "securities", "cash", "debts")
def assets_within_limit(
    facts: Facts, stage: str, spouse: str, born: str, savings: str, securities: str, cash: str, debts: str
) -> Iterator[Finding]:
    """規則83条の5・97条の3: what one owns, less debts, may not exceed the amount of the stage; below 65 one
    amount holds for every stage. ``spouse`` says whether there is one whose means count (who is missing or violent does
    not). A notice, since the section knows the accounts."""
    limits = ASSET_LIMITS.get(str(facts.answers.get(stage)))
    if limits is None:
        return
    if insured_class(facts, born) == "second":
        limits = UNDER_65_ASSETS
    limit = limits[1] if facts.answers.get(spouse) is True else limits[0]
    total = _number(facts, savings) + _number(facts, securities) + _number(facts, cash) - _number(facts, debts)
    if total > limit:
        yield notice(savings, say("資産の合計が基準({yen})を超えています。認定されない見込みです", yen=Yen(limit)))


@check("stage")
def burden_stage_notice(facts: Facts, stage: str) -> Iterator[Finding]:
    """規則83条の5: the boundary between stages 2 and 3 as it stands on the day; and the period, from the first
    day of the month of the application to 31 July (the cities' practice; 規則83条の6第4項 names only 有効期限)."""
    if not facts.answers.get(stage):
        return
    start = facts.today.replace(day=1)
    end = dt.date(facts.today.year + (facts.today.month > 7), 7, 31)
    yield notice(
        stage, say("第2段階と第3段階の境目は、年金などの収入が年{yen}です。認定されたときは{first}から{last}まで使えます",
            yen=Yen(income_boundary(facts.today)), first=start, last=end)
    )


@derive()
def certificate_years_overlap(facts: Facts) -> bool:
    """規則28条の2第1項 names only 有効期限; from August to July ※ (令22条の2: the income of the year before,
    from August); in July both years' exist."""
    return facts.today.month == 7
