"""A correction is answered in the language of the page, and the section knows in which one somebody filed."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.casework.models import Case
from madoguchi.casework.states import LANGUAGE_WORDS
from madoguchi.intake.models import Application
from madoguchi.kernel import clock
from madoguchi.web.languages import TRANSLATED

SLUG = "risai-shoumei"


@pytest.fixture
def case(hall: Hall) -> Case:
    """Filed in Vietnamese."""
    case = hall.case("hanako", SLUG)
    Application.objects.update(language="vi")
    return case


@pytest.mark.parametrize("sent", [None, {"_action": "send", "name.sei": "", "name.mei": ""}])
def test_the_page_of_a_correction_is_in_its_reader_s_language(hall: Hall, case, sent):
    services.correction_request(actor=hall.staff("yamada"), case_id=case.ref, items=[("name", "Xin viết lại")],
                                due_on=clock.today() + dt.timedelta(days=9))
    run_worker()
    browser = hall.browser("hanako")
    browser.cookies["ui_lang"] = "vi"
    page = text(browser.post(f"/my/{case.id}/correct/", sent) if sent else browser.get(f"/my/{case.id}/correct/"))
    shown = re.sub(r'<[^>]*lang="ja"[^>]*>[^<]*<', "<", page.partition("<main")[2].partition("</main>")[0])
    assert "Họ tên người nộp đơn" in shown and "申請する方の氏名" not in shown


def test_the_section_sees_in_which_language_somebody_filed(hall: Hall, case):
    desk = hall.desk("yamada")
    for path in ("", "?tab=talk", "correct/"):
        assert "ベトナム語" in text(desk.get(f"/staff/case/{case.id}/{path}"))
    assert "ここに書くことは訳されません" in text(desk.get(f"/staff/case/{case.id}/correct/"))
    Application.objects.update(language="ja")
    for path in ("", "?tab=talk", "correct/"):
        page = text(desk.get(f"/staff/case/{case.id}/{path}"))
        assert "ベトナム語" not in page and "訳されません" not in page


def test_every_language_of_the_pages_has_its_word():
    assert set(LANGUAGE_WORDS) == set(TRANSLATED)
