"""Rules for the notification of pregnancy (妊娠の届出)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from madoguchi.kernel.said import say

from .common import age_on
from .registry import Facts, Finding, check

TERM = 280  # days from the first day of the last period to the due date: 40 weeks and 0 days
EARLY_WEEKS = 11


def due_window(weeks: int, day: dt.date) -> tuple[dt.date, dt.date]:
    """The earliest and latest due date for somebody who is in the given full week (0 to 6 days of it) on
    ``day``."""
    latest = day + dt.timedelta(days=TERM - 7 * weeks)
    return latest - dt.timedelta(days=6), latest


@check("weeks", "due")
def due_matches_weeks(facts: Facts, weeks: str, due: str) -> Iterator[Finding]:
    """母子保健法施行規則3条 (妊娠月数, 分娩予定日 on the city's form): both count from one first day, the due
    date being 280 days after it. A week of difference is ordinary, up to three are noted, more is a slip of the
    pen."""
    count, birth = facts.answers.get(weeks), facts.date(due)
    if not isinstance(count, int) or not birth:
        return
    first, last = due_window(count, facts.today)
    apart = max((first - birth).days, (birth - last).days)
    if apart > 21:
        yield Finding(due, say("妊娠週数と分娩予定日が合いません。病院でもらったメモなどで、両方を確認してください"))
    elif apart > 7:
        yield Finding(due, say("妊娠週数から考えられる分娩予定日と{apart}日ちがう", apart=apart), severity="staff")


@check("weeks")
def notified_by_eleven_weeks(facts: Facts, weeks: str) -> Iterator[Finding]:
    """母子保健法15条 (速やかに); 厚生労働省 recommends the eleventh week or earlier. A late one is a sign for
    support only."""
    count = facts.answers.get(weeks)
    if isinstance(count, int) and count > EARLY_WEEKS:
        yield Finding(weeks, say("妊娠{count}週での届出。12週以降となった事情を面談で伺う", count=count), severity="staff")


@check("born")
def age_can_be_pregnant(facts: Facts, born: str) -> Iterator[Finding]:
    """母子保健法15条 knows no age limit: only an age that can hardly be meant is a slip of the pen."""
    day = facts.date(born)
    if day and not 10 <= age_on(day, facts.today) <= 65:
        yield Finding(born, say("妊婦の方の生年月日を確認してください"))


@check("born", "babies", "smoking", "drinking", "worry")
def support_signals(
    facts: Facts, born: str, babies: str, smoking: str, drinking: str, worry: str
) -> Iterator[Finding]:
    """母子保健法9条・9条の2・10条、児童福祉法10条の2: what the public health nurse looks at before the first
    talk. Never an error: whoever notifies gets the handbook."""
    day = facts.date(born)
    signs = (
        (born, day is not None and age_on(day, facts.today) < 20, say("若い方の妊娠。相談できる人がいるかを面談で伺う")),
        (babies, facts.answers.get(babies) in ("two", "three"), say("多胎。手帳・受診票の追加と多胎の相談を案内する")),
        (smoking, facts.answers.get(smoking) in ("self", "both"), say("喫煙がある")),
        (drinking, facts.answers.get(drinking) is True, say("飲酒がある")),
        (worry, bool(facts.answers.get(worry)), say("困りごと・心配の記載がある")),
    )
    for question, there, words in signs:
        if there:
            yield Finding(question, words, severity="staff")
