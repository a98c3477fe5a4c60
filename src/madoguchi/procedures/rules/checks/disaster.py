"""Rules for certificates of damage (罹災証明書, 罹災届出証明書, 被災証明書)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from madoguchi.kernel.said import say

from .registry import Facts, Finding, check

DWELLING_ONLY = {"risai": ("dwelling",), "hisai": ("building",), "todokede": ("building", "structure", "movable")}
WHICH = {
    "dwelling": say("住んでいた家は「罹災証明書」です。選び直してください"),
    "building": say("住んでいない建物は「被災証明書」か「罹災届出証明書」です。選び直してください"),
    "structure": say("塀・門・カーポートなどは「罹災届出証明書」です。選び直してください"),
    "movable": say("車や家財などは「罹災届出証明書」です。選び直してください"),
}


@check("cause", others=("station",))
def fire_goes_to_fire_station(facts: Facts, cause: str, station: str = "消防本部") -> Iterator[Finding]:
    """消防組織法1条・消防法31条 and the cities' own pages (七尾市「り災証明、り災届出証明」): damage by fire is
    examined and certified by the fire department, not by the mayor under 災害対策基本法90条の2 (a fire that an earthquake
    or another 災害 of its 2条1号 caused is the mayor's, and is filed as damage by that disaster)."""
    if facts.answers.get(cause) == "fire":
        yield Finding(
            cause, say("火災の証明は消防本部が出します。この画面では申請できません。{station}へお問い合わせください", station=station)
        )


@check("kind", "target")
def certificate_fits_target(facts: Facts, kind: str, target: str) -> Iterator[Finding]:
    """災害対策基本法90条の2第1項: the 罹災証明書 is about dwellings (住家). 七尾市 issues 被災証明書 for other
    buildings (with a grade) and 罹災届出証明 for whatever is not a dwelling (the fact of the notification
    only)."""
    what = facts.answers.get(target)
    fitting = DWELLING_ONLY.get(facts.answers.get(kind, ""), ())
    if what and facts.answers.get(kind) and what not in fitting:
        yield Finding(kind, WHICH.get(what, WHICH["movable"]))


@check("kind", "lived")
def dwelling_was_lived_in(facts: Facts, kind: str, lived: str) -> Iterator[Finding]:
    """災害に係る住家の被害認定基準運用指針: a dwelling is a building really lived in as the base of a
    household's life, so an empty house gets no 罹災証明書. Whether somebody who was away (evacuated, in hospital)
    lived there is what the city has to decide, so the application is taken (行政手続法7条)."""
    if facts.answers.get(kind) == "risai" and facts.answers.get(lived) is False:
        text = (
            say("住まいに当たるかを市が調べます。空き家などは「被災証明書」か「罹災届出証明書」になるので、"
            "前の画面で選び直すこともできます")
        )
        yield Finding(lived, text, severity="notice")


@check("way", "photos")
def self_assessment_needs_photos(facts: Facts, way: str, photos: str) -> Iterator[Finding]:
    """災害に係る住家の被害認定基準運用指針(自己判定方式): without a visit the grade 一部損壊 may only be
    certified when the applicant agrees and photographs show it clearly. Photographs are often taken after the question was answered:
    it is that answer which is put right."""
    if facts.answers.get(way) == "self" and facts.answers.get(photos) is False:
        yield Finding(photos, say("写真による判定には写真が要ります。写真があるときは「被害の写真はありますか」を「はい」に直してください。"
                                  "ないときは、調査の方法を「現地調査」に直してください"))


@check("disaster", "day", others=("events",))
def damage_not_before_event(facts: Facts, disaster: str, day: str, events: str = "") -> Iterator[Finding]:
    """災害対策基本法90条の2第1項 certifies damage *by the disaster*: it cannot have happened before the
    disaster did. ``events`` is 「番号=発生日」 joined by 、, filled in from the city's list (where the day is the
    first day of the rain or the tremors); disasters not named there are left to the clerk."""
    when = facts.date(day)
    began = dict(re.findall(r"([a-z0-9-]+)=(\d{4}-\d{2}-\d{2})", events)).get(facts.answers.get(disaster, ""))
    if when and began and when < dt.date.fromisoformat(began):
        yield Finding(day, say("選んだ災害より前の日付です。災害の名前か、被害を受けた日を確認してください"))


@check("form", "place")
def flat_has_room_number(facts: Facts, form: str, place: str) -> Iterator[Finding]:
    """罹災証明書の統一様式(被災住家の所在地): in a block of flats the dwelling is the room, so the room must be
    named."""
    where = facts.answers.get(place) or {}
    if facts.answers.get(form) == "flat" and where and not where.get("building"):
        yield Finding(place, say("アパート・マンションは、建物の名前と部屋番号も入力してください"))


@check("kind", "group", "relation")
def one_head_of_household(facts: Facts, kind: str, group: str, relation: str) -> Iterator[Finding]:
    """住民基本台帳法7条4号: every household has one head; the certificate is made out to that person."""
    if facts.answers.get(kind) != "risai":
        return
    heads = [index for index, person in facts.entries(group) if person.get(relation) == "head"]
    for index in heads[1:]:
        yield Finding(relation, say("世帯主は一人だけ選んでください"), index=index)
    if not heads and facts.answers.get(group):
        yield Finding(relation, say("世帯主の方も、世帯の一人として入力してください"), index=0)
