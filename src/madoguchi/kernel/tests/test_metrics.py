"""Counts are made once, however many threads are the first to count."""

from __future__ import annotations

import threading
import time

import pytest

from madoguchi.kernel import metrics


class Library:
    """As prometheus_client: slow to make a counter, and refuses a second one of the same name."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def Counter(self, name: str, words: str, labels: tuple[str, ...]) -> str:  # noqa: N802 - its name there
        time.sleep(0.05)
        if name in self.names:
            raise ValueError("Duplicated timeseries")
        self.names.append(name)
        return name


def test_the_first_two_requests_at_once_make_one_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    library, found, together = Library(), [], threading.Barrier(4)
    monkeypatch.setattr(metrics, "_library", lambda: library)
    monkeypatch.setattr(metrics, "_known", {})

    def count() -> None:
        together.wait()
        found.append(metrics._counter("requests"))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, library.names) == (["madoguchi_requests"] * 4, ["madoguchi_requests"])
