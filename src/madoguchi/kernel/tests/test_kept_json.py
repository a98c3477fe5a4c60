"""What is stored as JSON comes back with the keys in the order of PostgreSQL, in the tests on SQLite too."""

from __future__ import annotations

import pytest
from tests.support.hall import Hall
from tests.support.jsonb import as_kept

from madoguchi.intake.models import Draft
from madoguchi.procedures.models import Version


@pytest.mark.django_db
def test_keys_come_back_in_an_order_of_the_database(hall: Hall):
    hall.publish("risai-shoumei")
    draft = hall.draft("hanako", "risai-shoumei")
    kept = {"sei": "見本", "mei": "花子", "氏": [{"bb": 1, "a": 2}], "Z": None}
    Draft.objects.filter(id=draft.id).update(answers=kept)
    found = Draft.objects.get(id=draft.id).answers
    assert found == kept
    assert list(found) == ["Z", "mei", "sei", "氏"] == list(as_kept(kept))
    assert list(found["氏"][0]) == ["a", "bb"]


@pytest.mark.django_db
def test_a_definition_keeps_the_order_of_its_questions(hall: Hall):
    hall.publish("risai-shoumei")
    body = Version.objects.get(slug="risai-shoumei").body
    assert list(body) != list(as_kept(body))
