"""Token buckets: how often something may be tried. They lie in one table, so that any number of web processes count together; only
addresses that are limited ask it. Nothing of who came is kept: a bucket is found by a keyed digest. What is read very often (LOCAL) is counted
in the memory of the process, where no page waits for a database: there each process counts for itself."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from django.db import connection
from django.utils.crypto import salted_hmac

LOCAL = ("api",)  # calls that mostly read: a write for each would cost more than it protects
MOST = 50_000  # buckets remembered in the process; full ones are forgotten first, for they say nothing
LONGEST = 2 * 86_400  # seconds after which every bucket is full again (settings.LIMITS: a day)
# In one statement, so that no two processes spend the same token: what is left, with what came back since, less one. (a + |a|) / 2 is the time
# since, never less than none: clocks of machines differ, and one may be set back.
SPEND = """INSERT INTO kernel_bucket (key, left_over, at) VALUES (%(key)s, %(count)s - 1, %(now)s)
ON CONFLICT (key) DO UPDATE SET at = %(now)s, left_over = CASE
    WHEN kernel_bucket.left_over + (%(now)s - kernel_bucket.at + abs(%(now)s - kernel_bucket.at)) / 2 * %(speed)s > %(count)s THEN %(count)s
    ELSE kernel_bucket.left_over + (%(now)s - kernel_bucket.at + abs(%(now)s - kernel_bucket.at)) / 2 * %(speed)s END - 1"""
TAKE = SPEND + """
WHERE %(count)s >= 1 AND kernel_bucket.left_over + (%(now)s - kernel_bucket.at + abs(%(now)s - kernel_bucket.at)) / 2 * %(speed)s >= 1"""


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` tries within ``seconds``, all at once if need be; 0 is no limit."""

    count: int
    seconds: int


_lock = threading.Lock()
_buckets: dict[tuple[str, str], tuple[float, float]] = {}  # (what, who) → tokens left, when


def _local(what: str) -> bool:
    return what.partition(".")[0] in LOCAL


def _key(what: str, who: str) -> str:
    return str(salted_hmac("madoguchi.limits", f"{what}\n{who}", algorithm="sha256").hexdigest())


def _filled(left: float, at: float, rate: Rate, now: float) -> float:
    return min(float(rate.count), left + max(now - at, 0.0) * rate.count / rate.seconds)


def _left(what: str, who: str, rate: Rate, now: float) -> float:
    if _local(what):
        with _lock:
            return _filled(*_buckets.get((what, who), (float(rate.count), now)), rate, now)
    from .models import Bucket  # the settings read Rate before there are models

    row = Bucket.objects.filter(key=_key(what, who)).values_list("left_over", "at").first()
    return _filled(*row, rate, now) if row else float(rate.count)


def wait(what: str, who: str, rate: Rate) -> int:
    """Seconds until the next try is allowed; 0 when it is now. Spends nothing."""
    if not rate.count:
        return 0
    left = _left(what, who, rate, time.time())
    return 0 if left >= 1 else max(1, round((1 - left) * rate.seconds / rate.count))


def spend(what: str, who: str, rate: Rate) -> None:
    """Count one try, whether or not any is left."""
    _count(what, who, rate, SPEND)


def take(what: str, who: str, rate: Rate) -> bool:
    """Count one try if one is left, in one step for all processes. False: none is."""
    return _count(what, who, rate, TAKE)


def _count(what: str, who: str, rate: Rate, sql: str) -> bool:
    if not rate.count:
        return True
    now = time.time()
    if _local(what):
        return _count_here((what, who), rate, now, always=sql is SPEND)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"key": _key(what, who), "now": now, "count": float(rate.count), "speed": rate.count / rate.seconds})
        return bool(cursor.rowcount > 0)


def _count_here(key: tuple[str, str], rate: Rate, now: float, *, always: bool) -> bool:
    with _lock:
        if len(_buckets) >= MOST:
            _tidy(now)
        left = _filled(*_buckets.get(key, (float(rate.count), now)), rate, now)
        if left < 1 and not always:
            return False
        _buckets[key] = (left - 1, now)
        return True


def _tidy(now: float) -> None:
    """Forget who has not come for an hour; when that is not enough, the older half."""
    old = sorted(_buckets, key=lambda key: _buckets[key][1])
    for key in old[: max(len(old) // 2, sum(now - at > 3600 for _, at in _buckets.values()))]:
        del _buckets[key]


def limits_sweep() -> int:
    """Forget buckets that are full again, whatever their rate. Returns how many."""
    from .models import Bucket

    return Bucket.objects.filter(at__lt=time.time() - LONGEST).delete()[0]


def forget() -> None:
    """Begin anew in this process (tests)."""
    with _lock:
        _buckets.clear()
