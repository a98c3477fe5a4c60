"""Somebody answers a correction at the counter or by telephone, and a clerk types it off."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support import papers
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import paper_answers, services
from madoguchi.casework.errors import WayWrong
from madoguchi.casework.models import Case, Correction
from madoguchi.intake.models import Application, Revision
from madoguchi.kernel import audit
from madoguchi.kernel.models import AuditEntry
from madoguchi.notifications.models import Mail

from .world import faults

FREE, SIGNED = "risai-shoumei", "jidou-teate-mishiharai"
NEW = "0767-12-3456"


def asked(hall: Hall, slug: str, who: str, *items: tuple[str, str]) -> Case:
    """An application filed online of which something must be put right."""
    case = hall.case("hanako", slug, mail="hanako@example.jp")
    services.correction_request(actor=hall.staff(who), case_id=case.ref, items=list(items or [("phone", "つながりません")]),
                                due_on=OPENING.date() + dt.timedelta(days=14))
    run_worker()
    case.refresh_from_db()
    return case


@pytest.fixture
def case(hall: Hall) -> Case:
    return asked(hall, FREE, "yamada")


def press(hall: Hall, case: Case, who: str = "yamada", **fields):
    return hall.desk(who).post(f"/staff/case/{case.id}/answer/", {"phone": NEW, "_action": "send"} | fields)


def test_the_page_of_the_case_leads_to_it_and_only_what_was_asked_for_is_open(hall: Hall, case):
    desk = hall.desk("yamada")
    assert f"/staff/case/{case.id}/answer/" in text(desk.get(f"/staff/case/{case.id}/?tab=talk"))
    page = text(desk.get(f"/staff/case/{case.id}/answer/"))
    assert "つながりません" in page
    assert 'name="phone"' in page
    assert 'name="damage"' not in page
    assert 'value="phone"' in page, "by telephone"


@pytest.mark.parametrize(("via", "words", "told"), [
    ("phone", "電話で聞いた答えを、職員 yamadaが入力", "電話で伺った答えを、市の担当が入力しました"),
    ("counter", "窓口で聞いた答えを、職員 yamadaが入力", "窓口で伺った答えを、市の担当が入力しました")])
def test_what_was_told_is_taken_and_everybody_sees_who_typed_it(hall: Hall, case, via, words, told):
    old, mails = case.answers["phone"], Mail.objects.count()
    assert press(hall, case, via=via).status_code == 303
    run_worker()
    case.refresh_from_db()
    row = Application.objects.get(id=case.id)
    assert case.state == "reviewing"
    assert (case.answers["phone"], row.answers["phone"]) == ("0767123456", "0767123456")
    assert Revision.objects.get(application=row).answers["phone"] == old
    page = text(hall.desk("yamada").get(f"/staff/case/{case.id}/?tab=talk"))
    assert words in page
    assert told in text(hall.browser("hanako").get(f"/my/{case.id}/"))
    assert Mail.objects.count() == mails + 1, "and a mail says that there is something new"
    entry = AuditEntry.objects.get(chain=f"case:{case.id}", action="correction.answered")
    assert (entry.actor, entry.facts["via"]) == ("staff:yamada", via)
    found = Correction.objects.get()
    assert (found.via, found.typed_by, found.items[0]["new"].replace("-", "")) == (via, "staff:yamada", "0767123456")
    assert audit.verify() == faults() == []


def test_the_applicants_own_answer_names_nobody(hall: Hall, case):
    assert hall.browser("hanako").post(f"/my/{case.id}/correct/", {"_action": "send", "phone": NEW}).status_code == 303
    run_worker()
    assert (Correction.objects.get().via, Correction.objects.get().typed_by) == ("", "")
    assert press(hall, case, via="phone").status_code == 409, "answered meanwhile"


def test_how_it_came_must_be_said_and_what_was_typed_stays(hall: Hall, case):
    sent = press(hall, case)
    assert sent.status_code == 422
    assert "どのように答えを受け取ったかを選んでください。" in text(sent)
    assert 'href="#via-counter"' in text(sent)
    assert f'value="{NEW}"' in text(sent)
    assert Application.objects.get(id=case.id).status == "correction"


def test_a_wrong_answer_is_refused_as_on_the_applicants_page(hall: Hall, case):
    sent = press(hall, case, via="phone", phone="12")
    assert sent.status_code == 422
    assert 'value="12"' in text(sent)
    assert 'value="phone" checked' in text(sent)
    assert not Revision.objects.exists()


def test_a_document_that_the_answer_makes_necessary_is_asked_for_and_put_in(hall: Hall):
    case = hall.case("hanako", FREE, hall.answers(FREE) | {"id_lost": True})
    services.correction_request(actor=hall.staff("yamada"), case_id=case.ref, items=[("id_lost", "本当に失くしましたか")],
                                due_on=OPENING.date() + dt.timedelta(days=14))
    run_worker()
    desk, url = hall.desk("yamada"), f"/staff/case/{case.id}/answer/"
    told = desk.post(url, {"_action": "send", "via": "counter", "id_lost": "no"})
    assert told.status_code == 422
    assert 'href="#file-identity"' in text(told)
    stray = {"_action": "add", "id_lost": "yes", "_extra": "identity", "file.identity": SimpleUploadedFile("card.jpg", papers.jpeg())}
    assert desk.post(url, stray).status_code == 409, "not needed while the answer stays"
    picture = SimpleUploadedFile("card.jpg", papers.jpeg())
    sent = desk.post(url, {"_action": "send", "via": "counter", "id_lost": "no", "_extra": "identity", "file.identity": picture})
    assert sent.status_code == 303
    run_worker()
    case.refresh_from_db()
    assert case.answers["id_lost"] is False
    assert [f["name"] for f in case.files["identity"]] == ["card.jpg"]


@pytest.mark.parametrize("via", ["phone", "counter"])
def test_words_do_not_replace_what_was_signed(hall: Hall, via):
    case = asked(hall, SIGNED, "tanaka")
    assert "電子署名のいる手続きです。" in text(hall.desk("tanaka").get(f"/staff/case/{case.id}/answer/"))
    before = Application.objects.get(id=case.id).digest
    sent = press(hall, case, "tanaka", via=via)
    assert sent.status_code == 422
    assert "手続きした方にマイページから直してもらうか、署名のある書面を出してもらい" in text(sent)
    with pytest.raises(WayWrong):
        paper_answers.paper_answer(actor=hall.staff("tanaka"), case_id=case.ref, raw={"phone": [NEW]}, extra=frozenset(), via=via)
    assert Application.objects.get(id=case.id).digest == before
    assert not Revision.objects.exists()


def test_a_signed_paper_replaces_it_when_its_picture_is_there(hall: Hall):
    case = asked(hall, SIGNED, "tanaka")
    bare = press(hall, case, "tanaka", via="paper")
    assert bare.status_code == 422
    assert "署名のある書面の画像がありません。" in text(bare)
    assert 'href="#file-scans"' in text(bare)
    elsewhere = press(hall, case, "tanaka", via="paper", _extra="no-such", **{"file.no-such": SimpleUploadedFile("b.jpg", papers.jpeg())})
    assert elsewhere.status_code == 409 and Application.objects.get(id=case.id).status == "correction"
    assert press(hall, case, "tanaka", via="paper", **{"file.scans": SimpleUploadedFile("a.jpg", papers.jpeg())}).status_code == 303
    run_worker()
    case.refresh_from_db()
    assert case.answers["phone"] == "0767123456"
    assert [f["name"] for f in case.files["scans"]] == ["a.jpg"]
    assert "紙で届いた答えを、市の担当が入力しました" in text(hall.browser("hanako").get(f"/my/{case.id}/"))


def test_another_document_is_not_the_signed_paper(hall: Hall):
    slot = hall.definition(SIGNED).attachments[0].id
    case = asked(hall, SIGNED, "tanaka", ("phone", "つながりません"), (slot, "もう一度送ってください"))
    other = press(hall, case, "tanaka", via="paper", **{f"file.{slot}": SimpleUploadedFile("b.jpg", papers.jpeg())})
    assert other.status_code == 422
    assert "署名のある書面の画像がありません。" in text(other)
    assert Application.objects.get(id=case.id).status == "correction"


def test_another_section_types_nothing(hall: Hall, case):
    for who in ("sato", "tanaka"):
        assert press(hall, case, who, via="phone").status_code == 404
    assert Application.objects.get(id=case.id).status == "correction"
