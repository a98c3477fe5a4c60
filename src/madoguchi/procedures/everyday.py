"""Which words of a search that are not in the index can name nobody, so that they may be kept at once (docs/adr/0039).

What was not found is what the city wants to know, and such words are hardly ever words of the index: counting five lines on five days keeps
them back for weeks in a small town. A dictionary of all words would hold names; so there is a short list of our own (procedures/search/
everyday.txt), of things, places and events alone, without any word that is a family name, a given name, a place or a shop. It is chosen
over a lower count, because a count would let a name through that five neighbours search for in a week; a list errs by leaving words out,
and those are still kept once five lines have typed them on five days. A query is kept only when nothing is left over: beside words of the
list and particles every rest must be words of the index. The list changes no result of a search."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from django.conf import settings

from . import selectors
from .rules.find import plain

FILE = Path("procedures") / "search" / "everyday.txt"
_PARTICLES = re.compile(r"^[のをがにはへとでやも]+|[のをがにはへとでやも]+$")
_KANA = re.compile(r"[ぁ-んー]+")


@functools.lru_cache(maxsize=2)
def _words(path: Path, stamp: int) -> re.Pattern[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    words = {plain(word) for line in lines if not line.startswith("#") for word in line.split()}
    return re.compile("|".join(map(re.escape, sorted(words, key=lambda w: (-len(w), w)))))


def can_name_nobody(query: str) -> bool:
    """Is the query made of words of the list, particles and words of the index alone? One letter that is left over may be part of a name in
    kana (た|かぎ): it is none of them."""
    path = Path(settings.ROOT) / FILE
    if not path.exists():
        return False
    pattern, found = _words(path, path.stat().st_mtime_ns), False
    for token in query.split():
        letters = plain(token)
        hits = list(pattern.finditer(letters))
        found |= bool(hits)
        rests = [_PARTICLES.sub("", rest) for rest in pattern.split(letters)] if hits else [letters]
        for rest in filter(None, rests):
            if (hits and len(rest) < 2) or not selectors.search(rest).known:
                return False
        if hits and letters and _KANA.fullmatch(letters) and any(rests):
            return False  # all kana: where one word ends cannot be seen, and a name may lie across it
    return found
