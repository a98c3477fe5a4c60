"""What is filed on a standing 委任 needs no 委任状, and its correction asks for none either."""

from __future__ import annotations

import datetime as dt
import re

from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.agency import services
from madoguchi.casework.models import Case
from madoguchi.casework.services import correction_request
from madoguchi.intake import acting, drafts
from madoguchi.intake.models import Application

SLUG = "ninshin-todoke"  # who comes for somebody else must add a 委任状
AGENT = {"filer": "agent", "name": {"sei": "見本", "mei": "花子"}, "born": "1991-07-25", "agent_name": {"sei": "見本", "mei": "太郎"},
         "agent_relation": "兄", "agent_phone": "0767123456"}


def ordered(hall: Hall) -> Application:
    """Filed by Taro on Hanako's 委任."""
    hall.definition(SLUG)
    owner = hall.owner("taro")
    row, code = services.mandate_offer(owner=hall.owner("hanako"), name="見本太郎", scope=[SLUG], acts=["see", "messages"],
                                       ends_on=OPENING.date() + dt.timedelta(days=90))
    services.mandate_answer(owner=owner, code=code, accept=True)
    draft = drafts.draft_start(owner=owner, slug=SLUG)
    acting.draft_act(owner=owner, draft_id=str(draft.id), mandate_id=str(row.id))
    draft.refresh_from_db()
    answers = hall.answers(SLUG) | AGENT
    draft = hall.fill(owner, draft, answers)
    drafts.draft_detach(owner=owner, draft_id=str(draft.id), file_id=draft.files["mandate"][0]["id"])  # what the page would not have asked
    draft.refresh_from_db()
    filed = hall.send(owner, draft).application
    run_worker()
    return filed


def asked(hall: Hall, filed: Application, *items: tuple[str, str]) -> None:
    correction_request(actor=hall.staff("yoshida"), case_id=Case.objects.get(id=filed.id).ref, items=list(items),
                       due_on=OPENING.date() + dt.timedelta(days=10))
    run_worker()


def test_the_answer_to_a_correction_needs_no_paper_for_the_mandate(hall: Hall) -> None:
    filed = ordered(hall)
    assert not filed.files.get("mandate")
    asked(hall, filed, ("phone", "日中の番号にしてください"))
    sent = hall.browser("taro").post(f"/my/{filed.id}/correct/", {"phone": "0767530009"})
    assert sent.status_code == 303, re.findall(r'<a href="#[^"]*">[^<]*', text(sent))
    assert Application.objects.get().answers["phone"] == "0767530009"


def test_a_correction_makes_it_nobody_elses(hall: Hall) -> None:
    """The mandate serves for its giver: what filing would have refused, the answer to a correction may not bring in."""
    filed = ordered(hall)
    asked(hall, filed, ("name", "戸籍のとおりに"))
    page, other = f"/my/{filed.id}/correct/", {"name.sei": "試用", "name.mei": "うめ"}
    refused = hall.browser("taro").post(page, other)
    assert refused.status_code == 422
    assert "委任した方（見本 花子）の氏名と違います" in text(refused)
    assert Application.objects.get().answers["name"]["mei"] == "花子"
    assert hall.browser("hanako").post(page, {"name.sei": "見本", "name.mei": "花"}).status_code == 303, "their own name is theirs to put right"
