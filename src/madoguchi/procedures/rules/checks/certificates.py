"""Rules of certificates that residents order: which years a tax certificate can be of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from madoguchi.kernel.said import say

from .common import age_on
from .registry import Facts, Finding, check

FIRST_YEAR = 2018  # 令和 n年 is the year 2018 + n
NEW_YEAR_FROM = 6  # the month from which a new year is certified ※: the notices of 住民税 leave in June; cities differ
YEARS_KEPT = 5  # 地方税法17条の5 (five years to assess) ※: how far back a city certifies is its own rule


def newest_tax_year(today: dt.date) -> int:
    """The newest year of 住民税, as a year of 令和, that is certified on a day."""
    return today.year - FIRST_YEAR - (today.month < NEW_YEAR_FROM)


@check("item")
def tax_year_is_issued(facts: Facts, item: str) -> Iterator[Finding]:
    """地方自治法2条2項 ※: a certificate is of a year whose tax is settled (from June) and whose papers are still kept."""
    year, newest = facts.answers.get(item), newest_tax_year(facts.today)
    if not isinstance(year, int):
        return
    if year > newest:
        yield Finding(item, say("まだ証明書を出せない年度です。今は令和{year}年度までを申請できます", year=newest))
    elif year <= newest - YEARS_KEPT:
        oldest = newest - YEARS_KEPT + 1
        yield Finding(item, say("古い年度です。オンラインでは令和{year}年度からを申請できます。それより前は税の窓口にご相談ください", year=oldest))


@check("item")
def tax_year_is_of_this_city(facts: Facts, item: str) -> Iterator[Finding]:
    """地方税法39条・318条: 住民税 is levied where one lived on 1 January of the year, and only that city can certify it."""
    if facts.answers.get(item) == "other":
        yield Finding(item, say("その年度の証明書は、1月1日に住んでいた市町村が出します。その市町村に申請してください"))


def fiscal_year(day: dt.date) -> int:
    """The fiscal year (from April) of a day, as a year of 令和."""
    return day.year - FIRST_YEAR - (day.month < 4)


@check("item")
def payment_year_is_certified(facts: Facts, item: str) -> Iterator[Finding]:
    """地方税法20条の10、施行令6条の21第2項2号: what fell due before the fiscal year of the day three years ago is not
    certified (what is unpaid is: that is asked at the counter); a year that has not begun has nothing to certify."""
    year, now = facts.answers.get(item), fiscal_year(facts.today)
    if not isinstance(year, int):
        return
    if year > now:
        yield Finding(item, say("まだ証明書を出せない年度です。今は令和{year}年度までを申請できます", year=now))
    elif year < now - 3:
        yield Finding(item, say("古い年度です。オンラインでは令和{year}年度からを申請できます。それより前は税の窓口にご相談ください", year=now - 3))


@check("item")
def register_is_kept_here(facts: Facts, item: str) -> Iterator[Finding]:
    """戸籍法6条・8条・10条: a 戸籍 is kept where its 本籍 is and asked for there; elsewhere only in person (120条の2第2項)."""
    if facts.answers.get(item) == "other":
        yield Finding(item, say("本籍のある市町村に請求してください。オンラインで請求できるのは、この市に本籍のある戸籍だけです"))


@check("born")
def seal_is_registered_from_fifteen(facts: Facts, born: str) -> Iterator[Finding]:
    """印鑑登録証明事務処理要領 ※ and the ordinances made after it: nobody under fifteen registers a seal."""
    day = facts.date(born)
    if day is not None and day <= facts.today and age_on(day, facts.today) < 15:
        yield Finding(born, say("15歳未満の方は印鑑を登録できないため、証明書はありません。生年月日を確認してください"))


@check("item")
def seal_card_is_at_hand(facts: Facts, item: str) -> Iterator[Finding]:
    """The ordinances on seals ※: the certificate is given on the 印鑑登録証; a lost one is reported first."""
    if facts.answers.get(item) is False:
        yield Finding(item, say("印鑑登録証が手元にないときは、オンラインでは申請できません。窓口でご相談ください"))
