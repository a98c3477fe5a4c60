"""booking.yaml of the city pack: counters with their hours, services that are booked there. Wrong ones are told by file and line."""

from __future__ import annotations

import datetime as dt
import functools
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from madoguchi.kernel.packfile import PackFile, Path_, Wrong, entries, lines, named, number
from madoguchi.kernel.packfile import table as table_of
from madoguchi.kernel.said import Said

from .errors import BookingWrong
from .rules import CELL, DAY, Span, joined

WEEKDAYS = "月火水木金土日"
WORKDAYS = "平日"  # 月 to 金
MOST_PROCEDURES = 10  # of a service; as many as an interview takes
SAMPLE = "cities/nanao/booking.yaml"


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter: how many can be served at the same time (席), where it is, and when it is open."""

    key: str
    name: str
    section: str
    seats: int
    place: str
    hours: tuple[tuple[Span, ...], ...]  # by weekday
    exceptions: dict[dt.date, tuple[Span, ...]]  # a day with hours of its own: also one on which the city hall is closed


@dataclass(frozen=True, slots=True)
class Service:
    """What is booked. ``lead`` and ``change``: so many hours before the beginning booking, and changing online, ends."""

    key: str
    name: str
    section: str
    counters: tuple[str, ...]
    minutes: int
    pause: int
    every: int
    ahead: int
    lead: int
    change: int
    limit: int
    online: bool
    bring: str
    note: str
    letter: str = ""  # of its tickets (番号札); empty: it has none
    procedures: tuple[str, ...] = ()  # what is usually filed there: chosen when an interview (書かない窓口) begins
    door: str = ""  # the address at which one first proves what it is for (入口); empty: anybody books it
    until: dt.datetime | None = None  # nobody books it online after this, however long it is until then


@dataclass(frozen=True, slots=True)
class Setup:
    """What the city has written. ``keep``: days after which a booking is forgotten; ``remind``: the hour of the mail the day before."""

    counters: dict[str, Counter] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    keep: int = 90
    remind: int = 16
    tickets: int = 7  # days after which tickets are forgotten


def setup() -> Setup:
    """All that can be booked: what the city has written, and occasions (出張窓口…) entered in the browser. Raises BookingWrong."""
    # here: rows need Django, the file does not
    from .occasions import with_occasions

    return with_occasions(standing())


def standing() -> Setup:
    """What the city in whose name we run has written. Raises BookingWrong."""
    # here: the tool that writes readings reads the file where no Django is set up
    from madoguchi.offices.public import city

    return read_setup(Path(settings.MADOGUCHI_CITY), tuple(city().sections))


def texts(found: Setup) -> list[str]:
    """What residents read of it: to be translated, with readings."""
    said = [text for c in found.counters.values() for text in (c.name, c.place)]
    said += [text for s in found.services.values() for text in (s.name, s.bring, s.note)]
    return [text for text in dict.fromkeys(map(str, said)) if text]


@functools.lru_cache(maxsize=8)
def read_setup(folder: Path, sections: tuple[str, ...] = ()) -> Setup:
    """Read a city pack's file; a city without one takes no bookings. ``sections``: those that there are. Raises BookingWrong."""
    if not (folder / "booking.yaml").exists():
        return Setup()
    file = PackFile(folder / "booking.yaml", BookingWrong)
    try:
        raw = table_of(file.root or {}, (), {"窓口", "サービス"}, {"保存", "前日の知らせ", "番号札の保存"}, SAMPLE)
        counters = {key: _counter(key, c, ("窓口", key), sections) for key, c in entries(raw["窓口"], ("窓口",))}
        services = {key: _service(key, s, ("サービス", key), counters) for key, s in entries(raw["サービス"], ("サービス",))}
        _letters_once(services)
        return Setup(counters, services, number(raw, "保存", (), 1, 3650, "90"), number(raw, "前日の知らせ", (), 8, 20, "16"),
                     number(raw, "番号札の保存", (), 1, 400, "7"))
    except Wrong as wrong:
        raise file.fault(wrong) from None


def _minute(text: str, path: Path_) -> int:
    match = re.fullmatch(r"([01]?\d|2[0-4]):([0-5]\d)", text)
    at = int(match[1]) * 60 + int(match[2]) if match else -1
    if not 0 <= at <= DAY or at % CELL:
        raise Wrong(path, f"時刻は 9:00 や 13:30 の形で、{CELL}分きざみにしてください(今は「{text}」)")
    return at


def _spans(raw: Any, path: Path_) -> tuple[Span, ...]:
    if not isinstance(raw, list):
        raise Wrong(path, "[9:00-12:00, 13:00-16:30] の形で書いてください")
    out = []
    for n, text in enumerate(raw):
        first, _, last = str(text).partition("-")
        span = Span(_minute(first, (*path, str(n))), _minute(last, (*path, str(n))))
        if span.start >= span.end:
            raise Wrong((*path, str(n)), f"終わりは始まりより後にしてください(今は「{text}」)")
        out.append(span)
    if len(joined(out)) < len(out):
        raise Wrong(path, "時間が重なっているか、つながっています。1つにまとめてください")
    return tuple(sorted(out))


