"""Bulk review: what goes, what stays and why, once and only once, one case at a time."""

from __future__ import annotations

import contextlib
import csv
import inspect
import io
import uuid

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse
from tests.support.hall import Hall, run_worker
from tests.support.threads import together
from tests.support.walk import text

from madoguchi.casework import bulk, services
from madoguchi.casework.errors import BulkWrong, DecisionWrong, NotNow, OutcomeMissing, ReasonMissing
from madoguchi.casework.models import BulkItem, BulkRun, Case, Decision
from madoguchi.casework.selectors import Filter, case_list, definition_of
from madoguchi.identity.models import Staff
from madoguchi.identity.public import staff_enrol
from madoguchi.kernel import audit, clock, witness
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.kernel.models import AuditEntry, Message
from madoguchi.register.tests.conftest import take  # noqa: F401 - a fixture

QUICK, CLAIM = "jidou-teate-kifu", "jidou-teate-mishiharai"
WHO = ("hanako", "taro", "ume", "jiro")
STRANGERS = {"bulk_run": "run_id", "bulk_confirm": "run_id", "bulk_csv": "run_id"}


def check_all(hall: Hall, case: Case, who: str = "tanaka") -> None:
    services.check_mark(actor=hall.staff(who), case_id=case.ref, marked=set(range(len(definition_of(case).review.checklist))))


@pytest.fixture
def cases(hall: Hall):
    """Three cases of one procedure with every point of the checklist marked."""
    found = [hall.case(who, QUICK) for who in WHO[:3]]
    for case in found:
        check_all(hall, case)
    return sorted(found, key=lambda c: c.id)  # filed in the same moment: the list breaks the tie by id


@contextlib.contextmanager
def refused(words: str):
    with pytest.raises(BulkWrong) as wrong:
        yield
    assert words in wrong.value.ja


def start(hall: Hall, cases, act="propose", who="tanaka"):
    return bulk.run_start(actor=hall.staff(who), act=act, case_ids=[c.ref for c in cases])


def look(hall: Hall, run, outcome="accepted", reason="", who="tanaka"):
    raw = hall.decision_raw(run.items.first().case) if run.act in bulk.DECIDING else {}
    return bulk.run_look(actor=hall.staff(who), run_id=str(run.id), outcome=outcome, reason=reason, raw=raw)


def confirm(hall: Hall, run, who="tanaka", only=None):
    ready = {i.id for i in BulkItem.objects.filter(run=run, state="ready")}
    return bulk.run_confirm(actor=hall.staff(who), run_id=str(run.id), chosen=ready if only is None else only)


def lines(run, cases=None):
    """(state, why) in the order of the list, or of these cases."""
    found = {i.case_id: (i.state, i.why) for i in BulkItem.objects.filter(run=run).order_by("number")}
    return [found[c.id] for c in cases] if cases else list(found.values())


def states(cases):
    return [Case.objects.get(id=c.id).state for c in cases]


def acts(case):
    return list(AuditEntry.objects.filter(chain=f"case:{case.id}").order_by("seq").values_list("action", flat=True))


# --- the whole way


def test_many_cases_are_proposed_and_approved_together(hall: Hall, cases):
    run = look(hall, start(hall, cases))
    assert lines(run) == [("ready", "")] * 3
    assert states(cases) == ["received"] * 3, "the preview changes nothing"
    bulk.run_now(confirm(hall, run))
    assert lines(run) == [("done", "")] * 3
    assert states(cases) == ["approval"] * 3
    for who in ("kimura", "suzuki"):
        stamped = look(hall, start(hall, cases, "approve", who), who=who)
        bulk.run_now(confirm(hall, stamped, who))
        assert lines(stamped) == [("done", "")] * 3
    assert states(cases) == ["decided"] * 3
    run_worker()
    assert {hall.seen_by_applicant(c).status for c in cases} == {"decided"}
    assert acts(cases[0]).count("case.bulk") == 3
    assert audit.verify() + witness.verify() == []
    numbers = list(Decision.objects.order_by("document_number").values_list("document_number", flat=True))
    assert numbers == ["七子第1号", "七子第2号", "七子第3号"], "the previews took no number"


