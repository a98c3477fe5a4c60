"""Rules for 教育・保育給付認定, nursery places, and the yearly report on 児童扶養手当."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from madoguchi.kernel.said import say

from .care import months_later
from .child_allowance import month_after
from .common import age_on, school_year_end
from .registry import Facts, Finding, check

SHORT_ONLY = ("seek", "leave")  # 府令4条・市の運用: no long hours while looking for work or on leave
OPEN_ENDED = ("study", "leave", "other")  # 施行規則8条5号〜7号・11号〜13号


def full_age(born: dt.date, day: dt.date) -> int:
    """年齢計算ニ関スル法律・民法143条: a year of age is complete at the end of the day before the birthday, so
    on that day the higher age is already reached."""
    return age_on(born, day + dt.timedelta(days=1))


def class_of(born: dt.date, day: dt.date) -> int:
    """The age on 1 April that opens the school year of ``day`` (学校教育法17条 and nursery classes): somebody
    born on 1 April is a year ahead of somebody born on 2 April."""
    april = dt.date(day.year if day.month >= 4 else day.year - 1, 4, 1)
    return max(age_on(born, april), 0)


def third_birthday_eve(born: dt.date) -> dt.date:
    """子ども・子育て支援法施行規則8条: a 3号 certificate ends the day before the child becomes three full years
    old, that is two days before the birthday, because three years are full on its eve."""
    try:
        birthday = born.replace(year=born.year + 3)
    except ValueError:  # 29 February
        birthday = dt.date(born.year + 3, 3, 1)
    return birthday - dt.timedelta(days=2)


def kind_of(born: dt.date, day: dt.date, want: str) -> str:
    """子ども・子育て支援法19条1号〜3号: education from three years (1号), care from three years (2号), care
    below (3号). ``none``: education below three years is certified by nobody."""
    if want == "education":
        return "k1" if full_age(born, day) >= 3 else "none"
    return "k2" if full_age(born, day) >= 3 else "k3"


def certified_until(
    born: dt.date, start: dt.date, want: str, reason: str, seek_days: int, due: dt.date | None = None
) -> dt.date:
    """子ども・子育て支援法21条、施行規則8条: until school, for 3号 until the eve of full three years; looking for work to the end
    of the month in which the city's days (at most 90) pass (4号), a birth to the end of the month of the day after eight weeks (3号)."""
    end = third_birthday_eve(born) if kind_of(born, start, want) == "k3" else school_year_end(born, 6)
    if want == "care" and reason == "seek":
        end = min(end, month_after(start + dt.timedelta(days=seek_days - 1)) - dt.timedelta(days=1))
    if want == "care" and reason == "birth" and due:
        end = min(end, month_after(due + dt.timedelta(days=56)) - dt.timedelta(days=1))
    return end


@check("born", "start")
def nursery_class(facts: Facts, born: str, start: str) -> Iterator[Finding]:
    """学校教育法17条 (school years): tells the clerk the class (0歳児 to 5歳児), the age on 1 April."""
    child, day = facts.date(born), facts.date(start)
    if child and day:
        yield Finding(start, say("クラスの目安: {class_of}歳児", class_of=class_of(child, day)), severity="staff")


@check("item", "born")
def class_fits_age(facts: Facts, item: str, born: str) -> Iterator[Finding]:
    """学校教育法17条 (school years): the class now is the age on 1 April; another one is for the clerk to look at."""
    child, given = facts.date(born), facts.answers.get(item)
    if child and given and given != f"c{class_of(child, facts.today)}":
        words = say("生年月日からは{class_of}歳児クラスと見られる", class_of=class_of(child, facts.today))
        yield Finding(item, words, severity="staff")


@check("born", "start")
def child_is_preschool(facts: Facts, born: str, start: str) -> Iterator[Finding]:
    """子ども・子育て支援法6条1項・19条: certified are children before primary school (小学校就学前子ども)."""
    child, day = facts.date(born), facts.date(start)
    if child and child > facts.today:
        words = say("お子さんの生年月日は、今日までの日付を入力してください。生まれる前の申込みは担当課へご相談ください")
        yield Finding(born, words)
    elif child and day and day > school_year_end(child, 6):
        yield Finding(start, say("小学校に入る年齢を過ぎています。お子さんの生年月日か、始める日を確認してください"))


@check("born", "start", "want")
def education_from_three(facts: Facts, born: str, start: str, want: str) -> Iterator[Finding]:
    """子ども・子育て支援法19条1号: education (幼稚園など) is for children of three full years."""
    child, day = facts.date(born), facts.date(start)
    if child and day and facts.answers.get(want) == "education" and kind_of(child, day, "education") == "none":
        yield Finding(start, say("1号認定(幼稚園など)は、満3歳になる日からです。始める日を確認してください"))


