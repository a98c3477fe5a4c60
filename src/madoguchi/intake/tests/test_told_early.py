"""What two answers say against each other is said as soon as the second of them is given, not on the last page."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.hall import Hall
from tests.support.walk import Walk, hidden, text

from madoguchi.identity.public import Owner
from madoguchi.intake import drafts
from madoguchi.procedures.rules import generate

SLUG = "jidou-teate-nintei"
AT_WORK = "公務員の方は、勤め先に請求してください。市役所では受け付けられません"


@pytest.fixture
def walk(hall: Hall):
    hall.definition("jidou-teate-gaku-kaitei")
    hall.definition(SLUG)
    return Walk(hall.browser("hanako"), SLUG, hall.answers(SLUG))


def test_the_first_page_says_for_whom_it_is_not(walk: Walk):
    page = walk.post("reason_page", public_servant="yes")
    assert page.status_code == 422
    assert f'<a href="#public_servant-1">{AT_WORK}</a>' in text(page)
    assert walk.draft.done == []
    assert walk.post("reason_page").status_code == 303


def test_the_procedure_that_is_named_is_linked(walk: Walk):
    page = text(walk.post("reason_page", receiving="yes"))
    assert '<a href="/p/jidou-teate-gaku-kaitei/">「児童手当 額改定認定請求・額改定届」の案内を見る</a>' in page


def test_the_check_page_links_it_too(hall: Hall, walk: Walk):
    draft = hall.draft("hanako", SLUG, walk.answers | {"receiving": True})
    assert '<a href="/p/jidou-teate-gaku-kaitei/">' in text(walk.client.get(f"/a/{draft.id}/check/"))


def test_nothing_that_was_typed_is_lost_and_the_check_page_says_it_still(hall: Hall, walk: Walk):
    walk.post("reason_page", public_servant="yes")
    assert walk.draft.answers["public_servant"] is True
    draft = hall.draft("hanako", SLUG, walk.answers | {"public_servant": True})
    assert AT_WORK in text(walk.client.get(f"/a/{draft.id}/check/"))


def test_who_leaves_for_today_may_leave(walk: Walk):
    left = walk.post("reason_page", action="save", public_servant="yes")
    assert (left.status_code, left["Location"]) == (303, f"/a/{walk.draft_id}/saved/")
    assert walk.draft.done == []


def test_what_was_answered_before_is_linked_and_one_comes_back(hall: Hall):
    """The question that is wrong lies on a page before: its page is linked, and after it this one is shown again, as it was typed."""
    name = {"sei": "見本", "mei": "花子"}
    answers = hall.answers("kaigo-nintei-shinki") | {
        "filer": "family", "relation": "child", "lives_together": True, "applicant_name": name, "applicant_phone": "0767530001",
        "proxy_proof": "mandate", "insured_name": name}
    walk = Walk(hall.browser("hanako"), "kaigo-nintei-shinki", answers)
    walk.go(stop="insured_page")
    page = walk.post("insured_page")
    assert page.status_code == 422
    found = re.search(r'<a href="(/a/[^"]*/applicant_page/\?back=insured_page)#applicant_name-sei">ご本人と同じ氏名です', text(page))
    assert found
    earlier = walk.client.get(found[1])
    assert hidden(earlier, "_back") == "insured_page"
    back = walk.post("applicant_page", _back="insured_page", applicant_name__mei="太郎")
    assert (back.status_code, back["Location"]) == (303, walk.url("insured_page"))
    assert 'value="花子"' in text(walk.client.get(back["Location"]))
    assert walk.post("insured_page").status_code == 303
    assert "insured_page" in walk.draft.done


def test_a_page_costs_no_more_statements(walk: Walk):
    def statements(crossed: bool) -> int:
        with CaptureQueriesContext(connection) as seen:
            drafts.draft_save_step(owner=owner, draft_id=walk.draft_id, step_id="reason_page", raw=raw, mark="", crossed=crossed)
        return len(seen)

    owner = Owner(walk.draft.owner, True)
    raw = generate.as_lists(walk.fields("reason_page"))
    statements(crossed=False)  # the definition is read once
    assert statements(crossed=True) == statements(crossed=False)


def test_a_resident_is_offered_everybody_who_may_be_at_the_form(hall: Hall):
    """Only an office is asked as an office."""
    hall.definition("kaigo-nintei-shinki")
    draft = drafts.draft_start(owner=hall.owner("hanako"), slug="kaigo-nintei-shinki")
    page = text(hall.browser("hanako").get(f"/a/{draft.id}/filer_page/"))
    assert all(f'value="{who}"' in page for who in ("self", "family", "agency", "guardian"))
