"""Rules of 児童手当 after the claim: the end of the entitlement, what was left unpaid at a death, gifts, school fees
taken from the allowance, and the yearly report. On the articles cited see child_allowance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from madoguchi.kernel.amounts import Month
from madoguchi.kernel.said import say

from .child_allowance import answered_day
from .common import age_on, school_year_end
from .registry import Facts, Finding, check


@check("event")
def entitlement_ends(facts: Facts, event: str) -> Iterator[Finding]:
    """児童手当法8条2項: paid up to and including the month in which the entitlement ends."""
    day = facts.date(event)
    if day and day.year >= 2019:
        text = say("支給は{month}分までの見込みです。それより後の分を受け取っているときは、返していただきます", month=Month(day))
        yield Finding(event, text, severity="notice")


@check("remaining")
def all_children_gone(facts: Facts, remaining: str) -> Iterator[Finding]:
    """児童手当法9条3項: while other children remain it is the amount that changes, and the entitlement goes on."""
    if facts.answers.get(remaining) is True:
        yield Finding(remaining, say("ほかに対象のお子さんがいるときは、「児童手当 額改定」の減額の手続きをお使いください"))


@check("filer", "born")
def self_filer_is_fifteen(facts: Facts, filer: str, born: str) -> Iterator[Finding]:
    """公的個人認証法3条: under 15 no signing certificate is issued as a rule, so a legal representative files."""
    day = facts.date(born)
    if facts.answers.get(filer) == "self" and day and age_on(day, facts.today) < 15:
        yield Finding(filer, say("15歳になっていないお子さんの分は、法定代理人などの方が手続きしてください"))


@check("group", "claimant_born", "born")
def oldest_child_claims(facts: Facts, group: str, claimant_born: str, born: str) -> Iterator[Finding]:
    """Of several children the oldest usually claims the unpaid allowance for all: a practice; 児童手当法12条1項 can be read as each
    child for the own part."""
    first = facts.date(claimant_born)
    others = [answered_day(child, born) for _, child in facts.entries(group)]
    if first and any(day is not None and day < first for day in others):
        text = say("ふつうは、いちばん年上のお子さんが全員分を請求します。このままでよいか確かめてください")
        yield Finding(claimant_born, text, severity="notice")


@check("claimant_born", "died")
def child_at_death(facts: Facts, claimant_born: str, died: str) -> Iterator[Finding]:
    """児童手当法12条1項: a child in the care of the recipient who died, or one who was such a child (児童であつた者):
    somebody past the school year of 18 at the death may still have months unpaid, so the clerk decides."""
    born, day = facts.date(claimant_born), facts.date(died)
    if born and day and day > school_year_end(born, 18):
        text = say("亡くなった日に18歳の年度末を過ぎていた方は、請求できないことがあります。職員が確かめます")
        yield Finding(claimant_born, text, severity="notice")


@check("died")
def claim_within_two_years(facts: Facts, died: str) -> Iterator[Finding]:
    """児童手当法23条1項: the right to be paid lapses after two years."""
    day = facts.date(died)
    if day and age_on(day, facts.today) >= 2:
        yield Finding(died, say("亡くなってから2年を過ぎた分は、時効で受け取れないことがあります"), severity="notice")


@check("month")
def payment_month_is_even(facts: Facts, month: str) -> Iterator[Finding]:
    """児童手当法8条4項: paid in February, April, June, August, October and December."""
    value = facts.answers.get(month)
    if isinstance(value, str) and len(value) == 7 and int(value[5:]) % 2:
        yield Finding(month, say("支払月は偶数の月です。2月・4月・6月・8月・10月・12月から選んでください"))


@check("start", "end")
def months_in_order(facts: Facts, start: str, end: str) -> Iterator[Finding]:
    """児童手当法20条・21条: the last month of payment may not lie before the first."""
    first, last = facts.answers.get(start), facts.answers.get(end)
    if isinstance(first, str) and isinstance(last, str) and last < first:
        yield Finding(end, say("終わりの支払月は、始まりの支払月より後にしてください"))


@check("month", others=("day",))
def before_payment_deadline(facts: Facts, month: str, day: str = "15") -> Iterator[Finding]:
    """児童手当法施行規則12条の9・12条の10: by the day the mayor sets, here a day of the month before the payment (moved
    to the next open day). Late offers are taken for the payment after."""
    value = facts.answers.get(month)
    if not isinstance(value, str) or len(value) != 7:
        return
    first = dt.date(int(value[:4]), int(value[5:]), 1)
    limit = facts.next_open((first - dt.timedelta(days=1)).replace(day=int(day)))
    if facts.today > limit:
        text = say("{month}の支払いの締切(前の月の{day}日)を過ぎています。次の支払月からになることがあります",
            month=Month(first), day=day)
        yield Finding(month, text, severity="notice")


@check("group", "born")
def school_fees_until_fifteen(facts: Facts, group: str, born: str) -> Iterator[Finding]:
    """児童手当法21条1項・3条1項: the fees of 児童, that is up to the school year of 18. (The name is of the law before
    October 2024; definitions that a city has published call it so.)"""
    for index, child in facts.entries(group):
        day = answered_day(child, born)
        if day and day > facts.today:
            yield Finding(born, say("生まれた日は、今日までの日付を入力してください"), index=index)
        elif day and facts.today > school_year_end(day, 18):
            text = say("18歳の年度末を過ぎたお子さんの費用は、対象にならないことがあります")
            yield Finding(born, text, severity="notice", index=index)


@check("reason")
def yearly_report_needed(facts: Facts, reason: str) -> Iterator[Finding]:
    """児童手当法施行規則4条1項: since 令和4年度 only some recipients report their situation in June."""
    if facts.answers.get(reason) == "none":
        yield Finding(reason, say("どれにも当てはまらない方は、現況届は要りません。迷うときは担当の課にお尋ねください"))


@check("reason")
def yearly_report_in_june(facts: Facts, reason: str) -> Iterator[Finding]:
    """児童手当法施行規則4条1項: 1 to 30 June (moved to the next open day); payment stops from the June amount on."""
    limit = facts.next_open(dt.date(facts.today.year, 6, 30))
    if facts.today > limit:
        text = say("6月30日の期限を過ぎています。6月分からの支払いが止まっていることがあります")
        yield Finding(reason, text, severity="notice")
    elif facts.today < dt.date(facts.today.year, 6, 1):
        yield Finding(reason, say("6月1日の状況を届け出るものです。6月になってからお出しください"), severity="notice")


@check("receiving")
def recipients_only(facts: Facts, receiving: str) -> Iterator[Finding]:
    """児童手当法20条1項・21条1項: only a person entitled to the allowance can give it away or have it withheld."""
    if facts.answers.get(receiving) is False:
        yield Finding(receiving, say("この市から児童手当を受けている方だけが申し出られます"))


@check("public_servant")
def deceased_public_servant(facts: Facts, public_servant: str) -> Iterator[Finding]:
    """児童手当法17条1項: what a public servant had not been paid is paid by the employer."""
    if facts.answers.get(public_servant) is True:
        yield Finding(public_servant, say("公務員だった方の分は、勤め先にお尋ねください。市役所では受け付けられません"))


@check("occupation")
def public_servant_is_no_recipient(facts: Facts, occupation: str) -> Iterator[Finding]:
    """児童手当法17条1項: a recipient who became a public servant must be ended here; the clerk follows it up."""
    if facts.answers.get(occupation) == "public":
        text = say("公務員の方は勤め先から受けます。受給事由消滅届が要るかを職員が確かめます")
        yield Finding(occupation, text, severity="notice")