@check("reason", "hours", others=("least",))
def work_hours_reach_least(facts: Facts, reason: str, hours: str, least: str = "48") -> Iterator[Finding]:
    """子ども・子育て支援法施行規則1条の5第1号: working counts from a number of hours a month that the city sets
    between 48 and 64. Below it the clerk asks for another reason; the person is not turned away."""
    worked = facts.answers.get(hours)
    if facts.answers.get(reason) == "work" and isinstance(worked, int) and worked < int(least):
        yield Finding(hours, say("1か月の就労時間が{least}時間より短い。ほかの事由がないか確認する", least=least), severity="staff")


@check("wish", "reason", "hours", "partner_reason", "partner_hours", others=("standard",))
def care_amount_fits_need(
    facts: Facts, wish: str, reason: str, hours: str, partner_reason: str, partner_hours: str, standard: str = "120"
) -> Iterator[Finding]:
    """子ども・子育て支援法20条3項、施行規則4条: 保育標準時間 (275 hours a month) is for parents who both need
    long care; work is measured against about 120 hours a month, looking for work and leave give 保育短時間 (200
    hours) where the city leaves them undivided (4条2項). Birth, disaster and abuse have 275 hours whatever else is so (4条1項ただし書)."""
    if facts.answers.get(wish) != "standard" or facts.answers.get(reason) in ("birth", "disaster", "abuse"):
        return
    for why, long in ((reason, hours), (partner_reason, partner_hours)):
        given, worked = facts.answers.get(why), facts.answers.get(long)
        if given in SHORT_ONLY or (given == "work" and isinstance(worked, int) and worked < int(standard)):
            words = say("保育標準時間の希望に対し、保育短時間に当たる事情がある(就労は月{standard}時間が目安)", standard=standard)
            yield Finding(wish, words, severity="staff")
            return


@check("born", "start", "want", "reason", optional=("due", "partner_reason", "partner_due"), others=("seek_days",))
def certification_period(
    facts: Facts, born: str, start: str, want: str, reason: str, due: str = "", partner_reason: str = "",
    partner_due: str = "", seek_days: str = "90",
) -> Iterator[Finding]:
    """子ども・子育て支援法21条、施行規則8条: tells the clerk the kind and the last day that the answers of both parents lead
    to; nothing where the city sets it or the graduation does (5号〜7号・11号〜13号)."""
    child, day, wish = facts.date(born), facts.date(start), facts.answers.get(want)
    needs = [(str(facts.answers.get(why) or ""), facts.date(when)) for why, when in ((reason, due), (partner_reason, partner_due))]
    if wish == "care" and any(why in OPEN_ENDED for why, _ in needs):
        return
    if child and day and wish and kind_of(child, day, wish) != "none":
        end = min(certified_until(child, day, wish, why, int(seek_days), when) for why, when in needs)
        if end < day:  # a day of birth long before the start: the clerk sees the days themselves
            return
        number = kind_of(child, day, wish)[1]
        words = say("認定の目安: {number}号、有効期間は{first}から{last}まで", number=number, first=day,
            last=end)
        yield Finding(start, words, severity="staff")


@check("day", others=("months",))
def work_proof_is_fresh(facts: Facts, day: str, months: str = "3") -> Iterator[Finding]:
    """就労証明書 (全国統一様式): cities take it within three months of its date; an older one is noted, a
    future one is wrong."""
    issued = facts.date(day)
    if issued and issued > facts.today:
        yield Finding(day, say("就労証明書の証明日は、今日までの日付を入力してください"))
    elif issued and months_later(issued, int(months)) < facts.today:
        yield Finding(day, say("就労証明書の証明日から{months}か月を過ぎている", months=months), severity="staff")


@check("group", "name")
def wishes_differ(facts: Facts, group: str, name: str) -> Iterator[Finding]:
    """児童福祉法24条3項(利用調整): wishes are ranked, so the same facility twice says nothing."""
    seen: set[str] = set()
    for index, wish in facts.entries(group):
        where = str(wish.get(name, "")).replace(" ", "").replace("\u3000", "")
        if where and where in seen:
            yield Finding(name, say("同じ施設が二度あります。一つだけにしてください"), index=index)
        seen.add(where)


@check("opens", "closes")
def hours_in_order(facts: Facts, opens: str, closes: str) -> Iterator[Finding]:
    """子ども・子育て支援法施行規則4条: the hours wished for run from a beginning to a later end (choices like
    h0830)."""
    first, last = facts.answers.get(opens), facts.answers.get(closes)
    if first and last and str(last) <= str(first):
        yield Finding(closes, say("迎えの時刻は、預ける時刻より後を選んでください"))


