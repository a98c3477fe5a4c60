"""An office of care managers has hundreds of clients, a guardian by profession dozens: who came first is still there."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.hall import OPENING, Hall
from tests.support.walk import text

from madoguchi.agency import organisations, selectors, services, standing
from madoguchi.agency.models import Mandate, Organisation
from madoguchi.agency.rules import State
from madoguchi.intake import companies
from madoguchi.kernel import clock

SHINKI, CARD = "kaigo-nintei-shinki", "kaigo-hihokenshashou-saikoufu"
MANY = 230
UNTIL = OPENING.date() + dt.timedelta(days=300)


def given(organisation, agent: str, giver: str, days_ago: int, state: str = State.ACCEPTED) -> Mandate:
    """As it stands after somebody of the office has accepted it."""
    at = clock.now() - dt.timedelta(days=days_ago)
    row = Mandate(giver=f"x{giver}", agent=agent, scope=[SHINKI], acts=["file", "see"], ends_on=UNTIL, state=state, code_digest=giver, made_at=at,
                  accepted_at=at, organisation=organisation and organisation.id)
    row.sealed = organisations._seal(row, {"giver": {"name": f"見本 {giver}", "birthdate": "1944-01-01", "address": "", "gender": "2"},
                                           "wanted": "", "agent": {"name": "見本事業所", "person": "見本"}})
    return row


@pytest.fixture
def office(hall: Hall):
    """A registered office with so many clients, the first of them long ago, and as many whose mandate is over."""
    hall.definition(SHINKI), hall.definition(CARD)
    found = hall.organisation("kyotaku", SHINKI, CARD)
    owner = hall.company("kyotaku")
    rows = [given(found, owner.key, f"甲{n:03}", MANY - n) for n in range(MANY)]
    rows += [given(found, owner.key, f"乙{n:03}", 0, State.REVOKED) for n in range(MANY)]
    Mandate.objects.bulk_create(rows)
    return owner, found, rows[0]


def test_an_office_with_hundreds_of_clients_files_for_the_first_of_them(hall: Hall, office):
    owner, found, first = office
    with CaptureQueriesContext(connection) as asked:
        ways = companies.choices(owner, SHINKI)
    assert len(ways) == MANY + 1 and f"{found.id}:{first.id}" in {way.value for way in ways}
    assert len(asked) < 10, "one look at all of them, not one at each"
    start = hall.office("kyotaku").post(f"/p/{SHINKI}/start/")["Location"]
    assert "見本 甲000さん" in text(hall.office("kyotaku").get(start))


def test_the_page_of_the_office_shows_all_that_stands_page_by_page(hall: Hall, office):
    desk = hall.office("kyotaku")
    pages = [text(desk.get(f"/office/?mandates={n}")) for n in range(1, 6)]
    seen = [{n for n in range(MANY) if f"見本 甲{n:03}さん" in page} for page in pages]
    assert set.union(*seen) == set(range(MANY)) and [len(part) for part in seen] == [50, 50, 50, 50, 30]
    assert "1 / 5" in pages[0] and "乙" not in "".join(pages)


def test_what_stands_is_on_the_page_of_an_agent_however_much_is_over(hall: Hall):
    hall.definition(SHINKI)
    agent = hall.owner("jiro")
    old = given(None, agent.key, "甲", 250)
    Mandate.objects.bulk_create([old, *(given(None, agent.key, f"乙{n:03}", 1, State.REVOKED) for n in range(MANY)),
                                 *(given(None, agent.key, f"丙{n:03}", 2) for n in range(60))])
    rows = selectors.mandate_list(owner=agent)
    assert str(old.id) in {row.id for row in rows} and len(rows) == 61 + selectors.OVER and not rows[-1].open
    assert str(old.id) in {offer.id for offer in standing.bases(owner=agent, slug=SHINKI)}
    assert services.mandate_end(owner=agent, mandate_id=str(old.id)).state == State.RESIGNED


def test_a_name_in_letters_is_found_however_it_is_typed(hall: Hall):
    hall.definition(SHINKI), hall.definition(CARD)
    found = hall.organisation("kyotaku", SHINKI, CARD)
    Organisation.objects.filter(id=found.id).update(name="ABC Care 七尾")
    for typed in ("abc", "ABC", "care 七"):
        assert [row.id for row in organisations.organisation_list(actor=hall.staff("admin"), query=typed)] == [found.id], typed
