"""The form is renewed while Hanako is writing: she may finish on the old one, later only what changed is asked again."""

from __future__ import annotations

import copy
import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from tests.support.hall import OPENING, Hall, body_of
from tests.support.walk import Walk, text

from madoguchi.files.public import file_get
from madoguchi.intake import drafts
from madoguchi.intake.models import Application
from madoguchi.kernel import clock, sealed
from madoguchi.kernel.errors import NotFound
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


def moved_on(hall: Hall, walk, change):
    """The draft after the new edition took it over: the titles of the pages that are asked again."""
    hall.publish(SLUG, renewed(change), accept_old=dt.timedelta(days=0))
    assert walk.submit()["Location"] == walk.url("renewed")
    page = text(walk.client.get(walk.url("renewed")))
    return [s.title for s in procedures.current(SLUG).definition.steps if f"<li>{s.title}</li>" in page]


@pytest.fixture
def next_day():
    with clock.frozen(OPENING + dt.timedelta(days=1)):
        yield


CLAIMANT, GIFT = "申出者(あなた)", "寄附の内容"


def other_declaration(body):
    page_of(body, "purpose")["項目"]["purpose"]["問"] = "寄附した額を返してもらえないことを承知しました"


def other_explanation(body):
    page_of(body, "receiving")["項目"]["receiving"]["説明"] = "認定の請求中の方は「いいえ」です。"


def other_option(body):
    page_of(body, "extent")["項目"]["extent"]["選択肢"]["all"] = {"表示": "残りの全部", "説明": "給食費を引いた残り"}


@pytest.mark.parametrize(("change", "item", "title"), [
    (other_declaration, "purpose", GIFT), (other_explanation, "receiving", CLAIMANT), (other_option, "extent", GIFT),
])
def test_what_was_ticked_under_other_words_is_asked_again(hall: Hall, walk, next_day, change, item, title):
    assert moved_on(hall, walk, change) == [title]
    assert walk.draft.answers == {k: v for k, v in walk.answers.items() if k != item}
    assert walk.submit().status_code == 422
    assert not Application.objects.exists()


def test_a_declaration_is_asked_again_when_the_words_of_its_page_changed(hall: Hall, walk, next_day):
    def other_page(body):
        page_of(body, "purpose")["説明"] = "寄附した額は戻りません。"

    assert moved_on(hall, walk, other_page) == [GIFT]
    assert walk.draft.answers == {k: v for k, v in walk.answers.items() if k != "purpose"}


def test_what_was_typed_under_another_explanation_stays_and_its_page_is_shown_again(hall: Hall, walk, next_day):
    def other_example(body):
        page_of(body, "phone")["項目"]["phone"]["説明"] = "携帯電話の番号でも構いません。"

    assert moved_on(hall, walk, other_example) == [CLAIMANT]
    assert walk.draft.answers == walk.answers


def test_a_page_with_a_new_question_is_asked_again_also_where_it_may_stay_empty(hall: Hall, walk, next_day):
    def languages(body):
        page_of(body, "phone")["項目"]["languages"] = {"問": "日本語のほかに話せることば", "型": "文字"}
        page_of(body, "purpose")["項目"]["unasked"] = {"問": "受けていない理由", "型": "文字", "条件": "receiving = はい"}

    assert walk.answers["receiving"] is False
    assert moved_on(hall, walk, languages) == [CLAIMANT]
    assert walk.draft.answers == walk.answers


def test_a_page_put_in_between_asks_nothing_else_again(hall: Hall, walk, next_day):
    def between(body):
        for page in body["画面"]:
            del page["番号"]
        body["画面"].insert(1, {"題": "ことば", "項目": {"languages": {"問": "日本語のほかに話せることば", "型": "文字"}}})

    assert moved_on(hall, walk, between) == ["ことば"]
    assert walk.draft.answers == walk.answers


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


def test_numbers_and_documents_that_the_new_form_does_not_take_are_destroyed(hall: Hall, next_day, django_capture_on_commit_callbacks):
    """Nobody could see or delete them any more: the number would stay decryptable, the photo would lie there for ever."""
    slug = "ninshin-todoke"
    owner = hall.owner("hanako")
    draft = hall.draft("hanako", slug, hall.answers(slug))
    hall.attach(owner, draft, "clinic_proof")
    draft.refresh_from_db()
    token, (photo,) = draft.answers["my_number"], draft.files["clinic_proof"]
    place = Path(settings.FILES_ROOT) / file_get(photo["id"]).place
    assert sealed.get(token)
    assert place.exists()
    body = copy.deepcopy(body_of(slug)) | {"版": "2026-11-21"}
    del page_of(body, "my_number")["項目"]["my_number"]
    del body["添付"]["clinic_proof"]
    for target in body["連携"]:
        target["列"] = {k: v for k, v in target["列"].items() if v != "my_number"}
    hall.publish(slug, body, accept_old=dt.timedelta(days=0))
    with django_capture_on_commit_callbacks(execute=True):
        drafts.draft_migrate(owner=owner, draft_id=str(draft.id))
    draft.refresh_from_db()
    assert ("my_number" in draft.answers, "clinic_proof" in draft.files) == (False, False)
    with pytest.raises(NotFound):
        sealed.get(token)
    with pytest.raises(NotFound):
        file_get(photo["id"])
    assert not place.exists()


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
