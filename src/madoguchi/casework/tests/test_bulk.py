"""Bulk review: what goes, what stays and why, once and only once, one case at a time."""

from __future__ import annotations

import inspect

import pytest
from django.db import DatabaseError, connection
from tests.support.hall import Hall, run_worker
from tests.support.threads import together
from tests.support.walk import text

from madoguchi.casework import bulk, ports, services, talk
from madoguchi.casework.errors import DecisionWrong, NotNow, OutcomeMissing, ReasonMissing
from madoguchi.casework.lists import Filter
from madoguchi.casework.models import BulkItem, Case, Decision
from madoguchi.identity.models import Staff
from madoguchi.identity.public import staff_enrol
from madoguchi.intake import talk as talked
from madoguchi.kernel import audit, clock, witness
from madoguchi.kernel.errors import Forbidden
from madoguchi.kernel.models import AuditEntry, Message

from .bulk_world import CLAIM, QUICK, WHO, acts, check_all, confirm, lines, look, refused, start, states

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


def test_what_no_case_has_a_ground_for_is_said_of_each(hall: Hall, cases, monkeypatch):
    slug = cases[0].slug
    monkeypatch.setitem(ports.checks, slug, lambda case_id, answers: [("", f"{case_id[:4]}の調査が終わっていません。")])
    run = look(hall, start(hall, cases))
    assert lines(run) == [("stays", f"{c.ref[:4]}の調査が終わっていません。") for c in cases]
    assert states(cases) == ["received"] * 3


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


def test_what_an_applicant_wrote_is_read_before_their_case_goes_with_the_others(hall: Hall, cases):
    run = look(hall, start(hall, cases))
    clerk, case = hall.staff("tanaka"), cases[1]
    talk.talk_write(actor=clerk, case_id=case.ref, text="口座は変わっていませんか")
    run_worker()
    talked.talk_answer(application=hall.seen_by_applicant(case), text="変わりました", actor="resident:x")
    run_worker()
    bulk.run_now(confirm(hall, run))
    assert [state for state, _ in lines(run, cases)] == ["done", "refused", "done"] and "まだ読んでいません" in lines(run, cases)[1][1]
    talk.talk_seen(actor=clerk, case_id=case.ref)
    assert lines(look(hall, start(hall, [case]))) == [("ready", "")]
