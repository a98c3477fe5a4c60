"""紙 online: who filed is told that a law asks for paper, and takes it with what was filed (docs/adr/0046)."""

from __future__ import annotations

import pytest
from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.intake.models import Application
from madoguchi.procedures.tests.test_pdf import words

MOVE, NUMBERED = "rainin-yoyaku", "ninshin-todoke"
TOLD = "紙の原本が要ります"


def filed(hall: Hall, slug: str) -> Application:
    hall.definition(slug)
    return hall.file("hanako", slug)


def test_it_is_told_beforehand_after_the_filing_and_in_the_status(hall: Hall):
    row, browser = filed(hall, MOVE), hall.browser("hanako")
    assert "紙の原本" in text(browser.get(f"/p/{MOVE}/"))
    for page in (f"/my/{row.id}/filed/", f"/my/{row.id}/"):
        shown = text(browser.get(page))
        assert TOLD in shown and "紙に署名して窓口で出します" in shown and f"/my/{row.id}/paper.pdf" in shown
    answer = browser.get(f"/my/{row.id}/paper.pdf")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    told = words(answer.content)
    assert row.receipt in told and "住民異動届" in told and row.answers["movers"][0]["mover_name"]["mei"] in told


def test_in_the_language_of_who_reads(hall: Hall):
    row, browser = filed(hall, MOVE), hall.browser("hanako")
    browser.cookies["ui_lang"] = "en"
    page = text(browser.get(f"/my/{row.id}/filed/"))
    assert "signed on paper and filed at the counter" in page and "This paper is in Japanese" in page


@pytest.mark.parametrize("status", ["withdrawn", "lapsed"])
def test_what_is_filed_no_more_needs_no_paper(hall: Hall, status):
    row, browser = filed(hall, MOVE), hall.browser("hanako")
    Application.objects.filter(id=row.id).update(status=status)
    assert TOLD not in text(browser.get(f"/my/{row.id}/")) and browser.get(f"/my/{row.id}/paper.pdf").status_code == 404


def test_others_are_told_nothing_of_paper(hall: Hall):
    row, browser = filed(hall, NUMBERED), hall.browser("hanako")
    assert "紙の原本" not in text(browser.get(f"/p/{NUMBERED}/"))
    assert TOLD not in text(browser.get(f"/my/{row.id}/filed/")) and TOLD not in text(browser.get(f"/my/{row.id}/"))
    refused = browser.get(f"/my/{row.id}/paper.pdf")
    assert refused.status_code == 404 and "紙は要りません" in text(refused)


def test_a_stranger_cannot_tell(hall: Hall):
    row = filed(hall, MOVE)
    assert hall.browser("taro").get(f"/my/{row.id}/paper.pdf").status_code == 404
    assert hall.browser().get(f"/my/{row.id}/paper.pdf").status_code in (302, 303)
