"""再調査の申出 of what an agent filed: it is the person's, and the agent neither makes nor ends it, nor hears of it after the 委任."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from tests.support.hall import run_worker
from tests.support.walk import text

from madoguchi.agency import services as mandates
from madoguchi.agency.models import Mandate
from madoguchi.agency.public import GUARDIAN
from madoguchi.casework import services as work
from madoguchi.casework.models import Case
from madoguchi.intake import second
from madoguchi.intake.models import Application
from madoguchi.kernel import clock, keys
from madoguchi.notifications.models import Mail

TELLS = "第2次調査（再調査）は、ご本人が"


@pytest.fixture
def mandate(hall, decided) -> Mandate:
    """The decided certificate is one that Taro filed for Hanako on her living mandate."""
    decided()
    run_worker()
    row = Application.objects.get()
    _, code = mandates.mandate_offer(owner=hall.owner("hanako"), name="見本太郎", scope=[row.slug], acts=["see", "messages"],
                                     ends_on=clock.today() + dt.timedelta(days=60))
    given = mandates.mandate_answer(owner=hall.owner("taro"), code=code, accept=True)
    row.principal, row.owner = row.owner, hall.owner("taro").key
    row.acting = {"kind": "mandate", "mandate": str(given.id), "name": "見本 太郎", "giver": "見本 花子", "until": given.ends_on.isoformat()}
    row.sealed_mail = keys.seal("mail-address", b"taro@example.jp", bound_to=row.receipt)
    row.save()
    return given


def ask(hall) -> None:
    assert hall.browser("hanako").post(f"/my/{Application.objects.get().id}/second/", {"reason": "屋根の被害が入っていません"}).status_code == 303
    run_worker()


def test_an_agent_is_told_that_the_person_asks(hall, mandate):
    page = f"/my/{Application.objects.get().id}/"
    agents, persons = text(hall.browser("taro").get(page)), text(hall.browser("hanako").get(page))
    assert TELLS in agents
    assert "第2次調査を申し出る" not in agents
    assert TELLS not in persons
    assert "第2次調査を申し出る" in persons
    ask(hall)
    assert TELLS not in text(hall.browser("taro").get(page))
    assert Mail.objects.filter(key__startswith="second:").count() == 1, "the mandate lives, and says that news are mailed"


def test_an_agent_of_the_past_hears_nothing_of_it(hall, mandate):
    mandates.mandate_end(owner=hall.owner("hanako"), mandate_id=str(mandate.id))
    ask(hall)
    assert not Mail.objects.filter(key__startswith="second:").exists()


def test_what_the_person_asked_for_is_not_the_agents_to_take_back(hall, mandate):
    ask(hall)
    case = Case.objects.get()
    work.case_reopen(actor=hall.staff("yamada"), case_id=case.ref, why="再調査の申出", asked=True)
    run_worker()
    taro, hanako, page = hall.browser("taro"), hall.browser("hanako"), f"/my/{case.id}/"
    assert "もう一度の審査の申出を取り下げる" not in text(taro.get(page))
    assert taro.get(f"{page}withdraw/").status_code == 303
    assert taro.post(f"{page}withdraw/").status_code == 409
    assert not Application.objects.get().view.get("withdrawal")
    assert "もう一度の審査の申出を取り下げる" in text(hanako.get(page))
    assert hanako.post(f"{page}withdraw/").status_code == 303


def test_the_history_says_that_it_was_the_representative_by_law(hall, decided):
    case, _ = decided()
    run_worker()
    row = Application.objects.get()
    row.acting = {"kind": GUARDIAN, "mandate": "", "name": "見本 花子", "giver": "試用 うめ"}
    row.save()
    owner = hall.owner("hanako")
    second.second_ask(application=row, owner=owner, reason="屋根の被害が入っていません", actor=owner.actor)
    run_worker()
    history = text(hall.desk("yamada").get(f"/staff/case/{case.id}/?tab=history"))
    assert re.search(r"手続きした方（法定代理人）\s*</td><td[^>]*>再調査\(第2次調査\)を申し出た", history)
