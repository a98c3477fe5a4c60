"""What was filed is shown, asked again and followed by documents as of the day on which it was filed: a page for who has a child under
three was asked then, and the child has its birthday afterwards."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.casework.models import Case
from madoguchi.casework.services import correction_request
from madoguchi.intake.models import Application
from madoguchi.kernel import clock

SLUG = "jidou-teate-nintei"
LATER = OPENING + dt.timedelta(days=120)
UNDER_THREE = "2023-12-20"  # three years old a month after the filing
KYOSAI = {"pension": "kyosai", "kyosai_name": "日本私立学校振興・共済事業団"}


@pytest.fixture
def case(hall: Hall) -> Case:
    """Filed while the child was two."""
    with clock.frozen(OPENING):
        answers = hall.answers(SLUG)
        child = answers["children"][0] | {"child_born": UNDER_THREE}
        return hall.case("hanako", SLUG, answers | KYOSAI | {"children": [child]})


def test_the_page_of_the_application_shows_what_was_filed(hall: Hall, case: Case) -> None:
    with clock.frozen(LATER):
        page = text(hall.browser("hanako").get(f"/my/{case.id}/"))
    assert KYOSAI["kyosai_name"] in page, "it was asked, and it was sent"
    assert 'id="file-pension_proof"' in page, "the document that was to follow may still follow"


def test_a_correction_is_read_as_of_the_filing(hall: Hall, case: Case) -> None:
    with clock.frozen(LATER):
        correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[("kyosai_name", "正しい名前")],
                           due_on=clock.today() + dt.timedelta(days=10))
        run_worker()
        browser = hall.browser("hanako")
        assert 'name="kyosai_name"' in text(browser.get(f"/my/{case.id}/correct/"))
        went = browser.post(f"/my/{case.id}/correct/", {"kyosai_name": "見本共済組合", "_sure": "yes"})
        assert went.status_code == 303, re.findall(r'<a href="#[^"]*">[^<]*', text(went))
        run_worker()
        row = Application.objects.get(id=case.id)
        assert row.answers["kyosai_name"] == "見本共済組合"
        assert "見本共済組合" in text(browser.get(f"/my/{case.id}/"))
