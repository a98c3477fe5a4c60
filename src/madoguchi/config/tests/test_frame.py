"""What stands around every answer: compression, and the page that people see when something breaks."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client


def test_pages_are_compressed_and_files_are_not(hall):
    client = hall.browser()
    page = client.get("/", headers={"accept-encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(page.content).startswith(b"<!doctype html>")
    assert "Content-Encoding" not in client.get("/").headers

    hall.publish("risai-shoumei")
    draft = hall.draft("hanako", "risai-shoumei")
    file_id = next(f["id"] for entries in draft.files.values() for f in entries)
    photo = hall.browser("hanako").get(f"/a/{draft.id}/file/{file_id}/", headers={"accept-encoding": "gzip"})
    assert photo.status_code == 200
    assert "Content-Encoding" not in photo.headers
    assert int(photo.headers["Content-Length"]) == len(b"".join(photo.streaming_content))


def test_a_fault_shows_nothing_of_the_inside(hall, monkeypatch: pytest.MonkeyPatch):
    def broken(*args: object, **more: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("madoguchi.procedures.views.city", broken)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "入力した内容は、最後に保存した画面まで残っています" in text
    assert "secret" not in text and "Traceback" not in text


def test_staff_are_led_back_to_their_own_pages(hall, monkeypatch: pytest.MonkeyPatch):
    def broken(*args: object, **more: object) -> None:
        raise RuntimeError("the secret of the house")

    desk = hall.desk("tanaka")
    desk.raise_request_exception = False
    lost = desk.get("/staff/nowhere/")
    assert lost.status_code == 404
    assert "ほかの課の申請" in lost.content.decode() and "受付番号と確認番号" not in lost.content.decode()
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", broken)  # the database is away: the page needs it for nothing
    answer = desk.get("/staff/")
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "この操作は取り消されました" in text and 'href="/staff/"' in text and "管理者に伝えてください" in text
    assert 'class="btn line" href="/my/"' not in text and "secret" not in text


def test_a_monitor_asks_by_plain_http_in_production_and_everybody_else_is_led_to_tls(hall, settings):
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    assert client.get("/healthz").status_code in (200, 503)
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/")
    assert client.get("/healthz/x").status_code == 301
