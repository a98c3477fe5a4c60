"""Fixed SQL reads and writes what the ORM would."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from madoguchi.intake.models import Draft
from madoguchi.kernel import clock
from madoguchi.kernel.fixed import FixedRead, FixedUpdate

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


def test_a_write_happens_under_its_condition_and_counts_the_revision(draft: Draft):
    later = clock.now() + dt.timedelta(days=30)
    assert WRITE({"answers": {"a": "い"}, "expires_at": later}, ["g:somebody", 0]) == 1
    assert WRITE({"answers": {"a": "ろ"}, "expires_at": later}, ["g:somebody", 0]) == 0
    draft.refresh_from_db()
    assert (draft.answers, draft.expires_at, draft.revision) == ({"a": "い"}, later, 1)
    assert WRITE({"done": ["x"]}, ["g:somebody", 1]) == 1
    draft.refresh_from_db()
    assert (draft.done, draft.answers, draft.revision) == (["x"], {"a": "い"}, 2)
