"""A correction that two people have open: two devices, an agent and the one for whom they filed, an old page and a newer question."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import OPENING, Hall, lists, run_worker
from tests.support.walk import hidden, text

from madoguchi.casework import services
from madoguchi.casework.models import Case
from madoguchi.procedures.rules import generate

SLUG = "jidou-teate-mishiharai"
FIRST, SECOND = "0767000011", "0767000022"


@pytest.fixture
def case(hall: Hall) -> Case:
    return hall.case("hanako", SLUG, mail="hanako@example.jp")


def ask(hall: Hall, case: Case, path: str = "phone") -> None:
    services.correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[(path, f"{path}を直してください")],
                                due_on=OPENING.date() + dt.timedelta(days=9))
    run_worker()


def typed(hall: Hall, value: str):
    q = hall.definition(SLUG).question("phone")
    return lists(dict(generate._fields(q, value, "phone")))


def page(case: Case) -> str:
    return f"/my/{case.id}/correct/"


def test_what_the_second_device_sends_is_not_said_to_have_arrived(hall: Hall, case):
    ask(hall, case)
    one, other = hall.browser("hanako"), hall.browser("hanako")
    assert one.post(page(case), typed(hall, FIRST)).status_code == 303
    late = other.post(page(case), typed(hall, SECOND))
    assert late.status_code == 409 and "いま送った内容は届いていません" in text(late)
    run_worker()
    case.refresh_from_db()
    assert case.answers["phone"] == FIRST


def test_who_pressed_twice_reads_of_no_fault(hall: Hall, case):
    ask(hall, case)
    browser = hall.browser("hanako")
    for _ in range(2):
        assert browser.post(page(case), typed(hall, FIRST)).status_code == 303


def test_an_old_page_does_not_answer_a_newer_question(hall: Hall, case):
    ask(hall, case)
    one, other = hall.browser("hanako"), hall.browser("hanako")
    old = {"_asked": hidden(other.get(page(case)), "_asked")} | typed(hall, SECOND)
    assert one.post(page(case), typed(hall, FIRST)).status_code == 303
    run_worker()
    ask(hall, case)
    said = other.post(page(case), old)
    assert said.status_code == 422 and "いま送った内容は届いていません" in text(said) and SECOND in text(said)
    run_worker()
    case.refresh_from_db()
    assert case.answers["phone"] == FIRST and case.state == "correction"
    again = old | {"_asked": hidden(said, "_asked")}
    assert other.post(page(case), again).status_code == 303


def test_a_question_about_something_else_is_drawn_as_it_was_filed(hall: Hall, case):
    ask(hall, case)
    old = {"_asked": "00000000-0000-0000-0000-000000000000"}
    said = hall.browser("hanako").post(page(case), old)
    assert said.status_code == 422 and case.answers["phone"] in text(said).replace("-", "")


def test_a_button_that_the_page_has_not_sends_as_any_press_does(hall: Hall, case):
    """It was answered with the page again, as if nothing had been pressed."""
    ask(hall, case)
    sent = hall.browser("hanako").post(page(case), typed(hall, SECOND) | {"_action": "zzz"})
    assert sent.status_code == 303
    run_worker()
    case.refresh_from_db()
    assert case.answers["phone"] == SECOND
