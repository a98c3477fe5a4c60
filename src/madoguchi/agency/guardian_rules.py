"""Pure decisions about standing legal representation (法定代理). The kinds are data: a change of the law is a change here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from madoguchi.kernel.said import say

from .rules import EVENT

ALL = "*"  # in a scope: every procedure that an agent can file
MONTHS = 3  # how old a certificate may be
MOST_FILES = 6
WRITING_DAYS = 30


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of legal representative. ``whole``: the law itself gives the right for everything, nothing is listed.
    ``minor``: it ends when the represented person comes of age. ``doubt``: what nobody could confirm yet (要確認)."""

    name: str
    help: str
    proof: str
    law: str
    look: tuple[str, ...]
    doubt: str
    whole: bool = True
    minor: bool = False


_REGISTER = say("後見登記の登記事項証明書")
_FAMILY = say("戸籍の全部事項証明書（戸籍謄本）")
_NOTE = "証明書を「発行から3か月以内」とするのは市の運用で、一律に定める法令の条文は確認できていない。"
KINDS: dict[str, Kind] = {
    "parent": Kind(
        say("親権者"), say("18歳になる前のお子さんの父・母など"), _FAMILY, "民法818条・824条",
        ("戸籍に、申し出た方が親権者と書いてある(離婚・認知のときは親権の定めの欄)", "お子さんが18歳になっていない"),
        _NOTE + "父母がともに親権者のとき、一方だけでできる手続きの範囲(民法824条の2第1項3号・2項。令和8年4月1日施行)は、手続きごとに確かめる。",
        minor=True),
    "minor_guardian": Kind(
        say("未成年後見人"), say("親権を行う方がいないお子さんの後見人"), _FAMILY, "民法838条1号・857条・859条、戸籍法81条",
        ("お子さんの戸籍に、未成年後見人として載っている", "後見人が何人もいるとき、権限の分け方の定めがない(民法857条の2)"),
        _NOTE + "法人の未成年後見人は、この申し出では扱わない。", minor=True),
    "adult_guardian": Kind(
        say("成年後見人"), say("後見開始の審判を受けた方の後見人"), _REGISTER, "民法7条・859条、後見登記等に関する法律10条",
        ("登記事項証明書に、成年後見人として載っている", "後見人が何人もいるとき、権限の分け方の定めがない(民法859条の2)"),
        _NOTE + "医療の同意・身分行為など、代理できない手続きに当たらないかは、手続きごとに確かめる。"),
    "curator": Kind(
        say("保佐人"), say("代理権を付ける審判を受けた保佐人"), _REGISTER, "民法876条の4",
        ("登記事項証明書に、代理行為目録が付いている", "目録にある行為に当たる手続きだけを選ぶ"),
        _NOTE + "目録の言葉(例: 介護契約その他の福祉サービスの利用)が、どの手続きまで含むかは、目録ごとに確かめる。", whole=False),
    "assistant": Kind(
        say("補助人"), say("代理権を付ける審判を受けた補助人"), _REGISTER, "民法876条の9",
        ("登記事項証明書に、代理行為目録が付いている", "目録にある行為に当たる手続きだけを選ぶ"),
        _NOTE + "目録の言葉が、どの手続きまで含むかは、目録ごとに確かめる。", whole=False),
    "voluntary": Kind(
        say("任意後見人"), say("任意後見監督人が選ばれたあとの、任意後見契約の受任者"), _REGISTER,
        "任意後見契約に関する法律2条4号・4条1項",
        ("登記事項証明書に、任意後見監督人が載っている(選任前は効力がない)", "代理権目録にある手続きだけを選ぶ"),
        _NOTE + "代理権目録の言葉が、どの手続きまで含むかは、目録ごとに確かめる。", whole=False),
}


class Stage(StrEnum):
    """Where a declaration stands. An accepted one whose last day is over has run out."""

    WRITING = "writing"
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by the representative, before anybody decided
    RESIGNED = "resigned"  # by the representative
    ENDED = "ended"  # by the city, with a reason


OWN_ENDS = {Stage.WRITING: Stage.WITHDRAWN, Stage.ASKED: Stage.WITHDRAWN, Stage.ACCEPTED: Stage.RESIGNED}
OVER = (Stage.REFUSED, Stage.WITHDRAWN, Stage.RESIGNED, Stage.ENDED)
WORDS = {
    Stage.WRITING: say("まだ送っていません"), Stage.ASKED: say("市が確かめています"), Stage.ACCEPTED: say("有効です"),
    Stage.REFUSED: say("認められませんでした"), Stage.WITHDRAWN: say("申し出を取り下げました"),
    Stage.RESIGNED: say("自分で終わらせました"), Stage.ENDED: say("市が終わらせました"),
}
RUN_OUT = say("期限が過ぎて終わりました")


def receives(title: str) -> bool:
    """民法98条の2: what is said to a minor or to an adult under guardianship can be held against them once their legal representative knows of
    it. ``title``: what a representative is by law, as a filing keeps it. Of 保佐人, 補助人 and 任意後見人 the article says nothing."""
    return any(kind.whole and str(kind.name) == title for kind in KINDS.values())


def minor_until(born: dt.date) -> dt.date:
    """民法4条, 年齢計算ニ関する法律, 民法143条2項: the last day before somebody is eighteen is the day before the birthday;
    for who was born on 29 February, 28 February of a year without one."""
    try:
        return born.replace(year=born.year + 18) - dt.timedelta(days=1)
    except ValueError:
        return dt.date(born.year + 18, 2, 28)


def last_possible(kind: Kind, born: dt.date, today: dt.date, days: int) -> dt.date:
    """The farthest last day: of a minor never beyond the eighteenth birthday, of everybody what the city has set."""
    farthest = today + dt.timedelta(days=days)
    return min(farthest, minor_until(born)) if kind.minor else farthest


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day of an earlier month, or its last one (民法143条2項)."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for d in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, d)
        except ValueError:
            continue
    raise AssertionError


def issued_fault(issued: dt.date, today: dt.date) -> str:
    """Is the certificate of a day that serves? Empty when it is."""
    if issued > today:
        return say("書類の発行日は、今日までの日付を入力してください")
    if issued < months_before(today, MONTHS):
        return say("書類は、発行から{n}か月以内のものを用意してください", n=MONTHS)
    return ""


def end_faults(ends: dt.date | None, recheck: dt.date | None, today: dt.date, last: dt.date) -> list[tuple[str, str]]:
    """What is wrong with the days that a clerk sets (staff read it, in Japanese)."""
    out = []
    if ends is None or not today <= ends <= last:
        out.append(("ends", f"終わりの日は、今日から{last:%Y-%m-%d}までの日にしてください"))
    if recheck is None or recheck < today or (ends is not None and recheck > ends):
        out.append(("recheck", "次に確かめる日は、今日から終わりの日までの日にしてください"))
    return out


def covers(scope: Iterable[str], slug: str, events: Iterable[str]) -> bool:
    """Everything, the procedure by its name, or one of its 分野."""
    wanted = {ALL, slug, *(EVENT + event for event in events)}
    return any(part in wanted for part in scope)


def alive(state: str, ends_on: dt.date | None, today: dt.date) -> bool:
    """Does it work today? The last day counts whole (民法141条)."""
    return state == Stage.ACCEPTED and ends_on is not None and today <= ends_on
