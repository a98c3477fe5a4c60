"""schemathesis: whatever is sent, no server error and no answer that openapi.json does not name."""

from __future__ import annotations

import itertools

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.support.hall import Hall, run_worker

from madoguchi.api import services
from madoguchi.api.tests.test_api import owed  # noqa: F401

TEATE = "jidou-teate-mishiharai"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 25


@pytest.fixture
def app():
    """The application as a server runs it, on the connection of this test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def known(hall: Hall, owed):  # noqa: F811
    """Ids that are there, and who may see them."""
    draft = hall.draft("hanako", TEATE)
    filed = hall.file("hanako", TEATE)
    run_worker()
    hall.decide(hall.case("hanako", TEATE), "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    _, text = services.token_make(actor="test", name="x", section="kosodate", scopes=["cases:read", "cases:personal"])
    return {"draft_id": [str(draft.id)], "application_id": [str(owed.id), str(draft.id), str(filed.id)],
            "case_id": [str(filed.id)], "slug": [TEATE],
            "slot": ["passbook"], "cookie": hall.browser("hanako").cookies["mado_r"].value, "token": text}


def try_out(operation, known, seen):
    """Examples of one operation; every second one with ids that are there, every fifth as nobody."""
    turn = itertools.count()

    @hypothesis_settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
                         suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
    @given(case=operation.as_strategy())
    def run(case):
        number = next(turn)
        for name in case.path_parameters or {}:
            if name in known and number % 2:
                case.path_parameters[name] = known[name][number // 2 % len(known[name])]
        if number % 5 != 4:
            case.headers["Authorization"] = f"Bearer {known['token']}"
            case.cookies["mado_r"] = known["cookie"]
        else:
            case.headers.pop("Authorization", None)
            case.cookies.pop("mado_r", None)
        case.headers["Accept-Encoding"] = "identity"
        answer = case.call()
        seen.setdefault(operation.label, set()).add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    run()


def test_no_server_error_and_no_answer_that_is_not_described(hall: Hall, known, settings, app):
    settings.LIMITS = {}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    assert schema.specification.version.startswith("3.1")
    seen: dict[str, set[int]] = {}
    for found in schema.get_all_operations():
        try_out(found.ok(), known, seen)
    assert len(seen) == 14
    assert any(200 <= status < 300 for statuses in seen.values() for status in statuses)
    reached = {label for label, statuses in seen.items() if any(s < 300 for s in statuses)}
    assert {"GET /api/v1/procedures/{slug}", "GET /api/v1/applications/{application_id}", "GET /api/v1/staff/cases/{case_id}",
            "GET /api/v1/staff/cases", "GET /api/v1/applications/{application_id}/fee",
            "POST /api/v1/applications/{application_id}/fee/pay"} <= reached, seen
