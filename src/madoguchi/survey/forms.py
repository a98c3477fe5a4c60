"""The input boxes of the survey pages, and reading what was typed. Plain text in, typed values or faults out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madoguchi.kernel import clock
from madoguchi.offices.public import CAUSES, DisasterTerms
from madoguchi.procedures.rules.fields.base import narrow
from madoguchi.web.typed import day_typed

from .models import Result, Survey
from .rules import GRADES, Faults, Finding, parts_of

Sent = Mapping[str, str]
_HOUR = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9])?")


@dataclass(slots=True)
class Box:
    """One labelled input. ``kind``: text, area, date, time, number, radio, select."""

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    hint: str = ""
    options: Sequence[tuple[str, str]] = ()
    most: int = 0
    value: str = ""
    error: str = ""
    id: str = ""


def _bind(boxes: list[Box], prefix: str, values: Sent, faults: Faults) -> list[Box]:
    wrong = dict(reversed(faults))
    for n, box in enumerate(boxes, 1):
        box.id, box.value, box.error = f"{prefix}-{n}", str(values.get(box.name, box.value) or ""), wrong.get(box.name, "")
    return boxes


def anchors(boxes: list[Box], faults: Faults) -> list[tuple[str, str]]:
    """(id of the box, words) for the summary of faults."""
    ids = {box.name: f"{box.id}-1" if box.kind == "radio" else box.id for box in boxes}
    return [(ids.get(name, "main"), ja) for name, ja in faults]


def read_day(sent: Sent, name: str, label: str, faults: Faults, *, required: bool = True) -> dt.date | None:
    """A date box; what is wrong is added to ``faults``."""
    text = sent.get(name, "").strip()
    if not text:
        if required:
            faults.append((name, f"{label}を入力してください"))
        return None
    day = day_typed(text)
    if day is None:
        faults.append((name, f"{label}を年月日で入力してください(例: 2026-11-24)"))
    return day


def read_number(sent: Sent, name: str, label: str, faults: Faults) -> int | None:
    """A box for a whole number, empty for none."""
    text = narrow(sent.get(name, "")).removesuffix("%")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 4):
        faults.append((name, f"{label}は数字で入力してください(例: 25)"))
        return None
    return int(text)


def read_moment(sent: Sent, faults: Faults) -> dt.datetime | None:
    """The day and hour of an appointment, in Japan."""
    day = read_day(sent, "day", "調査の日", faults)
    typed = _HOUR.fullmatch(narrow(sent.get("time", "")))
    if typed is None:
        faults.append(("time", "調査の時刻を入力してください(例: 10:30)"))
        return None
    return dt.datetime.combine(day, dt.time(int(typed[1]), int(typed[2])), clock.JST) if day else None


def read_finding(sent: Sent, method: str, faults: Faults) -> Finding | None:
    """The result form. None when something could not be read."""
    day = read_day(sent, "surveyed_on", "調査日", faults)
    points = {part: read_number(sent, f"point.{part}", part, faults) for part in parts_of(method)}
    percent = read_number(sent, "percent", "損害割合", faults)
    floor = read_number(sent, "floor_percent", "床面積の割合", faults)
    if faults or day is None:
        return None
    return Finding(sent.get("grade", ""), day, sent.get("surveyors", ""), percent, floor,
                   {part: value for part, value in points.items() if value is not None}, sent.get("remarks", ""))


def appointment_boxes(survey: Survey, sent: Sent | None, faults: Faults) -> list[Box]:
    """When and who."""
    at = survey.appointed_at.astimezone(clock.JST) if survey.appointed_at else None
    stored = {"day": at.date().isoformat() if at else "", "time": f"{at:%H:%M}" if at else "",
              "surveyors": survey.surveyors, "note": survey.appointment_note}
    boxes = [
        Box("day", "調査の日", "date", True), Box("time", "時刻", "time", True),
        Box("surveyors", "調査する人", hint="応援の方は所属も書きます。"),
        Box("note", "メモ", "area", hint="手続きした方には見えません。"),
    ]
    return _bind(boxes, "a", stored if sent is None else sent, faults)


def finding_boxes(survey: Survey, newest: Result | None, sent: Sent | None, faults: Faults) -> tuple[list[Box], list[Box]]:
    """(the boxes of a result, those of the parts of the building). A correction starts from what it corrects."""
    stored = {"surveyors": survey.surveyors}
    if survey.appointed_at:
        stored["surveyed_on"] = survey.appointed_at.astimezone(clock.JST).date().isoformat()
    if newest:
        stored |= {"grade": newest.grade, "surveyed_on": newest.surveyed_on.isoformat(), "surveyors": newest.surveyors,
                   "percent": _text(newest.percent), "floor_percent": _text(newest.floor_percent), "remarks": newest.remarks}
        stored |= {f"point.{part}": str(value) for part, value in newest.points.items()}
    values = stored if sent is None else sent
    boxes = [
        Box("grade", "被害の程度", "radio", True, options=[(key, words) for key, (words, _, _) in GRADES.items()]),
        Box("percent", "損害割合(%)", "number", hint="部位ごとに入力したときは、空けておくと合計が入ります。", most=100),
        Box("floor_percent", "流失・損壊した床面積の割合(%)", "number", hint="70%以上なら全壊です。", most=100),
        Box("surveyed_on", "調査日", "date", True), Box("surveyors", "調査した人", required=True),
        Box("remarks", "所見", "area", hint="例: 床上80cmまで浸水、内壁の膨らみ"),
    ]
    if newest:
        boxes.append(Box("why", "結果を直す理由", required=True, hint="前の結果は消えずに残ります。"))
    parts = [Box(f"point.{part}", f"{part}(最大{most})", "number", most=most) for part, most in parts_of(survey.method).items()]
    return _bind(boxes, "r", values, faults), _bind(parts, "p", values, faults)


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def disaster_boxes(sent: Sent | None, faults: Faults) -> list[Box]:
    """A new disaster."""
    boxes = [
        Box("name", "災害の名前", required=True, hint="証明書に載ります。例: 令和8年11月豪雨"),
        Box("cause", "原因", "radio", True, options=[(c, c) for c in CAUSES]),
        Box("happened_on", "発生日", "date", True),
        Box("accepts_from", "受付開始", "date", hint="空けておくと発生日からです。"),
        Box("accepts_until", "受付終了", "date", hint="決まっていなければ空けておきます。あとから決められます。"),
    ]
    return _bind(boxes, "d", sent or {}, faults)


def deadline_boxes(terms: DisasterTerms, sent: Sent | None, faults: Faults) -> list[Box]:
    """A new end of acceptance."""
    boxes = [
        Box("accepts_until", "新しい受付終了", "date", hint="空けておくと「期限なし」になります。"),
        Box("reason", "理由", required=True, hint="記録に残ります。例: 避難が続いている方が多いため"),
    ]
    stored = {"accepts_until": terms.accepts_until.isoformat() if terms.accepts_until else ""}
    return _bind(boxes, "e", stored if sent is None else sent, faults)