def test_the_preview_leaves_no_trace_but_itself(hall: Hall, cases):
    def everything():
        return (AuditEntry.objects.count(), Message.objects.count(), Decision.objects.count(), list(Case.objects.order_by("id").values()))

    run, before = start(hall, cases), everything()
    look(hall, run)
    assert everything() == before


def test_cases_are_taken_together_but_not_away_from_a_colleague(hall: Hall, cases):
    hall.staff("hayashi")
    services.case_take(actor=hall.staff("hayashi"), case_id=cases[1].ref)
    run = look(hall, start(hall, cases, "take"))
    assert [s for s, _ in lines(run)] == ["ready", "stays", "ready"]
    assert "林 恵子さん" in lines(run)[1][1]
    bulk.run_now(confirm(hall, run))
    assert [Case.objects.get(id=c.id).assignee.username for c in cases] == ["tanaka", "hayashi", "tanaka"]


def test_a_notification_is_marked_as_received(hall: Hall, cases):
    run = look(hall, start(hall, cases, "receive"))
    assert run.outcome == "accepted"
    bulk.run_now(confirm(hall, run))
    assert set(Decision.objects.values_list("outcome", "reason")) == {("accepted", "")}
    claim = hall.case("jiro", CLAIM)
    with refused("受付"):
        start(hall, [claim], "receive")


# --- what stays, and why


def test_each_case_that_can_not_go_says_why(hall: Hall, cases):
    other = hall.case("jiro", QUICK)  # nobody has looked through its checklist
    check = [*cases, other]
    services.case_take(actor=hall.staff("hayashi"), case_id=cases[1].ref)
    hall.propose(cases[2], "hayashi", "accepted", reason="")
    run = look(hall, start(hall, check))
    said = dict(zip([i.case_id for i in bulk.items_of(run)], [w for _, w in lines(run)], strict=True))
    assert said[cases[0].id] == ""
    assert "担当は林 恵子さん" in said[cases[1].id]
    assert said[cases[2].id] == NotNow.ja
    assert "審査チェックが4件残っています" in said[other.id]


def test_what_changed_after_it_was_chosen_stays(hall: Hall, cases):
    run = start(hall, cases)
    Case.objects.filter(id=cases[1].id).update(revision=2)
    look(hall, run)
    assert "変わりました" in lines(run)[1][1]
    Case.objects.filter(id=cases[0].id).update(revision=2)  # and after the preview
    bulk.run_now(confirm(hall, run))
    assert [s for s, _ in lines(run)] == ["refused", "stays", "done"]
    assert "変わりました" in lines(run)[0][1]


def test_a_proposal_that_was_changed_after_the_approver_chose_it_is_not_stamped(hall: Hall, cases):
    for case in cases[:2]:
        hall.propose(case, "tanaka", "accepted", reason="")
    run = look(hall, start(hall, cases[:2], "approve", "kimura"), who="kimura")
    services.decision_return(actor=hall.staff("kimura"), case_id=cases[0].ref, comment="額を確かめる")
    hall.propose(cases[0], "tanaka", "accepted", reason="")
    bulk.run_now(confirm(hall, run, "kimura"))
    assert [s for s, _ in lines(run)] == ["refused", "done"]
    assert "起案が替わりました" in lines(run)[0][1]


def test_proposals_with_another_outcome_stay(hall: Hall, cases):
    for case, outcome in zip(cases, ("accepted", "accepted", "returned"), strict=True):
        hall.propose(case, "tanaka", outcome)
    run = look(hall, start(hall, cases, "approve", "kimura"), who="kimura")
    assert [s for s, _ in lines(run)] == ["ready", "ready", "stays"]
    assert "返戻" in lines(run)[2][1]


