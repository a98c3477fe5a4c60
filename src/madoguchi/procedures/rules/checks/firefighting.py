"""Rules of the fire department (防火・防災管理者選任(解任)届出)."""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.said import say

from .registry import Facts, Finding, check

_FIRE, _DISASTER = frozenset({"first", "first_again", "second"}), frozenset({"disaster", "disaster_again"})


@check("course", "grade")
def second_class_manager_suits_building(facts: Facts, course: str, grade: str) -> Iterator[Finding]:
    """消防法施行令3条1項 ※: a building of 甲種 needs the course of 甲種; that of 乙種 is for the others."""
    taken = set(facts.answers.get(course) or ())
    if facts.answers.get(grade) == "first" and taken & _FIRE == {"second"}:
        yield Finding(course, say("甲種の建物の防火管理者には、甲種の講習が要ります。講習の種類を確認してください"))


@check("course", "target")
def course_matches_target(facts: Facts, course: str, target: str) -> Iterator[Finding]:
    """消防法施行令3条・47条 ※: 防火管理者 and 防災管理者 each have a course of their own; who is both has taken both."""
    taken, which = set(facts.answers.get(course) or ()), facts.answers.get(target)
    if taken and which in ("fire", "both") and not taken & _FIRE:
        yield Finding(course, say("防火管理の講習も選んでください。防災管理の講習だけでは、防火管理者になれません"))
    if taken and which in ("disaster", "both") and not taken & _DISASTER:
        yield Finding(course, say("防災管理の講習も選んでください。防火管理の講習だけでは、防災管理者になれません"))
