"""The outbox, many workers at once: nothing runs twice at the same moment, nothing is lost, order holds."""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from collections import Counter

import pytest
from django.db import OperationalError, connection, connections, transaction
from tests.support.threads import together

from madoguchi.kernel import audit, outbox
from madoguchi.kernel.models import Message

pytestmark = pytest.mark.django_db(transaction=True)
EVENT = "test.Happened"


def publish_all(cases, each):
    for n in range(each):
        for case in range(cases):
            with transaction.atomic():
                outbox.publish(EVENT, case_ref=f"case-{case}", key=f"{case}:{n}", payload={"n": n})


class Watch:
    """A handler that notices overlap on one message and disorder in one case."""

    def __init__(self):
        self.lock = threading.Lock()
        self.inside = Counter()
        self.done = []
        self.faults = []

    def __call__(self, message):
        with self.lock:
            self.inside[message.case_ref] += 1
            if self.inside[message.case_ref] > 1:
                self.faults.append(f"two at once in {message.case_ref}")
        time.sleep(random.random() * 0.004)
        with self.lock:
            self.inside[message.case_ref] -= 1
            self.done.append(message.key)


def work_until_empty():
    while Message.objects.filter(state="ready").exists():
        if not outbox.run_once():
            time.sleep(0.005)


def test_four_workers_do_each_message_once_and_in_order(monkeypatch):
    monkeypatch.setattr(outbox, "_handlers", {})
    watch = Watch()
    outbox.subscribe(EVENT, "desk", watch)
    publish_all(cases=6, each=8)
    assert together(*[work_until_empty] * 4) == [None] * 4
    assert watch.faults == []
    assert len(watch.done) == len(set(watch.done)) == 48
    for case in range(6):
        assert [k for k in watch.done if k.startswith(f"{case}:")] == [f"{case}:{n}" for n in range(8)]
    assert set(Message.objects.values_list("state", "attempts")) == {("done", 1)}


def test_two_workers_never_lease_the_same_message(monkeypatch):
    monkeypatch.setattr(outbox, "_handlers", {})
    outbox.subscribe(EVENT, "desk", lambda message: None)
    for n in range(12):
        publish_all_one(f"turn-{n}")
        leases = [lease for lease in together(outbox.lease_next, outbox.lease_next) if lease]
        assert len(leases) == 1, f"turn {n}: {leases}"
        assert outbox._finish(leases[0], state="done")


def publish_all_one(key):
    with transaction.atomic():
        outbox.publish(EVENT, case_ref=key, key=key, payload={})


def test_publishing_the_same_key_at_once_makes_one_row(monkeypatch):
    monkeypatch.setattr(outbox, "_handlers", {})
    outbox.subscribe(EVENT, "desk", lambda message: None)
    assert together(*[lambda: publish_all_one("same")] * 4) == [None] * 4
    assert Message.objects.count() == 1


@pytest.mark.postgres  # SKIP LOCKED is PostgreSQL's; SQLite has one writer
def test_a_worker_passes_over_a_row_that_another_holds_uncommitted(monkeypatch):
    monkeypatch.setattr(outbox, "_handlers", {})
    outbox.subscribe(EVENT, "desk", lambda message: None)
    publish_all_one("held")
    publish_all_one("free")
    with transaction.atomic():
        Message.objects.select_for_update().get(key="held")
        [lease] = together(outbox.lease_next)
    assert lease.message.key == "free"


def child(journal, seed):
    """A worker in its own process. Run by `test_worker_processes…` through fork, with a fresh connection."""
    connections.close_all()
    random.seed(seed)

    def note(message):
        with open(journal, "a") as out:
            out.write(f"{message.key}\n")
        time.sleep(random.random() * 0.003)

    outbox._handlers[EVENT] = [("desk", note)]
    try:
        work_until_empty()
    except OperationalError:
        raise SystemExit(3) from None
    finally:
        connections.close_all()


def test_worker_processes_do_each_message_once(monkeypatch, tmp_path):
    monkeypatch.setattr(outbox, "_handlers", {})
    outbox.subscribe(EVENT, "desk", lambda message: None)
    publish_all(cases=10, each=4)
    connections.close_all()
    journal = tmp_path / "done"
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=child, args=(journal, n)) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    done = journal.read_text().split()
    assert sorted(done) == sorted(f"{c}:{n}" for c in range(10) for n in range(4))
    for case in range(10):
        assert [k for k in done if k.startswith(f"{case}:")] == [f"{case}:{n}" for n in range(4)]


def test_writers_of_one_audit_chain_queue_and_none_is_lost():
    def write():
        for n in range(6):
            with transaction.atomic():
                audit.record("test", "act", chain="case:busy", facts={"n": n}, of={"n": n})

    assert together(*[write] * 4) == [None] * 4
    assert audit.AuditEntry.objects.filter(chain="case:busy").count() == 24
    assert audit.verify() == []


def test_sealing_at_once_with_writing_leaves_a_clean_chain():
    def write():
        for n in range(8):
            with transaction.atomic():
                audit.record("test", "act", chain=f"case:{n % 3}", facts={"n": n})

    def seal():
        for _ in range(4):
            audit.seal()

    assert together(write, seal, write, seal) == [None] * 4
    audit.seal()
    assert audit.verify() == []
    assert not audit.AuditEntry.objects.filter(sealed_in=None).exists()
    assert connection.vendor in ("sqlite", "postgresql")
