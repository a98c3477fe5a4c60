"""Nobody shares a 個人番号: two people with one number are told so at the box, although saved numbers are tokens that never look alike."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from tests.support.hall import Hall, lists, run_worker
from tests.support.walk import Walk, text

from madoguchi.casework import services
from madoguchi.delivery.models import Parcel
from madoguchi.delivery.services import stuck_list
from madoguchi.intake import drafts
from madoguchi.intake import public as intake
from madoguchi.intake.errors import AnswersWrong
from madoguchi.intake.models import Application, Draft
from madoguchi.kernel import clock, outbox, sealed
from madoguchi.kernel.models import SealedValue
from madoguchi.procedures import selectors
from madoguchi.procedures.rules import generate

SLUG = "jidou-teate-nintei"
ONE, TWO = generate.MY_NUMBERS[:2]
SAME = "ほかの方と同じマイナンバーです。番号を確認してください"
SPOUSE = {
    "spouse": True, "spouse_name": {"sei": "見本", "mei": "太郎"}, "spouse_kana": {"sei": "ミホン", "mei": "タロウ"}, "spouse_born": "1990-04-01",
    "spouse_together": True, "spouse_occupation": "employee", "higher": "self",
}


def claim(hall: Hall, mine: str = ONE, spouse: str = TWO):
    return hall.answers(SLUG) | SPOUSE | {"mynumber": mine, "spouse_mynumber": spouse}


@pytest.fixture
def walk(hall: Hall):
    """Hanako, before the page of her spouse."""
    walk = Walk(hall.browser("hanako"), SLUG, claim(hall, ONE, ONE))
    walk.go(stop="spouse_page")
    return walk


def test_the_number_of_another_person_is_refused_at_the_box(walk: Walk):
    kept = SealedValue.objects.count()
    refused = walk.post("spouse_page")
    assert refused.status_code == 422
    assert f'href="#spouse_mynumber">{SAME}' in text(refused)
    assert "spouse_name" not in walk.draft.answers
    assert SealedValue.objects.count() == kept, "nothing of it stays behind"
    assert walk.post("spouse_page", spouse_mynumber=TWO).status_code == 303


def test_a_box_left_as_it_was_is_compared_too(walk: Walk):
    walk.post("spouse_page", spouse_mynumber=TWO)
    assert walk.post("claimant_page", mynumber=TWO).status_code == 303, "two that were mixed up can be put right one after the other"
    refused = walk.post("spouse_page", spouse_mynumber="")
    assert refused.status_code == 422
    assert SAME in text(refused)
    assert walk.post("spouse_page", spouse_mynumber=ONE).status_code == 303


def test_what_was_changed_last_is_found_on_the_check_page_and_not_sent(hall: Hall):
    draft = hall.draft("hanako", SLUG, claim(hall))
    raw = lists(generate.post_data(hall.definition(SLUG), hall.definition(SLUG).step("claimant_page"), claim(hall, TWO)))
    drafts.draft_save_step(owner=hall.owner("hanako"), draft_id=str(draft.id), step_id="claimant_page", raw=raw, mark="")
    browser = hall.browser("hanako")
    assert SAME in text(browser.get(f"/a/{draft.id}/check/"))
    assert browser.post(f"/a/{draft.id}/check/", {"ok": "yes"}).status_code == 422
    assert not Application.objects.exists()


def test_a_number_of_a_page_that_is_not_asked_any_more_is_nobody_s(walk: Walk):
    walk.post("spouse_page", spouse_mynumber=TWO)
    walk.post("spouse_page", spouse="no")
    Draft.objects.filter(id=walk.draft_id).update(answers=walk.draft.answers | {"spouse_mynumber": sealed.put("my-number", ONE)})
    assert walk.post("claimant_page").status_code == 303
    assert SAME not in text(walk.client.get(walk.url("check")))


def test_paper_typed_off_is_refused_at_the_box(hall: Hall):
    hall.definition(SLUG)
    draft = intake.paper_start(packet="1", slug=SLUG, version=selectors.current(SLUG).number)
    answers = claim(hall, ONE, ONE)
    with pytest.raises(AnswersWrong) as wrong:
        for step in hall.definition(SLUG).steps:
            if step in intake.paper_read(packet="1", draft_id=draft).asked:
                intake.paper_save(packet="1", draft_id=draft, step_id=step.id,
                                  raw=generate.as_lists(generate.post_data(hall.definition(SLUG), step, answers)))
    assert [(f.question, f.ja) for f in wrong.value.faults] == [("spouse_mynumber", SAME)]


def test_another_program_is_refused(hall: Hall):
    owner = hall.owner("hanako")
    hall.definition(SLUG)
    draft = drafts.draft_start(owner=owner, slug=SLUG)
    with pytest.raises(AnswersWrong) as wrong:
        intake.answers_save(owner=owner, draft_id=str(draft.id), answers=claim(hall, ONE, ONE))
    assert ("spouse_mynumber", SAME) in [(f.question, f.ja) for f in wrong.value.faults]
    saved = intake.answers_save(owner=owner, draft_id=str(draft.id), answers=claim(hall, ONE, TWO))
    again = intake.answers_save(owner=owner, draft_id=str(saved.id), answers=claim(hall, TWO, ONE))
    assert sealed.get(again.answers["mynumber"]) == TWO


def test_a_correction_is_refused_at_what_was_typed(hall: Hall):
    case = hall.case("hanako", SLUG, claim(hall))
    services.correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[("mynumber", "確かめてください")],
                                due_on=clock.today() + dt.timedelta(days=10))
    run_worker()
    browser = hall.browser("hanako")
    refused = browser.post(f"/my/{case.id}/correct/", {"_action": "send", "mynumber": TWO})
    assert refused.status_code == 422
    assert SAME in text(refused)
    assert 'name="spouse_mynumber"' not in text(refused), "the other one is not asked for"
    assert browser.post(f"/my/{case.id}/correct/", {"_action": "send", "mynumber": generate.MY_NUMBERS[2]}).status_code == 303


def test_what_was_decided_is_handed_over_as_it_was_decided(hall: Hall):
    """A release before this one took two people with one number: after the decision nothing is judged again."""
    case = hall.case("hanako", SLUG, claim(hall))
    case.answers = case.answers | {"spouse_mynumber": sealed.put("my-number", ONE), "receiving": True}
    case.save(update_fields=["answers"])
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    assert not outbox.parked()
    assert Parcel.objects.filter(case_ref=case.ref, state="delivered").exists()


def test_a_hand_over_that_stops_says_why_and_what_to_do_next(hall: Hall):
    case = hall.case("hanako", SLUG, claim(hall))
    case.answers = json.loads(json.dumps(case.answers)) | {"phone": "x"}
    case.save(update_fields=["answers"])
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    shown = text(hall.desk("tanaka").get("/staff/deliveries/"))
    assert "「日中につながる電話」の答えが、項目の型に合いません。" in shown
    assert "決定の内容を基幹システムに直接入力し" in shown
    assert [s.next for s in stuck_list(actor=hall.staff("tanaka"))]
