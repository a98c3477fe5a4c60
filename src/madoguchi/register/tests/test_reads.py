"""The pane on the review page: who sees it, what it shows, and that every look is recorded."""

from __future__ import annotations

import dataclasses

from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.casework.models import Case
from madoguchi.kernel import audit
from madoguchi.kernel.models import AuditEntry
from madoguchi.register.ports import Waiting
from madoguchi.register.rules.specimens import SPECIMENS

from .conftest import HANAKO
from .test_protection import case_of


class Silent:
    """A source that has been asked and has not answered."""

    def as_of(self):
        from madoguchi.kernel import clock

        return clock.today()

    def candidates(self, claims, *, guarded):
        return Waiting("timeout")


def reads():
    return list(AuditEntry.objects.filter(chain="reads:kosodate").order_by("seq"))


def page(hall, case, who="tanaka", tab="review"):
    return text(hall.desk(who).get(f"/staff/case/{case.id}/?tab={tab}"))


def test_claimed_and_held_stand_side_by_side(hall: Hall, take):
    take(*SPECIMENS)
    case = case_of(hall, HANAKO, born="1991-07-05")
    seen = page(hall, case)
    for words in ("市の保有情報との照合", "1件 要確認", "平成3年7月<ins>5</ins>日", "平成3年7月<del>25</del>日", "相違", "宛名番号 900000002",
                  "世帯番号 990000001", "令和8年11月20日時点"):
        assert words in seen, words


def test_every_look_is_recorded_and_nothing_else_is(hall: Hall, take):
    take(*SPECIMENS)
    case = case_of(hall, HANAKO)
    for tab in ("answers", "files", "talk", "history"):
        assert "市の保有情報" not in page(hall, case, tab=tab)
    assert reads() == []
    page(hall, case)
    page(hall, case)
    assert [(r.actor, r.action, r.facts) for r in reads()] == [
        (hall.staff("tanaka").actor, "register.read", {"case": case.ref, "role": "name", "result": "found"})] * 2
    assert len({r.digest for r in reads()}) == 1, "the same 宛名番号"
    assert all(r.digest for r in reads())
    assert audit.verify() == []


def test_the_record_names_nobody(hall: Hall, take):
    take(*SPECIMENS)
    page(hall, case_of(hall, HANAKO))
    [read] = reads()
    for mark in ("見本", "花子", "900000002", "1991", "袖"):
        assert mark not in str(read.facts)


def test_those_who_do_not_work_on_the_case_ask_nothing(hall: Hall, take):
    take(*SPECIMENS)
    case = case_of(hall, HANAKO)
    assert "市の保有情報" not in page(hall, case, "auditor")
    assert hall.desk("sato").get(f"/staff/case/{case.id}/").status_code == 404
    assert hall.desk("admin").get(f"/staff/case/{case.id}/").status_code == 404
    assert reads() == []


def test_a_finished_case_asks_nothing(hall: Hall, take):
    take(*SPECIMENS)
    case = case_of(hall, HANAKO)
    Case.objects.filter(id=case.id).update(state="decided")
    assert "市の保有情報" not in page(hall, case)
    assert reads() == []


def test_an_empty_register_says_so(hall: Hall):
    assert "まだ取り込まれていません" in page(hall, case_of(hall, HANAKO))
    assert reads() == []


def test_a_source_that_has_not_answered(hall: Hall, take, settings):
    settings.REGISTER_SOURCE = f"{__name__}.Silent"
    seen = page(hall, case_of(hall, HANAKO))
    assert "照会中" in seen and "回答を待っています" in seen
    assert [r.facts["result"] for r in reads()] == ["waiting"]


def test_two_candidates_are_left_to_the_clerk(hall: Hall, take):
    take(*SPECIMENS, dataclasses.replace(HANAKO, number="1", household="2", town="神明町", lot="3番地"))
    case = case_of(hall, HANAKO, address={"zip": "", "city": "石川県金沢市", "town": "広坂", "lot": "1番1号", "building": ""})
    seen = page(hall, case)
    assert "複数の候補" in seen and "2人います" in seen
    assert "宛名番号" not in seen
    assert [(r.facts["result"], r.digest) for r in reads()] == [("several", "")]


def test_a_page_drawn_again_after_a_mistake_is_a_look_too(hall: Hall, take):
    take(*SPECIMENS)
    case = case_of(hall, HANAKO)
    hall.propose(case, "tanaka", "accepted")
    response = hall.desk("kimura").post(f"/staff/case/{case.id}/return/", {"comment": ""})
    assert response.status_code == 422
    assert "市の保有情報との照合" in text(response)
    assert [r.actor for r in reads()] == [hall.staff("kimura").actor]
