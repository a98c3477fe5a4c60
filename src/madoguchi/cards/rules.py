"""交付前管理: the states of a card that waits, its number and dates. Plain Python."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from madoguchi.kernel.eras import ERAS

DOOR = "/card/receive/"  # the address at which a receipt is proven first


class State(StrEnum):
    """Where a card stands. Whether it is booked is asked of the bookings, not kept twice."""

    ARRIVED = "arrived"
    NOTIFIED = "notified"
    HANDED = "handed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who fetches the card."""

    name: str
    kana: str
    born: str  # 1990-04-01
    zip: str
    address: str
    language: str = "ja"


class Act(StrEnum):
    """What happens to a card."""

    NOTIFY = "notify"
    REMIND = "remind"
    HAND = "hand"
    RETURN = "return"


TRANSITIONS = {
    (State.ARRIVED, Act.NOTIFY): State.NOTIFIED, (State.NOTIFIED, Act.REMIND): State.NOTIFIED,
    (State.ARRIVED, Act.HAND): State.HANDED, (State.NOTIFIED, Act.HAND): State.HANDED,
    (State.ARRIVED, Act.RETURN): State.RETURNED, (State.NOTIFIED, Act.RETURN): State.RETURNED,
}
IN_STOCK = (State.ARRIVED, State.NOTIFIED)
_BASE = {name: base for _, name, _, base in ERAS} | {key.upper(): base for key, _, _, base in ERAS}
_DAY = re.compile(r"(令和|平成|昭和|大正|明治|[RHSTM])?(元|[0-9]{1,4})[年./-]([0-9]{1,2})[月./-]([0-9]{1,2})日?")


def after(state: str, act: Act) -> State | None:
    """The state after an act; None where it can not happen."""
    return TRANSITIONS.get((State(state), act))


def narrow(text: str) -> str:
    """Full-width letters and digits made narrow, spaces at the ends gone."""
    return unicodedata.normalize("NFKC", text).strip()


def number_plain(text: str) -> str:
    """A 交付通知書番号 as typed, in its own form: capital letters and digits; empty for what is none.
    要確認: J-LISの交付通知書番号の形。けた数を決めず、英数字4〜20字とした。"""
    plain = re.sub(r"[\s\-ー‐−–—]", "", narrow(text)).upper()
    return plain if re.fullmatch(r"[A-Z0-9]{4,20}", plain) else ""


def twelve_digits(text: str) -> bool:
    """Is it of the form of a 個人番号? Such a text has no place here."""
    return bool(re.fullmatch(r"[0-9]{12}", re.sub(r"[\s\-ー‐−–—]", "", narrow(text))))


def day_said(text: str) -> dt.date | None:
    """A day as people write it: 1990-04-01, 1990年4月1日, 平成2年4月1日, H2.4.1, 19900401; None for what is none."""
    plain = re.sub(r"\s", "", narrow(text)).upper()
    if re.fullmatch(r"[0-9]{8}", plain):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    match = _DAY.fullmatch(plain)
    if not match:
        return None
    year = 1 if match[2] == "元" else int(match[2])
    try:
        return dt.date(_BASE.get(match[1] or "", 0) + year, int(match[3]), int(match[4]))
    except ValueError:
        return None


def birthday(born: dt.date, year: int) -> dt.date:
    """A birthday in a year; of who was born on 29 February, the 28th in common years (要確認: カードの表記)."""
    try:
        return born.replace(year=year)
    except ValueError:
        return dt.date(year, 2, 28)


def nth_birthday(born: dt.date, issued: dt.date, n: int) -> dt.date:
    """The n-th birthday after a day; a birthday on the day itself does not count (要確認)."""
    first = issued.year if birthday(born, issued.year) > issued else issued.year + 1
    return birthday(born, first + n - 1)


def card_expires(born: dt.date, issued: dt.date) -> dt.date:
    """個人番号カードの有効期間: until the tenth birthday after the issue; who is not yet 18 at the issue, until the fifth.
    要確認: カード命令(平成26年総務省令85号)26条の条番号と、在留期間のある方(在留期間の満了の日まで)。"""
    return nth_birthday(born, issued, 10 if birthday(born, born.year + 18) <= issued else 5)


def certificate_expires(born: dt.date, issued: dt.date) -> dt.date:
    """電子証明書の有効期間: until the fifth birthday after the issue, at most as long as the card.
    要確認: 公的個人認証法施行規則の条番号。"""
    return min(nth_birthday(born, issued, 5), card_expires(born, issued))


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day so many months earlier; the last of a shorter month."""
    month = day.year * 12 + day.month - 1 - months
    year, month = month // 12, month % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def remind_from(notified: dt.date, days: int) -> dt.date:
    """From when a card that nobody fetched is reminded of."""
    return notified + dt.timedelta(days=days)


def keep_until(notified: dt.date, days: int) -> dt.date:
    """Until when a card is kept after its letter (交付通知書の交付期限)."""
    return notified + dt.timedelta(days=days)
