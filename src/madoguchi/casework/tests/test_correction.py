"""部分補正: Tanaka asks Hanako to put single answers right; only those reopen, and everything is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support import papers
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.casework.errors import NothingChosen, NotNow
from madoguchi.casework.models import Correction
from madoguchi.casework.selectors import definition_of
from madoguchi.intake.models import Application, Revision
from madoguchi.kernel import audit, clock, sealed
from madoguchi.kernel.models import AuditEntry
from madoguchi.offices.public import add_open_days, open_days_between
from madoguchi.procedures.rules import generate

SLUG = "jidou-teate-mishiharai"
DUE = OPENING.date() + dt.timedelta(days=14)


@pytest.fixture
def case(hall: Hall):
    return hall.case("hanako", SLUG, mail="hanako@example.jp")


def ask(hall, case, *items, who="tanaka", due=DUE):
    found = services.correction_request(actor=hall.staff(who), case_id=case.ref, items=list(items), due_on=due)
    run_worker()
    case.refresh_from_db()
    return found


def form(hall, case, **changes):
    """What the correction page posts for the reopened questions."""
    d = definition_of(case)
    fields = {}
    for step in d.steps:
        fields |= generate.post_data(d, step, case.answers)
    return fields | {"_action": "send"} | changes


def answer(hall, case, who="hanako", **changes):
    return hall.browser(who).post(f"/my/{case.id}/correct/", form(hall, case, **changes))


def test_only_the_chosen_questions_reopen(hall: Hall, case):
    ask(hall, case, ("phone", "つながりませんでした"))
    page = text(hall.browser("hanako").get(f"/my/{case.id}/correct/"))
    assert "つながりませんでした" in page
    assert case.answers["phone"] in page, "the old answer is shown"
    assert 'name="phone"' in page
    for closed in ("deceased_name", "name", "account", "custody"):
        assert f'name="{closed}' not in page


def test_what_is_not_asked_for_cannot_be_changed_along_the_way(hall: Hall, case):
    ask(hall, case, ("phone", "つながりませんでした"))
    before = dict(case.answers)
    sent = answer(hall, case, phone="0767123456", remarks="こっそり", **{"deceased_name.sei": "別人"})
    assert sent.status_code == 303
    assert Application.objects.get().answers == before | {"phone": "0767123456"}


def test_old_new_and_note_are_kept_on_both_sides(hall: Hall, case):
    old = case.answers["phone"]
    ask(hall, case, ("phone", "つながりませんでした"))
    answer(hall, case, phone="0767123456")
    run_worker()
    case.refresh_from_db()
    item = Correction.objects.get().items[0]
    assert (item["old"].replace("-", ""), item["note"], item["new"].replace("-", "")) == (
        old, "つながりませんでした", "0767123456")
    assert case.answers["phone"] == "0767123456"
    assert case.revision == 2
    revision = Revision.objects.get()
    assert (revision.number, revision.answers["phone"]) == (1, old)
    page = text(hall.desk("tanaka").get(f"/staff/case/{case.id}/?tab=talk"))
    for words in (item["old"], item["note"], item["new"]):
        assert words in page


def test_the_digest_follows_the_corrected_answers(hall: Hall, case):
    before = case.digest
    ask(hall, case, ("phone", "つながりませんでした"))
    answer(hall, case, phone="0767123456")
    run_worker()
    case.refresh_from_db()
    application = Application.objects.get()
    assert application.digest == case.digest != before
    entry = AuditEntry.objects.get(chain=f"case:{case.id}", action="correction.answered")
    assert entry.facts["digest"] == case.digest
    assert audit.verify() == []


def test_a_wrong_correction_keeps_what_was_typed_and_stays_open(hall: Hall, case):
    ask(hall, case, ("phone", "つながりませんでした"))
    sent = answer(hall, case, phone="12")
    assert sent.status_code == 422
    assert 'value="12"' in text(sent)
    application = Application.objects.get()
    assert (application.status, application.revision) == ("correction", 1)
    assert not Revision.objects.exists()


def test_sending_a_correction_twice_answers_once(hall: Hall, case):
    ask(hall, case, ("phone", "つながりませんでした"))
    answer(hall, case, phone="0767123456")
    again = answer(hall, case, phone="0767999999")
    assert again.status_code in (303, 409)
    run_worker()
    case.refresh_from_db()
    assert (case.revision, case.answers["phone"]) == (2, "0767123456")


def test_a_new_answer_that_makes_another_question_necessary_asks_it(hall: Hall):
    answers = hall.answers(SLUG)
    answers.pop("siblings", None)
    case = hall.case("hanako", SLUG, answers | {"others": False})
    ask(hall, case, ("others", "ほかにお子さんがいませんか"))
    sent = hall.browser("hanako").post(f"/my/{case.id}/correct/", {"_action": "send", "others": "yes"})
    if sent.status_code == 422:
        page = text(sent)
        assert 'name="siblings.count"' in page
        born = "2020-05-05"
        fields = {"_action": "send", "others": "yes", "_extra": "siblings", "siblings.count": "1",
                  "siblings.0.sibling_name.sei": "見本", "siblings.0.sibling_name.mei": "二郎",
                  "siblings.0.sibling_born.era": "r", "siblings.0.sibling_born.y": "2", "siblings.0.sibling_born.m": "5",
                  "siblings.0.sibling_born.d": "5"}
        sent = hall.browser("hanako").post(f"/my/{case.id}/correct/", fields)
        assert sent.status_code == 303, text(sent)[:4000]
        assert Application.objects.get().answers["siblings"][0]["sibling_born"] == born
    else:
        raise AssertionError("a filing without the siblings it needs was taken")


def test_a_document_can_be_asked_for_and_is_added_to_the_old_ones(hall: Hall):
    case = hall.case("hanako", SLUG)
    ask(hall, case, ("passbook", "口座番号の見えるページをお願いします"))
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = hall.browser("hanako")
    sent = client.post(f"/my/{case.id}/correct/", {
        "_action": "send", "file.passbook": SimpleUploadedFile("page2.jpg", papers.jpeg())})
    assert sent.status_code == 303
    run_worker()
    case.refresh_from_db()
    assert [f["name"] for f in case.files["passbook"]] == ["page2.jpg"]
    file_id = case.files["passbook"][0]["id"]
    assert hall.desk("tanaka").get(f"/staff/case/{case.id}/file/{file_id}/").status_code == 200


def test_a_file_cannot_be_added_to_a_slot_that_was_not_asked_for(hall: Hall, case):
    ask(hall, case, ("phone", "つながりませんでした"))
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = hall.browser("hanako").post(f"/my/{case.id}/correct/", {
        "_action": "add", "file.passbook": SimpleUploadedFile("page2.jpg", papers.jpeg())})
    assert sent.status_code in (404, 409, 422)
    assert Application.objects.get().files == {}


def test_a_sealed_number_is_corrected_without_ever_being_shown(hall: Hall):
    slug = "ninshin-todoke"
    answers = hall.answers(slug) | {"my_number": generate.MY_NUMBERS[0]}
    case = hall.case("hanako", slug, answers)
    token = case.answers["my_number"]
    ask(hall, case, ("my_number", "番号を確かめてください"), who="yoshida")
    page = text(hall.browser("hanako").get(f"/my/{case.id}/correct/"))
    assert generate.MY_NUMBERS[0] not in page
    assert token not in page
    sent = hall.browser("hanako").post(f"/my/{case.id}/correct/", {"_action": "send", "my_number": generate.MY_NUMBERS[1]})
    assert sent.status_code == 303
    run_worker()
    case.refresh_from_db()
    assert case.answers["my_number"] != token
    assert sealed.get(case.answers["my_number"]) == generate.MY_NUMBERS[1]
    item = Correction.objects.get().items[0]
    for words in (item["old"], item["new"]):
        assert generate.MY_NUMBERS[0] not in words
        assert generate.MY_NUMBERS[1] not in words


def test_the_clock_stands_still_while_we_wait(hall: Hall, case):
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


def test_the_mail_about_a_correction_names_neither_procedure_nor_answer(hall: Hall, case):
    ask(hall, case, ("phone", "つながりませんでした"))
    letters = [p.read_bytes() for p in (hall.home / "mail").glob("*.eml")]
    assert len(letters) == 2
    from email import message_from_bytes, policy

    for letter in letters:
        body = message_from_bytes(letter, policy=policy.default).get_content()
        for word in ("児童", "つながりません", case.answers["phone"], "見本"):
            assert word not in body


@pytest.mark.parametrize("items", [[], [("phone", "")], [("phone", "  ")], [("no_such", "x")], [("phone", "x"), ("no_such", "y")]])
def test_a_correction_needs_its_items_and_a_note_each(hall: Hall, case, items):
    with pytest.raises(NothingChosen):
        ask(hall, case, *items)
    case.refresh_from_db()
    assert case.state == "received"


@pytest.mark.parametrize("days", [-1, 0])
def test_a_correction_is_due_after_today(hall: Hall, case, days):
    with pytest.raises(NothingChosen):
        ask(hall, case, ("phone", "x"), due=OPENING.date() + dt.timedelta(days=days))


def test_no_second_correction_while_one_is_open(hall: Hall, case):
    ask(hall, case, ("phone", "x"))
    with pytest.raises(NotNow):
        ask(hall, case, ("phone", "y"))


def test_a_second_correction_after_the_first_is_numbered(hall: Hall, case):
    for number, phone in ((1, "0767111111"), (2, "0767222222")):
        ask(hall, case, ("phone", f"note {number}"))
        assert answer(hall, case, phone=phone).status_code == 303
        run_worker()
        case.refresh_from_db()
    assert list(Correction.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert case.revision == 3
    assert Revision.objects.count() == 2
    assert audit.verify() == []
