"""Surveys as pure decisions: states, the six grades, and what each method can find.

Sources: 災害に係る住家の被害認定基準運用指針 (grades and percentages; 自己判定方式), 災害対策基本法90条の2第1項.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from madoguchi.kernel.eras import wareki
from madoguchi.kernel.written import too_long

SLUG = "risai-shoumei"
PLACES = {"risai": "home_place", "hisai": "building_place"}  # certificates that carry a grade → where the building is
Faults = list[tuple[str, str]]


class State(enum.StrEnum):
    """Where a survey stands."""

    WAITING = "waiting"
    APPOINTED = "appointed"
    DONE = "done"
    CANCELLED = "cancelled"


class Method(enum.StrEnum):
    """How the building is examined."""

    PHOTO = "photo"
    SITE = "site"
    SECOND = "second"


class Act(enum.StrEnum):
    """What can happen to a survey."""

    APPOINT = "appoint"
    RECORD = "record"
    CANCEL = "cancel"


STATE_WORDS = {State.WAITING: "日時・判定待ち", State.APPOINTED: "日時決定", State.DONE: "調査済み", State.CANCELLED: "取りやめ"}
STATE_CHIPS = {State.WAITING: "notice", State.APPOINTED: "key", State.DONE: "ok", State.CANCELLED: ""}
METHOD_WORDS = {Method.PHOTO: "写真(自己判定)", Method.SITE: "現地(第1次・外観)", Method.SECOND: "第2次・再調査(立入り)"}
VISITS_FROM, VISITS_UNTIL = dt.time(8), dt.time(18)  # daylight in most months; anything else is asked about, never refused
VISITS_AHEAD = dt.timedelta(days=183)
OPEN = (State.WAITING, State.APPOINTED)
WAY_WORDS = {Method.PHOTO: "写真による判定(自己判定方式)", Method.SITE: "現地調査"}  # as the form asks for them


def state_words(state: str, method: str) -> str:
    """The state in words; photographs wait for a judgement, not for an appointment."""
    if state == State.WAITING:
        return "判定待ち" if method == Method.PHOTO else "日時待ち"
    return STATE_WORDS[State(state)]



# A result may be recorded again on a survey that is done: the correction stands beside what it corrects.
TRANSITIONS: dict[tuple[State, Act], State] = {
    (State.WAITING, Act.APPOINT): State.APPOINTED,
    (State.APPOINTED, Act.APPOINT): State.APPOINTED,
    (State.WAITING, Act.RECORD): State.DONE,
    (State.APPOINTED, Act.RECORD): State.DONE,
    (State.DONE, Act.RECORD): State.DONE,
    (State.WAITING, Act.CANCEL): State.CANCELLED,
    (State.APPOINTED, Act.CANCEL): State.CANCELLED,
}


def after(state: str, method: str, act: Act) -> State | None:
    """The state after an act, None when it is not allowed. Nobody is visited for a judgement by photographs."""
    if act is Act.APPOINT and method == Method.PHOTO:
        return None
    return TRANSITIONS.get((State(state), act))


# grade → (words, from this percentage of loss, below this one)
GRADES: dict[str, tuple[str, int, int]] = {
    "zenkai": ("全壊", 50, 101), "daikibo_hankai": ("大規模半壊", 40, 50), "chuukibo_hankai": ("中規模半壊", 30, 40),
    "hankai": ("半壊", 20, 30), "jun_hankai": ("準半壊", 10, 20), "ichibu_sonkai": ("準半壊に至らない(一部損壊)", 0, 10),
}
FLOOR_LOST = 70  # 全壊 also when so many percent of the floor area are damaged, burnt or washed away

# The parts of a wooden house and the most that each can weigh (指針 木造・プレハブ 第1次 / 第2次)
PARTS_FIRST = {"屋根": 15, "壁": 75, "基礎": 10}
PARTS_SECOND = {"屋根": 15, "柱": 15, "床": 10, "外壁": 10, "内壁": 15, "天井": 5, "建具": 10, "基礎": 10, "設備": 10}


def parts_of(method: str) -> dict[str, int]:
    """The parts that the sheet (調査票) of a method asks for."""
    return {Method.SITE: PARTS_FIRST, Method.SECOND: PARTS_SECOND}.get(Method(method), {})


LONGEST = {"surveyors": ("調査する人", 200), "note": ("メモ", 300), "remarks": ("所見", 2000), "correction": ("結果を直す理由", 300),
           "cancel": ("取りやめる理由", 500), "again": ("再調査の申出の内容", 500)}  # as long as the columns that keep them


@dataclass(frozen=True, slots=True)
class Finding:
    """What a surveyor found."""

    grade: str
    surveyed_on: dt.date
    surveyors: str
    percent: int | None = None
    floor_percent: int | None = None
    points: Mapping[str, int] = field(default_factory=dict)
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class Damage:
    """What the filing says of the building, as far as the method of survey hangs on it."""

    cause: str
    happened_on: dt.date | None
    consented: bool
    flood_depth: int | None


def grade_of(percent: int) -> str:
    """The grade of a percentage of loss (損害割合)."""
    return next(key for key, (_, low, high) in GRADES.items() if low <= percent < high)


def finding_faults(finding: Finding, damage: Damage, method: str, today: dt.date) -> Faults:
    """Everything that is wrong with a finding: (field, words)."""
    out: Faults = []
    if finding.grade not in GRADES:
        out.append(("grade", "被害の程度を選んでください"))
    out += _day_faults(finding.surveyed_on, damage, today)
    if len(finding.surveyors.strip()) < 2:
        out.append(("surveyors", "調査した人の氏名を入力してください(応援の方は所属も)"))
    out += long_faults(surveyors=finding.surveyors, remarks=finding.remarks)
    out += _point_faults(finding, method)
    if not out:
        out = agree_faults(finding) or (photo_faults(finding.grade, damage) if method == Method.PHOTO else [])
    return out


def long_faults(**typed: str) -> Faults:
    """Words that would have to be cut (name → text): a record never loses its end without a word."""
    return [(name, fault) for name, text in typed.items() if (fault := too_long(LONGEST[name][0], text, LONGEST[name][1]))]


def _day_faults(day: dt.date, damage: Damage, today: dt.date) -> Faults:
    if day > today:
        return [("surveyed_on", "調査日は今日までの日付にしてください")]
    if damage.happened_on and day < damage.happened_on:
        return [("surveyed_on", "調査日が災害の発生より前です。日付を確認してください")]
    return []


def _point_faults(finding: Finding, method: str) -> Faults:
    parts = parts_of(method)
    out: Faults = [("percent", "損害割合は0から100までの数字で入力してください")] if not 0 <= (finding.percent or 0) <= 100 else []
    if not 0 <= (finding.floor_percent or 0) <= 100:
        out.append(("floor_percent", "床面積の割合は0から100までの数字で入力してください"))
    for part, value in finding.points.items():
        if not 0 <= value <= parts.get(part, 0):
            out.append((f"point.{part}", f"{part}は0から{parts.get(part, 0)}までの数字で入力してください"))
    total = sum(finding.points.values())
    if not out and finding.points and finding.percent not in (None, total):
        out.append(("percent", f"部位ごとの合計は{total}%です。損害割合({finding.percent}%)か部位の数字を直してください"))
    return out


def agree_faults(finding: Finding) -> Faults:
    """指針の表: the grade is the one of the percentage of loss; 全壊 also by the floor area that is lost."""
    percent = finding.percent if finding.percent is not None else sum(finding.points.values()) if finding.points else None
    lost = finding.floor_percent is not None and finding.floor_percent >= FLOOR_LOST
    if lost:
        fits = "zenkai"
    elif percent is None:
        return []
    else:
        fits = grade_of(percent)
    if finding.grade == fits:
        return []
    found = f"床面積の{finding.floor_percent}%が失われた建物" if lost else f"損害割合{percent}%"
    return [("grade", f"{found}は「{GRADES[fits][0]}」です。被害の程度か割合を直してください")]


def photo_faults(grade: str, damage: Damage) -> Faults:
    """自己判定方式: photographs alone can show 全壊 by an earthquake, a grade by the depth of a flood, or, with the
    applicant's consent, 準半壊に至らない. Everything else needs a visit."""
    if damage.cause == "水害" and damage.flood_depth:
        return []
    if damage.cause == "地震" and grade == "zenkai":
        return []
    if grade == "ichibu_sonkai":
        if damage.consented:
            return []
        return [("grade", "手続きした方の同意がないため、写真では判定できません。取りやめて現地調査に替えてください")]
    return [("grade", f"写真だけでは「{GRADES[grade][0]}」と判定できません。この調査を取りやめて、現地調査に替えてください")]


