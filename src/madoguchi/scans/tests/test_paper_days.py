"""Paper is judged by the day on which it was received, not by the one on which somebody has time to type it off."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from tests.support.hall import OPENING, Hall
from tests.support.walk import text

from madoguchi.intake.models import Application
from madoguchi.kernel import clock
from madoguchi.offices.models import Disaster
from madoguchi.offices.public import disasters_seed
from madoguchi.offices.selectors import forget
from madoguchi.procedures.rules import generate

from .conftest import waiting

SLUG = "risai-shoumei"
pytestmark = pytest.mark.django_db(transaction=True)
LAST = OPENING.date()


@pytest.fixture
def late(hall: Hall):
    """The desk three days after the end of acceptance, with a paper of it; what is typed and filed goes through ``file``."""
    answers, d = hall.answers(SLUG), hall.definition(SLUG)
    packet, _ = waiting(d.section, SLUG)
    disasters_seed(actor="test")
    Disaster.objects.update(accepts_until=LAST)
    at = f"/staff/scans/p/{packet.id}/"

    def file(received: dt.date):
        desk = hall.desk("yamada")
        for step in d.steps:
            went = desk.post(f"{at}k/{step.id}/", generate.as_lists(generate.post_data(d, step, answers)))
            assert went.status_code == 303, re.findall(r'<a href="#[^"]*">[^<]*', text(went))
        assert "に終わりました" not in text(desk.get(f"{at}check/")), "nobody has said yet when it came"
        return desk.post(f"{at}check/", {"received": received.isoformat()})

    with clock.frozen(OPENING + dt.timedelta(days=3)):
        forget()
        yield file
    forget()


def test_what_came_on_the_last_day_is_typed_off_and_filed_afterwards(late) -> None:
    assert late(LAST).status_code == 303
    assert Application.objects.get().filed_at.astimezone(clock.JST).date() == LAST


def test_what_came_too_late_is_told_why(late) -> None:
    page = late(LAST + dt.timedelta(days=1))
    assert page.status_code == 422
    assert "に終わりました" in text(page), "the list says what stands against it"
    assert not Application.objects.exists()


CLAIM = "jidou-teate-nintei"


def test_a_page_for_who_comes_late_is_not_asked_of_paper_that_came_in_time(hall: Hall) -> None:
    with clock.frozen(OPENING):
        event = OPENING.date() - dt.timedelta(days=10)
        answers = hall.answers(CLAIM) | {"reason_date": event.isoformat()}
        packet, _ = waiting(hall.definition(CLAIM).section, CLAIM)
    at, seen = f"/staff/scans/p/{packet.id}/", []
    with clock.frozen(OPENING + dt.timedelta(days=20)):
        desk = hall.desk("tanaka")
        here = desk.get(f"{at}k/{hall.definition(CLAIM).steps[0].id}/").request["PATH_INFO"]
        while "/k/" in here:
            step = hall.definition(CLAIM).step(here.rstrip("/").rpartition("/")[2])
            assert step is not None
            seen.append(step.id)
            went = desk.post(here, generate.as_lists(generate.post_data(hall.definition(CLAIM), step, answers)))
            assert went.status_code == 303, (step.id, re.findall(r'<a href="#[^"]*">[^<]*', text(went)))
            here = went["Location"]
        assert "late_page" not in seen, "it was here ten days after the event, and lay for twenty"
        assert desk.post(f"{at}check/", {"received": OPENING.date().isoformat()}).status_code == 303
    assert Application.objects.get().slug == CLAIM
