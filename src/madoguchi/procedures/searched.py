"""What was searched, without a word that could say who: counted in memory and written about once a minute (docs/adr/0039).

Kept in words is only what consists of words of the index and of the list of everyday words (everyday.py), or what came on five days from
five lines; the rest is counted."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
import re
import threading
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from django.db import DatabaseError, transaction
from django.db.models import F

from madoguchi.kernel import clock, keys

from .models import SearchMark, SearchWord

log = logging.getLogger(__name__)
EVERY = 60.0  # seconds between two writings; what a killed process had not written is lost, and nothing else is
ENOUGH = 5  # different lines and different days: a telephone has another line every day, so one person brings a few of them
WAITS = dt.timedelta(days=90)  # a mark that was not seen again is forgotten
KEEPS = dt.timedelta(days=400)
MOST_WAITING, MOST_MARKS, MOST_LETTERS = 2_000, 20_000, 20
_PRIVATE = re.compile(
    r"[0-9〇一二三四五六七八九][0-9〇一二三四五六七八九-]{3,}|@|https?:|[\w.]+\.(?:jp|com|net|org)|丁目|番地|"
    r"[0-9]+(?:番|号室?)|[町丁部字区通] ?[0-9]|(?:マンション|アパート|ハイツ|コーポ|荘)|(?:さん|様|君|くん|(?<!赤)ちゃん)(?:$|[のがはをにへと ])")


@dataclass(slots=True)
class _Waiting:
    """What this process has not written yet."""

    since: float = field(default_factory=time.monotonic)
    counts: Counter[tuple[dt.date, str, bool]] = field(default_factory=Counter)
    marks: dict[tuple[dt.date, str, bool], set[str]] = field(default_factory=dict)


_lock = threading.Lock()
_waiting = _Waiting()


def tidy(query: str) -> str:
    """A query as it is counted."""
    return " ".join(unicodedata.normalize("NFKC", query).lower().split())


def may_be_kept(words: str) -> bool:
    """May these words be kept once enough people have typed them? Numbers, addresses and forms of address never."""
    return 0 < len(words) <= MOST_LETTERS and not _PRIVATE.search(words)


def note(query: str, *, found: bool, known: bool, line: str) -> None:
    """Count a search. ``known``: made of words of the index alone. ``line``: where it came from; it is not kept."""
    words, day = tidy(query), clock.today()
    if not words:
        return
    with _lock:
        if known and len(words) <= MOST_LETTERS:  # words of the index can name nobody
            _waiting.counts[day, words, found] += 1
        elif may_be_kept(words) and line and len(_waiting.marks) < MOST_WAITING:
            _waiting.counts[day, "", found] += 1
            _waiting.marks.setdefault((day, words, found), set()).add(line)
        else:
            _waiting.counts[day, "", found] += 1
        due = time.monotonic() - _waiting.since > EVERY
    if due:
        flush()


def flush() -> None:
    """Write what was counted. A database that cannot be written now gets it the next time."""
    global _waiting
    with _lock:
        mine, _waiting = _waiting, _Waiting()
    if not mine.counts:
        return
    try:
        _write(mine)
    except DatabaseError as error:
        log.warning("searches not counted yet: %s", type(error).__name__)
        with _lock:
            _waiting.counts.update(mine.counts)
            for key, lines in mine.marks.items():
                _waiting.marks.setdefault(key, set()).update(lines)


@transaction.atomic
def _write(mine: _Waiting) -> None:
    counts = mine.counts
    for (day, words, found), lines in sorted(mine.marks.items()):
        if _seen_enough(day, words, lines):
            counts[day, words, found] += len(lines)
            counts[day, "", found] -= len(lines)
    for (day, words, found), times in sorted(counts.items()):
        if times > 0:
            row, made = SearchWord.objects.get_or_create(day=day, words=words, found=found, defaults={"times": times})
            if not made:
                SearchWord.objects.filter(id=row.id).update(times=F("times") + times)
    today = clock.today()
    SearchMark.objects.filter(last__lt=today - WAITS).delete()
    SearchWord.objects.filter(day__lt=today - KEEPS).delete()


def _seen_enough(day: dt.date, words: str, lines: set[str]) -> bool:
    key = keys.subkey("searched-words")
    mark = hmac.new(key, words.encode(), hashlib.sha256).hexdigest()[:32]
    own = {hmac.new(key, f"{mark}\0{line}".encode(), hashlib.sha256).hexdigest()[:12] for line in lines}
    row = SearchMark.objects.filter(mark=mark).first()
    if row is None:
        if SearchMark.objects.count() >= MOST_MARKS:
            return False
        row = SearchMark(mark=mark, last=day)
    row.lines = sorted({*row.lines, *own})[: ENOUGH + 1]
    row.days = sorted({*row.days, day.isoformat()})[-ENOUGH:]
    row.last = max(row.last, day)
    row.save()
    return len(row.lines) >= ENOUGH and len(row.days) >= ENOUGH
