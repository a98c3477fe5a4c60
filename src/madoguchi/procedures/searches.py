"""What residents searched and did not find, for who keeps the words of the search."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max, Q, Sum

from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import clock

from . import searched, selectors
from .errors import SearchesHidden
from .models import SearchWord
from .rules.find import plain

SPANS = {"30": "30日", "90": "90日", "365": "1年"}
MOST = 300


@dataclass(frozen=True, slots=True)
class Word:
    """A word: how often it found nothing and something, when it was last searched, and whether it finds something today."""

    words: str
    missed: int
    found: int
    last: dt.date
    finds_now: bool


@dataclass(frozen=True, slots=True)
class Searches:
    """What was searched in a span. ``unkept``: searches whose words are not kept, missed and all."""

    rows: tuple[Word, ...]
    missed: int
    total: int
    unkept_missed: int


def searches(*, actor: Staff, days: int) -> Searches:
    """Words that found nothing, most often first. Raises SearchesHidden."""
    if not actor.may(Right.SEE_SEARCHES):
        raise SearchesHidden
    searched.flush()
    rows = SearchWord.objects.filter(day__gt=clock.today() - dt.timedelta(days=days))
    sums = rows.values("words").annotate(
        missed=Sum("times", filter=Q(found=False), default=0), hit=Sum("times", filter=Q(found=True), default=0), last=Max("day"))
    index, out, missed, total, unkept = selectors.index(), list[Word](), 0, 0, 0
    for row in sums.order_by("-missed", "words"):
        missed, total = missed + row["missed"], total + row["missed"] + row["hit"]
        if not row["words"]:
            unkept = row["missed"]
        elif row["missed"] and len(out) < MOST:
            out.append(Word(row["words"], row["missed"], row["hit"], row["last"], bool(index.find(row["words"], limit=1))))
    return Searches(tuple(out), missed, total, unkept)


def line_of(word: str) -> str:
    """The line of synonyms.yaml that a word would get, to be completed by hand."""
    return f"  {word}: [ここに役所の言葉]" if plain(word) else ""
