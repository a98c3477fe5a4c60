"""From review to decision: who may, what is needed, what stays. Kosodate: Tanaka clerk, Kimura chief, Suzuki manager."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from tests.support.hall import OPENING, REFUSE, Hall, run_worker
from tests.support.threads import together
from tests.support.walk import text

from madoguchi.casework import services
from madoguchi.casework.errors import DecisionWrong, NotNow, OutcomeMissing, OwnProposal, ReasonMissing
from madoguchi.casework.models import Approval, Decision
from madoguchi.casework.rules import refusal_of
from madoguchi.casework.states import TRANSITIONS, Act, State, after
from madoguchi.delivery.models import Parcel
from madoguchi.identity.public import staff_enrol
from madoguchi.kernel import audit, clock
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.kernel.models import AuditEntry
from madoguchi.records.models import IssuedDocument

CLAIM, NOTICE = "jidou-teate-mishiharai", "jidou-teate-kifu"


@pytest.fixture
def case(hall: Hall):
    return hall.case("hanako", CLAIM)


def acts(case):
    return list(AuditEntry.objects.filter(chain=f"case:{case.id}").order_by("seq").values_list("action", flat=True))


# --- the whole way


def test_the_whole_way_to_letter_and_hand_over(hall: Hall, case):
    services.case_take(actor=hall.staff("tanaka"), case_id=case.ref)
    decision = hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    assert decision.state == "final"
    assert decision.document_number.startswith("七子第")
    assert case.state == "decided"
    run_worker()
    issued = IssuedDocument.objects.get()
    assert issued.number == decision.document_number
    parcels = list(Parcel.objects.order_by("target"))
    wanted = [h for h in hall.definition(CLAIM).handovers
              if (not h.outcomes or "grant" in h.outcomes) and (not h.per or case.answers.get(h.per))]
    assert len(parcels) == len(wanted)
    assert {p.state for p in parcels} == {"delivered"}
    assert {p.sealed for p in parcels} == {None}
    for parcel in parcels:
        assert (hall.home / "out" / parcel.target / parcel.name).is_file()
    seen = hall.seen_by_applicant(case)
    assert seen.status == "decided"
    assert [doc["number"] for doc in seen.view["documents"]] == [decision.document_number]
    client = hall.browser("hanako")
    page = text(client.get(f"/my/{case.id}/"))
    assert "結果が出ました" in page
    pdf = client.get(f"/my/{case.id}/document/{seen.view['documents'][0]['id']}/")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    assert audit.verify() == []
    assert acts(case)[-1] in ("document.issued", "parcel.delivered")


def test_nothing_is_issued_or_handed_over_before_the_last_stamp(hall: Hall, case):
    hall.decide(case, "grant", "tanaka", "kimura")
    run_worker()
    assert case.state == "approval"
    assert not IssuedDocument.objects.exists()
    assert not Parcel.objects.exists()
    assert hall.seen_by_applicant(case).status == "approval"


def test_document_numbers_of_a_section_run_without_gaps(hall: Hall):
    numbers = []
    for who in ("hanako", "taro"):
        found = hall.case(who, CLAIM)
        numbers.append(hall.decide(found, "grant", "tanaka", "kimura", "suzuki").document_number)
    assert numbers == ["七子第1号", "七子第2号"]


# --- who may


def test_nobody_approves_their_own_proposal(hall: Hall, case):
    staff_enrol(username="all", name="兼務", password="x" * 12,
                memberships=[("kosodate", r) for r in ("clerk", "chief", "manager")])
    hall._staff["all"] = __import__("madoguchi.identity.models", fromlist=["Staff"]).Staff.objects.get(username="all")
    hall.propose(case, "all", "grant")
    with pytest.raises(OwnProposal):
        services.decision_approve(actor=hall.staff("all"), case_id=case.ref)
    with pytest.raises(OwnProposal):
        services.decision_return(actor=hall.staff("all"), case_id=case.ref, comment="自分で戻す")
    assert Approval.objects.count() == 0


def test_nobody_stamps_twice_on_one_route(hall: Hall, case):
    both = staff_enrol(username="both", name="兼務", password="x" * 12, memberships=[("kosodate", "chief"), ("kosodate", "manager")])
    hall.propose(case, "tanaka", "grant")
    services.decision_approve(actor=both, case_id=case.ref)
    with pytest.raises(OwnProposal):
        services.decision_approve(actor=both, case_id=case.ref)
    case.refresh_from_db()
    assert case.state == "approval"


def test_the_route_is_walked_in_its_order(hall: Hall, case):
    hall.propose(case, "tanaka", "grant")
    with pytest.raises(Forbidden):
        services.decision_approve(actor=hall.staff("suzuki"), case_id=case.ref)
    services.decision_approve(actor=hall.staff("kimura"), case_id=case.ref)
    with pytest.raises(Forbidden):
        services.decision_approve(actor=clerk_two(), case_id=case.ref)
    services.decision_approve(actor=hall.staff("suzuki"), case_id=case.ref)
    case.refresh_from_db()
    assert case.state == "decided"


def clerk_two():
    return staff_enrol(username="clerk2", name="もう一人", password="x" * 12, memberships=[("kosodate", "clerk")])


def test_a_membership_that_ended_yesterday_opens_nothing(hall: Hall, case):
    gone = staff_enrol(username="gone", name="異動", password="x" * 12, memberships=[("kosodate", "clerk")])
    gone.membership_set.update(ends=OPENING.date() - dt.timedelta(days=1))
    with pytest.raises(NotFound):
        services.case_take(actor=gone, case_id=case.ref)
    gone.membership_set.update(starts=OPENING.date() + dt.timedelta(days=1), ends=None)
    fresh = type(gone).objects.get(id=gone.id)
    with pytest.raises(NotFound):
        services.case_take(actor=fresh, case_id=case.ref)


@pytest.mark.parametrize("act", [
    lambda a, c: services.case_take(actor=a, case_id=c.ref),
    lambda a, c: services.check_mark(actor=a, case_id=c.ref, marked={0}),
    lambda a, c: services.note_add(actor=a, case_id=c.ref, text="x"),
    lambda a, c: services.decision_propose(actor=a, case_id=c.ref, outcome_id="grant", reason="", raw={}),
    lambda a, c: services.decision_approve(actor=a, case_id=c.ref),
    lambda a, c: services.decision_return(actor=a, case_id=c.ref, comment="x"),
    lambda a, c: services.case_reopen(actor=a, case_id=c.ref, why="再調査"),
    lambda a, c: services.number_reveal(actor=a, case_id=c.ref, path="my_number", why="照合"),
    lambda a, c: services.correction_request(actor=a, case_id=c.ref, items=[("phone", "x")], due_on=dt.date(2026, 12, 20)),
], ids=["take", "check", "note", "propose", "approve", "return", "reopen", "number", "correct"])
@pytest.mark.parametrize("who", ["sato", "auditor", "admin"])
def test_who_does_not_work_on_the_case_finds_nothing_to_do_it_to(hall: Hall, case, act, who):
    before = acts(case)
    with pytest.raises(NotFound):
        act(hall.staff(who), case)
    case.refresh_from_db()
    assert (case.state, acts(case)) == ("received", before)


# --- what is needed


def test_a_refusal_needs_its_reason(hall: Hall, case):
    with pytest.raises(ReasonMissing):
        hall.propose(case, "tanaka", "reject", reason=" ")
    assert not Decision.objects.exists()
    assert hall.propose(case, "tanaka", "reject", reason=REFUSE).reason == REFUSE


def test_the_key_of_a_refusal_leads_to_one_that_the_answers_can_have(hall: Hall, case):
    assert f'href="/staff/case/{case.id}/decide/?outcome=reject" data-key="h"' in hall.desk("tanaka").get(f"/staff/case/{case.id}/").content.decode()
    funeral = hall.definition("sousai-hi")  # only those of 国民健康保険 are refused here, 後期高齢者医療 decides by itself
    assert [refusal_of(funeral, lambda insurance=insurance: {"insurance": insurance}) for insurance in ("kouki", "kokuho")] == [
        None, next(o for o in funeral.review.outcomes if o.id == "reject")]


def test_a_grant_needs_what_the_letter_will_say(hall: Hall, case):
    with pytest.raises(DecisionWrong) as wrong:
        services.decision_propose(actor=hall.staff("tanaka"), case_id=case.ref, outcome_id="grant", reason="", raw={})
    assert {f.question for f in wrong.value.faults} >= {"amount", "pay_date"}
    page = hall.desk("tanaka").post(f"/staff/case/{case.id}/decide/", {"outcome": "grant", "amount": "abc"})
    assert page.status_code == 422
    assert 'value="abc"' in text(page)
    assert not Decision.objects.exists()


def test_a_notification_cannot_be_refused(hall: Hall):
    """届出 takes effect by arriving (行政手続法37条): there is no outcome that refuses it."""
    found = hall.case("hanako", NOTICE)
    kinds = {o.kind for o in hall.definition(NOTICE).review.outcomes}
    assert kinds == {"受付", "不備"}
    for outcome in ("reject", "refuse", "拒否", "grant", ""):
        with pytest.raises(OutcomeMissing):
            services.decision_propose(actor=hall.staff("tanaka"), case_id=found.ref, outcome_id=outcome, reason=REFUSE, raw={})
    page = hall.desk("tanaka").post(f"/staff/case/{found.id}/decide/", {"outcome": "reject", "reason": REFUSE})
    assert page.status_code == 422
    assert not Decision.objects.exists()


def test_a_defect_needs_its_reason_too(hall: Hall):
    found = hall.case("hanako", NOTICE)
    defect = next(o for o in hall.definition(NOTICE).review.outcomes if o.kind == "不備")
    with pytest.raises(ReasonMissing):
        hall.propose(found, "tanaka", defect.id, reason="")


# --- back and again


def test_sending_back_needs_a_comment_and_keeps_the_proposal(hall: Hall, case):
    hall.propose(case, "tanaka", "grant")
    with pytest.raises(ReasonMissing):
        services.decision_return(actor=hall.staff("kimura"), case_id=case.ref, comment=" ")
    services.decision_return(actor=hall.staff("kimura"), case_id=case.ref, comment="金額を確認してください")
    run_worker()
    case.refresh_from_db()
    assert case.state == "reviewing"
    assert hall.seen_by_applicant(case).status == "under_review"
    returned = Decision.objects.get()
    assert (returned.state, returned.document_number) == ("returned", "")
    assert "金額を確認してください" in text(hall.desk("tanaka").get(f"/staff/case/{case.id}/"))
    assert "金額を確認してください" not in text(hall.browser("hanako").get(f"/my/{case.id}/"))
    final = hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    run_worker()
    assert (final.number, final.state) == (2, "final")
    assert Decision.objects.get(number=1).state == "returned"
    assert IssuedDocument.objects.count() == 1


def test_reopening_needs_a_reason_and_a_decision(hall: Hall, case):
    with pytest.raises(NotNow):
        services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="再調査")
    hall.decide(case, "grant", "tanaka", "kimura", "suzuki")
    with pytest.raises(ReasonMissing):
        services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why=" ")


def test_a_decision_stands_on_the_answers_it_was_made_on(hall: Hall, case):
    decision = hall.propose(case, "tanaka", "grant")
    assert decision.filing == case.answers


@pytest.mark.django_db(transaction=True)
def test_two_stamps_at_the_same_moment_count_once(hall: Hall):
    found = hall.case("hanako", CLAIM)
    hall.propose(found, "tanaka", "grant")
    kimura = hall.staff("kimura")
    results = together(*[lambda: services.decision_approve(actor=kimura, case_id=found.ref)] * 3)
    assert sorted(type(r).__name__ for r in results) in (
        ["Decision", "OwnProposal", "OwnProposal"], ["Decision", "Forbidden", "Forbidden"])
    assert Approval.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_stamp_at_the_same_moment_takes_one_number(hall: Hall):
    found = hall.case("hanako", CLAIM)
    hall.propose(found, "tanaka", "grant")
    services.decision_approve(actor=hall.staff("kimura"), case_id=found.ref)
    suzuki = hall.staff("suzuki")
    together(*[lambda: services.decision_approve(actor=suzuki, case_id=found.ref)] * 3)
    run_worker()
    assert Decision.objects.get().document_number == "七子第1号"
    assert AuditEntry.objects.filter(action="case.decided").count() == 1
    assert IssuedDocument.objects.count() == 1
    assert connection.vendor


# --- the table of states


def test_every_act_that_is_not_in_the_table_is_refused():
    for state in State:
        for act in Act:
            assert (after(state, act) is None) == ((state, act) not in TRANSITIONS)
    assert after(State.WITHDRAWN, Act.REOPEN) is None
    assert not [act for act in Act if after(State.WITHDRAWN, act)], "withdrawn is the end"


def test_nothing_works_on_a_withdrawn_case(hall: Hall, case):
    type(case).objects.filter(id=case.id).update(state="withdrawn")
    with pytest.raises(NotNow):
        hall.propose(case, "tanaka", "grant")
    with pytest.raises(NotNow):
        services.correction_request(actor=hall.staff("tanaka"), case_id=case.ref, items=[("phone", "x")],
                                    due_on=OPENING.date() + dt.timedelta(days=9))


# --- the workbench


def test_the_due_day_is_counted_as_the_definition_says(hall: Hall, case):
    assert case.due_on == dt.date(2026, 12, 21), "30 days on is a Sunday: the next open day"
    working = hall.case("hanako", "ninshin-todoke")
    assert working.due_on == dt.date(2026, 11, 26), "three working days over a weekend and a holiday"


def test_taking_a_case_tells_the_applicant_and_is_written_down(hall: Hall, case):
    assert hall.desk("tanaka").post(f"/staff/case/{case.id}/take/").status_code == 303
    run_worker()
    case.refresh_from_db()
    assert (case.assignee.username, case.state) == ("tanaka", "reviewing")
    assert hall.seen_by_applicant(case).status == "under_review"
    assert acts(case)[-1] == "case.taken"
    services.case_take(actor=hall.staff("kimura"), case_id=case.ref)
    case.refresh_from_db()
    assert case.assignee.username == "kimura"


def test_notes_are_for_the_desk_only(hall: Hall, case):
    hall.desk("tanaka").post(f"/staff/case/{case.id}/note/", {"text": "電話で確認済み。要注意"})
    assert "電話で確認済み" in text(hall.desk("kimura").get(f"/staff/case/{case.id}/?tab=talk"))
    assert "電話で確認済み" not in text(hall.browser("hanako").get(f"/my/{case.id}/"))


def test_the_list_finds_by_receipt_and_name_and_stays_in_the_section(hall: Hall, case):
    link = f"/staff/case/{case.id}/"
    for query in (case.receipt.lower(), case.name.split("\u3000")[0]):
        assert link in text(hall.desk("tanaka").post("/staff/", {"q": query}, follow=True))
        assert link not in text(hall.desk("sato").post("/staff/", {"q": query}, follow=True))
    assert link not in text(hall.desk("sato").get("/staff/"))
    assert link in text(hall.desk("auditor").get("/staff/"))


def test_an_overdue_case_is_counted(hall: Hall, case):
    from madoguchi.casework.lists import tiles

    assert tiles(actor=hall.staff("tanaka")).over == 0
    with clock.frozen(OPENING + dt.timedelta(days=60)):
        assert tiles(actor=hall.staff("tanaka")).over == 1


def test_items_are_shown_only_with_the_outcomes_that_ask_for_them():
    """The page hides what `decision_items` will not ask, for every definition of the pack."""
    from madoguchi.casework.rules import decision_items, item_shown_when
    from madoguchi.offices.city import read_city
    from madoguchi.procedures.pack import city_folder, pack_files, read_file
    from madoguchi.procedures.public import GRANT_NOTHING
    from madoguchi.procedures.rules.conditions import compares, holds, parse

    city, seen = read_city(city_folder()), 0
    for path, override in pack_files(city):
        d, _ = read_file(path, override, city)
        assert d is not None
        for item in d.review.questions:
            shown = item_shown_when(d, item)
            for outcome in d.review.outcomes:
                if item.condition is None:
                    asked = item in decision_items(d, outcome)
                    assert (not shown or holds(parse(shown), {"結果": outcome.id})) == asked, (d.id, item.id, outcome.id)
                    seen += outcome.kind in GRANT_NOTHING
            if item.condition is not None and any(c.name == "結果" for c in compares(item.condition)):
                assert shown == item.condition_text
    assert seen > 10


def test_after_a_return_the_page_has_the_words_and_the_proposal(hall: Hall, case):
    hall.propose(case, "tanaka", "grant")
    sent = Decision.objects.get(case=case)
    services.decision_return(actor=hall.staff("kimura"), case_id=case.ref, comment="支給する月分を確かめてください")
    desk, at = hall.desk("tanaka"), f"/staff/case/{case.id}/decide/"
    page = desk.get(at)
    assert "支給する月分を確かめてください" in text(page) and "前の起案の内容を入れてあります" in text(page)
    html = page.content.decode()
    assert f'value="{sent.answers["amount"]:,}"' in html or f'value="{sent.answers["amount"]}"' in html
    assert re.search(r'value="grant"[^>]* checked', html)
    other = desk.get(f"{at}?outcome=reject")
    assert "支給する月分を確かめてください" in text(other) and "前の起案の内容" not in text(other)
    empty = desk.post(at, {"outcome": "grant", "revision": "1"})
    assert empty.status_code == 422 and "前の起案の内容" not in text(empty), "what was typed now holds"
    hall.decide(case, "reject", "tanaka", "kimura", "suzuki")
    services.case_reopen(actor=hall.staff("tanaka"), case_id=case.ref, why="再調査")
    assert "支給する月分を確かめてください" not in text(desk.get(at)), "a decision came after it"


def test_full_width_digits_of_a_short_text_are_kept_as_plain_ones(hall: Hall):
    slug = "jidou-teate-nintei"
    case = hall.case("hanako", slug)
    d = hall.definition(slug)
    short = next(q.id for q in d.review.questions if q.type == "文字")
    outcome = next(o.id for o in d.review.outcomes if o.kind == "認容")
    raw = hall.decision_raw(case) | {short: ["第１２３－Ａ号"]}
    made = services.decision_propose(actor=hall.staff("tanaka"), case_id=case.ref, outcome_id=outcome, reason="", raw=raw)
    assert Decision.objects.get(id=made.id).answers[short] == "第123-A号"
