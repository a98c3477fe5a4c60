"""代決, and 権限の一覧."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests.support.hall import OPENING, Hall, run_worker

from madoguchi.casework import services as casework
from madoguchi.casework.errors import OwnProposal
from madoguchi.identity import people
from madoguchi.identity.directory import people_page
from madoguchi.identity.public import TRIAL_PASSWORD
from madoguchi.kernel import audit, clock
from madoguchi.kernel.models import AuditEntry

from .staff import app_of, suzuki_away

# --- 代決


def test_a_deputy_stamps_while_the_approver_is_away(hall: Hall):
    for name in ("tanaka", "kimura", "suzuki", "hayashi"):
        hall.staff(name)
    case = hall.case("hanako", "jidou-teate-mishiharai")
    hall.propose(case, "tanaka", "grant")
    casework.decision_approve(actor=hall.staff("kimura"), case_id=case.ref)
    with pytest.raises(casework.Forbidden):
        casework.decision_approve(actor=hall.staff("hayashi"), case_id=case.ref)
    hall.desk("suzuki").post("/staff/absence/", {"deputy": "kosodate:hayashi", "starts": "2026-11-20", "ends": "2026-11-21"})
    page = hall.desk("hayashi").get(f"/staff/case/{case.id}/").content.decode()
    assert "鈴木 一郎さんが不在のため" in page
    with clock.frozen(OPENING + dt.timedelta(days=2)), pytest.raises(casework.Forbidden):
        casework.decision_approve(actor=hall.staff("hayashi"), case_id=case.ref)
    casework.decision_approve(actor=hall.staff("hayashi"), case_id=case.ref)
    case.refresh_from_db()
    assert case.state == "decided"
    entry = AuditEntry.objects.get(action="decision.approved_as_deputy")
    assert (entry.actor, entry.facts["instead_of"]) == ("staff:hayashi", "suzuki")
    run_worker()
    page = hall.desk("tanaka").get(f"/staff/case/{case.id}/").content.decode()
    assert "鈴木 一郎さん不在のため代決" in page
    assert "代決で承認した" in hall.desk("tanaka").get(f"/staff/case/{case.id}/?tab=history").content.decode()


def test_nobody_approves_their_own_proposal_by_a_deputy_or_as_one(hall: Hall):
    suzuki_away(hall)  # suzuki away, kimura stands in
    case = hall.case("hanako", "jidou-teate-mishiharai")
    hall.propose(case, "tanaka", "grant")
    casework.decision_approve(actor=hall.staff("kimura"), case_id=case.ref)
    with pytest.raises(OwnProposal):  # the chief's stamp does not become the manager's
        casework.decision_approve(actor=hall.staff("kimura"), case_id=case.ref)


def test_absences_that_are_refused(hall: Hall):
    hall.staff("kimura")
    hall.staff("sato")
    desk = hall.desk("suzuki")
    good = {"deputy": "kosodate:kimura", "starts": "2026-11-20", "ends": "2026-11-25"}
    for wrong in ({"deputy": "kosodate:suzuki"}, {"deputy": "kaigo:sato"}, {"deputy": ""}, {"ends": "2026-11-19"}, {"starts": "x"},
                  {"ends": "2030-01-01"}):
        assert desk.post("/staff/absence/", good | wrong).status_code == 422, wrong
    assert desk.post("/staff/absence/", good | {"starts": "２０２６/１１/２０"}).status_code == 303, "full-width and with slashes"
    assert desk.post("/staff/absence/", good).status_code == 422, "one at a time"
    assert hall.desk("tanaka").post("/staff/absence/", good).status_code == 422, "a clerk has no stamp to lend"


# --- 権限の一覧


def test_the_list_is_drawn_from_the_table_that_checks(hall: Hall):
    from madoguchi.identity.rights import ROLES, TABLE, Right, allowed

    for right in Right:
        assert right in TABLE
        assert all(allowed({role}, right) == (role in TABLE[right].roles) for role in ROLES)
    assert not allowed(set(ROLES), "something_else")
    suzuki_away(hall)
    app_of(hall.staff("tanaka"))
    page = hall.desk("auditor").get("/staff/rights/").content.decode()
    for words in ("田中 由紀", "確認コードのアプリ", "木村 健(2026-11-20から2026-11-23まで)", *(r.ja for r in TABLE.values())):
        assert words in page, words
    made = hall.desk("auditor").get("/staff/rights.csv")
    assert made.content.startswith(b"\xef\xbb\xbf") and "suzuki,鈴木 一郎," in made.content.decode("utf-8-sig")


def test_the_way_to_the_staff_is_offered_to_who_may_go_it(hall: Hall):
    for who, may in (("admin", True), ("auditor", False)):
        assert ("職員の画面へ" in hall.desk(who).get("/staff/rights/").content.decode()) is may
        assert (hall.desk(who).get("/staff/people/").status_code == 200) is may


def test_programs_that_read_stand_beside_the_people(hall: Hall):
    """Whoever judges rights must see the tokens too: with cases:personal they read the names of a whole section."""
    from madoguchi.api import services as api

    assert "ありません。" in hall.desk("auditor").get("/staff/rights/").content.decode()
    api.token_make(actor="test", name="統計の取込み", section="kosodate", scopes=["cases:read"], days=30)
    row, _ = api.token_make(actor="test", name="=基幹連携", section="kaigo", scopes=["cases:read", "cases:personal"])
    api.token_revoke(actor="test", token_id=str(row.id))
    page = hall.desk("auditor").get("/staff/rights/").content.decode()
    for words in ("統計の取込み", "=基幹連携", "申請の内容(氏名・住所など。個人番号は含みません)", "停止", "高齢者支援課"):
        assert words in page, words
    made = hall.desk("auditor").get("/staff/rights.csv").content.decode("utf-8-sig")
    assert ",統計の取込み,子育て支援課,プログラム: 申請の一覧と段階(個人の情報なし)," in made
    assert f"token:{row.id},'=基幹連携,高齢者支援課," in made
    assert hall.desk("tanaka").get("/staff/rights/").status_code == 403


def test_a_name_is_no_formula(hall: Hall):
    people.staff_add(actor="test", username="e1", name="=1+1")
    assert ",'=1+1," in hall.desk("auditor").get("/staff/rights.csv").content.decode("utf-8-sig")


def test_the_chain_of_it_all_verifies(hall: Hall):
    suzuki_away(hall)
    app_of(hall.staff("tanaka"))
    Client().post("/staff/sign-in/", {"username": "suzuki", "password": TRIAL_PASSWORD})
    audit.seal()
    assert audit.verify() == []


def test_an_absent_proposer_does_not_approve_by_their_deputy(hall: Hall):
    from madoguchi.identity.absences import absence_add

    absence_add(actor=hall.staff("kimura"), staff=hall.staff("kimura"), section="kosodate", deputy=hall.staff("hayashi"),
                starts=OPENING.date(), ends=OPENING.date())
    case = hall.case("hanako", "jidou-teate-mishiharai")
    hall.propose(case, "kimura", "grant")
    with pytest.raises(OwnProposal):
        casework.decision_approve(actor=hall.staff("hayashi"), case_id=case.ref)


def test_a_name_in_letters_is_found_however_they_are_typed(hall):
    staff = hall.staff("tanaka")
    staff.name = "Smith 見本"
    staff.save()
    for typed in ("smith", "SMITH 見", "Smith"):
        assert [found.pk for found, _ in people_page(actor=hall.staff("admin"), query=typed, page=1)] == [staff.pk], typed
