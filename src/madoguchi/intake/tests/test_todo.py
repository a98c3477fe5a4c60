"""What is left to do: the documents promised and not sent, and the definition's own words for before and after the decision."""

from __future__ import annotations

import io

from tests.support import papers
from tests.support.hall import body_of, run_worker
from tests.support.walk import text

from madoguchi.intake import applications
from madoguchi.procedures.public import GRANT_NOTHING

SLUG = "jidou-teate-mishiharai"


def listed(hall, row):
    run_worker()
    page = text(hall.browser("hanako").get(f"/my/{row.id}/"))
    return page[page.index("まだ残っていること"):].split("</section>")[0] if "まだ残っていること" in page else ""


def test_what_was_promised_is_listed_until_it_is_there(hall):
    body = body_of(SLUG)
    row = hall.file("hanako", SLUG)
    slot = next(s for s in applications.later_slots(row) if s.later)
    assert "あとで出すとした書類" in listed(hall, row) and slot.name in listed(hall, row) and body["残ること"] in listed(hall, row)
    data = papers.jpeg()
    applications.document_add(application=row, slot=slot.id, source=io.BytesIO(data), name="a.jpg", size=len(data), actor="test")
    row.refresh_from_db()
    assert slot.name not in listed(hall, row)


def test_once_decided_the_definition_says_what_is_left_then(hall):
    hall.publish(SLUG, body_of(SLUG) | {"決定後に残ること": "支払日に口座を確かめてください。"})
    case = hall.case("hanako", SLUG)
    assert "支払日に" not in listed(hall, case)
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    assert "支払日に口座を確かめてください" in listed(hall, case) and body_of(SLUG)["残ること"] not in listed(hall, case)
    refused = hall.case("taro", SLUG)
    nothing = next(o.id for o in hall.definition(SLUG).review.outcomes if o.kind in GRANT_NOTHING)
    hall.decide(refused, nothing, "tanaka", "kimura", "suzuki")
    run_worker()
    assert "まだ残っていること" not in text(hall.browser("taro").get(f"/my/{refused.id}/"))