def decision_method(method: str, seconds_before: int) -> str:
    """The option of 決定項目 survey_kind for a survey: after a 第2次調査 the next one is a 再調査."""
    if method == Method.SECOND:
        return "second" if seconds_before == 0 else "again"
    return "self" if method == Method.PHOTO else "first"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the surveys of a case stand: the method of one that is not finished; grade and method (as the option of survey_kind) of the newest
    result; and whether a survey was called off, with its reason on record."""

    open: str = ""
    grade: str = ""
    kind: str = ""
    called_off: bool = False


KIND_WORDS = {"first": "第1次調査", "second": "第2次調査", "again": "再調査", "self": "自己判定方式(写真)", "remote": "一括の判定"}


def decision_faults(kind: str, grade: str, standing: Standing) -> Faults:
    """災害対策基本法90条の2第1項: the certificate says what the survey of the damage found. So none is issued while one is not finished,
    nor another grade than the result's (自己判定方式 as the rest: photo_faults says what photographs can show). Without any survey only a
    judgement of a whole area (航空写真などによる一括の判定) is known (輪島市, 令和6年); the survey is then called off with that reason."""
    if standing.open:
        return [("grade", f"被害調査({METHOD_WORDS[Method(standing.open)]})が終わっていません。調査の画面で結果を入れてから決定してください。"
                          "調査をしないときは、理由を書いて調査を取りやめます")]
    if not standing.grade:
        if not standing.called_off:
            return [("grade", "被害調査がありません。申請の画面の「被害調査を始める」から始めて、結果を入れてください")]
        if kind != "remote":
            return [("survey_kind", "調査の結果がありません。調査をしないで交付できるのは、航空写真などで一括して判定したときだけです。"
                                    "ほかのときは、もう一度調査を始めて、結果を入れてください")]
        return []
    out: Faults = []
    alike = {"again": "second"}  # which of the two a visit inside is, the section says
    if alike.get(kind, kind) != alike.get(standing.kind, standing.kind):
        out.append(("survey_kind", f"結果が出ている調査は「{KIND_WORDS[standing.kind]}」です。調査の方法を合わせてください"))
    if grade != standing.grade:
        out.append(("grade", f"調査の結果は「{GRADES[standing.grade][0]}」です。ちがう程度のときは、先に調査の画面で結果を直してください"))
    return out


def method_asked(answers: Mapping[str, Any]) -> Method | None:
    """How the applicant asked to be surveyed; None when the certificate carries no grade (罹災届出証明書)."""
    if answers.get("cert_kind") not in PLACES:
        return None
    return Method.PHOTO if answers.get("survey_way") == "self" else Method.SITE


def place_of(answers: Mapping[str, Any]) -> dict[str, str]:
    """Where the building stands."""
    return dict(answers.get(PLACES.get(answers.get("cert_kind", ""), ""), None) or {})


def visit_unusual(local: dt.datetime, *, is_open: bool, today: dt.date) -> list[str]:
    """Why a visit at this time (of Japan) is hardly meant: the hour, a day on which the office is closed, one far ahead. After a disaster
    surveys are made on holidays too, so that it is asked and not refused."""
    out = []
    if not VISITS_FROM <= local.time() <= VISITS_UNTIL:
        out.append(f"時刻が{local:%H:%M}です(ふつうは{VISITS_FROM.hour}時から{VISITS_UNTIL.hour}時まで)")
    if not is_open:
        out.append(f"{wareki(local.date())}({'月火水木金土日'[local.weekday()]})は、閉庁日です")
    if local.date() > today + VISITS_AHEAD:
        out.append(f"{wareki(local.date())}は、半年以上先です")
    return out
