"""The time of a correction: the clock stands while we wait, an answer counts from when it came, and what is never answered is taken up
again."""

from __future__ import annotations

import datetime as dt

from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services, unanswered
from madoguchi.casework.models import Correction
from madoguchi.kernel import audit, clock
from madoguchi.offices.public import add_open_days, open_days_between

from .test_correction import DUE, answer, ask, case  # noqa: F401 - case is a fixture


def test_the_clock_stands_still_while_we_wait(hall: Hall, case):  # noqa: F811
    due = case.due_on
    ask(hall, case, ("phone", "つながりませんでした"))
    assert case.stopped_on == OPENING.date()
    back = OPENING + dt.timedelta(days=10)
    with clock.frozen(back):
        answer(hall, case, phone="0767123456")
        run_worker()
        case.refresh_from_db()
    waited = open_days_between(OPENING.date(), back.date())
    assert waited == 5, "23 November is a holiday"
    assert case.due_on == add_open_days(due, waited)
    assert case.stopped_on is None
    assert case.state == "reviewing"


def test_a_case_whose_answer_never_comes_is_taken_up_again(hall: Hall, case):  # noqa: F811
    due, url = case.due_on, f"/staff/case/{case.id}/unanswered/"
    ask(hall, case, ("phone", "つながりませんでした"))
    with clock.frozen(OPENING + dt.timedelta(days=20)):
        desk = hall.desk("tanaka")
        wrong = desk.post(url, {"why": " "})
        assert wrong.status_code == 422 and "理由を書いて" in text(wrong)
        assert desk.post(url, {"why": "期限までに答えがなかったため"}).status_code == 303
        run_worker()
        case.refresh_from_db()
        waited = open_days_between(OPENING.date(), clock.today())
        assert (case.state, case.stopped_on, case.due_on) == ("reviewing", None, add_open_days(due, waited))
        assert "回答なし" in text(desk.get(f"/staff/case/{case.id}/?tab=talk"))
        mine = text(hall.browser("hanako").get(f"/my/{case.id}/"))
        assert "答えを待たずに、審査を続けています" in mine and "correct/" not in mine
        assert desk.post(url, {"why": "もう一度"}).status_code == 409
        assert hall.propose(case, "tanaka", "reject").state == "proposed"
    assert audit.verify() == []


def test_an_answer_sent_while_the_clerk_takes_the_case_up_again_is_not_lost(hall: Hall, case):  # noqa: F811
    ask(hall, case, ("phone", "つながりませんでした"))
    unanswered.correction_end(actor=hall.staff("tanaka"), case_id=case.ref, why="答えがないため")
    assert answer(hall, case, phone="0767123456").status_code == 303, "the applicant's page does not know yet"
    run_worker()
    case.refresh_from_db()
    assert (case.state, case.answers["phone"]) == ("reviewing", "0767123456")
    assert Correction.objects.get().answered_at is not None


def test_a_late_answer_to_the_first_question_does_not_end_the_waiting_for_the_second(hall: Hall, case):  # noqa: F811
    ask(hall, case, ("phone", "つながりませんでした"))
    unanswered.correction_end(actor=hall.staff("tanaka"), case_id=case.ref, why="答えがないため")
    assert answer(hall, case, phone="0767123456").status_code == 303
    services.correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[("custody", "くわしく書いてください")], due_on=DUE)
    case.refresh_from_db()
    stopped = case.stopped_on
    run_worker()
    case.refresh_from_db()
    assert (case.state, case.stopped_on, case.answers["phone"]) == ("correction", stopped, "0767123456")
    assert [c.answered_at is not None for c in Correction.objects.order_by("number")] == [True, False]
    assert "くわしく書いてください" in text(hall.browser("hanako").get(f"/my/{case.id}/correct/"))


def test_an_answer_counts_from_when_it_came_not_from_when_a_worker_took_it(hall: Hall, case):  # noqa: F811
    due = case.due_on
    ask(hall, case, ("phone", "つながりませんでした"))
    back = dt.datetime(2026, 11, 25, 23, 59, tzinfo=clock.JST)
    with clock.frozen(back):
        answer(hall, case, phone="0767123456")
    with clock.frozen(back + dt.timedelta(days=1, minutes=6)):  # 27 November
        run_worker()
    case.refresh_from_db()
    assert case.due_on == add_open_days(due, open_days_between(OPENING.date(), back.date()))
    assert Correction.objects.get().answered_at == back
