"""Log lines, request numbers and metrics."""

from __future__ import annotations

import json
import logging

import pytest
from django.db import OperationalError, transaction
from django.test import Client
from tests.support.hall import Hall, run_worker

from madoguchi.config import logs
from madoguchi.kernel import metrics, outbox, trace

SECRET = "鷺沼 珠世"


class Sink(logging.Handler):
    """Everything as the handlers would write it, in both formats."""

    def __init__(self) -> None:
        super().__init__()
        self.addFilter(logs.Careful())
        self.lines: list[str] = []
        self.objects: list[dict] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logs.Lines().format(record))
        record.exc_text = None
        self.objects.append(json.loads(logs.Json().format(record)))


@pytest.fixture
def sink():
    found = Sink()
    logging.getLogger().addHandler(found)
    yield found
    logging.getLogger().removeHandler(found)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch):
    def fails(*args: object, **more: object) -> None:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise RuntimeError(f"cannot greet {SECRET}") from error

    monkeypatch.setattr("madoguchi.procedures.views.city", fails)


def test_a_fault_is_found_by_its_number_and_says_nothing_of_people(hall: Hall, broken, sink):
    answer = Client(raise_request_exception=False).get("/")
    number = answer["X-Request-ID"]
    assert f'お問い合わせ番号 <span class="num">{number}</span>' in answer.content.decode()
    said = next(o for o in sink.objects if o["level"] == "ERROR")
    assert said["request"] == number
    assert said["message"] == "Internal Server Error: GET /"
    assert "RuntimeError" in said["error"] and "KeyError" in said["error"] and "test_logs.py" in said["error"]
    assert any(f"[{number}] Internal Server Error" in line and "RuntimeError" in line for line in sink.lines)
    assert SECRET not in json.dumps(sink.objects, ensure_ascii=False) + "".join(sink.lines)


def test_a_path_that_was_typed_or_mailed_is_not_written_down(hall: Hall, sink):
    client = Client()
    client.get(f"/{SECRET}/")
    client.get("/resume/a-token-that-opens-a-draft/")
    said = json.dumps(sink.objects, ensure_ascii=False)
    assert "GET /resume/<str:token>/" in said
    assert SECRET not in said and "a-token" not in said and "%E9" not in said


def test_too_many_fields_are_no_alarm(hall: Hall, sink, settings):
    Client().post("/status/", {f"x{i}": "1" for i in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)},)
    Client().post("/status/", "receipt=" + "a" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1), content_type="application/x-www-form-urlencoded")
    assert sink.objects
    assert {o["level"] for o in sink.objects} == {"WARNING"}
    assert not any("error" in o for o in sink.objects)


def test_a_number_is_taken_from_the_proxy_only(hall: Hall, settings):
    told = {"HTTP_X_REQUEST_ID": "from-the-proxy-1"}
    assert Client().get("/", **told)["X-Request-ID"] != "from-the-proxy-1"
    settings.BEHIND_PROXY = True
    assert Client().get("/", **told)["X-Request-ID"] == "from-the-proxy-1"
    assert Client().get("/", HTTP_X_REQUEST_ID="a b\u3042<>" * 3)["X-Request-ID"].isalnum()


def test_lines_of_the_worker_name_the_message(hall: Hall, sink):
    def fails(message: outbox.Envelope) -> None:
        raise ValueError(SECRET)

    outbox.subscribe("test.Fails", "test.fails", fails)
    with transaction.atomic():
        outbox.publish("test.Fails", case_ref="x", key="fails", payload={})
    run_worker()
    outbox._handlers.pop("test.Fails")
    said = next(o for o in sink.objects if "outbox retry" in o["message"])
    assert said["request"].startswith("message-")
    assert trace.current() == ""
    assert SECRET not in json.dumps(sink.objects, ensure_ascii=False)


def test_metrics_count_by_route_and_stay_inside(hall: Hall, settings, django_capture_on_commit_callbacks):
    client = hall.browser("hanako")
    with django_capture_on_commit_callbacks(execute=True):
        filed = hall.file("hanako", "risai-shoumei")
    assert client.get(f"/my/{filed.id}/").status_code == 200
    client.get("/ぬぬぬ/")
    answer = client.get("/metrics")
    page = answer.content.decode()
    assert 'madoguchi_requests_total{method="GET",route="status",status="200"}' in page
    assert 'route="none",status="404"' in page
    for name in ("madoguchi_request_seconds_bucket", 'madoguchi_uploads_total{result="kept"}', 'madoguchi_filings_total{procedure="risai-shoumei"}',
                 "madoguchi_outbox_waiting 2.0", "madoguchi_outbox_parked 0.0", "madoguchi_outbox_lag_seconds",
                 "madoguchi_outbox_retrying 0.0", "madoguchi_outbox_behind_parked 0.0",
                 "madoguchi_worker_heartbeat_age_seconds -1.0", "madoguchi_database_up 1.0"):
        assert name in page, name
    assert str(filed.id) not in page and "ぬ" not in page
    for far in ({"REMOTE_ADDR": "203.0.113.5"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}):
        assert client.get("/metrics", **far).status_code == 404
    settings.PRODUCTION = True
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "let-me-see"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer let-me-see", REMOTE_ADDR="203.0.113.5").status_code == 200


def test_metrics_are_told_while_the_database_is_away(hall: Hall, monkeypatch):
    def away(*args: object) -> None:
        raise OperationalError("connection refused")

    client = hall.browser()
    client.get("/accessibility/")
    monkeypatch.setattr("madoguchi.kernel.outbox.state", away)
    answer = client.get("/metrics")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "madoguchi_database_up 0.0" in page and "madoguchi_outbox_waiting" not in page
    assert 'madoguchi_requests_total{method="GET",route="accessibility"' in page


def test_counts_of_several_processes_are_added(tmp_path):
    """Two processes of their own count into the same folder; a third reads both."""
    import os
    import subprocess
    import sys

    env = os.environ | {"MADOGUCHI_DATA": str(tmp_path), "MADOGUCHI_ENV": "test", "DJANGO_SETTINGS_MODULE": "madoguchi.config.settings"}
    env.pop("PROMETHEUS_MULTIPROC_DIR", None)
    code = "import django; django.setup(); from madoguchi.kernel import metrics; "
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code + "metrics.count('uploads', result='kept')"], env=env, check=True)
    read = code + "metrics._Now.collect = lambda self: []; print(metrics.page()[0].decode())"
    page = subprocess.run([sys.executable, "-c", read], env=env, check=True, capture_output=True, text=True).stdout
    assert 'madoguchi_uploads_total{result="kept"} 2.0' in page
    assert metrics.COUNTERS
