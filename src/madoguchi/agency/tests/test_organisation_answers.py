"""An organisation without a standing 委任 answers what is asked of its filing, and sees nothing else; the clerk reads what is true."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support import papers
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.agency import organisations
from madoguchi.casework import services, talk
from madoguchi.casework.errors import NotNow
from madoguchi.casework.models import Case
from madoguchi.intake import applications
from madoguchi.notifications.models import Mail

from .test_organisations import CARD, UNTIL, answers, filed, mandated, registered  # noqa: F401

DUE = OPENING.date() + dt.timedelta(days=14)


@pytest.fixture
def row(hall: Hall, registered):  # noqa: F811
    found = filed(hall, registered)
    run_worker()
    return found


def asked(hall, row, path="agency_phone"):
    Case.objects.update(section="kosodate")  # whose people the hall knows
    services.correction_request(actor=hall.staff("tanaka"), case_id=str(row.id), items=[(path, "日中の番号にしてください")], due_on=DUE)
    run_worker()


def case_page(hall, row, tab):
    return text(hall.desk("tanaka").get(f"/staff/case/{row.id}/?tab={tab}"))


def test_a_correction_is_told_and_answered_from_the_copy(hall: Hall, row):
    mails = Mail.objects.count()
    asked(hall, row)
    assert Mail.objects.count() == mails + 1
    office = hall.office("kyotaku")
    assert "直していただきたい点があります" in text(office.get("/office/"))
    copy = office.get(f"/my/{row.id}/", follow=True)
    assert copy.redirect_chain[-1][0].endswith("/copy/") and f"/my/{row.id}/correct/" in copy.content.decode()
    assert "これまでの経過" not in text(copy)
    page = text(office.get(f"/my/{row.id}/correct/"))
    assert "日中の番号にしてください" in page and 'name="agency_phone"' in page
    wrong = office.post(f"/my/{row.id}/correct/", {"_action": "send", "agency_phone": "1"})
    assert wrong.status_code == 422
    sent = office.post(f"/my/{row.id}/correct/", {"_action": "send", "agency_phone": "0767530002"})
    assert sent.status_code == 303 and "直した内容を送りました" in text(office.get(sent["Location"]))
    run_worker()
    case = Case.objects.get()
    assert case.answers["agency_phone"] == "0767530002" and case.state == "reviewing"
    assert "correct/" not in text(office.get(f"/my/{row.id}/copy/"))


def test_later_documents_are_sent_from_the_copy(hall: Hall, row):
    office = hall.office("kyotaku")
    slots = applications.later_slots(row)
    assert slots
    page = text(office.get(f"/my/{row.id}/copy/"))
    assert all(f'name="file.{slot.id}"' in page for slot in slots)
    early = office.post(f"/my/{row.id}/documents/")
    assert early.status_code == 422 and "かPDFを選んでください" in text(early), "it said that the documents were sent"
    bad = office.post(f"/my/{row.id}/documents/", {f"file.{slots[0].id}": SimpleUploadedFile("a.jpg", b"no picture")})
    assert bad.status_code == 422 and "これまでの経過" not in text(bad)
    sent = office.post(f"/my/{row.id}/documents/", {f"file.{slots[0].id}": SimpleUploadedFile("a.jpg", papers.jpeg())})
    assert sent.status_code == 303 and "書類を送りました" in text(office.get(sent["Location"]))
    run_worker()
    assert len(Case.objects.get().files[slots[0].id]) == 1


def test_the_paper_mandate_may_follow_where_no_standing_one_spares_it(hall: Hall, registered):  # noqa: F811
    without = filed(hall, registered, None, CARD)
    assert [slot.id for slot in applications.later_slots(without) if slot.id == "mandate"]
    assert "委任状" in text(hall.office("kyotaku").get(f"/my/{without.id}/copy/"))
    spared = filed(hall, registered, mandated(hall, registered), CARD)
    assert not [slot.id for slot in applications.later_slots(spared) if slot.id == "mandate"]


def test_nothing_else_of_it_is_theirs_and_nothing_is_a_strangers(hall: Hall, row):
    asked(hall, row)
    office = hall.office("kyotaku")
    for part in ("filed/", "withdraw/", "paper.pdf", "receipt/"):
        assert office.get(f"/my/{row.id}/{part}").status_code in (303, 404)
    assert office.post(f"/my/{row.id}/withdraw/").status_code == 404
    assert office.post(f"/my/{row.id}/talk/", {"text": "x"}).status_code == 404
    for other in (hall.office("houkatsu"), hall.browser("taro")):
        assert other.get(f"/my/{row.id}/correct/").status_code == 404
        assert other.post(f"/my/{row.id}/documents/").status_code == 404


def test_an_ended_registration_answers_nothing(hall: Hall, row, registered):  # noqa: F811
    organisations.organisation_end(actor=hall.staff("ito"), organisation_id=str(registered.id), why="廃止の届出")
    mails = Mail.objects.count()
    asked(hall, row)
    assert Mail.objects.count() == mails and hall.office("kyotaku").get(f"/my/{row.id}/correct/").status_code == 404
    assert "登録が終わっているので、画面からは答えられません" in case_page(hall, row, "talk")


def test_the_clerk_reads_what_is_true_of_this_case(hall: Hall, row):
    asked(hall, row)
    page = case_page(hall, row, "talk")
    assert "送った事業所が、GビズIDでログインして画面から答えます" in page and "手続きした方は、画面から答えます" not in page
    assert "経過・結果・連絡は、だれの画面にも出ません" in page and "補正を依頼すると、事業所にメールが届きます" in page
    assert "GビズIDでログインして見られます" not in page and "手続きした方も答えられます" not in page
    with pytest.raises(NotNow):
        talk.talk_write(actor=hall.staff("tanaka"), case_id=str(row.id), text="お電話ください")


def test_with_a_mandate_the_clerk_reads_who_sees_it(hall: Hall, registered):  # noqa: F811
    found = filed(hall, registered, mandated(hall, registered))
    run_worker()
    Case.objects.update(section="kosodate")
    page = case_page(hall, found, "talk")
    assert "マイナンバーカードでログインして、マイページで見られます" in page and "任された範囲で見られます" in page
    assert 'id="talk"' in page, "the giver reads messages"
