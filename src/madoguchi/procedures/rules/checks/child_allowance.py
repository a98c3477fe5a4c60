"""Rules of 児童手当 as in force after the reform of October 2024 (令和6年法律第47号): no income limit, children up to
the end of the school year in which they reach 18, 30,000 yen from the third child counting up to the school year of 22.

The articles of 児童手当法 (as in force since 2025-06-01) and of its 施行規則 (since 2025-04-01) were read in a copy of
e-Gov of August 2026; those of other laws are cited from memory.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from madoguchi.kernel.amounts import Month
from madoguchi.kernel.said import say

from .common import age_on, school_year_end
from .registry import Facts, Finding, check, derive

GRACE = dt.timedelta(days=15)
EARLY_STATEMENT = dt.timedelta(days=90)  # 31 December to 31 March: the statement may be made from 1 January
UNUSUAL = (("child", "maintain"), ("grandchild", "same"), ("sibling", "same"))


def month_after(day: dt.date) -> dt.date:
    """The first day of the following month."""
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def within_grace(event: dt.date, facts: Facts) -> bool:
    """15日特例: filed in the month of the event, or within 15 days counted from the day after it (民法140条); the last
    day moves to the next open day."""
    same_month = (event.year, event.month) == (facts.today.year, facts.today.month)
    return same_month or facts.today <= facts.next_open(event + GRACE)


def benefit_starts(event: dt.date, facts: Facts, began: dt.date | None = None, ceased: dt.date | None = None) -> dt.date:
    """児童手当法8条2項: paid from the month after the claim. 3項: claimed within 15 days of a change of address, or of the
    end of an unavoidable cause, it is paid from the month after the change, or after the day on which the cause made
    the claim impossible (請求をすることができなくなつた日) — not after the day on which it ceased."""
    if within_grace(event, facts):
        return month_after(event)
    if ceased and facts.today <= facts.next_open(ceased + GRACE):
        return month_after(max(event, began or event))
    return month_after(facts.today)


def under_three_until(born: dt.date) -> dt.date:
    """The last day of the month that still pays the amount for a child under three: the month of the third birthday,
    also for a child born on the first of a month (児童手当法6条2項5号: three years from the birth must have passed; 9条3項)."""
    return month_after(dt.date(born.year + 3, born.month, 1)) - dt.timedelta(days=1)


def answered_day(entry: Mapping[str, Any], name: str) -> dt.date | None:
    """A date answer of one entry of a repeat group, and of nothing else."""
    value = entry.get(name)
    return dt.date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None


@derive("event")
def fifteen_days_passed(facts: Facts, event: str) -> bool | None:
    """児童手当法8条3項: is the 15-day rule lost, so that an unavoidable cause should be asked for?"""
    day = facts.date(event)
    return not within_grace(day, facts) if day else None


@derive("group", "born")
def any_under_three(facts: Facts, group: str, born: str) -> bool:
    """児童手当法18条・19条 (費用の負担): only for children under three does the pension of the claimant matter."""
    days = (answered_day(child, born) for _, child in facts.entries(group))
    return any(day is not None and facts.today <= under_three_until(day) for day in days)


@derive("group", "count", optional=("more",))
def siblings_reach_three(facts: Facts, group: str, count: str, more: str = "") -> bool:
    """児童手当法6条1項: 児童の兄姉等 change the amount only when they and the children together are three or more.
    ``more`` is a count of further children who are paid for already."""
    older, known = facts.answers.get(count), facts.answers.get(more)
    children = len(facts.answers.get(group) or []) + (known if isinstance(known, int) else 0)
    return isinstance(older, int) and older >= 1 and older + children >= 3


@check("event", optional=("began", "ceased"))
def benefit_start_month(facts: Facts, event: str, began: str = "", ceased: str = "") -> Iterator[Finding]:
    """児童手当法8条2項・3項: tell everybody from which month the claim would be paid."""
    day = facts.date(event)
    if not day or day > facts.today:
        return
    start = Month(benefit_starts(day, facts, facts.date(began), facts.date(ceased)))
    if within_grace(day, facts):
        yield Finding(event, say("認められたときは、{start}分から支給の見込みです", start=start), severity="notice")
    else:
        text = say("できごとから15日を過ぎています。認められたときは、{start}分からの見込みです", start=start)
        yield Finding(event, text, severity="notice")


@check("receiving")
def not_receiving_already(facts: Facts, receiving: str) -> Iterator[Finding]:
    """児童手当法9条1項: somebody who already receives asks for a revised amount instead."""
    if facts.answers.get(receiving) is True:
        yield Finding(receiving, say("すでに受けている方は、「児童手当 額改定」の手続きをお使いください"))


@check("public_servant")
def public_servant_claims_at_work(facts: Facts, public_servant: str) -> Iterator[Finding]:
    """児童手当法17条1項: public servants are recognised and paid by their employer."""
    if facts.answers.get(public_servant) is True:
        yield Finding(public_servant, say("公務員の方は、勤め先に請求してください。市役所では受け付けられません"))


@check("higher")
def higher_earner_claims(facts: Facts, higher: str) -> Iterator[Finding]:
    """児童手当法4条3項: of both parents the one who bears more of the living is entitled; 4項 puts the parent living
    with the child first when the parents live apart, so the clerk decides."""
    if facts.answers.get(higher) == "spouse":
        text = say("所得の高い方が請求するのが原則です。離婚の協議で別居しているときなどは、このままお出しください")
        yield Finding(higher, text, severity="notice")


@check("special", "reason")
def address_kept_secret(facts: Facts, special: str, reason: str) -> Iterator[Finding]:
    """児童手当法4条4項 and the 支援措置 of 住民基本台帳: the address must not reach the other party."""
    if "dv" in (facts.answers.get(special) or []) or facts.answers.get(reason) == "dv":
        text = say("住所の取扱いに注意が要ります。前の受給者への通知に住所が載らないことを職員が確かめます")
        yield Finding(special, text, severity="notice")


@check("group", "born", optional=("event", "reason"))
def child_within_age(facts: Facts, group: str, born: str, event: str = "", reason: str = "") -> Iterator[Finding]:
    """児童手当法3条1項: 児童 are those up to the first 31 March after reaching 18. ``event`` is the day the claim is
    about: who was a child then may have months to be paid (8条3項), so the claim is taken and the clerk decides."""
    then = facts.date(event) if event else None
    late = facts.answers.get(reason) == "missed"  # 現況届 of an earlier year (11条, 23条1項): who was a child then
    for index, child in facts.entries(group):
        day = answered_day(child, born)
        if day and day > facts.today:
            yield Finding(born, say("生まれた日は、今日までの日付を入力してください"), index=index)
        elif day and facts.today > school_year_end(day, 18):
            if late or (then and then <= school_year_end(day, 18)):
                text = say("18歳になったあと最初の3月31日を過ぎています。それまでの分があるかを職員が確かめます")
                yield Finding(born, text, severity="notice", index=index)
                continue
            text = (
                say("18歳になったあと最初の3月31日を過ぎたお子さんは、ここには書きません。"
                "大学生年代のお子さんのことは、別の画面でうかがいます")
            )
            yield Finding(born, text, index=index)


@check("group", "born")
def older_sibling_within_window(facts: Facts, group: str, born: str) -> Iterator[Finding]:
    """児童手当法6条1項 (児童の兄姉等): after the school year of 18 and up to the school year of 22. The statement for a
    child who leaves the school year of 18 is due before 1 April in many cities, so it is taken from January on."""
    for index, older in facts.entries(group):
        day = answered_day(older, born)
        if day and not school_year_end(day, 18) - EARLY_STATEMENT < facts.today <= school_year_end(day, 22):
            text = (
                say("ここに書くのは、18歳の年度末を過ぎてから22歳の年度末までのお子さんです"
                "(この3月に18歳の年度末を迎えるお子さんは、1月から書けます)")
            )
            yield Finding(born, text, index=index)


@check("group", "custody", "expense")
def older_sibling_counts(facts: Facts, group: str, custody: str, expense: str) -> Iterator[Finding]:
    """児童手当法6条1項: an older sibling counts only while the recipient both cares for them and bears their living."""
    for index, older in facts.entries(group):
        if older.get(custody) is False or older.get(expense) is False:
            text = say("世話と生活費の負担の両方がないと、第3子の数え方に入りません")
            yield Finding(custody if older.get(custody) is False else expense, text, severity="notice", index=index)


@check("group", "job")
def yearly_report_follows(facts: Facts, group: str, job: str) -> Iterator[Finding]:
    """児童手当法26条1項: while an older sibling counted is no student, the 現況届 is due every June."""
    for index, older in facts.entries(group):
        if older.get(job) in ("none", "other"):
            text = say("学生でないお子さんを数えるときは、毎年6月に現況届が要ります")
            yield Finding(job, text, severity="notice", index=index)


@check("group", "count")
def entries_match_count(facts: Facts, group: str, count: str) -> Iterator[Finding]:
    """児童手当法6条1項: every older sibling to be counted must be named (確認書), where any are named at all."""
    named, said = len(facts.answers.get(group) or []), facts.answers.get(count)
    if named and isinstance(said, int) and named != said:
        yield Finding(count, say("人数と、名前を書いた人数({named}人)が違います。どちらかを直してください", named=named))


@check("reason", "count", "more")
def three_needed_to_count(facts: Facts, reason: str, count: str, more: str) -> Iterator[Finding]:
    """児童手当法6条1項: counting an older sibling changes nothing while all together are fewer than three."""
    older, children = facts.answers.get(count), facts.answers.get(more)
    if facts.answers.get(reason) != "older" or not isinstance(older, int) or not isinstance(children, int):
        return
    if older + children < 3:
        yield Finding(count, say("お子さんが合わせて3人に満たないときは、額は変わりません"), severity="notice")


@check("group", "name", "born")
def nobody_twice(facts: Facts, group: str, name: str, born: str) -> Iterator[Finding]:
    """児童手当法6条1項: the amount counts each child once; twins share the birthday but not the name."""
    seen: set[tuple[str, str, str]] = set()
    for index, person in facts.entries(group):
        full = person.get(name) or {}
        key = (str(full.get("sei", "")), str(full.get("mei", "")), str(person.get(born, "")))
        if all(key) and key in seen:
            yield Finding(name, say("同じお子さんが二度書かれています。どちらかを消してください"), index=index)
        seen.add(key)


@check("group", "relation", "livelihood")
def livelihood_fits_relation(facts: Facts, group: str, relation: str, livelihood: str) -> Iterator[Finding]:
    """児童手当法4条1項1号 (生計を同じくする: parents) and 2号・3号 (生計を維持する: others)."""
    for index, child in facts.entries(group):
        if (child.get(relation), child.get(livelihood)) in UNUSUAL:
            text = say("生計の関係を確かめてください。自分の子は「同一」、そのほかは「維持」がふつうです")
            yield Finding(livelihood, text, severity="notice", index=index)


@check("group", "custody")
def child_in_custody(facts: Facts, group: str, custody: str) -> Iterator[Finding]:
    """児童手当法4条1項1号: the parent must have the child in care; the clerk decides."""
    for index, child in facts.entries(group):
        if child.get(custody) is False:
            text = say("世話や見守りをしていないお子さんは、支給の対象にならないことがあります")
            yield Finding(custody, text, severity="notice", index=index)


@check("group", "departed")
def study_abroad_within_three_years(facts: Facts, group: str, departed: str) -> Iterator[Finding]:
    """児童手当法3条1項・施行規則1条 (留学): within three years of leaving Japan."""
    for index, child in facts.entries(group):
        day = answered_day(child, departed)
        if day and day > facts.today:
            yield Finding(departed, say("日本を出た日は、今日までの日付を入力してください"), index=index)
        elif day and age_on(day, facts.today) >= 3:
            text = say("出国から3年を過ぎた留学は、支給の対象にならないことがあります")
            yield Finding(departed, text, severity="notice", index=index)


@check("group", "residence", "with_parents")
def study_abroad_conditions(facts: Facts, group: str, residence: str, with_parents: str) -> Iterator[Finding]:
    """児童手当法施行規則1条 (留学): more than three years in Japan before, and not with the parents abroad."""
    for index, child in facts.entries(group):
        if child.get(residence) is False or child.get(with_parents) is True:
            text = say("留学の要件(3年を超える国内の居住、父母と同居していないこと)を職員が確かめます")
            item = residence if child.get(residence) is False else with_parents
            yield Finding(item, text, severity="notice", index=index)


SAME_NUMBER = say("ほかの方と同じマイナンバーです。番号を確認してください")


@check(optional=("numbers",))
def my_numbers_differ(facts: Facts, numbers: str) -> Iterator[Finding]:
    """番号法7条: nobody shares an individual number, so the same number twice is a slip. A saved number is a token of its own, so what
    is saved is compared by intake.numbers instead."""
    seen: set[str] = set()
    entries = [(i, e) for group in facts.answers.values() if isinstance(group, list) for i, e in enumerate(group)]
    people: list[tuple[int | None, Any]] = [(None, facts.answers), *entries]
    for name in numbers.split("、"):
        for index, person in people:
            value = person.get(name) if isinstance(person, Mapping) else None
            if value and value in seen:
                yield Finding(name, SAME_NUMBER, index=index)
            seen.add(str(value or ""))


@check("direction", "event", optional=("began", "ceased"))
def revised_amount_month(
    facts: Facts, direction: str, event: str, began: str = "", ceased: str = ""
) -> Iterator[Finding]:
    """児童手当法9条: a higher amount starts like a first claim (8条2項・3項); a lower one in the month after the event,
    and what was paid beyond it is to be returned."""
    day = facts.date(event)
    if facts.answers.get(direction) == "increase":
        yield from benefit_start_month(facts, event, began, ceased)
    elif day and day <= facts.today:
        text = say("減額は{month}分からの見込みです。払いすぎがあれば返していただきます", month=Month(month_after(day)))
        yield Finding(event, text, severity="notice")


@check("event", "reason", others=("early",))
def event_has_come(facts: Facts, event: str, reason: str, early: str = "older") -> Iterator[Finding]:
    """児童手当法9条1項: asked for after the event. For the reason ``early`` (a child who becomes 児童の兄姉等 on 1 April)
    the statement is made beforehand, at most 90 days."""
    day = facts.date(event)
    if not day or day <= facts.today:
        return
    if facts.answers.get(reason) != early or day > facts.today + EARLY_STATEMENT:
        yield Finding(event, say("{label}は今日までの日付を入力してください", label=facts.label(event)))


@check("receiving")
def receiving_already(facts: Facts, receiving: str) -> Iterator[Finding]:
    """児童手当法7条1項: somebody who does not receive yet claims recognition first."""
    if facts.answers.get(receiving) is False:
        yield Finding(receiving, say("まだ受けていない方は、「児童手当 認定請求」の手続きをお使いください"))


@check("remaining")
def some_children_remain(facts: Facts, remaining: str) -> Iterator[Finding]:
    """児童手当法8条2項: with no child left the entitlement itself ends (施行規則7条)."""
    if facts.answers.get(remaining) is False:
        yield Finding(remaining, say("対象のお子さんが残らないときは、「児童手当 受給事由消滅届」の手続きをお使いください"))


@check("before", "after")
def names_differ(facts: Facts, before: str, after: str) -> Iterator[Finding]:
    """児童手当法施行規則5条: a change of name needs two different names."""
    old = facts.answers.get(before)
    if old and old == facts.answers.get(after):
        yield Finding(after, say("前の氏名と同じです。新しい氏名を入力してください"))


@check("target", "in_city")
def recipient_stays_in_city(facts: Facts, target: str, in_city: str) -> Iterator[Finding]:
    """児童手当法施行規則6条 is for moves within the city; who leaves it ends here (7条) and claims there."""
    if facts.answers.get(target) == "claimant" and facts.answers.get(in_city) is False:
        text = say("受給者が市外に移るときは、「児童手当 受給事由消滅届」の手続きをお使いください")
        yield Finding(in_city, text)


@check("public_servant")
def public_servant_ends_here(facts: Facts, public_servant: str) -> Iterator[Finding]:
    """児童手当法17条1項: whoever becomes a public servant is paid by the employer from then on."""
    if facts.answers.get(public_servant) is True:
        text = say("公務員になった方は、「児童手当 受給事由消滅届」を出し、勤め先に請求してください")
        yield Finding(public_servant, text)


@check("higher", "with_children")
def recipient_may_change(facts: Facts, higher: str, with_children: str) -> Iterator[Finding]:
    """児童手当法4条3項・4項: after a marriage or divorce somebody else may be entitled; the clerk decides."""
    text = say("受給者を替える手続き(消滅届と新しい方の認定請求)が要ることがあります。職員からご連絡します")
    if facts.answers.get(higher) == "spouse":
        yield Finding(higher, text, severity="notice")
    if facts.answers.get(with_children) is False:
        yield Finding(with_children, text, severity="notice")