def _hours(raw: Any, path: Path_) -> tuple[tuple[Span, ...], ...]:
    week: list[tuple[Span, ...]] = [()] * 7
    table = table_of(raw, path, set(), {*WEEKDAYS, WORKDAYS}, SAMPLE)
    if WORKDAYS in table:
        week[:5] = [_spans(table[WORKDAYS], (*path, WORKDAYS))] * 5
    for n, name in enumerate(WEEKDAYS):
        if name in table:
            week[n] = _spans(table[name], (*path, name))
    return tuple(week)


def _counter(key: str, raw: Any, path: Path_, sections: tuple[str, ...]) -> Counter:
    table = table_of(raw, path, {"名", "課", "席", "場所", "開く"}, {"例外"}, SAMPLE)
    lines(table, path, "開く", "例外")
    if sections and table["課"] not in sections:
        raise Wrong((*path, "課"), f"「{table['課']}」は、city.yaml の「課」にありません")
    exceptions = {}
    for text, spans in named(table.get("例外"), (*path, "例外")).items():
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
                raise ValueError
            exceptions[dt.date.fromisoformat(text)] = _spans(spans, (*path, "例外", text))
        except Wrong:
            raise
        except ValueError:
            raise Wrong((*path, "例外", text), "日は 2026-12-13 の形で書いてください") from None
    return Counter(key, Said(table["名"]), table["課"], number(table, "席", path, 1, 50), Said(table["場所"]), _hours(table["開く"], (*path, "開く")),
                   exceptions)


def _service(key: str, raw: Any, path: Path_, counters: dict[str, Counter]) -> Service:
    table = table_of(raw, path, {"名", "窓口", "分"}, {
        "間", "おき", "何日先まで", "受付の締切", "変更の締切", "一人", "オンライン", "持ち物", "案内", "番号札", "入口", "手続き"}, SAMPLE)
    lines(table, path, "窓口", "手続き", "番号札", "入口", empty=("持ち物", "案内"))
    names = table["窓口"]
    known = isinstance(names, list) and bool(names) and all(isinstance(n, str) and n in counters for n in names)
    if not known or len({counters[n].section for n in names}) > 1:
        raise Wrong((*path, "窓口"), f"「窓口」に書いた番号から、同じ課のものを [ ] に並べてください(今は {names})")
    if table.get("オンライン", "はい") not in ("はい", "いいえ"):
        raise Wrong((*path, "オンライン"), "はい か いいえ にしてください")
    letter = table.get("番号札", "")
    if not (isinstance(letter, str) and re.fullmatch(r"[A-Z]?", letter)):
        raise Wrong((*path, "番号札"), f"番号の前に付ける英大文字1字にしてください。番号札を出さないサービスには書きません(今は「{letter}」)")
    door = table.get("入口", "")
    if not (isinstance(door, str) and re.fullmatch(r"(/[a-z/-]+/)?", door)):
        raise Wrong((*path, "入口"), f"この市のページのアドレスを /card/receive/ の形で書いてください(今は「{door}」)")
    minutes, pause = number(table, "分", path, CELL, 480, step=CELL), number(table, "間", path, 0, 120, "0", CELL)
    return Service(
        key, Said(table["名"]), counters[names[0]].section, tuple(names), minutes, pause,
        number(table, "おき", path, CELL, 480, str(minutes + pause), CELL), number(table, "何日先まで", path, 1, 366, "60"),
        number(table, "受付の締切", path, 0, 720, "2"), number(table, "変更の締切", path, 0, 720, "2"),
        number(table, "一人", path, 1, 99, "1"), table.get("オンライン", "はい") == "はい", Said(table.get("持ち物", "")),
        Said(table.get("案内", "")), letter, _slugs(table.get("手続き", []), (*path, "手続き")), door)


def _slugs(raw: Any, path: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(raw, list) or len(raw) > MOST_PROCEDURES or not all(
            isinstance(slug, str) and re.fullmatch(r"[a-z0-9-]{1,80}", slug) and raw.count(slug) == 1 for slug in raw):
        raise Wrong(path, f"手続きの番号を [tenshutsu-todoke, juuminhyou-utsushi] の形で、{MOST_PROCEDURES}個まで、同じものは一度だけ並べてください")
    return tuple(raw)


def _letters_once(services: dict[str, Service]) -> None:
    used: dict[str, str] = {}
    for key, service in services.items():
        if service.letter and used.setdefault(service.letter, key) != key:
            raise Wrong(("サービス", key, "番号札"), f"「{service.letter}」は「{used[service.letter]}」が使っています。別の文字にしてください")
