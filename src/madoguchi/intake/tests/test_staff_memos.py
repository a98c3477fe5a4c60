"""What a rule notes for the nurse or the clerk is a memo: the case has it, nobody who fills in the form reads it about themselves."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.casework.models import Case
from madoguchi.intake.asking import read_over
from madoguchi.kernel import clock
from madoguchi.offices.public import city
from madoguchi.procedures import pack

SLUG = "ninshin-todoke"
SMOKES = "喫煙がある"


@pytest.fixture(autouse=True)
def with_its_checks(hall: Hall):
    """The definition of the pack: the still copy of the tests has no 検査."""
    path, override = next((p, o) for p, o in pack.pack_files(city()) if p.stem == SLUG)
    definition, _ = pack.read_file(path, override, city())
    assert definition
    hall.publish(SLUG, pack.body(path, override, definition, pack.tables(pack.COMMON)))



def test_she_reads_no_verdict_before_she_sends(hall: Hall):
    draft = hall.draft("hanako", SLUG, hall.answers(SLUG) | {"smoking": "self"})
    page = text(hall.browser("hanako").get(f"/a/{draft.id}/check/"))
    assert SMOKES not in page
    assert read_over(draft).notices == (), "nor does the tablet"


def test_the_case_has_it_apart_from_what_she_was_told(hall: Hall):
    case = hall.case("hanako", SLUG, hall.answers(SLUG) | {"smoking": "self"})
    page = text(hall.desk("yoshida").get(f"/staff/case/{case.id}/"))
    assert "職員だけに見える注意" in page
    assert SMOKES in page
    assert "手続きのときに画面で伝えた注意" not in page
    for mine in (f"/my/{case.id}/", f"/my/{case.id}/filed/"):
        assert SMOKES not in text(hall.browser("hanako").get(mine))


def test_a_correction_keeps_it_a_memo(hall: Hall):
    case = hall.case("hanako", SLUG, hall.answers(SLUG) | {"smoking": "self"})
    services.correction_request(actor=hall.staff("yoshida"), case_id=case.ref, items=[("smoking", "確かめてください")],
                                due_on=clock.today() + dt.timedelta(days=10))
    run_worker()
    sent = hall.browser("hanako").post(f"/my/{case.id}/correct/", {"_action": "send", "smoking": "both"})
    assert sent.status_code == 303
    run_worker()
    assert {"question": "smoking", "ja": SMOKES, "staff": True} in Case.objects.get(id=case.id).notices


def test_what_the_applicant_should_know_is_told_to_both(hall: Hall):
    slug = "jidou-teate-nintei"
    case = hall.case("hanako", slug)
    assert "分から" in case.notices[0]["ja"]
    assert "手続きのときに画面で伝えた注意" in text(hall.desk("tanaka").get(f"/staff/case/{case.id}/"))
