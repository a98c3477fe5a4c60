"""Readers of surveys. Every one starts from the actor; another section's survey is NotFound."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from madoguchi.casework.public import (
    Case,
    attachment_rows,
    case_get,
    case_of_event,
    cases_for,
    definition_of,
    last_decision,
)
from madoguchi.casework.public import State as CaseState
from madoguchi.identity.public import Staff
from madoguchi.kernel import clock
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.models import AuditEntry
from madoguchi.offices.public import disasters_all
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.find import plain

from . import rules
from .access import may_see, section
from .models import Result, Survey
from .rules import (
    METHOD_WORDS,
    OPEN,
    SLUG,
    STATE_WORDS,
    WAY_WORDS,
    Damage,
    Method,
    State,
    decision_method,
    method_asked,
    state_words,
)

PAGE = 30
ASKED = "asked"  # in place of a state: the applicant asks for another survey, and none is open yet
OVER = (CaseState.DECIDED, CaseState.WITHDRAWN)  # a survey that stands open on such a case is not to be made


def desk_check(*, actor: Staff) -> str:
    """The section, for those who belong to it (or audit it). Raises NotFound for everybody else."""
    if not may_see(actor):
        raise NotFound("被害調査と災害の一覧は、罹災証明の担当課だけが使えます。担当課の職員に依頼してください。")
    return section()


def _mine(actor: Staff) -> QuerySet[Survey]:
    return Survey.objects.filter(case__in=cases_for(actor=actor).filter(slug=SLUG).values("id"))


def _asked() -> QuerySet[Survey]:
    """Surveys that the applicant doubts (再調査の申出), after which no other was opened."""
    later = Survey.objects.filter(case=OuterRef("case"), number__gt=OuterRef("number"))
    return Survey.objects.filter(~Exists(later), asked_at__isnull=False)


def survey_get(*, actor: Staff, survey_id: str) -> Survey:
    """One survey with its case. Raises NotFound for another section's too."""
    found = _mine(actor).filter(id=survey_id).select_related("case").first()
    if found is None:
        raise NotFound("この調査は見つかりませんでした。担当の課を確認してください。")
    return found


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to. ``state``: open, all, ASKED, or one of rules.State."""

    state: str = "open"
    area: str = ""
    method: str = ""
    day: dt.date | None = None
    page: int = 1


def area_plain(text: str) -> str:
    """A place name as it is compared: 袖ヶ江町 and 袖ケ江町 are the same."""
    return plain(text.translate(str.maketrans("ヶヵ", "ケカ")))


def survey_list(*, actor: Staff, wanted: Filter) -> Page[Survey]:
    """Surveys in the order of 町字 (postcode, then name), each with its newest ``grade``."""
    newest = Result.objects.filter(survey=OuterRef("pk")).order_by("-number").values("grade")[:1]
    rows = _mine(actor).select_related("case").annotate(grade=Subquery(newest))
    if wanted.state == "open":
        rows = rows.filter(state__in=OPEN)
    elif wanted.state == ASKED:
        rows = rows.filter(id__in=_asked().values("id"))
    elif wanted.state in STATE_WORDS:
        rows = rows.filter(state=wanted.state)
    if wanted.state in ("open", *OPEN):
        rows = rows.exclude(case__state__in=OVER)
    if wanted.area:
        rows = rows.filter(search__contains=area_plain(wanted.area))
    if wanted.method:
        rows = rows.filter(method=wanted.method)
    if wanted.day:
        rows = rows.filter(appointed_at__range=_span(wanted.day))
    page = Paginator(rows.order_by("zip", "town", "address", "number", "opened_at", "id"), PAGE).get_page(wanted.page)
    return cast("Page[Survey]", page)


def _span(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    start = dt.datetime.combine(day, dt.time(), clock.JST)
    return start, start + dt.timedelta(days=1, microseconds=-1)


def sheet(*, actor: Staff, day: dt.date) -> list[Survey]:
    """The visits of a day for the printed list, by 町字 and hour."""
    rows = _mine(actor).filter(state=State.APPOINTED, appointed_at__range=_span(day)).exclude(case__state__in=OVER)
    return list(rows.select_related("case").order_by("zip", "town", "appointed_at", "opened_at", "id"))


def survey_of_case(*, actor: Staff, case_id: str) -> list[Survey]:
    """The surveys of one case, newest first. Raises NotFound."""
    return list(Survey.objects.filter(case=case_get(actor=actor, case_id=case_id)).order_by("-number"))


def results_of(survey: Survey) -> list[Result]:
    """Everything that was ever found, newest first."""
    return list(survey.results.select_related("recorded_by").order_by("-number"))


def damage_of(case: Case) -> Damage:
    """What the filing says of the building."""
    terms = next((d for d in disasters_all() if d.key == case.answers.get("disaster")), None)
    depth = case.answers.get("flood_depth")
    return Damage(terms.cause if terms else "", terms.happened_on if terms else None,
                  case.answers.get("self_consent") is True, depth if isinstance(depth, int) else None)


def answers_of(case: Case, names: Iterable[str]) -> list[tuple[str, str]]:
    """(label, words) of some answers, as far as they were given."""
    d = definition_of(case)
    found = [(d.question(name), case.answers.get(name)) for name in names]
    return [(q.label, procedures.FIELD_TYPES[q.type].text(value, q)) for q, value in found if q and value is not None]


def photos_of(case: Case) -> list[dict[str, Any]]:
    """The files of the case, by document slot; the proof of identity is not the surveyor's business."""
    return [row for row in attachment_rows(case) if row["files"] and row["path"] not in ("identity", "mandate")]


