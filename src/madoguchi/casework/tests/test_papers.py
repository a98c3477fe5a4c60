"""A certificate of the core system, put in as a PDF, issued under the city's electronic signature."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support import papers as samples
from tests.support.hall import run_worker
from tests.support.walk import text

from madoguchi.casework import papers, retention, services
from madoguchi.casework.errors import NotNow, PaperMissing, SealMissing
from madoguchi.casework.models import Paper
from madoguchi.files.models import StoredFile
from madoguchi.files.public import FileRefused, file_get, file_open
from madoguchi.intake.errors import AnswersWrong
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.records.models import IssuedDocument
from madoguchi.records.public import number_of, sealer

from .world import faults

SLUG, DOCUMENT = "kazei-shoumei", "certificate"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(hall):
    """An application that asks for a PDF, and pays nothing."""
    return hall.case("hanako", SLUG, hall.answers(SLUG) | {"receive": "pdf", "exempt": True, "filer": "self"})


def put(hall, case, data: bytes | None = None, document: str = DOCUMENT, who: str = "yamada") -> Paper:
    data = samples.pdf() if data is None else data
    return papers.paper_put(actor=hall.staff(who), case_id=case.ref, document=document, source=io.BytesIO(data),
                            name="課税証明書.pdf", size=len(data))


def test_what_the_clerk_put_in_is_issued_under_the_seal(hall, case):
    kept = put(hall, case)
    decision = hall.decide(case, "issue", "yamada", "nakamura")
    run_worker()
    issued = IssuedDocument.objects.get(case_ref=case.ref, document=DOCUMENT)
    with file_open(file_get(str(issued.file_id))) as source:
        data = source.read()
    [seal] = sealer().read(data)
    assert (seal.ours, seal.intact, seal.whole) == (True, True, True)
    assert number_of(issued.sha256) == decision.document_number
    with file_open(file_get(str(kept.file_id))) as source:
        assert data.startswith(source.read()), "the paper itself stands unchanged before its seal"
    shown = hall.browser("hanako").get(f"/my/{case.id}/")
    assert "課税(所得)証明書" in text(shown)
    assert faults() == []


def test_without_the_paper_nobody_can_issue_and_nothing_typed_is_lost(hall, case):
    with pytest.raises(PaperMissing) as wrong:
        hall.propose(case, "yamada", "issue")
    assert "課税(所得)証明書" in wrong.value.ja
    case.refresh_from_db()
    assert case.state == "received", "nothing is half done"
    raw = hall.decision_raw(case)
    answer = hall.desk("yamada").post(f"/staff/case/{case.id}/decide/", {**raw, "outcome": "issue", "revision": "1"})
    assert answer.status_code == 422 and "この件の画面で入れてから" in text(answer)
    assert hall.propose(case, "yamada", "reject").outcome == "reject", "a refusal needs none"


def test_who_asked_for_paper_needs_no_pdf(hall):
    case = hall.case("hanako", SLUG, hall.answers(SLUG) | {"receive": "counter", "exempt": True, "filer": "self"})
    with pytest.raises(NotNow):
        put(hall, case)
    assert StoredFile.objects.filter(owner=f"case:{case.id}").exclude(kind="image/jpeg").count() == 0
    hall.decide(case, "issue", "yamada", "nakamura")
    run_worker()
    assert not IssuedDocument.objects.filter(case_ref=case.ref, document=DOCUMENT).exists()


def test_one_of_a_sort_waits_and_it_can_be_taken_out(hall, case):
    first = put(hall, case)
    second = put(hall, case)
    assert list(Paper.objects.filter(case=case)) == [second] and not StoredFile.objects.filter(id=first.file_id).exists()
    papers.paper_drop(actor=hall.staff("yamada"), case_id=case.ref, document=DOCUMENT)
    papers.paper_drop(actor=hall.staff("yamada"), case_id=case.ref, document=DOCUMENT)
    assert not Paper.objects.filter(case=case).exists() and not StoredFile.objects.filter(id=second.file_id).exists()


def test_a_photo_or_a_broken_file_is_refused(hall, case):
    for data in (samples.jpeg(), b"not a pdf", b""):
        with pytest.raises(FileRefused):
            put(hall, case, data)
    assert not Paper.objects.exists()


def test_while_it_is_being_approved_nobody_changes_it(hall, case):
    put(hall, case)
    decision = hall.propose(case, "yamada", "issue")
    with pytest.raises(NotNow):
        put(hall, case)
    with pytest.raises(NotNow):
        papers.paper_drop(actor=hall.staff("yamada"), case_id=case.ref, document=DOCUMENT)
    services.decision_return(actor=hall.staff("nakamura"), case_id=case.ref, comment="年度が違います")
    put(hall, case)
    assert Paper.objects.get(case=case).decision is None
    hall.decide(case, "issue", "yamada", "nakamura")
    run_worker()
    assert IssuedDocument.objects.filter(case_ref=case.ref, document=DOCUMENT).count() == 1
    assert decision.number == 1


def test_other_sections_and_the_auditor_put_nothing_in(hall, case):
    with pytest.raises(NotFound):
        put(hall, case, who="tanaka")
    with pytest.raises(Forbidden):
        put(hall, case, who="auditor")


def test_the_page_of_the_case_takes_shows_and_drops_it(hall, case):
    desk = hall.desk("yamada")
    page = text(desk.get(f"/staff/case/{case.id}/"))
    assert "交付するPDF" in page and "まだ入っていません" in page
    at = f"/staff/case/{case.id}/paper/{DOCUMENT}/"
    assert desk.post(at).status_code == 422
    assert desk.post(at, {"paper": SimpleUploadedFile("x.pdf", b"no", "application/pdf")}).status_code == 422
    assert desk.post(at, {"paper": SimpleUploadedFile("課税.pdf", samples.pdf(), "application/pdf")}).status_code == 303
    paper = Paper.objects.get(case=case)
    got = desk.get(f"/staff/case/{case.id}/paper/{paper.id}/")
    assert got.status_code == 200 and got["Content-Type"] == "application/pdf"
    assert "課税.pdf" in text(desk.get(f"/staff/case/{case.id}/"))
    assert desk.post(f"{at}drop/").status_code == 303 and not Paper.objects.exists()


def test_without_a_certificate_no_pdf_is_offered(hall, case, settings):
    settings.SEALER = ""
    put(hall, case)
    with pytest.raises(SealMissing):
        hall.propose(case, "yamada", "issue")
    with pytest.raises(AnswersWrong) as wrong:
        hall.draft("hanako", SLUG, hall.answers(SLUG) | {"receive": "pdf", "exempt": True, "filer": "self"})
    assert [f.question for f in wrong.value.faults] == ["receive"]


def test_a_paper_that_was_swapped_in_the_database_is_named(hall, case):
    put(hall, case)
    hall.decide(case, "issue", "yamada", "nakamura")
    run_worker()
    Paper.objects.filter(case=case).update(sha256="0" * 64)
    assert any("交付したPDF" in f.ja for f in faults())


def test_it_goes_with_the_case(hall, case):
    put(hall, case)
    hall.decide(case, "issue", "yamada", "nakamura")
    run_worker()
    stone = retention.case_destroy(actor="test", case_id=case.ref, today=dt.date(2060, 1, 1))
    assert stone is not None and stone.counts["papers"] == 1
    assert not StoredFile.objects.filter(owner=f"case:{case.id}").exists()