def test_separation_of_duties_holds_for_each_case(hall: Hall, cases):
    staff_enrol(username="both", name="兼務", password="x" * 12, memberships=[("kosodate", "clerk"), ("kosodate", "chief")])
    hall._staff["both"] = both = Staff.objects.get(username="both")
    hall.propose(cases[0], "both", "accepted", reason="")
    hall.propose(cases[1], "tanaka", "accepted", reason="")
    run = look(hall, start(hall, cases[:2], "approve", "both"), who="both")
    assert lines(run) == [("stays", "自分が起案した決定は、自分で決裁できません。"), ("ready", "")]
    bulk.run_now(bulk.run_confirm(actor=both, run_id=str(run.id), chosen={i.id for i in bulk.items_of(run)}))
    assert [s for s, _ in lines(run)] == ["stays", "done"], "nobody ticks past the preview"
    wrong_turn = look(hall, start(hall, cases[1:2], "approve", "hayashi"), who="hayashi")
    assert [w for _, w in lines(wrong_turn)] == [Forbidden.ja]


def test_a_right_that_was_lost_between_confirming_and_doing_counts(hall: Hall, cases):
    run = confirm(hall, look(hall, start(hall, cases)))
    Staff.objects.get(username="tanaka").membership_set.all().delete()
    bulk.run_now(run)
    assert [s for s, _ in lines(run)] == ["refused"] * 3
    assert states(cases) == ["received"] * 3
    Staff.objects.filter(username="tanaka").update(is_active=False)
    BulkItem.objects.filter(run=run).update(state="waiting")
    run_worker()
    assert {w for _, w in lines(run)} == {"確認した職員の登録が終わっています。"}


def test_versions_that_decide_differently_do_not_go_together(hall: Hall, cases):
    import copy

    from tests.support.hall import body_of

    body = copy.deepcopy(body_of(QUICK))
    body["審査"]["確認事項"].append("新しい確認事項")
    hall.publish(QUICK, body)
    newer = hall.case("jiro", QUICK)
    check_all(hall, newer)
    run = look(hall, start(hall, [*cases, newer]))
    assert [s for s, _ in lines(run, [*cases, newer])] == ["ready"] * 3 + ["stays"]
    assert "版" in lines(run, [newer])[0][1]


def test_versions_that_decide_alike_go_together(hall: Hall, cases):
    import copy

    from tests.support.hall import body_of

    body = copy.deepcopy(body_of(QUICK))
    body["概要"] = "文を直した版"
    hall.publish(QUICK, body)
    newer = hall.case("jiro", QUICK)
    check_all(hall, newer)
    assert newer.version != cases[0].version
    assert [s for s, _ in lines(look(hall, start(hall, [*cases, newer])))] == ["ready"] * 4


# --- choosing


def test_only_one_procedure_and_only_of_the_own_section(hall: Hall, cases):
    other = hall.case("hanako", CLAIM)
    with refused("一つの手続き"):
        start(hall, [*cases, other])
    with refused("選ばれていません"):
        start(hall, cases, who="sato")
    with refused("選ばれていません"):
        start(hall, cases, who="auditor")
    with refused("することを"):
        start(hall, cases, "destroy")


def test_all_of_a_filter_is_bounded_and_says_what_was_left_out(hall: Hall, cases, settings):
    settings.BULK_MOST = 2
    run = bulk.run_start(actor=hall.staff("tanaka"), act="take", wanted=Filter(slug=QUICK))
    assert (run.items.count(), run.left_out) == (2, 1)
    with refused("2件まで"):
        start(hall, cases, "take")
    page = text(hall.desk("tanaka").get(f"/staff/bulk/{run.id}/"))
    assert "3件あります" in page


def test_what_is_missing_in_the_form_is_said_once_above(hall: Hall, cases):
    run, tanaka = start(hall, cases), hall.staff("tanaka")
    raw = hall.decision_raw(cases[0])
    for how, wrong in (({"outcome": ""}, OutcomeMissing), ({"outcome": "returned", "raw": raw}, ReasonMissing),
                       ({"outcome": "accepted"}, DecisionWrong)):
        with pytest.raises(wrong):
            bulk.run_look(actor=tanaka, run_id=str(run.id), **how)
    with pytest.raises(NotNow):
        confirm(hall, run, only={1})
    page = hall.desk("tanaka").post(f"/staff/bulk/{run.id}/", {"outcome": "accepted"})
    assert page.status_code == 422
    assert "寄附を始める支払月" in text(page)


# --- once


