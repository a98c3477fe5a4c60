"""`madoguchi audit verify` looks at the published versions: whatever is changed, taken away or put in behind the record's back is told."""

from __future__ import annotations

import pytest

from madoguchi.kernel import clock, witness
from madoguchi.procedures import public as procedures
from madoguchi.procedures.models import Version, Withdrawal

SLUG, OTHER = "jidou-teate-nintei", "risai-shoumei"


@pytest.fixture
def published(hall):
    hall.definition(SLUG)
    hall.definition(OTHER)
    body = Version.objects.get(slug=SLUG).body
    hall.publish(SLUG, body | {"版": "2026-11-23"})
    return Version.objects.get(slug=SLUG, number=1)


def told():
    return [fault.ja for fault in witness.verify()]


def test_what_was_published_and_nothing_else_is_well(published):
    assert told() == []
    procedures.withdraw(actor="test", slug=SLUG, instead=OTHER)
    assert told() == []
    procedures.offer_again(actor="test", slug=SLUG)
    assert told() == []


def test_a_word_changed_in_a_version_is_told(published):
    body = dict(published.body)
    key = next(iter(body))
    Version.objects.filter(id=published.id).update(body=body | {key: "別のもの"})
    (one,) = told()
    assert f"{SLUG} の第1版の中身が、公開した時と違います" in one


def test_a_checksum_changed_with_the_text_is_told(published):
    from madoguchi.kernel.canon import canonical, sha256

    body = published.body | {"x": "y"}
    Version.objects.filter(id=published.id).update(body=body, checksum=sha256(canonical(body)))
    assert len(told()) == 1


def test_a_version_taken_away_is_told(published):
    published.delete()
    (one,) = told()
    assert f"{SLUG} の第1版が消されています" in one


def test_a_version_put_in_is_told(published):
    Version.objects.create(slug=SLUG, number=9, checksum="0" * 64, body={}, published_at=clock.now(), published_by="x")
    Version.objects.create(slug="nobody-published", number=1, checksum="0" * 64, body={}, published_at=clock.now(), published_by="x")
    assert len(told()) == 2 and all("公開した記録がありません" in one for one in told())


def test_a_withdrawal_put_in_or_taken_away_is_told(published):
    row = Withdrawal.objects.create(slug=SLUG, instead=OTHER, by="x", at=clock.now())
    assert len(told()) == 1
    row.delete()
    procedures.withdraw(actor="test", slug=SLUG, instead=OTHER)
    Withdrawal.objects.all().delete()
    assert len(told()) == 1
