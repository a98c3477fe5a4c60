"""Counts for the operators, kept by prometheus_client in files that all web processes share (its multiprocess mode). The
library is loaded with the first count. Labels are names of ours (routes, procedures, outcomes), never what a person wrote."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections

from . import clock, outbox

COUNTERS = {
    "requests": ("Answered requests by route.", ("route", "method", "status")),
    "uploads": ("Files that were sent, by what became of them.", ("result",)),
    "filings": ("Applications filed, by procedure.", ("procedure",)),
    "refusals": ("Requests refused because they came too often.", ("what",)),
}

@dataclasses.dataclass(frozen=True, slots=True)
class Gauge:
    """A number as it is at this moment. The same name may come several times, with other labels."""

    name: str
    words: str
    value: float
    labels: dict[str, str] = dataclasses.field(default_factory=dict)


readers: dict[str, Callable[[], Iterator[Gauge]]] = {}  # of the rooms above, put here by the composition root (config.wiring)
_known: dict[str, Any] = {}
_making = threading.Lock()


@functools.cache
def _library() -> Any:
    folder = Path(settings.MADOGUCHI_DATA) / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # read when the library is loaded
    import prometheus_client
    from prometheus_client import values

    from .metric_files import ReservedDict

    values.MmapedDict = ReservedDict  # type: ignore[attr-defined]  # where its counts look for it
    return prometheus_client


def _made(name: str, make: Callable[[], Any]) -> Any:
    """Made by the first thread that asks: the library refuses a second one of the same name, and that would be a page lost."""
    found = _known.get(name)
    if found is None:
        with _making:
            found = _known.get(name)
            if found is None:
                found = _known[name] = make()
    return found


def _counter(name: str) -> Any:
    words, labels = COUNTERS[name]
    return _made(name, lambda: _library().Counter(f"madoguchi_{name}", words, labels))


@functools.lru_cache(maxsize=4096)
def _labelled(name: str, labels: tuple[tuple[str, str], ...]) -> Any:
    """The counter (or "seconds") of these labels: every request counts, and finding it is most of what counting costs."""
    return (_seconds() if name == "seconds" else _counter(name)).labels(**dict(labels))


def _seconds() -> Any:
    return _made("seconds", lambda: _library().Histogram(
        "madoguchi_request_seconds", "Time to an answer by route.", ("route",),
        buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)))


def count(name: str, **labels: str) -> None:
    """One more. Where the disk is full it is not counted: a page is worth more than its count."""
    if settings.METRICS:
        with contextlib.suppress(OSError):
            _labelled(name, tuple(labels.items())).inc()


def answered(route: str, method: str, status: int, seconds: float) -> None:
    """A request was answered."""
    if settings.METRICS:
        method = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
        count("requests", route=route, method=method, status=str(status))
        with contextlib.suppress(OSError):
            _labelled("seconds", (("route", route),)).observe(seconds)


class _Now:
    """What the database says at this moment."""

    def collect(self) -> Iterator[Any]:
        """Gauges of outbox and worker, and of what the rooms above register."""
        import prometheus_client.core as core

        up = core.GaugeMetricFamily("madoguchi_database_up", "Whether the database answers: 1 or 0.")
        try:
            told = list(self._told(core))
        except (DatabaseError, InterfaceError):  # what the processes counted is told all the same
            close_old_connections()
            told = []
        up.add_metric([], float(bool(told)))
        yield from (up, *told)

    def _told(self, core: Any) -> Iterator[Any]:
        state = outbox.state()
        beat = outbox.last_heartbeat("worker")
        found = {
            "outbox_waiting": ("Messages not done yet.", state.waiting), "outbox_parked": ("Messages that wait for a person.", state.parked),
            "outbox_lag_seconds": ("Since the oldest message that nothing stands before was promised.", state.lag),
            "outbox_retrying": ("Messages that failed and are tried again.", state.retrying),
            "outbox_behind_parked": ("Messages that a parked one of their case holds up.", state.behind_parked),
            "worker_heartbeat_age_seconds": ("Since the worker was last seen; -1: never.",
                                             (clock.now() - beat).total_seconds() if beat else -1),
        }
        for name, (words, value) in found.items():
            yield core.GaugeMetricFamily(f"madoguchi_{name}", words, value=value)
        families: dict[str, Any] = {}
        for gauge in (gauge for read in readers.values() for gauge in read()):
            family = families.setdefault(gauge.name, core.GaugeMetricFamily(f"madoguchi_{gauge.name}", gauge.words, labels=list(gauge.labels)))
            family.add_metric(list(gauge.labels.values()), gauge.value)
        yield from families.values()


def page() -> tuple[bytes, str]:
    """Everything as text, and its content type."""
    library = _library()
    from prometheus_client import multiprocess

    registry = library.CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(_Now())
    return library.generate_latest(registry), library.CONTENT_TYPE_LATEST


def begin_anew() -> None:
    """Counts of processes that ended: taken away when the city hall opens."""
    for path in (Path(settings.MADOGUCHI_DATA) / "metrics").glob("*.db"):
        path.unlink(missing_ok=True)
