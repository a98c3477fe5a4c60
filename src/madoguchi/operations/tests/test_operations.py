"""The operator page: the administrator sees how the machine stands, nobody else does, and no person is named on it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from tests.scan.run import certificate
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.kernel import audit, clock, outbox
from madoguchi.kernel.models import AuditEntry, Message
from madoguchi.operations import selectors

STRANGERS = ("operations_retry", "operations_skip")  # addresses with an id that this file looks after (tests/meta)
SLUG = "risai-shoumei"


@pytest.fixture
def stuck(hall: Hall) -> Message:
    """A message of a case that was refused, and one of the same case behind it."""
    def refuses(message: outbox.Envelope) -> None:
        if message.key == "first":
            raise outbox.Refused("E42")

    outbox.subscribe("test.Stuck", "delivery.deliver", refuses)
    case = hall.case("hanako", SLUG)
    with transaction.atomic():
        outbox.publish("test.Stuck", case_ref=case.ref, key="first", payload={})
        outbox.publish("test.Stuck", case_ref=case.ref, key="second", payload={})
    run_worker()
    yield Message.objects.get(key="first")
    outbox._handlers.pop("test.Stuck")


def test_the_administrator_sees_how_it_stands(hall: Hall, stuck, settings, places):
    certificate(places)
    settings.TLS_CERTS, settings.BACKUPS = [str(places / "cert.pem"), str(places / "gone.pem")], places / "backups"
    audit.seal()
    outbox.heartbeat("worker")
    page = text(hall.desk("admin").get("/staff/operations/"))
    for words in ("止まっている処理", "1件", "E42", "証明書 cert.pem", "日)", "証明書 gone.pem", "読めません(FileNotFoundError)", "空き",
                  "控えのファイルがなくなっています", "バックアップを取り", "Django", "0秒前"):
        assert words in page, words
    for name in ("見本", "花子", "袖ヶ江"):
        assert name not in page


def queue_lines(hall: Hall) -> dict[str, str]:
    """Name of a line under 処理の待ち → its value and what to do."""
    overview = selectors.overview(actor=hall.staff("admin"))
    return {fact.name: f"{fact.value} {fact.bad}".strip() for fact in overview.queue}


def test_closing_days_that_are_all_over_are_said(hall: Hall, monkeypatch):
    here, word = selectors.city(), "過ぎた日だけ"
    assert word not in text(hall.desk("admin").get("/staff/operations/"))
    monkeypatch.setattr(selectors, "city", lambda: dataclasses.replace(here, closed_days=frozenset([clock.today() - dt.timedelta(days=1)])))
    assert word in text(hall.desk("admin").get("/staff/operations/"))


def test_a_night_without_the_mail_server_is_said(hall: Hall):
    """What is merely away never parks: it has a line of its own."""
    def away(message: outbox.Envelope) -> None:
        raise ConnectionRefusedError

    outbox.subscribe("test.Night", "notifications.send", away)
    with transaction.atomic():
        for n in range(5):
            outbox.publish("test.Night", case_ref=f"night-{n}", key=f"night-{n}", payload={})
    now = clock.now()
    try:
        run_worker()
        lines = queue_lines(hall)
        assert lines["やり直している処理"].startswith("5件(いちばん古いもの ")
        assert "確かめて" not in lines["やり直している処理"], "a short failure is no alarm"
        with clock.frozen(now + dt.timedelta(hours=8)):
            run_worker()
            lines = queue_lines(hall)
    finally:
        outbox._handlers.pop("test.Night")
    assert lines["やり直している処理"].startswith("5件(いちばん古いもの 8時間前) ")
    assert "メールサーバ" in lines["やり直している処理"]
    assert lines["いちばん古い処理の遅れ"].startswith("8時間 ")
    assert "作業係を増やす" not in lines["いちばん古い処理の遅れ"]


def test_what_waits_behind_a_stopped_one_asks_for_no_more_workers(hall: Hall, stuck):
    with clock.frozen(clock.now() + dt.timedelta(days=3)):
        lines = queue_lines(hall)
        page = text(hall.desk("admin").get("/staff/operations/"))
    assert lines["いちばん古い処理の遅れ"] == "0秒"
    assert lines["待っている処理"] == "1件(うち1件は、止まっている処理の後ろ)"
    assert "作業係を増やす" not in page


def test_what_no_worker_has_taken_asks_for_workers(hall: Hall):
    outbox.subscribe("test.Slow", "test.slow", lambda message: None)
    with transaction.atomic():
        outbox.publish("test.Slow", case_ref="slow", key="slow", payload={})
    outbox._handlers.pop("test.Slow")
    with clock.frozen(clock.now() + dt.timedelta(minutes=10)):
        lines = queue_lines(hall)
    assert lines["いちばん古い処理の遅れ"].startswith("10分 作業係を増やす")
    assert lines["やり直している処理"] == "0件"


def test_a_backup_that_is_old_is_said(hall: Hall, settings, places):
    settings.BACKUPS = places / "backups"
    (places / "backups" / "1").mkdir(parents=True)
    manifest = places / "backups" / "1" / "manifest.json"
    manifest.write_text("{}")
    now = clock.now().timestamp()
    os.utime(manifest, (now - 3600, now - 3600))
    assert "毎日のバックアップ" not in text(hall.desk("admin").get("/staff/operations/"))
    with clock.frozen(clock.now() + dt.timedelta(days=3)):
        assert "毎日のバックアップ" in text(hall.desk("admin").get("/staff/operations/"))


def test_a_backup_in_one_file_is_seen_too(hall: Hall, settings, places):
    settings.BACKUPS = places / "backups"
    settings.BACKUPS.mkdir()
    (settings.BACKUPS / ".2026-11-20.tar.part").write_text("")  # of one that was killed
    assert "見つかりません" in text(hall.desk("admin").get("/staff/operations/"))
    call_command("backup", str(settings.BACKUPS / "2026-11-20.tar"))
    page = text(hall.desk("admin").get("/staff/operations/"))
    assert "見つかりません" not in page
    assert "バックアップを取り" not in page


def test_again_and_skip_with_a_reason(hall: Hall, stuck):
    desk, case = hall.desk("admin"), stuck.case_ref
    waiting = Message.objects.get(key="second")
    assert waiting.state == "ready"
    assert desk.post(f"/staff/operations/retry/{stuck.id}/").status_code == 303
    stuck.refresh_from_db()
    assert stuck.state == "ready"
    run_worker()
    answer = desk.post(f"/staff/operations/skip/{stuck.id}/", {"reason": "x"})
    assert answer.status_code == 422
    assert "飛ばす理由を選んでください" in text(answer)
    assert desk.post(f"/staff/operations/skip/{stuck.id}/", {"reason": "arrived"}).status_code == 303
    run_worker()
    stuck.refresh_from_db()
    waiting.refresh_from_db()
    assert (stuck.state, stuck.error_code, waiting.state) == ("done", "skipped", "done")
    entry = AuditEntry.objects.get(chain=f"case:{case}", action="outbox.skipped")
    assert (entry.actor, entry.facts) == ("staff:admin", {"handler": "delivery.deliver", "reason": "arrived"})
    assert desk.post(f"/staff/operations/skip/{stuck.id}/", {"reason": "arrived"}).status_code == 404


@pytest.mark.parametrize("who", ["tanaka", "kobayashi", "auditor"])
def test_nobody_else_gets_in(hall: Hall, stuck, who):
    desk = hall.desk(who)
    assert desk.get("/staff/operations/").status_code == 403
    for route in STRANGERS:
        for number in (stuck.id, 999_999):
            url = reverse(route, kwargs={"message_id": number})
            assert desk.post(url, {"reason": "arrived"}).status_code == 403
            assert desk.post(url, {}).status_code == 403
    stuck.refresh_from_db()
    assert stuck.state == "parked"
    assert "/staff/operations/" not in text(desk.get("/staff/"))
    assert hall.browser("hanako").get("/staff/operations/").status_code == 302


def test_a_folder_of_the_hand_over_that_is_a_file_or_gone_is_told(settings, tmp_path):
    (tmp_path / "out").write_text("")
    for place, why in ((tmp_path / "out", "ファイルです"), (tmp_path / "gone", "その名のファイルかフォルダがありません")):
        settings.OUT_ROOT = str(place)
        fact = next(fact for fact in selectors._places() if fact.name == "ディスク(連携)")
        assert why in fact.value and str(place) in fact.value and fact.bad
