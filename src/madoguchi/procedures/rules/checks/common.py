"""Rules that many procedures share."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from madoguchi.kernel.said import say

from .registry import Facts, Finding, check, derive


def age_on(born: dt.date, day: dt.date) -> int:
    """Full years on a day. 年齢計算ニ関スル法律: a year is completed at the end of the day before the birthday, but
    everyday and statutory counting by "age on the day" reaches the age on the birthday itself."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def school_year_end(born: dt.date, age: int) -> dt.date:
    """The 31 March on or after the day on which ``age`` is reached; the day before the birthday counts (年齢計算ニ関する法律),
    so somebody born on 1 April belongs to the older school year."""
    reached = _anniversary(born, age) - dt.timedelta(days=1)
    end = dt.date(reached.year, 3, 31)
    return end if reached <= end else dt.date(reached.year + 1, 3, 31)


def name_of(value: Any) -> str:
    """A name as it is compared: 姓 and 名 without spaces, whatever the width of its letters."""
    parts = (value.get("sei"), value.get("mei")) if isinstance(value, Mapping) else ()
    return "".join(unicodedata.normalize("NFKC", "".join(part or "" for part in parts)).split())


def named_twice(facts: Facts, group: str, name: str, born: str) -> Iterator[Finding]:
    """Entries of a group whose name and birthday already stand in an earlier one."""
    seen: set[tuple[str, str]] = set()
    for index, person in facts.entries(group):
        key = (name_of(person.get(name)), str(person.get(born) or ""))
        if all(key) and key in seen:
            yield Finding(name, say("同じ人が二度書かれています。どちらかを消してください"), index=index)
        seen.add(key)


def _anniversary(born: dt.date, years: int) -> dt.date:
    try:
        return born.replace(year=born.year + years)
    except ValueError:  # 29 February
        return dt.date(born.year + years, 3, 1)


def squeeze_kana(text: str) -> str:
    """A name in kana as banks may print it: small kana large, no kana that files for banks lack, no spaces, one mark for a long vowel."""
    # 全銀 files have no long vowel mark: banks print タロー as タロ- or タロー
    return re.sub(r"[\s\u3000・.]", "", text).translate(str.maketrans("ァィゥェォッャュョヮヵヶヰヱヲ\u30fc", "アイウエオツヤユヨワカケイエオ-"))


@check("account", "kana")
def account_holder_is_person(facts: Facts, account: str, kana: str) -> Iterator[Finding]:
    """The account's holder must be the person who receives the money; banks print kana in capitals, so small and
    large kana are the same here."""
    held, person = facts.answers.get(account), facts.answers.get(kana)
    if not held or not person:
        return
    holder, sei, mei = (squeeze_kana(text or "") for text in (held.get("holder"), person.get("sei"), person.get("mei")))
    if holder in (sei + mei, mei + sei):
        return
    if re.search("[A-Za-z]", holder + sei + mei):  # a bank may write a foreign name in another order or other letters
        text = say("口座の名義が、フリガナと同じ方のものかを職員が確かめます")
        yield Finding(account, text, severity="notice")
        return
    yield Finding(account, say("口座の名義が、フリガナと違います。手当や費用を受け取る方ご本人の名義の口座だけが使えます"))


@check("account")
def account_is_ordinary(facts: Facts, account: str) -> Iterator[Finding]:
    """地方自治法施行令165条の2 ※ (口座振替による支払): into which accounts money is paid, the city says; many pay into 普通預金 only."""
    held = facts.answers.get(account)
    if held and held.get("kind") != "普通":
        yield Finding(account, say("普通預金の口座だけが使えます。当座預金や貯蓄預金ではない口座を入力してください"))


@check("item", others=("count",))
def has_digits(facts: Facts, item: str, count: str) -> Iterator[Finding]:
    """A number of so many digits, in any width (ISO 11784: that of a microchip has 15)."""
    for index, where in facts.said(item):
        plain = unicodedata.normalize("NFKC", str(where[item])).replace(" ", "").replace("-", "")
        if not (plain.isascii() and plain.isdigit() and len(plain) == int(count)):
            yield Finding(item, say("{label}は{count}けたの数字で入力してください", label=facts.label(item), count=count), index=index)


@check("item")
def not_in_future(facts: Facts, item: str) -> Iterator[Finding]:
    """A day that must already have come."""
    for index, where in facts.said(item):
        if (day := _day(where[item])) and day > facts.today:
            yield Finding(item, say("{label}は今日までの日付を入力してください", label=facts.label(item)), index=index)


@check("item")
def not_in_past(facts: Facts, item: str) -> Iterator[Finding]:
    """A day that must still come."""
    for index, where in facts.said(item):
        if (day := _day(where[item])) and day < facts.today:
            yield Finding(item, say("{label}は、今日か今日より後の日付を入力してください", label=facts.label(item)), index=index)


@check("start", "end")
def dates_in_order(facts: Facts, start: str, end: str) -> Iterator[Finding]:
    """The end may not lie before the start; of two days, or of a day and a month (年月)."""
    for index, where in facts.said(end):
        first, last = where.get(start) or facts.answers.get(start), where[end]
        if isinstance(first, str) and isinstance(last, str) and last < first[: len(last)]:
            words = say("「{end}」が「{start}」より前になっています。どちらかを直してください", end=facts.label(end), start=facts.label(start))
            yield Finding(end, words, index=index)


def _day(value: object) -> dt.date | None:
    return Facts({"day": value}, dt.date.min).date("day")


@derive("day")
def day_has_passed(facts: Facts, day: str) -> bool | None:
    """Is the day over? 地方自治法4条の2第4項: an end that falls on a closed day moves on to the next open day."""
    last = facts.date(day)
    return facts.today > facts.next_open(last) if last else None


@derive("born")
def age_today(facts: Facts, born: str) -> int | None:
    """Age on the day of filing, for conditions such as ``age < 65``."""
    day = facts.date(born)
    return age_on(day, facts.today) if day else None


@derive("group")
def count_of(facts: Facts, group: str) -> int:
    """How many entries a repeat group has."""
    return len(facts.answers.get(group) or [])
