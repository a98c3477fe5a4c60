"""Rules of the fire department (防火・防災管理者選任(解任)届出, 火災とまぎらわしい煙の届出)."""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.said import say

from .registry import Facts, Finding, check

_FIRST, _DISASTER = frozenset({"first", "first_again"}), frozenset({"disaster", "disaster_again"})
_FIRE = _FIRST | {"second"}
_DAYS_AHEAD = 3  # as 福岡市, 福井市 and 旭市 ask for


@check("course", "grade", optional=("rights",))
def second_class_manager_suits_building(facts: Facts, course: str, grade: str, rights: str = "") -> Iterator[Finding]:
    """消防法施行令3条1項: a building of 甲種 needs the course of 甲種; that of 乙種 is for the others, and for a small part of
    a building whose management is divided (3条3項, 規則2条の2の2): there the fire department looks at the part."""
    if facts.answers.get(rights) == "several":
        return
    taken = set(facts.answers.get(course) or ())
    if facts.answers.get(grade) == "first" and taken & _FIRE == {"second"}:
        yield Finding(course, say("甲種の建物の防火管理者には、甲種の講習が要ります。講習の種類を確認してください"))


@check("course", "target")
def course_matches_target(facts: Facts, course: str, target: str) -> Iterator[Finding]:
    """消防法施行令3条・47条1項1号: 防火管理者 and 防災管理者 each have a course of their own; who is both has taken both. A
    防災管理者 has taken 甲種 as well, or has studied and worked for it (3条1項1号ロ): the clerk looks at the papers."""
    taken, which = set(facts.answers.get(course) or ()), facts.answers.get(target)
    if taken and which in ("fire", "both") and not taken & _FIRE:
        yield Finding(course, say("防火管理の講習も選んでください。防災管理の講習だけでは、防火管理者になれません"))
    if taken and which in ("disaster", "both") and not taken & _DISASTER:
        yield Finding(course, say("防災管理の講習も選んでください。防火管理の講習だけでは、防災管理者になれません"))
    elif taken and which in ("disaster", "both") and not taken & _FIRST:
        yield Finding(course, say("防災管理者には、甲種防火管理の講習か、それに代わる資格も要ります。修了証などを添えてください"), severity="notice")


@check("starts", "ends")
def fire_is_out_after_it_is_lit(facts: Facts, starts: str, ends: str) -> Iterator[Finding]:
    """火災予防条例(例)45条: the hours notified run from a beginning to a later end of the same day (choices like h09)."""
    first, last = facts.answers.get(starts), facts.answers.get(ends)
    if first and last and str(last) <= str(first):
        yield Finding(ends, say("終わる時刻は、始める時刻より後を選んでください"))


@check("item")
def fire_is_told_in_time(facts: Facts, item: str) -> Iterator[Finding]:
    """火災予防条例(例)45条 (あらかじめ): notified late it is notified all the same, so somebody is rung up instead."""
    day = facts.date(item)
    if day and 0 <= (day - facts.today).days < _DAYS_AHEAD:
        yield Finding(item, say("始める日まで3日ありません。届け出た方へ電話し、当直に伝えてください"), severity="notice")
