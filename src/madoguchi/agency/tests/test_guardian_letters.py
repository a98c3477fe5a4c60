"""民法98条の2: to whom the letter goes that decides on somebody under guardianship."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.agency import guardian_desk as desk
from madoguchi.agency.models import Guardianship
from madoguchi.agency.tests.test_guardians import UNTIL, accepted, answers
from madoguchi.casework import letters
from madoguchi.casework.models import Case
from madoguchi.intake import acting, drafts
from madoguchi.kernel import clock
from madoguchi.procedures.rules.faces.letter import letter_text

SLUG = "kaigo-kougaku"
TO_BOTH = "試用\u3000うめ\u3000様\n成年後見人\u3000見本\u3000太郎\u3000様\n"


def begun(hall: Hall, **more) -> Guardianship:
    hall.definition(SLUG)
    return accepted(hall, **more)


def filed(hall: Hall, row: Guardianship) -> Case:
    owner = hall.owner("taro")
    draft = drafts.draft_start(owner=owner, slug=SLUG)
    acting.draft_act(owner=owner, draft_id=str(draft.id), mandate_id=str(row.id))
    draft.refresh_from_db()
    sent = hall.send(owner, hall.fill(owner, draft, hall.answers(SLUG) | answers(hall)))
    run_worker()
    return Case.objects.get(id=sent.application.id)


def letter(hall: Hall, case: Case) -> str:
    decision = hall.propose(case, "sato", "reject")
    return letter_text(letters.letters_of(case, decision)[0][1])


def test_it_is_addressed_to_the_person_and_to_the_guardian_who_filed_it(hall: Hall):
    assert TO_BOTH in letter(hall, filed(hall, begun(hall)))


@pytest.mark.parametrize("kind", ["curator", "assistant", "voluntary"])
def test_who_may_receive_letters_themselves_is_written_to_alone(hall: Hall, kind: str):
    said = letter(hall, filed(hall, begun(hall, scope=(SLUG,), kind=kind)))
    assert "試用\u3000うめ\u3000様\n" in said
    assert "見本\u3000太郎" not in said.partition("\n\n")[0]


def test_a_guardian_of_the_past_receives_none(hall: Hall):
    row = begun(hall)
    case = filed(hall, row)
    desk.claim_end(actor=hall.staff("matsuda"), guardian_id=str(row.id), why="審判が取り消されたため")
    assert "成年後見人" not in letter(hall, case)


def test_nor_one_whose_confirmation_has_run_out(hall: Hall):
    case = filed(hall, begun(hall))
    with clock.frozen(clock.now() + (UNTIL - clock.today()) + dt.timedelta(days=1)):
        assert "成年後見人" not in letter(hall, case)


def test_who_may_read_a_decision_no_more_is_told_and_the_section_that_it_goes_by_post(hall: Hall):
    row = begun(hall)
    case, taro = filed(hall, row), hall.browser("taro")
    hall.decide(case, "reject", "sato", "ito", "kato")
    run_worker()
    nobody, over = "書類を見られる画面を持つ方がいません", "状況と結果は見られず、直していただきたい点にも答えられません"
    page, own = f"/staff/case/{case.id}/", f"/my/guardians/{row.id}/"
    assert nobody not in text(hall.desk("sato").get(page)) and over not in text(taro.get(own))
    desk.claim_end(actor=hall.staff("matsuda"), guardian_id=str(row.id), why="審判が取り消されたため")
    assert f"送った方の法定代理の確認が終わっているので、{nobody}" in text(hall.desk("sato").get(page))
    assert over in text(taro.get(own)) and "代理で送った手続きの控え" in text(taro.get("/my/"))
