"""Token buckets: how often something may be tried. They lie in the memory of the process: no page waits for a database
because of them, nothing of who came is kept, and with several web processes up to that many times as much passes."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

MOST = 50_000  # buckets remembered; full ones are forgotten first, for they say nothing


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` tries within ``seconds``, all at once if need be; 0 is no limit."""

    count: int
    seconds: int


_lock = threading.Lock()
_buckets: dict[tuple[str, str], tuple[float, float]] = {}  # (what, who) → tokens left, when


def _left(key: tuple[str, str], rate: Rate, now: float) -> float:
    left, at = _buckets.get(key, (float(rate.count), now))
    return min(float(rate.count), left + (now - at) * rate.count / rate.seconds)


def wait(what: str, who: str, rate: Rate) -> int:
    """Seconds until the next try is allowed; 0 when it is now. Spends nothing."""
    if not rate.count:
        return 0
    with _lock:
        left = _left((what, who), rate, time.monotonic())
    return 0 if left >= 1 else max(1, round((1 - left) * rate.seconds / rate.count))


def spend(what: str, who: str, rate: Rate) -> None:
    """Count one try."""
    if not rate.count:
        return
    now = time.monotonic()
    with _lock:
        if len(_buckets) >= MOST:
            _tidy(now)
        _buckets[what, who] = (_left((what, who), rate, now) - 1, now)


def _tidy(now: float) -> None:
    """Forget who has not come for an hour; when that is not enough, the older half."""
    old = sorted(_buckets, key=lambda key: _buckets[key][1])
    for key in old[: max(len(old) // 2, sum(now - at > 3600 for _, at in _buckets.values()))]:
        del _buckets[key]


def forget() -> None:
    """Begin anew (tests)."""
    with _lock:
        _buckets.clear()
