"""What waits for a person: seen by its section and the administrator, started again by a button."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.delivery.models import Parcel
from madoguchi.kernel import audit, outbox
from madoguchi.kernel.models import AuditEntry, Message

STRANGERS = {"stuck_retry": "message_id"}  # for tests/meta/test_strangers.py
SLUG = "jidou-teate-mishiharai"


@pytest.fixture
def case(hall: Hall):
    found = hall.case("hanako", SLUG)
    hall.decide(found, "grant", "tanaka", "kimura", "suzuki")
    return found


@pytest.fixture
def stuck(case):
    """The letters of the case could not be made; somebody mended the cause."""
    Message.objects.filter(handler="casework.letters").update(state="parked", error_code="TypeError")
    run_worker()
    return Message.objects.get(handler="casework.letters")


def test_the_section_sees_what_is_stuck_and_starts_it_again(hall: Hall, case, stuck):
    shown = text(hall.desk("tanaka").get("/staff/deliveries/"))
    for words in ("止まっている処理", case.receipt, "通知書の作成", "TypeError"):
        assert words in shown
    assert hall.desk("tanaka").post(f"/staff/deliveries/stuck/{stuck.id}/").status_code == 303
    run_worker()
    assert hall.seen_by_applicant(case).status == "decided"
    assert "止まっている処理" not in text(hall.desk("tanaka").get("/staff/deliveries/"))
    assert AuditEntry.objects.filter(action="outbox.retried", actor="staff:tanaka").exists()
    assert audit.verify() == []


def test_the_administrator_may_and_sees_no_name(hall: Hall, case, stuck):
    shown = text(hall.desk("admin").get("/staff/deliveries/"))
    assert case.receipt in shown
    assert case.name not in shown
    assert hall.desk("admin").post(f"/staff/deliveries/stuck/{stuck.id}/").status_code == 303
    assert not outbox.parked()


def test_the_auditor_looks_and_another_section_sees_nothing(hall: Hall, case, stuck):
    shown = text(hall.desk("auditor").get("/staff/deliveries/"))
    assert case.receipt in shown
    assert f"/stuck/{stuck.id}/" not in shown
    assert case.receipt not in text(hall.desk("sato").get("/staff/deliveries/"))
    for name, key in STRANGERS.items():
        real, made_up = (reverse(name, kwargs={key: number}) for number in (stuck.id, 999999))
        for who in ("sato", "auditor"):
            assert hall.desk(who).post(real).status_code == hall.desk(who).post(made_up).status_code == 404
        for client in (hall.browser("hanako"), hall.browser()):
            assert client.post(real)["Location"].startswith("/staff/sign-in/")
        assert hall.desk("tanaka").post(made_up).status_code == 404
    assert outbox.parked()


@pytest.mark.parametrize("who", ["tanaka", "admin"])
def test_a_waiting_parcel_is_tried_at_once_by_the_section_or_the_administrator(hall: Hall, case, who):
    out = hall.home / "out"
    out.rmdir()
    out.write_text("a file where the folder was")
    run_worker()
    out.unlink()
    parcel = Parcel.objects.exclude(why="").get()
    assert hall.desk("auditor").post(f"/staff/deliveries/{parcel.id}/retry/").status_code == 404
    run_worker()
    parcel.refresh_from_db()
    assert parcel.state == "waiting", "its pause has not passed"
    assert f"/staff/deliveries/{parcel.id}/retry/" in text(hall.desk(who).get("/staff/deliveries/"))
    assert hall.desk(who).post(f"/staff/deliveries/{parcel.id}/retry/").status_code == 303
    run_worker()
    assert set(Parcel.objects.values_list("state", flat=True)) == {"delivered"}


def test_what_is_not_delivered_stands_first_and_the_rest_has_pages(hall: Hall, case):
    run_worker()
    first = Parcel.objects.first()
    for n in range(60):
        Parcel.objects.create(key=f"k{n}", case_ref=case.ref, section=case.section, receipt="R8-0000-0000-0", target="t",
                              name=f"n{n}", sha256="0" * 64, size=1, state="delivered", created_at=first.created_at)
    Parcel.objects.filter(id=first.id).update(state="refused", why="列が違います")
    assert "列が違います" in text(hall.desk("tanaka").get("/staff/deliveries/"))
    second = text(hall.desk("tanaka").get("/staff/deliveries/?page=2"))
    assert "2 / 2" in second
    assert "列が違います" not in second
    for nonsense in ("²", "x", "-1", "9" * 40):
        assert hall.desk("tanaka").get(f"/staff/deliveries/?page={nonsense}").status_code == 200
