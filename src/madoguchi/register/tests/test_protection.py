"""支援措置: for those without the role, a guarded person does not exist. Not the page, not the statements, not the record of
the read is other than if the register had never heard of the person."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.hall import Hall

from madoguchi.casework.models import Case
from madoguchi.kernel.models import AuditEntry
from madoguchi.register.models import RegisteredPerson
from madoguchi.register.rules.specimens import SPECIMENS

from .conftest import MAMORI

SLUG = "jidou-teate-kifu"
AKARI = SPECIMENS[9]  # the child of まもり, not flagged herself
OTHERS = SPECIMENS[:8]
NEIGHBOUR = dataclasses.replace(AKARI, number="900000011", household="990000006", name="別\u3000人", kana="ベツ\u3000ジン", relation="世帯主")
UPSTAIRS = dataclasses.replace(NEIGHBOUR, number="900000012", household="990000007", building="コーポみなと201号")
NO_FLAT = dataclasses.replace(NEIGHBOUR, number="900000013", household="990000008", building="")
# of the household, and of nothing else of hers
AWAY = dataclasses.replace(AKARI, number="900000015", name="試用\u3000ひかり", kana="シヨウ\u3000ヒカリ", lot="ワ部7番地", building="")
NAMESAKE = dataclasses.replace(MAMORI, number="900000014", household="990000009", town="神明町", lot="5番地", building="", protected="0",
                               protected_from="", protected_until="")


def answers(hall, person, **changes):
    sei, mei = person.name.split("\u3000")
    kana_sei, kana_mei = person.kana.split("\u3000")
    place = {"zip": person.zip, "city": person.prefecture + person.city, "town": person.town, "lot": person.lot, "building": person.building}
    return hall.answers(SLUG) | {"name": {"sei": sei, "mei": mei}, "kana": {"sei": kana_sei, "mei": kana_mei}, "born": person.born,
                                 "address": place} | changes


def case_of(hall, person, **changes) -> Case:
    case = hall.case("taro", SLUG)
    Case.objects.filter(id=case.id).update(answers=answers(hall, person, **changes))
    case.refresh_from_db()
    return case


def look(hall, case, who="tanaka"):
    """(page without what differs on every drawing, statements on the register, record of the read)."""
    desk, before = hall.desk(who), AuditEntry.objects.filter(chain="reads:kosodate").count()
    with CaptureQueriesContext(connection) as seen:
        response = desk.get(f"/staff/case/{case.id}/")
    assert response.status_code == 200
    page = re.sub(rb'name="(csrfmiddlewaretoken|_for)" value="[^"]+"', b"", response.content)
    # a statement that PostgreSQL keeps (kernel.fixed) has no text any more: none of those reads the register
    statements = [q["sql"] for q in seen if "register_" in (q["sql"] or "")]
    reads = AuditEntry.objects.filter(chain="reads:kosodate").order_by("seq")[before:]
    return page, statements, [(r.actor, r.action, r.facts, bool(r.digest)) for r in reads]


CLAIMS = {
    "herself": (MAMORI, {}),
    "herself, at an address that is a guess": (MAMORI, {"address": {
        "zip": "9260046", "city": "石川県七尾市", "town": "神明町", "lot": "9番地", "building": ""}}),
    "herself, with another birthday": (MAMORI, {"born": "1995-04-11"}),
    "herself, in another flat": (MAMORI, {"address": {
        "zip": "", "city": "石川県七尾市", "town": "和倉町", "lot": "ヨ100", "building": "201"}}),
    "her child": (AKARI, {}),
    "one of the household with another address": (AWAY, {}),
    "somebody else in the flat": (NEIGHBOUR, {}),
    "somebody at the address without a flat": (NO_FLAT, {}),
}


class TestNothingIsBetrayed:
    @pytest.mark.parametrize("claim", CLAIMS, ids=str)
    def test_the_page_is_that_of_somebody_who_is_not_there(self, hall: Hall, take, claim):
        person, changes = CLAIMS[claim]
        case = case_of(hall, person, **changes)
        take(*OTHERS)
        without = look(hall, case)
        take(*OTHERS, MAMORI, AKARI, AWAY, NEIGHBOUR, NO_FLAT)
        with_her = look(hall, case)
        assert "照合できません".encode() in without[0]
        assert with_her[0] == without[0], "byte for byte"
        assert with_her[1] == without[1] != []
        assert with_her[2] == without[2] == [(hall.staff("tanaka").actor, "register.read",
                                              {"case": case.ref, "role": "name", "result": "nobody"}, False)]

    def test_somebody_who_left_is_guarded_too(self, hall: Hall, take):
        case = case_of(hall, MAMORI)
        take(*OTHERS)
        without = look(hall, case)
        take(*OTHERS, dataclasses.replace(MAMORI, removed_on="2026-11-01", removed_why="国内転出"))
        assert look(hall, case) == without
        take(*OTHERS)
        assert RegisteredPerson.objects.get(number=MAMORI.number).absent_since
        assert look(hall, case) == without

    def test_after_its_period_and_before_it(self, hall: Hall, take):
        case = case_of(hall, MAMORI)
        take(*OTHERS)
        without = look(hall, case)
        for first, last in (("2025-04-01", "2026-03-31"), ("2026-12-01", "2027-11-30"), ("", "")):
            take(*OTHERS, dataclasses.replace(MAMORI, protected_from=first, protected_until=last))
            assert look(hall, case) == without, (first, last)

    def test_a_namesake_is_found_as_if_she_were_alone(self, hall: Hall, take):
        """Two of one name and birthday would be "several": the word alone would say that she lives here."""
        case = case_of(hall, NAMESAKE, address={"zip": "", "city": "石川県金沢市", "town": "広坂", "lot": "1番1号", "building": ""})
        take(*OTHERS, NAMESAKE)
        without = look(hall, case)
        take(*OTHERS, NAMESAKE, MAMORI, AKARI)
        assert look(hall, case) == without
        assert b"900000014" in without[0]

    def test_another_flat_of_the_house_is_answered(self, hall: Hall, take):
        """Hiding a whole house would point at it."""
        case = case_of(hall, UPSTAIRS)
        take(*OTHERS, MAMORI, AKARI, UPSTAIRS)
        assert b"900000012" in look(hall, case)[0]

    def test_nothing_of_her_stands_in_any_tab(self, hall: Hall, take):
        case = case_of(hall, MAMORI, address={"zip": "", "city": "石川県金沢市", "town": "広坂", "lot": "1番1号", "building": ""})
        take(*OTHERS, MAMORI, AKARI)
        for tab in ("review", "answers", "files", "talk", "history"):
            page = hall.desk("tanaka").get(f"/staff/case/{case.id}/?tab={tab}").content
            assert "和倉町".encode() not in page
            assert MAMORI.number.encode() not in page


class TestThoseWhoMaySee:
    def test_the_role_sees_her_with_a_warning(self, hall: Hall, take):
        case = case_of(hall, MAMORI)
        take(*OTHERS, MAMORI, AKARI)
        page, _, reads = look(hall, case, "hayashi")
        for words in (MAMORI.number, "支援措置", "伝えないでください", "一致"):
            assert words.encode() in page, words
        assert reads == [(hall.staff("hayashi").actor, "register.read",
                          {"case": case.ref, "role": "name", "result": "found", "sight": "protection"}, True)]

    def test_of_another_section_does_not(self, hall: Hall, take):
        from madoguchi.identity.models import Membership

        case = case_of(hall, MAMORI)
        take(*OTHERS, MAMORI)
        Membership.objects.create(staff=hall.staff("kimura"), section="kaigo", role="protection", starts=dt.date(2020, 1, 1))
        assert MAMORI.number.encode() not in look(hall, case, "kimura")[0]

    def test_whose_role_has_ended_does_not(self, hall: Hall, take):
        from madoguchi.identity.models import Membership

        case = case_of(hall, MAMORI)
        take(*OTHERS, MAMORI)
        Membership.objects.create(staff=hall.staff("kimura"), section="kosodate", role="protection", starts=dt.date(2020, 1, 1),
                                  ends=dt.date(2026, 11, 19))
        assert MAMORI.number.encode() not in look(hall, case, "kimura")[0]

    def test_the_role_alone_opens_no_case(self, hall: Hall, take):
        from madoguchi.identity.models import Membership

        case = case_of(hall, MAMORI)
        Membership.objects.create(staff=hall.staff("sato"), section="kosodate", role="protection", starts=dt.date(2020, 1, 1))
        assert hall.desk("sato").get(f"/staff/case/{case.id}/").status_code == 404