@check("group", "born", "disabled")
def allowance_child_age(facts: Facts, group: str, born: str, disabled: str) -> Iterator[Finding]:
    """児童扶養手当法3条1項: a child until 31 March after the eighteenth birthday, with a disability until
    twenty."""
    for index, child in facts.entries(group):
        day = facts.date(born, child)
        if not day:
            continue
        if day > facts.today:
            yield Finding(born, say("お子さんの生年月日は、今日までの日付を入力してください"), index=index)
        elif facts.today > school_year_end(day, 18) and not (child.get(disabled) and full_age(day, facts.today) < 20):
            text = say("児童扶養手当の対象の年齢を過ぎています。生年月日を確認してください")
            yield Finding(born, text, severity="notice", index=index)  # late for an earlier year (15条, 22条): the clerk decides


@check("amount")
def child_support_counts(facts: Facts, amount: str) -> Iterator[Finding]:
    """児童扶養手当法9条2項、同法施行令: eight tenths of the child support received count as income; under one
    yen is rounded to the nearest yen."""
    paid = facts.answers.get(amount)
    if isinstance(paid, int) and paid > 0:
        yield Finding(amount, say("所得に算入する養育費は{n}円(8割)", n=f"{(paid * 8 + 5) // 10:,}"), severity="staff")


@check("partner")
def partner_is_asked_about(facts: Facts, partner: str) -> Iterator[Finding]:
    """児童扶養手当法3条3項・4条2項: a marriage includes one in fact; the clerk clears it up in the interview."""
    if facts.answers.get(partner) is True:
        yield Finding(partner, say("事実婚に当たる事情がないか、面談で確認する"), severity="staff")


@check("item")
def report_falls_in_august(facts: Facts, item: str) -> Iterator[Finding]:
    """児童扶養手当法施行規則4条: the report is filed from 1 to 31 August; the last day moves when the office is
    closed."""
    first, last = dt.date(facts.today.year, 8, 1), facts.next_open(dt.date(facts.today.year, 8, 31))
    if not first <= facts.today <= last:
        yield Finding(item, say("現況届の期間(8月1日から8月31日)の外に送信された"), severity="staff")


@check("item")
def continues_in_place(facts: Facts, item: str) -> Iterator[Finding]:
    """子ども・子育て支援法施行規則9条 (現況届): reports on a place that goes on; moving and leaving have their
    own papers."""
    words = {
        "move": say("園を移るときは「保育施設等の利用申込」をお使いください"),
        "leave": say("園をやめるときは、担当の課へお電話ください。この画面では届け出られません"),
    }
    given = words.get(str(facts.answers.get(item)))
    if given:
        yield Finding(item, given)


@check("born")
def child_already_born(facts: Facts, born: str) -> Iterator[Finding]:
    """子ども・子育て支援法19条: the report is about a child who already has a place."""
    day = facts.date(born)
    if day and day > facts.today:
        yield Finding(born, say("お子さんの生年月日は、今日までの日付を入力してください"))


@check("item", others=("none",))
def nothing_and_something(facts: Facts, item: str, none: str = "none") -> Iterator[Finding]:
    """行政手続法37条: a notification says one thing or the other; 「変わっていない」 cannot stand beside a
    change, 「いつでもよい」 not beside a day."""
    chosen = facts.answers.get(item) or []
    if none in chosen and len(chosen) > 1:
        yield Finding(item, say("「{none}」と、ほかの答えが両方選ばれています。どちらかにしてください", none=facts.label(f"{item}={none}")))


@check("teens", "dependents")
def teens_within_dependents(facts: Facts, teens: str, dependents: str) -> Iterator[Finding]:
    """児童扶養手当法施行令 (控除対象扶養親族): those of 16 to 18 are some of the dependents, never more."""
    some, every = facts.answers.get(teens), facts.answers.get(dependents)
    if isinstance(some, int) and isinstance(every, int) and some > every:
        yield Finding(teens, say("扶養に入れている人数より多くなっています。人数を確認してください"))


@check("group", "custody")
def child_in_care(facts: Facts, group: str, custody: str) -> Iterator[Finding]:
    """児童扶養手当法4条1項: paid to the parent who cares for the child (監護) or who brings it up (養育)."""
    for index, child in facts.entries(group):
        if child.get(custody) is False:
            words = say("監護・養育をしていない。資格の喪失に当たらないか確認する")
            yield Finding(custody, words, severity="staff", index=index)