def test_confirming_twice_does_nothing_twice(hall: Hall, cases):
    run = look(hall, start(hall, cases))
    desk, go = hall.desk("tanaka"), [str(i.id) for i in bulk.items_of(run)]
    for _ in range(2):
        assert desk.post(f"/staff/bulk/{run.id}/confirm/", {"go": go})["Location"] == f"/staff/bulk/{run.id}/"
    run_worker()
    assert Decision.objects.count() == 3
    assert [acts(c).count("decision.proposed") for c in cases] == [1, 1, 1]
    assert AuditEntry.objects.filter(action="bulk.confirmed").count() == 1
    with pytest.raises(NotNow):
        look(hall, run)


def test_what_was_unticked_stays(hall: Hall, cases):
    run = look(hall, start(hall, cases))
    first = bulk.items_of(run)[0]
    with refused("選ばれていません"):
        confirm(hall, run, only=set())
    bulk.run_now(confirm(hall, run, only={first.id}))
    assert [s for s, _ in lines(run)] == ["done", "stays", "stays"]
    assert states(cases) == ["approval", "received", "received"]


def test_a_large_run_is_the_workers_and_the_page_says_so(hall: Hall, cases, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    run = look(hall, start(hall, cases))
    desk, go = hall.desk("tanaka"), [str(i.id) for i in bulk.items_of(run)]
    assert "裏で順に行います" in text(desk.get(f"/staff/bulk/{run.id}/"))
    desk.post(f"/staff/bulk/{run.id}/confirm/", {"go": go})
    assert [s for s, _ in lines(run)] == ["waiting"] * 3
    assert "処理しています" in text(desk.get(f"/staff/bulk/{run.id}/"))
    run_worker()
    assert [s for s, _ in lines(run)] == ["done"] * 3
    assert "処理しています" not in text(desk.get(f"/staff/bulk/{run.id}/"))


def test_one_failing_case_stops_no_other(hall: Hall, cases, monkeypatch):
    run = confirm(hall, look(hall, start(hall, cases)))
    real, bad = services.decision_propose, cases[1].ref

    def falls_over(**how):
        if how["case_id"] == bad:
            Decision.objects.create(case_id=bad, number=9, outcome="x", proposed_by=how["actor"], proposed_at=clock.now())
            raise DatabaseError("cable pulled")
        return inspect.unwrap(real)(**how)

    monkeypatch.setattr(services, "decision_propose", falls_over)
    run_worker()
    assert [s for s, _ in lines(run)] == ["done", "waiting", "done"], "the report says which; the worker tries it again"
    assert states(cases) == ["approval", "received", "approval"]
    assert not Decision.objects.filter(case_id=bad).exists()
    monkeypatch.setattr(services, "decision_propose", real)
    Message.objects.filter(state="ready").update(next_at=clock.now())
    run_worker()
    assert [s for s, _ in lines(run)] == ["done"] * 3


@pytest.mark.django_db(transaction=True)
def test_web_and_worker_at_the_same_moment_do_it_once(hall: Hall):
    found = [hall.case(who, QUICK) for who in WHO[:2]]
    for case in found:
        check_all(hall, case)
    run = confirm(hall, look(hall, start(hall, found)))
    ids = [i.id for i in bulk.items_of(run)]

    def patiently(item_id):
        for _ in range(20):
            try:
                return bulk.item_do(item_id)
            except DatabaseError:
                connection.close()
        raise AssertionError("never got through")

    results = together(*[lambda i=i: patiently(i) for i in ids * 2])
    assert [r for r in results if isinstance(r, BaseException)] == []
    assert [s for s, _ in lines(run)] == ["done"] * 2
    assert Decision.objects.count() == 2
    assert AuditEntry.objects.filter(action="case.bulk").count() == 2


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
    assert case_list(actor=hall.staff("tanaka"), wanted=Filter(slug=QUICK, state="approval")).paginator.count == 3
    kimura = hall.desk("kimura")
    there = kimura.post("/staff/bulk/", {"which": "some", "act": "approve", "case": [c.ref for c in cases]})["Location"]
    page = text(kimura.get(there))
    assert "寄附を始める支払月" in page, "an approver reads what is proposed"
    assert page.count('name="go"') == 3
    assert 'name="case"' not in text(hall.desk("auditor").get("/staff/"))
