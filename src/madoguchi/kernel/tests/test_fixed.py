"""Fixed SQL reads and writes what the ORM would."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from madoguchi.intake.models import Draft
from madoguchi.kernel import clock
from madoguchi.kernel.fixed import FixedInsert, FixedRead, FixedReadBeside, FixedUpdate
from madoguchi.kernel.models import Message

pytestmark = pytest.mark.django_db

WRITE = FixedUpdate(Draft, also="revision = revision + 1", where="owner = %s AND revision = %s")


@pytest.fixture
def draft() -> Draft:
    now = clock.now()
    return Draft.objects.create(owner="g:somebody", slug="x", version=3, answers={"名": ["七尾", {"n": 1}], "none": None}, updated_at=now,
                                expires_at=now + dt.timedelta(days=1))


def test_a_row_is_the_one_that_the_orm_reads(draft: Draft):
    found = FixedRead(Draft, "id").one(str(draft.id))
    same = Draft.objects.get(id=draft.id)
    assert found is not None and found == same
    for field in Draft._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(same, field.attname), field.attname
    found.slug = "y"
    found.save(update_fields=["slug"])  # and it is a row like any other
    assert Draft.objects.get(id=draft.id).slug == "y"


def test_it_reads_by_all_its_keys(draft: Draft):
    read = FixedRead(Draft, "id", "owner")
    assert read.one(draft.id, "g:somebody") is not None
    assert read.one(draft.id, "g:else") is None and read.one(uuid.uuid4(), "g:somebody") is None


def test_rows_beside_come_in_the_same_statement_and_only_those_of_the_value(draft: Draft):
    read = FixedReadBeside(Draft, Message, ("payload", "key", "id", "next_at"), by="case_ref", newest="next_at", most=2)
    alone, none = read.both(draft.id, "c1")
    assert alone == Draft.objects.get(id=draft.id) and list(none()) == []
    for n, case in enumerate(("c1", "c2", "c1", "c1")):
        Message.objects.create(key=str(n), event="e", handler="h", case_ref=case, payload={"名": n}, created_at=clock.now(),
                               next_at=clock.now() + dt.timedelta(minutes=n))
    with CaptureQueriesContext(connection) as seen:
        found, beside = read.both(str(draft.id), "c1")
        rows = [(m.key, m.payload, m.next_at) for m in beside()]
    assert len(seen) == 1 and found is not None and found.answers == draft.answers
    assert rows == [(m.key, m.payload, m.next_at) for m in Message.objects.filter(case_ref="c1").order_by("-next_at")[:2]]
    gone, rest = read.both(uuid.uuid4(), "c1")
    assert gone is None and list(rest()) == []


def test_a_write_happens_under_its_condition_and_counts_the_revision(draft: Draft):
    later = clock.now() + dt.timedelta(days=30)
    assert WRITE({"answers": {"a": "い"}, "expires_at": later}, ["g:somebody", 0]) == 1
    assert WRITE({"answers": {"a": "ろ"}, "expires_at": later}, ["g:somebody", 0]) == 0
    draft.refresh_from_db()
    assert (draft.answers, draft.expires_at, draft.revision) == ({"a": "い"}, later, 1)
    assert WRITE({"done": ["x"]}, ["g:somebody", 1]) == 1
    draft.refresh_from_db()
    assert (draft.done, draft.answers, draft.revision) == (["x"], {"a": "い"}, 2)


def test_a_new_row_is_the_one_that_the_orm_would_have_written():
    now = clock.now()
    values = {"owner": "g:new", "slug": "x", "version": 1, "answers": {"名": ["七尾", None]}, "mandate": uuid.uuid4(), "updated_at": now,
              "expires_at": now + dt.timedelta(days=1)}
    written, same = FixedInsert(Draft)(Draft(**values)), Draft.objects.create(**values)
    read = Draft.objects.get(id=written.id)
    for field in Draft._meta.concrete_fields:
        if field.attname != "id":
            assert getattr(read, field.attname) == getattr(same, field.attname), field.attname
    written.slug = "y"
    written.save()  # an update, for it is there
    assert Draft.objects.filter(owner="g:new").count() == 2 and Draft.objects.get(id=written.id).slug == "y"
    with pytest.raises(IntegrityError), transaction.atomic():
        FixedInsert(Draft)(Draft(id=written.id, **values))


def test_the_database_numbers_a_row_and_one_that_is_there_stays():
    now = clock.now()
    first, second = (FixedInsert(Message)(Message(key=key, event="e", handler="h", payload={}, next_at=now, created_at=now)) for key in "ab")
    assert Message.objects.get(key="b").id == second.id == first.id + 1
    insert = FixedInsert(Message)
    insert.new([])
    insert.new([Message(key=key, event=event, handler="h", payload={}, next_at=now, created_at=now) for key, event in (("a", "other"), ("c", "e"))])
    assert list(Message.objects.order_by("id").values_list("key", "event")) == [("a", "e"), ("b", "e"), ("c", "e")]


@pytest.mark.postgres
def test_the_server_knows_a_statement_that_stays_the_same(draft: Draft):
    read = FixedRead(Draft, "id")
    for _ in range(7):
        assert read.one(draft.id) == draft
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT%%intake_draft%%'")
        assert cursor.fetchone() == (1,)
