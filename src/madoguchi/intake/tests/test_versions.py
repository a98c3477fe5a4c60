"""The form is renewed while Hanako is writing: she may finish on the old one, later only what changed is asked again."""

from __future__ import annotations

import copy
import datetime as dt

import pytest
from tests.support.hall import OPENING, Hall, body_of
from tests.support.walk import Walk, text

from madoguchi.intake.models import Application
from madoguchi.kernel import clock
from madoguchi.procedures import public as procedures
from madoguchi.procedures.models import Version
from madoguchi.procedures.rules.read import from_plain

SLUG = "jidou-teate-kifu"


def renewed(change):
    """The next edition of the form, changed by a function of its pages."""
    body = copy.deepcopy(body_of(SLUG))
    body["版"] = "2026-11-21"
    change(body)
    return body


def page_of(body, item):
    return next(p for p in body["画面"] if item in p["項目"])


def asks_more(body):
    page_of(body, "phone")["項目"]["second_phone"] = {"問": "夜間の電話", "型": "電話", "必須": "はい"}


@pytest.fixture
def walk(hall: Hall):
    found = Walk(hall.browser("hanako"), SLUG, hall.answers(SLUG))
    found.go()
    return found


def test_the_same_content_again_is_no_new_version(hall: Hall):
    hall.definition(SLUG)
    hall.publish(SLUG)
    assert Version.objects.filter(slug=SLUG).count() == 1


def test_a_draft_is_finished_on_the_version_it_was_begun_on(hall: Hall, walk):
    hall.publish(SLUG, renewed(asks_more))
    assert procedures.current(SLUG).number == 2
    assert walk.client.get(walk.url("check")).status_code == 200
    assert walk.submit().status_code == 303
    filed = Application.objects.get()
    assert (filed.version, "second_phone" in filed.answers) == (1, False)
    assert filed.checksum == procedures.version(SLUG, 1).checksum
    case_page = walk.client.get(f"/my/{filed.id}/")
    assert case_page.status_code == 200


def test_a_new_draft_takes_the_new_version(hall: Hall, walk):
    hall.publish(SLUG, renewed(asks_more))
    assert Walk(hall.browser("taro"), SLUG, walk.answers).draft.version == 2


def test_after_the_end_of_acceptance_only_what_changed_is_asked(hall: Hall, walk):
    hall.publish(SLUG, renewed(asks_more), accept_old=dt.timedelta(days=10))
    with clock.frozen(OPENING + dt.timedelta(days=9)):
        assert walk.client.get(walk.url("check")).status_code == 200
    with clock.frozen(OPENING + dt.timedelta(days=11)):
        moved = walk.submit()
        assert moved["Location"] == walk.url("renewed")
        assert not Application.objects.exists()
        assert walk.draft.version == 2
        assert walk.draft.answers == walk.answers, "everything that still fits is kept"
        page = text(walk.client.get(walk.url("renewed")))
        new = procedures.current(SLUG).definition
        changed = next(s for s in new.steps if any(q.id == "second_phone" for q in s.questions))
        assert changed.title in page
        assert [s.title for s in new.steps if s.title in page] == [changed.title], "and nothing else is asked"
        assert walk.submit().status_code == 422, "not before the new question is answered"
        walk.answers = walk.answers | {"second_phone": "0767000001"}
        walk.d = new
        answer = walk.post(changed.id)
        assert answer.status_code == 303
        assert walk.submit().status_code == 303
    filed = Application.objects.get()
    assert (filed.version, filed.answers["second_phone"]) == (2, "0767000001")


def test_an_answer_that_no_longer_fits_is_asked_again_and_no_other(hall: Hall, walk):
    """The new edition makes the telephone a number: the old answer does not fit and is dropped, the rest stays."""

    def retype(body):
        page_of(body, "phone")["項目"]["phone"] = {"問": "内線番号", "型": "整数", "必須": "はい", "範囲": "1〜9999"}

    hall.publish(SLUG, renewed(retype), accept_old=dt.timedelta(days=0))
    with clock.frozen(OPENING + dt.timedelta(days=1)):
        assert walk.submit()["Location"] == walk.url("renewed")
        assert walk.draft.answers == {k: v for k, v in walk.answers.items() if k != "phone"}
        assert walk.submit().status_code == 422


def test_a_question_that_is_gone_is_dropped(hall: Hall, walk):
    def shorter(body):
        del page_of(body, "phone")["項目"]["phone"]
        for target in body["連携"]:
            target["列"] = {k: v for k, v in target["列"].items() if v != "phone"}

    hall.publish(SLUG, renewed(shorter), accept_old=dt.timedelta(days=0))
    with clock.frozen(OPENING + dt.timedelta(days=1)):
        assert walk.submit()["Location"] == walk.url("renewed")
        assert walk.submit().status_code == 303
    assert "phone" not in Application.objects.get().answers


def test_a_case_is_shown_by_the_version_it_was_filed_on(hall: Hall):
    case = hall.case("hanako", SLUG)

    def rename(body):
        page_of(body, "phone")["項目"]["phone"]["問"] = "新しい呼び名"

    hall.publish(SLUG, renewed(rename), accept_old=dt.timedelta(days=0))
    page = text(hall.desk("tanaka").get(f"/staff/case/{case.id}/?tab=answers"))
    old = procedures.version(SLUG, 1).definition.question("phone")
    assert old.label in page
    assert "新しい呼び名" not in page


@pytest.mark.parametrize("slug", ["risai-shoumei", "jidou-teate-nintei", "kaigo-nintei-shinki"])
def test_a_published_form_asks_in_the_order_of_its_file(hall: Hall, slug):
    """PostgreSQL's jsonb would sort the questions by the length of their names."""
    asked = [(step.id, q.id) for step in hall.publish(slug).steps for q in step.questions]
    assert asked == [(step.id, q.id) for step in from_plain(body_of(slug)).steps for q in step.questions]
