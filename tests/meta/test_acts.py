"""権限の一覧 names every address of the staff pages, and says of the pages without an id who may open them."""

from __future__ import annotations

from collections import Counter

import pytest
from django.urls import get_resolver
from tests.support.hall import Hall
from tests.support.walk import text

from madoguchi.identity.acts import ACTS, OWN
from madoguchi.identity.public import WHOLE, Staff
from madoguchi.identity.rights import TABLE

PEOPLE = ("tanaka", "kimura", "suzuki", "sato", "matsuda", "yamada", "okada", "kobayashi", "admin", "auditor")


def routes() -> dict[str, str]:
    def walk(resolver, before=""):
        for entry in resolver.url_patterns:
            if hasattr(entry, "url_patterns"):
                yield from walk(entry, before + str(entry.pattern))
            else:
                yield entry.name, before + str(entry.pattern)

    return {name: route for name, route in walk(get_resolver()) if route.startswith("staff/")}


def test_every_address_of_staff_stands_in_it_once():
    counted = Counter(route for act in ACTS for route in act.routes)
    assert sorted(set(routes()) - set(counted)) == [], "name what is done there in identity.acts"
    assert sorted(set(counted) - set(routes())) == [] and set(counted.values()) == {1}
    assert {right for act in ACTS for right in act.rights} - set(TABLE) == {OWN}


def test_every_right_is_used_by_some_act():
    assert set(TABLE) - {right for act in ACTS for right in act.rights} == {"see_guarded"}  # within a case: what its comparison shows


def test_the_auditor_reads_it(hall: Hall):
    page = text(hall.desk("auditor").get("/staff/rights/"))
    for act in ACTS:
        assert act.ja in page and act.roles, act
    for lately in ("打ち間違いの取消し", "還付", "組戻し", "公開", "廃棄の停止", "確認番号を渡し直す", "窓口の休み"):
        assert lately in page


def may(staff: Staff, rights: tuple[str, ...]) -> bool:
    return OWN in rights or any(staff.may(right, section) for right in rights for section in (WHOLE, *staff.roles()))


@pytest.mark.parametrize("who", PEOPLE)
def test_who_lacks_the_right_is_not_let_in(hall: Hall, who: str):
    staff, desk, at, let_in = hall.staff(who), hall.desk(who), routes(), []
    for act in ACTS:
        for name in act.routes:
            if "<" in at[name] or name in ("staff_sign_out", "office_callback") or may(staff, act.rights):
                continue
            answer = desk.get(f"/{at[name]}")
            if answer.status_code == 302:  # a button's address leads to the page on which it is
                answer = desk.post(f"/{at[name]}")
            if answer.status_code not in (403, 404, 405, 422):  # 422: nothing was sent, nothing is done
                let_in.append((name, answer.status_code))
    assert let_in == []
