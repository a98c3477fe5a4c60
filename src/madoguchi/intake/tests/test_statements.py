"""What a whole application asks of the database: thirty statements at most, from the procedure's page to the confirmation,
counted as bench/intake.py does: BEGIN is one where Django sends it, COMMIT is none."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.walk import Walk

from madoguchi.offices import selectors as offices
from madoguchi.offices.public import city
from madoguchi.payments.models import Payment
from madoguchi.procedures import selectors as procedures
from madoguchi.procedures.pack import body, pack_files, read_file

SLUG = "ninshin-todoke"
MOST = 30


def walk(browser, answers):
    assert browser.get(f"/p/{SLUG}/").status_code == 200
    way = Walk(browser, SLUG, answers)
    way.go(stop="documents")  # which asks for nothing that must be there
    assert len(way.seen) == 5, way.seen
    assert browser.get(way.url("check")).status_code == 200
    sent = way.submit()
    assert sent.status_code == 303
    assert browser.get(sent.headers["location"]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_an_application_asks_thirty_statements(hall, monkeypatch):
    for room in (procedures, offices):  # a slow machine does not look again between the two walks
        monkeypatch.setattr(room, "CACHE_SECONDS", float("inf"))
    path, override = next(pair for pair in pack_files(city()) if pair[0].stem == SLUG)
    hall.publish(SLUG, body(path, override, read_file(path, override, city())[0]))
    browser, answers = hall.browser("hanako"), hall.answers(SLUG)
    walk(browser, answers)  # what is looked up once and remembered
    with CaptureQueriesContext(connection) as seen:
        walk(browser, answers)
    asked = [sql for q in seen.captured_queries if not (sql := q["sql"] or "").startswith("COMMIT")]
    assert 15 < len(asked) <= MOST, asked
    assert not [sql for sql in asked if Payment._meta.db_table in sql], "a procedure without a fee asks for none"
