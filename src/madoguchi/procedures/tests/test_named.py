"""Whom a form names: read off the definitions of the pack."""

from __future__ import annotations

import pytest

from madoguchi.procedures.rules.checks import Facts
from madoguchi.procedures.rules.named import people_asked, people_named
from madoguchi.procedures.rules.validate import cross_check

from .pack import TODAY, definition

ASKED = {
    "jidou-teate-nintei": ["name kana born address", "spouse_name spouse_kana spouse_born spouse_address",
                           "child_name child_kana child_born apart_address", "older_name older_kana older_born older_address"],
    "ninshin-todoke": ["agent_name", "name kana born address", "head_name"],
    "hoiku-genkyou": ["child_name child_kana child_born", "name kana born address", "p_name p_kana p_born p_address", "member_name member_born"],
    "risai-shoumei": ["name kana born address", "agent_name agent_address", "head_name head_address", "member_name member_kana member_born"],
}


@pytest.mark.parametrize("slug", ASKED)
def test_questions_of_one_person_belong_together(slug):
    assert [" ".join(q.id for q in person.parts.values()) for person in people_asked(definition(slug))] == ASKED[slug]


def test_a_second_address_is_not_the_registered_one():
    """jidou-teate-genkyou asks 住所 from the card and, for DV, いま実際に住んでいるところ."""
    [claimant] = [p for p in people_asked(definition("jidou-teate-genkyou")) if p.role == "name"]
    assert claimant.parts["住所"].id == "address"


def test_only_who_is_answered_and_asked_is_named():
    d = definition("jidou-teate-nintei")
    hanako = {"name": {"sei": "見本", "mei": "花子"}, "born": "1991-07-25", "children": [
        {"child_name": {"sei": "見本", "mei": "一郎"}}, {"child_name": {"sei": "見本", "mei": "松子"}, "child_born": "2020-01-02"}]}
    found = list(people_named(d, hanako, d.steps))
    assert [(p.role, p.label, sorted(p.answers)) for p in found] == [
        ("name", "請求者", ["氏名", "生年月日"]), ("child_name.0", "お子さん 1", ["氏名"]), ("child_name.1", "お子さん 2", ["氏名", "生年月日"])]
    assert [p.role for p in people_named(d, hanako, tuple(s for s in d.steps if not s.repeat))] == ["name"]


def test_a_notice_about_one_entry_says_whose_it_is():
    """With the name that stands there; without one, which of them."""
    d = definition("jidou-teate-nintei")
    children = [{"child_name": {"sei": "見本", "mei": "一郎"}, "custody": True}, {"child_name": {"sei": "見本", "mei": "松子"}, "custody": False},
                {"custody": False}]
    told = [n.ja for n in cross_check(d, Facts({"children": children}, TODAY)) if n.question == "custody"]
    words = "世話や見守りをしていないお子さんは、支給の対象にならないことがあります"
    assert told == [f"お子さん 2(見本　松子): {words}", f"お子さん 3: {words}"]
