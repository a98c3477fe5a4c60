"""部分補正: Tanaka asks Hanako to put single answers right; only those reopen, and everything is kept."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from tests.support import papers
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.casework.errors import NothingChosen, NotNow
from madoguchi.casework.models import Correction
from madoguchi.casework.selectors import definition_of
from madoguchi.files.public import file_get, file_open
from madoguchi.intake.models import Application, Revision
from madoguchi.kernel import audit, sealed
from madoguchi.kernel.models import AuditEntry
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
        assert 'name="siblings.count"' in page and 'name="siblings.0.sibling_name.mei"' in page, "with a place to answer"
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


BORN = ("2018-05-05", "2020-05-05")


@pytest.fixture
def family(hall: Hall):
    """Two more children."""
    names = ({"sei": "見本", "mei": "一郎"}, {"sei": "見本", "mei": "二郎"})
    siblings = [{"sibling_name": name, "sibling_born": born} for name, born in zip(names, BORN, strict=True)]
    return hall.case("hanako", SLUG, hall.answers(SLUG) | {"others": True, "siblings": siblings})


def test_what_nobody_asked_for_is_not_read_whatever_is_sent(hall: Hall, case):
    ask(hall, case, ("phone", "つながりませんでした"))
    before = case.answers["deceased_name"]
    sent = answer(hall, case, phone="0767123456", _extra=["deceased_name", "phone"], **{
        "deceased_name.sei": "別", "deceased_name.mei": "人"})
    assert sent.status_code == 303
    run_worker()
    case.refresh_from_db()
    assert (case.answers["deceased_name"], case.answers["phone"]) == (before, "0767123456")


def test_one_childs_answer_is_opened_and_nobody_is_dropped(hall: Hall, family):
    ask(hall, family, ("siblings.1.sibling_name", "字を確かめてください"))
    url = f"/my/{family.id}/correct/"
    page = text(hall.browser("hanako").get(url))
    assert 'name="siblings.1.sibling_name.mei"' in page
    assert 'name="siblings.0.sibling_name' not in page and 'name="siblings.1.sibling_born' not in page
    sent = hall.browser("hanako").post(url, {
        "_action": "send", "siblings.count": "1", "siblings.0.sibling_name.sei": "別", "siblings.0.sibling_name.mei": "人",
        "siblings.1.sibling_name.sei": "見本", "siblings.1.sibling_name.mei": "次郎", "siblings.1.sibling_born.y": "1"})
    assert sent.status_code == 303
    run_worker()
    family.refresh_from_db()
    assert [(x["sibling_name"]["mei"], x["sibling_born"]) for x in family.answers["siblings"]] == [("一郎", BORN[0]), ("次郎", BORN[1])]
    assert Correction.objects.get().items[0]["new"] == "見本　次郎"


def test_who_is_missing_in_a_group_can_be_asked_for_and_added(hall: Hall, family):
    assert "ほかのお子さんの全体" in text(hall.desk("tanaka").get(f"/staff/case/{family.id}/correct/"))
    ask(hall, family, ("siblings", "三男の方がいませんか"))
    client, url = hall.browser("hanako"), f"/my/{family.id}/correct/"
    typed = form(hall, family, _action="more:siblings")
    more = text(client.post(url, typed))
    assert 'name="siblings.2.sibling_name.mei"' in more and 'value="二郎"' in more
    third = {"siblings.count": "3", "siblings.2.sibling_name.sei": "見本", "siblings.2.sibling_name.mei": "三郎",
             "siblings.2.sibling_born.era": "r", "siblings.2.sibling_born.y": "4", "siblings.2.sibling_born.m": "5", "siblings.2.sibling_born.d": "5"}
    assert client.post(url, form(hall, family) | third).status_code == 303
    run_worker()
    family.refresh_from_db()
    assert [x["sibling_name"]["mei"] for x in family.answers["siblings"]] == ["一郎", "二郎", "三郎"]
    assert (Correction.objects.get().items[0]["old"], Correction.objects.get().items[0]["new"]) == ("2件", "3件")


def test_the_buttons_beside_a_field_send_nothing_and_keep_what_was_typed(hall: Hall):
    slug = "kaigo-hihokenshashou-saikoufu"
    case = hall.case("hanako", slug)
    place = next(q.id for q in hall.definition(slug).questions() if q.type == "住所" and not q.group and q.id in case.answers)
    ask(hall, case, (place, "番地まで書いてください"), who="sato")
    client, url = hall.browser("hanako"), f"/my/{case.id}/correct/"
    page = client.get(url).content.decode()
    assert page.index('value="send"') < page.index(f'value="zip:{place}'), "Enter sends, and does not look up a postcode"
    typed = {f"{place}.zip": "9260000", f"{place}.city": "石川県七尾市", f"{place}.town": "町", f"{place}.lot": "12番地の3"}
    for action in (f"zip:{place}", "add"):
        drawn = client.post(url, typed | {"_action": action})
        assert drawn.status_code == 200 and 'value="12番地の3"' in text(drawn), action
    assert Application.objects.get(id=case.id).status == "correction"


def test_a_document_that_an_answer_makes_necessary_is_named_and_can_be_sent(hall: Hall):
    from django.core.files.uploadedfile import SimpleUploadedFile

    slug = "risai-shoumei"
    case = hall.case("hanako", slug, hall.answers(slug) | {"id_lost": True})
    name = next(a.name for a in hall.definition(slug).attachments if a.id == "identity")
    ask(hall, case, ("id_lost", "本当に失くしましたか"), who="yamada")
    client, url = hall.browser("hanako"), f"/my/{case.id}/correct/"
    told = client.post(url, {"_action": "send", "id_lost": "no"})
    page = text(told)
    assert told.status_code == 422 and 'href="#file-identity"' in page and 'name="file.identity"' in page and page.count(name) >= 2
    stray = {"_action": "more", "id_lost": "yes", "_extra": "identity", "file.identity": SimpleUploadedFile("card.jpg", papers.jpeg())}
    assert client.post(url, stray).status_code == 409, "not needed while the answer stays"
    assert "identity" not in Application.objects.get(id=case.id).files
    picture = SimpleUploadedFile("card.jpg", papers.jpeg())
    assert client.post(url, {"_action": "send", "id_lost": "no", "_extra": "identity", "file.identity": picture}).status_code == 303
    run_worker()
    case.refresh_from_db()
    assert case.answers["id_lost"] is False and [f["name"] for f in case.files["identity"]] == ["card.jpg"]


def test_a_question_left_blank_can_be_asked_for(hall: Hall):
    answers = hall.answers(SLUG)
    blank = next(q.id for s in hall.definition(SLUG).steps for q in s.questions if not q.required and not s.repeat and q.type in ("長文", "文字"))
    answers.pop(blank, None)
    case = hall.case("hanako", SLUG, answers)
    assert f'value="{blank}"' in text(hall.desk("tanaka").get(f"/staff/case/{case.id}/correct/"))
    ask(hall, case, (blank, "書いてください"))
    assert answer(hall, case, **{blank: "あとから書きました"}).status_code == 303
    run_worker()
    case.refresh_from_db()
    assert case.answers[blank] == "あとから書きました"


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


# --- what is as it was


def chips(hall, case) -> list[str]:
    page = text(hall.desk("tanaka").get(f"/staff/case/{case.id}/?tab=talk"))
    return re.findall(r'<span class="chip[^"]*">(変わっていません|新しいファイル \d+件)</span>', page)


def test_who_changes_nothing_is_asked_once_and_the_clerk_sees_it(hall: Hall, case):
    ask(hall, case, ("phone", "つながりませんでした"), ("deceased_name", "確かめてください"))
    told = answer(hall, case)
    page = text(told)
    assert told.status_code == 422 and "2か所が、前のままです。まだ送っていません。" in page and 'name="_sure"' in page
    assert "ファイルは、前" not in page, "of files alone"
    assert Application.objects.get(id=case.id).status == "correction" and not Revision.objects.exists()
    assert answer(hall, case, _sure="1").status_code == 303
    run_worker()
    assert chips(hall, case) == ["変わっていません", "変わっていません"]


def test_who_changes_a_part_is_told_of_the_rest(hall: Hall, case):
    ask(hall, case, ("phone", "つながりませんでした"), ("deceased_name", "確かめてください"))
    label = next(i["label"] for i in Correction.objects.get().items if i["path"] == "deceased_name")
    told = answer(hall, case, phone="0767-12-3456")
    page = text(told)
    assert told.status_code == 422 and "1か所が、前のままです。" in page and f"<li>{label}</li>" in page and "0767-12-3456" in page
    assert answer(hall, case, phone="0767-12-3456", _sure="1").status_code == 303
    run_worker()
    assert chips(hall, case) == ["変わっていません"]


def test_what_is_all_changed_goes_out_without_a_question(hall: Hall, case):
    ask(hall, case, ("phone", "つながりませんでした"))
    assert answer(hall, case, phone="0767123456").status_code == 303
    run_worker()
    assert chips(hall, case) == []


@pytest.mark.parametrize(("again", "status", "chip"), [(False, 303, "新しいファイル 1件"), (True, 422, "変わっていません")])
def test_a_photo_of_the_same_name_is_told_by_what_it_is(hall: Hall, again, status, chip):
    case = hall.case("hanako", "risai-shoumei")
    slot, [old] = next((slot, files) for slot, files in case.files.items() if len(files) == 1)
    ask(hall, case, (slot, "ぼやけています"), who="yamada")
    with file_open(file_get(old["id"])) as source:
        data = source.read() if again else papers.jpeg(colour=(9, 9, 9))
    client, url = hall.browser("hanako"), f"/my/{case.id}/correct/"
    sent = client.post(url, {"_action": "send", f"file.{slot}": SimpleUploadedFile(old["name"], data)})
    assert sent.status_code == status
    if status == 422:
        assert "選んだファイルは、前に送ったものと同じです。" in text(sent)
        client.post(url, {"_action": "send", "_sure": "1"})
    run_worker()
    page = text(hall.desk("yamada").get(f"/staff/case/{case.id}/?tab=talk"))
    assert chip in page and old["name"] in page


def test_the_same_number_typed_again_is_as_it_was(hall: Hall):
    from madoguchi.kernel import filed

    with transaction.atomic():
        one, two, other = (sealed.put("my_number", n) for n in (generate.MY_NUMBERS[0], generate.MY_NUMBERS[0], generate.MY_NUMBERS[1]))
    assert one != two and filed.alike({"a": [one]}, {"a": [two]}) and not filed.alike(one, other)
