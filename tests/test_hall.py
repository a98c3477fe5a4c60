"""The city hall of the tests itself: no test is answered from what another one's database held."""

from __future__ import annotations

import datetime as dt

from madoguchi.kernel import clock
from madoguchi.offices import selectors as offices
from madoguchi.offices.models import Disaster
from madoguchi.procedures import public as procedures


def opened(key: str) -> None:
    Disaster.objects.create(key=key, name=f"試しの災害{key}", cause="地震", happened_on=dt.date(2026, 11, 1), accepts_from=dt.date(2026, 11, 1))
    offices.forget()


def judged(hall, answers) -> list:
    return procedures.judge(hall.definition("risai-shoumei"), procedures.Facts(answers, clock.today())).faults


def test_answers_name_a_disaster_that_is_open_now(hall) -> None:
    opened("first")
    before = hall.answers("risai-shoumei")
    assert judged(hall, before) == []
    Disaster.objects.all().delete()
    opened("second")
    assert judged(hall, before) != [], "what fitted the first is wrong now"
    assert judged(hall, hall.answers("risai-shoumei")) == []
