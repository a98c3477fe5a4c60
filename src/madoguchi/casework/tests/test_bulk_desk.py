"""Bulk review: who sees what, and the way through the pages."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.urls import reverse
from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.casework import bulk
from madoguchi.casework.lists import Filter, case_list
from madoguchi.casework.models import BulkItem, BulkRun
from madoguchi.kernel import clock
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.kernel.models import AuditEntry
from madoguchi.register.tests.conftest import take  # noqa: F401 - a fixture

from .bulk_world import QUICK, check_all, confirm, lines, look, start

STRANGERS = {"bulk_run": "run_id", "bulk_confirm": "run_id", "bulk_csv": "run_id"}


# --- 支援措置


def test_a_guarded_person_is_told_only_to_those_who_may_know(hall: Hall, take):  # noqa: F811
    from madoguchi.register.rules.specimens import SPECIMENS
    from madoguchi.register.tests.conftest import MAMORI
    from madoguchi.register.tests.test_protection import case_of

    take(*SPECIMENS)
    guarded, unknown = case_of(hall, MAMORI), hall.case("hanako", QUICK)
    for case in (guarded, unknown):
        check_all(hall, case)
    plain = lines(look(hall, start(hall, [guarded, unknown])))
    assert plain == [("stays", bulk.LOOK)] * 2, "the same as for somebody whom the register does not know"
    run = look(hall, start(hall, [guarded, unknown], who="hayashi"), who="hayashi")
    assert {w for _, w in lines(run)} == {bulk.GUARDED, bulk.LOOK}
    BulkRun.objects.filter(id=run.id).update(confirmed_at=clock.now())
    for path in ("", "csv/"):
        assert "支援措置" in hall.desk("hayashi").get(f"/staff/bulk/{run.id}/{path}").content.decode()
        for who in ("tanaka", "auditor"):
            assert "支援措置" not in hall.desk(who).get(f"/staff/bulk/{run.id}/{path}").content.decode(), who
    assert AuditEntry.objects.filter(chain="reads:kosodate", action="register.read").exists(), "each look is on record"


# --- who sees it


def test_the_report_can_be_opened_again_and_taken_as_csv(hall: Hall, cases):
    run = look(hall, start(hall, cases))
    bulk.run_now(confirm(hall, run, only={bulk.items_of(run)[0].id}))
    for who in ("tanaka", "kimura", "auditor"):
        desk = hall.desk(who)
        assert str(run.id) in text(desk.get("/staff/bulk/"))
        page = text(desk.get(f"/staff/bulk/{run.id}/"))
        assert "済み 1件" in page
        assert cases[0].receipt in page
    table = list(csv.reader(io.StringIO(hall.desk("tanaka").get(f"/staff/bulk/{run.id}/csv/").content.decode("utf-8-sig"))))
    assert table[1][0] in {c.receipt for c in cases}
    assert [row[4] for row in table[1:]] == ["済み", "対象にしない", "対象にしない"]
    assert not [c for c in cases if c.name.split("\u3000")[0] in str(table)], "no names"


def test_strangers_cannot_tell_that_a_run_exists(hall: Hall, cases):
    run = look(hall, start(hall, cases))
    before = AuditEntry.objects.count(), lines(run)

    def answers(client, run_id):
        found = [(name, method, getattr(client, method)(reverse(name, kwargs={key: run_id})))
                 for name, key in STRANGERS.items() for method in ("get", "post")]
        return [(name, method, r.status_code) for name, method, r in found if r.status_code not in (302, 405)]

    for who in ("sato", "kimura", "auditor"):  # another section, a colleague and the auditor: a draft is its maker's
        mine = answers(hall.desk(who), str(run.id))
        assert {s for _, _, s in mine} == {404}, who
        assert mine == answers(hall.desk(who), str(uuid.uuid4()))
    for client in (hall.browser("hanako"), hall.browser()):
        assert client.get(f"/staff/bulk/{run.id}/")["Location"].startswith("/staff/sign-in/")
    assert {s for _, _, s in answers(hall.desk("tanaka"), str(run.id))} <= {200, 422}
    assert (AuditEntry.objects.count(), lines(run)) == before
    bulk.run_now(confirm(hall, run))
    assert {s for _, _, s in answers(hall.desk("sato"), str(run.id))} == {404}
    with pytest.raises(Forbidden):
        bulk.run_confirm(actor=hall.staff("kimura"), run_id=str(run.id), chosen=set())
    for selector in (bulk.run_get,):
        with pytest.raises(NotFound):
            selector(actor=hall.staff("sato"), run_id=str(run.id))


def test_drafts_that_nobody_confirmed_go_after_a_day_and_reports_stay(hall: Hall, cases):
    import datetime as dt

    left, done = look(hall, start(hall, cases)), confirm(hall, look(hall, start(hall, cases)))
    with clock.frozen(clock.now() + dt.timedelta(hours=25)):
        assert bulk.drafts_sweep() > 0
    assert list(BulkRun.objects.values_list("id", flat=True)) == [done.id]
    assert left.id != done.id


# --- at the desk


def test_from_the_list_to_the_report_without_scripts(hall: Hall, cases):
    desk = hall.desk("tanaka")
    page = text(desk.get("/staff/", {"slug": QUICK}))
    assert page.count('form="bulk" name="case"') == 3
    bad = desk.post("/staff/bulk/", {"which": "some", "act": "propose", "slug": QUICK})
    assert bad.status_code == 422
    assert "印を付けて" in text(bad)
    there = desk.post("/staff/bulk/", {"which": "all", "act": "propose", "slug": QUICK, "state": "open"})["Location"]
    assert "どの申請にできるか調べる" in text(desk.get(there))
    raw = {k: v[0] for k, v in hall.decision_raw(cases[0]).items()}
    assert desk.post(there, raw | {"outcome": "accepted", "reason": ""})["Location"] == f"{there}#cases"
    page = text(desk.get(there))
    assert page.count('name="go"') == 3
    go = [i.id for i in BulkItem.objects.all()]
    assert desk.post(f"{there}confirm/", {"go": []}).status_code == 422
    assert desk.post(f"{there}confirm/", {"go": go}).status_code == 303
    assert "済み 3件" in text(desk.get(there))
    assert case_list(actor=hall.staff("tanaka"), wanted=Filter(slug=QUICK, state="approval")).count == 3
    kimura = hall.desk("kimura")
    there = kimura.post("/staff/bulk/", {"which": "some", "act": "approve", "case": [c.ref for c in cases]})["Location"]
    page = text(kimura.get(there))
    assert "寄附を始める支払月" in page, "an approver reads what is proposed"
    assert page.count('name="go"') == 3
    assert 'name="case"' not in text(hall.desk("auditor").get("/staff/"))
