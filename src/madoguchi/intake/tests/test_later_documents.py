"""Documents that may follow (あとで可, 任意): sent from the status page until somebody decides."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support import papers
from tests.support.hall import OPENING, Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.intake import applications
from madoguchi.intake.errors import NotOpenForThis
from madoguchi.kernel.models import AuditEntry

SLUG = "ninshin-todoke"
SLOT = "clinic_proof"


@pytest.fixture
def case(hall: Hall):
    return hall.case("hanako", SLUG)


def photo(name: str = "proof.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, papers.jpeg(), content_type="image/jpeg")


def test_a_document_sent_later_reaches_the_clerk(hall: Hall, case):
    page = text(hall.browser("hanako").get(f"/my/{case.id}/"))
    assert f'name="file.{SLOT}"' in page
    answer = hall.browser("hanako").post(f"/my/{case.id}/documents/", {f"file.{SLOT}": photo()})
    assert answer.status_code == 303
    run_worker()
    case.refresh_from_db()
    assert [f["name"] for f in case.files[SLOT]] == ["proof.jpg"]
    assert "proof.jpg" in text(hall.desk("yoshida").get(f"/staff/case/{case.id}/"))
    assert AuditEntry.objects.filter(chain=f"case:{case.id}", action="document.added").count() == 1


def test_what_is_no_picture_is_refused_with_words_and_nothing_is_kept(hall: Hall, case):
    bad = SimpleUploadedFile("proof.jpg", b"MZ not a picture", content_type="image/jpeg")
    answer = hall.browser("hanako").post(f"/my/{case.id}/documents/", {f"file.{SLOT}": bad})
    assert answer.status_code == 422
    assert "受け取れません" in text(answer)
    run_worker()
    case.refresh_from_db()
    assert SLOT not in case.files


def test_a_stranger_can_add_nothing(hall: Hall, case):
    assert hall.browser("taro").post(f"/my/{case.id}/documents/", {f"file.{SLOT}": photo()}).status_code == 404


def test_a_slot_that_is_not_open_takes_nothing(hall: Hall, case):
    application = applications.application_get(owner=hall.owner("hanako"), application_id=case.ref)
    with pytest.raises(NotOpenForThis):
        applications.document_add(application=application, slot="mandate", source=photo(), name="x.jpg", size=10, actor="test")


def test_after_the_decision_the_page_offers_no_upload(hall: Hall, case):
    hall.decide(case, "accept", "yoshida")
    run_worker()
    assert f'name="file.{SLOT}"' not in text(hall.browser("hanako").get(f"/my/{case.id}/"))


def test_a_press_before_anything_was_chosen_is_told(hall: Hall, case):
    """On the page of the application, and on that of a correction; both were answered without a word."""
    hanako, asked = hall.browser("hanako"), "写真（JPEG・PNG）かPDFを選んでください"
    early = hanako.post(f"/my/{case.id}/documents/")
    assert early.status_code == 422 and asked in text(early) and f'href="#file-{SLOT}"' in text(early)
    services.correction_request(actor=hall.staff("yoshida"), case_id=case.ref, items=[(SLOT, "写真が暗くて読めません")],
                                due_on=OPENING.date() + dt.timedelta(days=9))
    run_worker()
    early = hanako.post(f"/my/{case.id}/correct/", {"_action": "add"})
    assert early.status_code == 422 and asked in text(early) and f'href="#file-{SLOT}"' in text(early)
    assert hanako.post(f"/my/{case.id}/correct/", {"_action": "add", f"file.{SLOT}": photo()}).status_code == 200
