"""What waits for a person: seen by its section and the administrator, started again by a button."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from tests.support.hall import Hall, run_worker
from tests.support.walk import text

from madoguchi.delivery import causes
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


@pytest.mark.parametrize(("code", "words"), [
    ("another file of this name", "同じ名前で中身の違うファイルがあります"), ("NotADirectoryError 20", "フォルダでなくファイルがあります"),
    ("OSError 28", "ディスクがいっぱいです"), ("PermissionError 13", "書く権限がありません"), ("TypeError", "思わぬ誤り"),
    ("Retry", "相手が動いているか"), ("answers refused by hand-over: phone", "手続の定義を確かめて"), ("column 7 too long", "相手が断りました"),
    ("OSError 5", "ディスクの空きと接続"), ("died", "作業係が何度も止まりました"),
])
def test_the_cause_stands_in_words_with_what_to_do_and_its_code_beside(hall: Hall, case, stuck, code, words):
    Message.objects.filter(id=stuck.id).update(error_code=code)
    Parcel.objects.filter(case_ref=case.ref).update(state="refused", why=code)
    for who, address in (("tanaka", "/staff/deliveries/"), ("admin", "/staff/operations/")):
        page = text(hall.desk(who).get(address))
        assert words in page and code in page and "ください" in page, address


def test_every_code_that_the_program_gives_has_words():
    """Nothing that a handler or the folder of hand-overs says falls through to the words for the unknown."""
    from pathlib import Path

    import madoguchi

    root = Path(madoguchi.__file__).parent
    said = set()
    for path in [*root.glob("adapters/core_folder/*.py"), *root.glob("*/handlers.py"), *root.glob("delivery/services.py"),
                 *root.glob("intake/applications.py"), root / "kernel" / "outbox.py"]:
        said |= set(re.findall(r'Refused\(f?"([^"{]+)', path.read_text()))
    assert said >= {"another file of this name", "name", "application gone"}
    assert {code for code in said if code.strip(": ") not in causes.SAID and not code.startswith(tuple(causes.BEGINS))
            and code != "「"} == set(), "「: a sentence of its own, for people"
