"""Bulk review: who sees what, and the way through the pages."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid

import pytest
from django.urls import reverse
from tests.support.hall import Hall, run_worker
from tests.support.walk import hidden, text

from madoguchi.casework import bulk, services
from madoguchi.casework.lists import Filter, case_list
from madoguchi.casework.models import BulkItem, BulkRun, Case, Decision
from madoguchi.intake import applications
from madoguchi.kernel import clock
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.kernel.models import AuditEntry
from madoguchi.register.tests.conftest import take  # noqa: F401 - a fixture

from .bulk_world import QUICK, check_all, confirm, lines, look, start, states

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


# --- what came meanwhile


def put_right(hall: Hall, case) -> None:
    """A correction is asked for after the points were marked, and answered."""
    with clock.frozen(clock.now() + dt.timedelta(minutes=1)):
        services.correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[("phone", "番号をもう一度")],
                                    due_on=clock.today() + dt.timedelta(days=9))
        run_worker()
    with clock.frozen(clock.now() + dt.timedelta(minutes=2)):
        asked = hall.seen_by_applicant(case)
        applications.correction_answer(application=asked, raw={"phone": ["0767-53-0099"]}, extra=frozenset(), actor="resident:x",
                                       owner=hall.owner("hanako"))
        run_worker()


def test_an_answer_that_came_after_the_points_were_marked_is_read_by_somebody_first(hall: Hall, cases):
    put_right(hall, cases[0])
    assert states(cases) == ["reviewing", "received", "received"]
    run = look(hall, start(hall, cases))
    assert lines(run, cases) == [("stays", bulk.ARRIVED), ("ready", ""), ("ready", "")]
    services.check_mark(actor=hall.staff("tanaka"), case_id=cases[0].ref, marked=set())
    with clock.frozen(clock.now() + dt.timedelta(minutes=9)):
        check_all(hall, cases[0])
    again = look(hall, start(hall, cases))
    assert lines(again, cases)[0] == ("ready", ""), "marked anew, with the answer on the page"


def test_documents_that_came_after_the_points_were_marked_are_seen_first(hall: Hall, cases):
    """They leave the revision as it is; also those that come between preview and press."""
    run = look(hall, start(hall, cases))
    case = cases[1]
    late = (clock.now() + dt.timedelta(minutes=1)).isoformat()
    Case.objects.filter(id=case.id).update(files={"slot": [{"file": "x", "name": "x.jpg", "sha256": "0" * 64, "added": late}]})
    bulk.run_now(confirm(hall, run))
    assert lines(run, cases) == [("done", ""), ("refused", bulk.ARRIVED), ("done", "")]


def test_an_open_correction_is_named(hall: Hall, cases):
    services.correction_request(actor=hall.staff("tanaka"), case_id=cases[2].ref, items=[("phone", "番号を")],
                                due_on=clock.today() + dt.timedelta(days=9))
    run = look(hall, start(hall, cases))
    assert lines(run, cases)[2] == ("stays", "この件は、いま補正の答えを待っています。")


def test_a_preview_worked_out_anew_in_another_window_is_not_done_from_the_old_one(hall: Hall, cases):
    """In the old window stood 受付, in the new one 返戻: the press in the old one would have returned them all."""
    desk = hall.desk("tanaka")
    run = look(hall, start(hall, cases))
    old = desk.get(f"/staff/bulk/{run.id}/")
    sent = {"go": [i.id for i in BulkItem.objects.all()], "seen": hidden(old, "seen")}
    assert "押すと、調べたときの内容で行います" in text(old)
    with clock.frozen(clock.now() + dt.timedelta(minutes=1)):
        look(hall, run, outcome="returned", reason="口座の名義が違うため。")
    refused = desk.post(f"/staff/bulk/{run.id}/confirm/", sent)
    assert refused.status_code == 422
    assert "別の画面で調べ直しています" in text(refused)
    assert states(cases) == ["received"] * 3
    assert desk.post(f"/staff/bulk/{run.id}/confirm/", sent | {"seen": hidden(refused, "seen")}).status_code == 303
    assert set(Decision.objects.values_list("outcome", flat=True)) == {"returned"}


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
    early = desk.post(there, raw | {"reason": "見本の理由"})  # no outcome chosen: a browser sends none
    assert early.status_code == 422 and "見本の理由" in text(early), "what was typed stands there again"
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
