"""An answered correction changes how the building is to be surveyed: nothing that was sent is lost from sight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support import papers
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.casework import services as casework
from madoguchi.casework.models import Case
from madoguchi.casework.selectors import definition_of
from madoguchi.kernel import clock
from madoguchi.procedures.rules import generate

from .conftest import SELF

SITE = {"survey_way": "onsite", "self_consent": None, "attend": False}
PHOTO = SELF | {"photos_ready": True}
PHOTOS = ("photo_whole", "photo_damage")


@pytest.fixture
def corrected(hall: Hall) -> Callable[..., None]:
    """The section asks for the way of the survey anew, and hanako answers."""

    def make(case: Case, **changes: Any) -> None:
        casework.correction_request(actor=hall.staff("yamada"), case_id=case.ref, items=[("survey_way", "調べ方を選び直してください")],
                                    due_on=clock.today() + dt.timedelta(days=9))
        run_worker()
        case.refresh_from_db()
        d, new = definition_of(case), {k: v for k, v in (case.answers | changes).items() if v is not None}
        sent: dict[str, Any] = {"_action": "send"}
        for step in d.steps:
            sent |= generate.post_data(d, step, new)
        if new["survey_way"] == "self":
            sent |= {f"file.{slot}": SimpleUploadedFile("家.jpg", papers.jpeg(), "image/jpeg") for slot in PHOTOS}
        answered = hall.browser("hanako").post(f"/my/{case.id}/correct/", sent | {"_extra": ["attend", "self_consent", *PHOTOS]})
        assert answered.status_code == 303, text(answered)
        run_worker()
        case.refresh_from_db()

    return make


def test_documents_that_the_new_answers_do_not_ask_for_stay_in_every_list(hall: Hall, opened, corrected):
    case, survey = opened(**PHOTO)
    assert set(case.files) >= set(PHOTOS)
    corrected(case, **SITE)
    assert case.answers["survey_way"] == "onsite"
    gone = ["建物の全景の写真（今の答えでは求めていない書類）", "被害を受けたところの写真（今の答えでは求めていない書類）"]
    mine = text(hall.browser("hanako").get(f"/my/{case.id}/"))
    desk = hall.desk("yamada")
    pages = [mine, *(text(desk.get(path)) for path in (f"/staff/case/{case.id}/", f"/staff/case/{case.id}/?tab=files", f"/staff/survey/{survey.id}/"))]
    for page in pages:
        assert all(name in page for name in gone)
    assert "写真はありません。" not in pages[-1]
    assert "今の答えでは求めていない" not in text(desk.get(f"/staff/case/{case.id}/correct/"))
