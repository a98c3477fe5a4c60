"""The outbox, one worker: what is promised, in which order it is done, and how it ends."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import InterfaceError, OperationalError, transaction

from madoguchi.kernel import clock, keys, outbox
from madoguchi.kernel.models import Message

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=clock.JST)
EVENT = "test.Happened"


class Desk:
    """Handlers that write down what they were given and fail when told to."""

    def __init__(self):
        self.heard = []
        self.fail = {}

    def __call__(self, message):
        self.heard.append(message)
        verdict = self.fail.get(message.key)
        if verdict is not None:
            raise verdict

    def keys(self):
        return [message.key for message in self.heard]


@pytest.fixture
def desk(monkeypatch):
    monkeypatch.setattr(outbox, "_handlers", {})
    found = Desk()
    outbox.subscribe(EVENT, "desk", found)
    return found


@pytest.fixture
def held_clock():
    with clock.frozen(NOON):
        yield


@pytest.fixture(autouse=True)
def prepared(db, held_clock):
    """A database and a clock that stands at noon."""


def publish(key, *, case="case-1", payload=None, confidential=b"", event=EVENT):
    with transaction.atomic():
        outbox.publish(event, case_ref=case, key=key, payload=payload or {"n": key}, confidential=confidential)


def later(seconds):
    return clock.frozen(NOON + dt.timedelta(seconds=seconds))


def drain():
    count = 0
    while outbox.run_once():
        count += 1
        assert count < 100
    return count


# --- promising


def test_same_key_again_changes_nothing(desk):
    publish("a", payload={"n": 1})
    publish("a", payload={"n": 2})
    assert drain() == 1
    assert [m.payload for m in desk.heard] == [{"n": 1}]


def test_same_key_after_it_was_done_changes_nothing(desk):
    publish("a")
    drain()
    publish("a")
    assert drain() == 0
    assert desk.keys() == ["a"]


def test_one_row_for_each_who_hears(desk):
    other = Desk()
    outbox.subscribe(EVENT, "other", other)
    publish("a")
    drain()
    assert desk.keys() == other.keys() == ["a"]


def test_subscribing_twice_hears_once(desk):
    outbox.subscribe(EVENT, "desk", desk)
    publish("a")
    drain()
    assert desk.keys() == ["a"]


def test_roll_back_promises_nothing(desk):
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.publish(EVENT, case_ref="c", key="a", payload={})
        raise RuntimeError
    assert drain() == 0
    assert Message.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_publish_needs_the_callers_transaction(desk):
    with pytest.raises(transaction.TransactionManagementError):
        outbox.publish(EVENT, case_ref="c", key="a", payload={})
    assert Message.objects.count() == 0


# --- order


def test_messages_of_one_case_keep_their_order_while_the_first_waits(desk):
    publish("first")
    publish("second")
    desk.fail["first"] = outbox.Retry("not there")
    assert drain() == 1, "the second may not overtake the first"
    assert desk.keys() == ["first"]
    desk.fail.clear()
    with later(10):
        drain()
    assert desk.keys() == ["first", "first", "second"]


def test_another_case_does_not_wait(desk):
    publish("stuck", case="case-1")
    publish("fine", case="case-2")
    desk.fail["stuck"] = outbox.Retry("not there")
    drain()
    assert desk.keys() == ["stuck", "fine"]


def test_another_handler_of_the_same_case_does_not_wait(desk):
    other = Desk()
    outbox.subscribe(EVENT, "other", other)
    publish("first")
    publish("second")
    desk.fail["first"] = outbox.Refused("never")
    drain()
    assert desk.keys() == ["first"]
    assert other.keys() == ["first", "second"]


# --- failing


def test_pauses_grow_and_end_at_ten_minutes():
    pauses = [outbox.pause_after(n).total_seconds() for n in range(1, 15)]
    assert pauses[:4] == [2, 4, 8, 16]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 600


def test_retry_waits_for_its_pause(desk):
    publish("a")
    desk.fail["a"] = outbox.Retry("not there")
    drain()
    with later(1.9):
        assert drain() == 0
    with later(2.1):
        assert drain() == 1


def test_an_unknown_fault_is_tried_again_and_its_words_are_not_kept(desk):
    publish("a")
    desk.fail["a"] = ValueError("見本 花子 0767-53-1111")
    drain()
    row = Message.objects.get()
    assert (row.state, row.error_code, row.attempts) == ("ready", "ValueError", 1)


def test_parked_after_so_many_attempts_and_only_this_case_waits(desk):
    publish("bad")
    publish("behind")
    desk.fail["bad"] = ValueError("a fault of ours")
    for hour in range(outbox.MAX_ATTEMPTS + 3):
        with later(hour * 3600):
            drain()
    assert desk.keys() == ["bad"] * outbox.MAX_ATTEMPTS
    assert [m.key for m in outbox.parked()] == ["bad"]
    publish("other", case="case-2")
    drain()
    assert desk.keys()[-1] == "other"
    assert Message.objects.get(key="behind").state == "ready"


@pytest.mark.parametrize("away", [outbox.Retry("not there"), OSError(28, "No space left on device"),
                                  OperationalError("database is locked"), InterfaceError("connection already closed")])
def test_what_is_only_away_is_asked_again_for_as_long_as_it_takes(desk, away):
    publish("waits")
    desk.fail["waits"] = away
    for hour in range(outbox.MAX_ATTEMPTS * 3):
        with later(hour * 3600):
            drain()
    assert outbox.parked() == []
    del desk.fail["waits"]
    with later(outbox.MAX_ATTEMPTS * 3 * 3600):
        drain()
    assert Message.objects.get().state == "done"


def test_hastened_is_tried_now_but_not_taken_from_who_holds_it(desk):
    publish("waits")
    desk.fail["waits"] = outbox.Retry("not there")
    drain()
    del desk.fail["waits"]
    assert not outbox.run_once(), "the pause has not passed"
    outbox.hasten(key="waits")
    assert outbox.run_once()
    publish("held", case="case-2")
    lease = outbox.lease_next()
    outbox.hasten(key="held")
    assert outbox.lease_next() is None
    assert lease is not None and outbox._finish(lease, state="done")


def test_refused_is_parked_at_once_and_a_person_can_let_it_go_on(desk):
    publish("a")
    publish("b")
    desk.fail["a"] = outbox.Refused("column too long")
    drain()
    row = Message.objects.get(key="a")
    assert (row.state, row.attempts, row.error_code) == ("parked", 1, "column too long")
    desk.fail.clear()
    outbox.retry_parked(message_id=row.id)
    drain()
    assert desk.keys() == ["a", "a", "b"]
    assert Message.objects.filter(state="done").count() == 2


def test_a_message_nobody_knows_any_more_is_parked(desk):
    publish("a")
    outbox._handlers[EVENT] = []
    drain()
    assert Message.objects.get().state == "parked"


# --- how it stands


def test_the_lag_counts_from_the_promise_not_from_the_last_try(desk):
    """A mail server that refuses for eight hours: every try moves ``next_at``, but nobody was told for eight hours."""
    for n in range(3):
        publish(f"mail-{n}", case=f"case-{n}")
        desk.fail[f"mail-{n}"] = OSError("connection refused")
    for minute in range(0, 481, 10):
        with later(minute * 60):
            drain()
            found = outbox.state()
    assert (found.waiting, found.parked, found.lag) == (3, 0, 8 * 3600)
    assert (found.retrying, found.retry_age, found.behind_parked) == (3, 8 * 3600, 0)


def test_one_that_is_held_by_a_worker_lags_too(desk):
    publish("a")
    outbox.lease_next()
    with later(40):
        assert outbox.state() == outbox.State(waiting=1, parked=0, lag=40, retrying=0, retry_age=0, behind_parked=0)


def test_what_stands_behind_a_parked_one_is_named_and_does_not_lag(desk):
    for key in ("bad", "behind", "further behind"):
        publish(key)
    desk.fail["bad"] = outbox.Refused("E42")
    drain()
    with later(3 * 86400):
        found = outbox.state()
        assert (found.waiting, found.parked, found.behind_parked, found.lag) == (2, 1, 2, 0)
        publish("other", case="case-2")
        with later(3 * 86400 + 9):
            assert (outbox.state().lag, outbox.state().behind_parked) == (9, 2)


def test_what_is_tried_again_by_a_person_counts_no_more_as_a_failure(desk):
    publish("bad")
    desk.fail["bad"] = outbox.Refused("E42")
    drain()
    outbox.retry_parked(message_id=Message.objects.get().id)
    assert outbox.state().retrying == 0


# --- leases


def test_a_held_message_is_not_given_out_again_until_its_lease_runs_out(desk):
    publish("a")
    first = outbox.lease_next()
    assert first is not None
    assert outbox.lease_next() is None
    with later(outbox.LEASE.total_seconds() - 1):
        assert outbox.lease_next() is None
    with later(outbox.LEASE.total_seconds() + 1):
        second = outbox.lease_next()
    assert second is not None
    assert second.message.id == first.message.id
    assert second.token != first.token
    assert second.message.attempts == 2


def test_a_late_holder_cannot_finish(desk):
    publish("a")
    late = outbox.lease_next()
    with later(outbox.LEASE.total_seconds() + 1):
        holder = outbox.lease_next()
        assert not outbox._finish(late, state="done", done_at=clock.now())
        assert Message.objects.get().state == "ready"
        assert outbox._finish(holder, state="done", done_at=clock.now())
    assert not outbox._finish(late, state="parked")
    assert Message.objects.get().state == "done"


def test_a_worker_slower_than_its_lease_does_not_undo_the_faster_one(desk, monkeypatch):
    """The slow handler fails after somebody else did the work: the message stays done."""
    publish("a")

    def slow(message):
        with later(outbox.LEASE.total_seconds() + 1):
            monkeypatch.setitem(outbox._handlers, EVENT, [("desk", desk)])
            assert outbox.run_once()
        raise outbox.Retry("too late")

    monkeypatch.setitem(outbox._handlers, EVENT, [("desk", slow)])
    outbox.run_once()
    assert desk.keys() == ["a"]
    assert Message.objects.get().state == "done"


def test_a_message_whose_worker_always_dies_is_parked_in_the_end(desk):
    publish("deadly")
    publish("other", case="case-2")
    for turn in range(outbox.MAX_ATTEMPTS):
        with later(turn * 61):
            assert outbox.lease_next().message.key in ("deadly", "other")  # and dies: nobody finishes
            outbox.lease_next()
    with later(outbox.MAX_ATTEMPTS * 61 + 61):
        assert outbox.lease_next() is None
    assert {m.error_code for m in outbox.parked()} == {"died"}
    assert desk.heard == []


# --- what a person wrote


def test_the_confidential_part_is_encrypted_at_rest_and_wiped_when_done(desk):
    secret = "見本 花子".encode()
    publish("a", confidential=secret)
    row = Message.objects.get()
    assert secret not in bytes(row.sealed)
    assert keys.unseal("outbox", row.sealed, bound_to="a") == secret
    drain()
    assert desk.heard[0].opened == secret
    assert Message.objects.get().sealed is None


def test_the_confidential_part_is_kept_while_it_is_still_needed(desk):
    publish("a", confidential=b"words")
    desk.fail["a"] = outbox.Retry("not there")
    drain()
    assert Message.objects.get().sealed is not None
    desk.fail.clear()
    with later(10):
        drain()
    assert [m.opened for m in desk.heard] == [b"words", b"words"]


def test_a_confidential_part_moved_to_another_message_does_not_open(desk):
    publish("a", confidential=b"words of a")
    publish("b", case="case-2", confidential=b"words of b")
    Message.objects.filter(key="b").update(sealed=Message.objects.get(key="a").sealed)
    drain()
    assert desk.keys() == ["a"]
    assert Message.objects.get(key="b").error_code == "InvalidTag"


# --- signs of life


def test_heartbeat_is_remembered():
    assert outbox.last_heartbeat("worker") is None
    outbox.heartbeat("worker")
    with later(5):
        outbox.heartbeat("worker")
    assert outbox.last_heartbeat("worker") == NOON + dt.timedelta(seconds=5)


def test_what_waits_for_a_person_is_found_without_reading_all_that_is_done(db):
    """After an earthquake 100,000 rows are done; SQLite tells its plan whatever their number."""
    from django.db import connection

    if connection.vendor == "sqlite":
        assert "outbox_order" in outbox._parked().explain()