def way_changes(case: Case) -> QuerySet[AuditEntry]:
    """What the record says of corrections that came after the survey had its result."""
    return AuditEntry.objects.filter(chain=f"case:{case.id}", action="survey.way_changed")


def way_notes(case: Case) -> list[str]:
    """For the case page (casework.ports.case_notes) and the survey's own: the applicant has changed the way of a survey that had its
    result already, and no other has taken its place."""
    newest = Survey.objects.filter(case=case).exclude(state=State.CANCELLED).order_by("-number").first()
    asked = method_asked(case.answers)
    if newest is None or newest.state != State.DONE or asked in (None, newest.method) or not way_changes(case).filter(
            facts__survey=newest.number).exists():
        return []
    return [f"補正で、手続きした方が調査の方法を「{WAY_WORDS[asked]}」に変えました。結果の出ている調査{newest.number}は"
            f"「{METHOD_WORDS[Method(newest.method)]}」のままです。決定の前に、手続きした方に確かめてください。"]


def suggestion(case_id: str) -> dict[str, Any]:
    """For the decide page (casework.ports.helpers): the newest survey as 決定項目. Nothing while one is still to be made,
    so that nobody decides a 再調査 on the old result by oversight."""
    rows = list(Survey.objects.filter(case_id=case_id).exclude(state=State.CANCELLED).order_by("number"))
    result = rows[-1].results.order_by("-number").first() if rows and rows[-1].state == State.DONE else None
    if result is None:
        return {}
    case, before = case_of_event(case_id), last_decision(case_id) or {}
    seconds = sum(s.method == Method.SECOND for s in rows[:-1])
    values = {
        # 整理番号: the number of before; for the first certificate the receipt number, until the city says how it counts
        "issued": case.answers.get("cert_kind"), "serial": before.get("serial") or case.receipt,
        "survey_kind": decision_method(rows[-1].method, seconds), "survey_day": result.surveyed_on.isoformat(),
        "grade": result.grade, "extra1": before.get("extra1"), "extra2": before.get("extra2"),
    }
    asked = {q.id for q in definition_of(case).review.questions}
    return {key: value for key, value in values.items() if key in asked and value}


def decision_faults(case_id: str, answers: Mapping[str, Any]) -> rules.Faults:
    """For casework (casework.ports.checks): what is wrong with a decision that certifies a grade, as the surveys stand."""
    if method_asked(case_of_event(case_id).answers) is None:
        return []
    rows = list(Survey.objects.filter(case_id=case_id).order_by("number"))
    counted = [s for s in rows if s.state != State.CANCELLED]
    unfinished = next((s.method for s in counted if s.state in OPEN), "")
    result = counted[-1].results.order_by("-number").first() if counted and not unfinished else None
    seconds = sum(s.method == Method.SECOND for s in counted[:-1])
    standing = rules.Standing(unfinished, result.grade if result else "", decision_method(counted[-1].method, seconds) if result else "",
                              len(counted) < len(rows))
    return rules.decision_faults(str(answers.get("survey_kind", "")), str(answers.get("grade", "")), standing)


def case_links(case_id: str) -> list[tuple[str, str, str]]:
    """For the case page (casework.ports.case_links)."""
    newest = Survey.objects.filter(case_id=case_id).order_by("-number").only("state", "method", "asked_at").first()
    if newest is None and method_asked(case_of_event(case_id).answers) is None:
        return []
    words = f"被害調査({state_words(newest.state, newest.method)})" if newest else "被害調査を始める"
    if newest and newest.asked_at:
        words = "再調査の申出があります"
    return [(f"/staff/survey/case/{case_id}/", "clipboard-check", words)]
