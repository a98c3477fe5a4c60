"""What people say about how it went: a grade and, if they want, a few words. Kept so that it leads to nobody: apart from the
application, with a random id and a month instead of a time, and without an entry in the record (whose time would tell)."""

from __future__ import annotations

import datetime as dt
import unicodedata

from django.db import transaction
from django.db.models import Count, QuerySet

from madoguchi.kernel import clock
from madoguchi.kernel.said import say

from .errors import OpinionWrong
from .models import Application, Opinion
from .rules import GRADES, MOST_OPINION, TEXT_DAYS


def _plain(text: str) -> str:
    return "".join(c for c in text.replace("\r\n", "\n") if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


@transaction.atomic
def opinion_give(*, application: Application, grade: str, text: str) -> bool:
    """Take an opinion, once per application; a second one changes nothing (False). Raises OpinionWrong."""
    words = _plain(text)
    if grade not in GRADES:
        raise OpinionWrong("opinion-5", say("五つのうち一つを選んでください。答えたくないときは、何も送らなくてかまいません。"))
    if len(words) > MOST_OPINION:
        ja = say("ご意見は{most}文字までです。いまは{now}文字あります。短くしてください。", most=MOST_OPINION, now=len(words))
        raise OpinionWrong("opinion-text", ja)
    if not Application.objects.filter(id=application.id, opined=False).update(opined=True):
        return False
    month = clock.today().replace(day=1)
    Opinion.objects.create(month=month, slug=application.slug, grade=int(grade), text=words)
    return True


def grades_until(last: dt.date, slugs: list[str]) -> list[tuple[str, dt.date, int, int]]:
    """(procedure, month, grade, how many) of all months up to this one."""
    rows = Opinion.objects.filter(slug__in=slugs, month__lte=last).values("slug", "month", "grade").annotate(n=Count("id"))
    return [(r["slug"], r["month"], r["grade"], r["n"]) for r in rows.order_by("slug", "month", "grade")]


def texts_between(slug: str, first: dt.date, last: dt.date) -> list[str]:
    """The words of these months in the order of the alphabet: the order in which they came would tell who."""
    rows = Opinion.objects.filter(slug=slug, month__gte=first, month__lte=last).exclude(text="").order_by("text")
    return list(rows.values_list("text", flat=True)[:200])


def opinions_over() -> QuerySet[Opinion]:
    """Those with words that were written more than two years ago."""
    return Opinion.objects.filter(month__lt=clock.today() - dt.timedelta(days=TEXT_DAYS)).exclude(text="")


def opinions_sweep() -> int:
    """Empty their words: somebody may have written of a person after all. Grades stay."""
    return opinions_over().update(text="")
