"""Every address of this room that has an id in it, for the clerk whose it is and for everybody else (tests/meta)."""

from __future__ import annotations

import uuid

from django.urls import reverse

from madoguchi.kernel.models import AuditEntry
from madoguchi.survey.models import Survey

# route → the id it carries
STRANGERS = {
    "survey": "survey_id", "survey_appoint": "survey_id", "survey_record": "survey_id", "survey_cancel": "survey_id",
    "survey_decline": "survey_id",
    "survey_of_case": "case_id", "survey_second": "case_id",
    "disaster": "key",
}


def answers(client, ids):
    """(route, method, status) of every address, by both methods."""
    out = []
    for name, key in STRANGERS.items():
        url = reverse(name, kwargs={key: ids[key]})
        for method in ("get", "post"):
            response = getattr(client, method)(url, {"why": "見てみたい", "instead": "site"} if method == "post" else {})
            if response.status_code != 405 and response.get("Location") != url.rstrip("/").rpartition("/")[0] + "/":
                out.append((name, method, response.status_code))
    return out


def snapshot():
    return AuditEntry.objects.count(), list(Survey.objects.values_list("id", "state", "appointed_at"))


def test_strangers_cannot_tell_that_a_survey_exists(hall, decided) -> None:
    case, survey = decided()
    ids = {"survey_id": str(survey.id), "case_id": case.ref, "key": "r6-noto"}
    before = snapshot()
    assert {status for _, _, status in answers(hall.desk("sato"), ids)} == {404}
    assert answers(hall.desk("sato"), ids) == answers(hall.desk("sato"), {k: str(uuid.uuid4()) for k in ids})
    for client in (hall.browser("hanako"), hall.browser("taro"), hall.browser()):
        assert {status for _, _, status in answers(client, ids)} == {302}, "a resident is no member of staff"
    auditor = answers(hall.desk("auditor"), ids)
    assert {s for _, m, s in auditor if m == "get"} == {200, 303}
    assert {s for _, m, s in auditor if m == "post"} <= {403, 404, 422}
    assert snapshot() == before
    assert all(status != 404 for _, _, status in answers(hall.desk("yamada"), ids))
