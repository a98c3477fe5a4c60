"""A worker that has just begun: the top page reads only what it shows, the rest is read beforehand, once for all threads."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError
from django.urls import reverse

from madoguchi.config import rsgi
from madoguchi.offices import selectors as offices
from madoguchi.procedures import selectors
from madoguchi.procedures.views import OFTEN

SLUGS = (OFTEN[0], "kaigo-nintei-shinki", "juuminhyou-utsushi", "nouzei-shoumei", "inkan-shoumei", "inu-shibou")


@pytest.fixture
def shelf(hall, monkeypatch):
    """A hall with a few procedures, of which this process has read none."""
    for slug in SLUGS:
        hall.publish(slug)
    selectors._read.cache_clear()
    monkeypatch.setattr(selectors, "_shelf", selectors._Shelf())
    return hall


def read() -> int:
    return selectors._read.cache_info().currsize


def test_the_top_page_reads_only_what_it_shows(shelf, client) -> None:
    page = client.get(reverse("top")).content.decode()
    assert read() == len(set(OFTEN) & set(SLUGS)) == 2
    assert f"（{len(SLUGS)}件）" in page and "罹災証明書の交付申請" in page


def test_a_city_without_the_usual_ones_shows_its_first(shelf, client, monkeypatch) -> None:
    monkeypatch.setattr("madoguchi.procedures.views.OFTEN", ("zzz", "yyy"))
    assert "plist" in client.get(reverse("top")).content.decode() and read() == 2


def test_what_was_read_beforehand_is_not_read_again(shelf, django_assert_num_queries, monkeypatch) -> None:
    for memory in (selectors, offices):  # a slow machine does not look again in the middle
        monkeypatch.setattr(memory, "CACHE_SECONDS", float("inf"))
    selectors.warm()
    assert read() == len(SLUGS)
    with django_assert_num_queries(0):
        assert len(selectors.catalogue()) == len(SLUGS) and selectors.index().search("証明").hits


def test_a_database_that_is_not_there_yet_stops_no_worker(shelf, monkeypatch, caplog) -> None:
    def gone() -> None:
        raise OperationalError("no such table")

    monkeypatch.setattr(selectors, "_read_heads", gone)
    selectors.warm()
    assert "catalogue not read yet: OperationalError" in caplog.text


def test_one_thread_reads_and_the_others_wait_for_it(shelf, monkeypatch) -> None:
    real, calls, both = selectors._load, list[str](), threading.Barrier(2)

    def slow(slug: str, number: int, checksum: str, *, new: bool) -> selectors.Published:
        calls.append(slug)
        return real(slug, number, checksum, new=new)

    for slug, head in (heads := selectors._heads()).items():
        real(slug, *head, new=True)  # the threads below have no database of this test
    disasters = selectors.disasters_open(selectors.clock.today())
    monkeypatch.setattr(selectors, "_load", slow)
    monkeypatch.setattr(selectors, "disasters_open", lambda day: disasters)
    monkeypatch.setattr(selectors, "_heads", lambda: (both.wait(10), heads)[1])
    with ThreadPoolExecutor(2) as pool:
        assert {len(f.result()) for f in [pool.submit(selectors.catalogue) for _ in range(2)]} == {len(SLUGS)}
    assert sorted(calls) == sorted(SLUGS), "each once"


def begun() -> None:
    """As granian says it to a worker."""
    async def begin() -> None:
        rsgi.app.__rsgi_init__(asyncio.get_running_loop())

    asyncio.run(begin())


def test_a_worker_takes_requests_when_it_has_read(monkeypatch) -> None:
    calls = list[str]()
    monkeypatch.setattr("madoguchi.procedures.public.warm", lambda: calls.append("read"))
    begun()
    assert calls == ["read"]


def test_a_worker_begins_though_it_cannot_read(monkeypatch, caplog) -> None:
    def broken() -> None:
        raise ValueError("七尾太郎の書いた値")

    monkeypatch.setattr("madoguchi.procedures.public.warm", broken)
    begun()
    assert "ValueError" in caplog.text and "七尾" not in caplog.text


def test_a_worker_waits_for_no_database_that_does_not_answer(monkeypatch) -> None:
    answers, read = threading.Event(), threading.Event()
    monkeypatch.setattr("madoguchi.procedures.public.warm", lambda: (answers.wait(30), read.set()))
    monkeypatch.setattr(rsgi, "WARM_MOST", 0.05)
    begun()
    assert not read.is_set()
    answers.set()
    assert read.wait(30), "it is read when it answers"
