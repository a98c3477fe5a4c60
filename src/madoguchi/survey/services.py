"""Writers of surveys. Each: authorise and lock the case, pure rule, write, audit in the case's chain, one transaction."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

from django.db import transaction

from madoguchi.casework.public import (
    Case,
    case_get_locked,
    case_of_event,
    case_reopen,
    last_decision,
    progress_say,
)
from madoguchi.casework.public import State as CaseState
from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import audit, clock, failpoints, outbox
from madoguchi.kernel.errors import Forbidden
from madoguchi.kernel.said import say
from madoguchi.offices.public import is_open
from madoguchi.procedures import public as procedures

from . import selectors
from .errors import SurveyNotNow, SurveyWrong, VisitUnusual
from .models import Result, Survey
from .rules import (
    OPEN,
    WAY_WORDS,
    Act,
    Finding,
    Method,
    State,
    after,
    finding_faults,
    long_faults,
    method_asked,
    place_of,
    visit_unusual,
)
from .words import appointed

WORKABLE = (CaseState.RECEIVED, CaseState.REVIEWING, CaseState.CORRECTION)
STANDS = {
    CaseState.APPROVAL: "この件は決裁中です。調査を直すときは、先に差戻しを受けてください。",
    CaseState.DECIDED: "この件は決定済みです。判定を見直すときは、再調査を始めてください。",
    CaseState.WITHDRAWN: "この件は取り下げられています。調査は要りません。",
}


def _lock(actor: Staff, case_id: str) -> Case:
    case = case_get_locked(actor=actor, case_id=case_id)
    if not actor.may(Right.WORK_CASES, case.section):
        raise Forbidden
    return case


def _workable(case: Case) -> None:
    if case.state not in WORKABLE:
        raise SurveyNotNow(STANDS[CaseState(case.state)])


def _lock_survey(actor: Staff, survey_id: str) -> tuple[Case, Survey]:
    """The case held until commit, and its survey as it stands under that lock."""
    found = selectors.survey_get(actor=actor, survey_id=survey_id)
    case = _lock(actor, str(found.case_id))
    _workable(case)
    return case, Survey.objects.get(id=found.id)


def _move(survey: Survey, act: Act) -> None:
    state = after(survey.state, survey.method, act)
    if state is None:
        raise SurveyNotNow
    survey.state = state


def _place(survey: Survey, case: Case) -> None:
    """Where the building stands, as the filing says it now (a correction may have changed it)."""
    place = place_of(case.answers)
    words = procedures.FIELD_TYPES["住所"].text(place, procedures.Question("place", "", "住所")) if place else ""
    survey.zip, survey.town = place.get("zip", "")[:7], place.get("town", "")[:60]
    survey.address, survey.search = words[:300], selectors.area_plain(words)[:300]


def _open(case: Case, *, actor: str, method: Method, why: str = "") -> Survey:
    survey = Survey(case=case, number=Survey.objects.filter(case=case).count() + 1, method=method, why=why.strip(),
                    opened_by=actor, opened_at=clock.now())
    _place(survey, case)
    survey.save(force_insert=True)
    audit.record(actor, "survey.opened", chain=f"case:{case.id}", facts={"survey": survey.number, "method": str(method)}, of=why)
    return survey


@transaction.atomic(durable=True)
def survey_first_open(*, actor: str, case_id: str) -> Survey | None:
    """Order the survey that a new case asks for. Again changes nothing; None for a certificate without a grade."""
    case = case_of_event(case_id, lock=True)
    method = method_asked(case.answers)
    if method is None or Survey.objects.filter(case=case).exists():
        return None
    survey = _open(case, actor=actor, method=method)
    failpoints.hit("survey.open.before_commit")
    return survey


@transaction.atomic(durable=True)
def survey_follow(*, actor: str, case_id: str) -> Survey | None:
    """An answered correction has changed how the applicant wants to be surveyed: the first survey, while it has no result, is called
    off and one of the other way ordered in its place. One with a result stays, and the section is told (way_notes). Again changes
    nothing. Returns the survey that was ordered."""
    case = case_of_event(case_id, lock=True)
    method = method_asked(case.answers)
    newest = Survey.objects.filter(case=case).exclude(state=State.CANCELLED).order_by("-number").first()
    if method is None or newest is None or newest.method in (method, Method.SECOND) or case.state not in WORKABLE:
        return None
    if newest.state not in OPEN:
        facts = {"survey": newest.number, "revision": case.revision}
        if not selectors.way_changes(case).filter(facts=facts).exists():
            audit.record(actor, "survey.way_changed", chain=f"case:{case.id}", facts=facts)
        return None
    met, why = newest.state == State.APPOINTED, f"補正で、手続きした方が「{WAY_WORDS[method]}」に変えたため"
    _move(newest, Act.CANCEL)
    newest.why = why
    newest.save(update_fields=["state", "why"])
    audit.record(actor, "survey.cancelled", chain=f"case:{case.id}", facts={"survey": newest.number}, of=why)
    survey = _open(case, actor=actor, method=method, why=why)
    if case.state in (CaseState.RECEIVED, CaseState.REVIEWING) and (met or method == Method.SITE):
        said = (say("現地で調査することになりました。日時は担当からお知らせします") if method == Method.SITE else
                say("写真で判定することになりました。お知らせした調査の日時は取りやめました"))
        progress_say(case, key=f"survey:{survey.id}:follows", status="under_review", ja=said)
    return survey


@transaction.atomic(durable=True)
def survey_start(*, actor: Staff, case_id: str) -> Survey:
    """Order a survey by hand where none is under way: after a correction of the kind of certificate, or a cancelled one.
    Raises SurveyNotNow."""
    case = _lock(actor, case_id)
    _workable(case)
    method = method_asked(case.answers)
    if method is None:
        raise SurveyNotNow("罹災届出証明書には被害の程度が載らないため、調査はありません。")
    if Survey.objects.filter(case=case).exclude(state=State.CANCELLED).exists():
        raise SurveyNotNow("この件には、もう調査があります。その調査の画面で日時か結果を入力してください。")
    cancelled = Survey.objects.filter(case=case).exists()
    return _open(case, actor=actor.actor, method=Method.SITE if cancelled else method)


@transaction.atomic(durable=True)
def survey_appoint(*, actor: Staff, survey_id: str, at: dt.datetime, surveyors: str = "", note: str = "",
                   sure: str | None = None) -> Survey:
    """Make (or move) the appointment and tell the applicant. ``sure``: the unusual hour that the clerk says is right; None: not asked.
    Raises SurveyWrong, VisitUnusual, SurveyNotNow, NotFound."""
    case, survey = _lock_survey(actor, survey_id)
    if survey.method == Method.PHOTO:
        raise SurveyNotNow("写真による判定に日時は要りません。うかがうときは、取りやめて現地調査に替えてください。")
    if at < clock.now():
        raise SurveyWrong([("day", "調査の日時は、いまより後にしてください")])
    if long := long_faults(surveyors=surveyors, note=note):
        raise SurveyWrong(long)
    given = (at, surveyors.strip(), note.strip())
    if survey.state == State.APPOINTED and given == (survey.appointed_at, survey.surveyors, survey.appointment_note):
        return survey
    local = at.astimezone(clock.JST)
    why = visit_unusual(local, is_open=is_open(local.date()), today=clock.today()) if sure is not None else []
    if why and sure != local.isoformat():
        raise VisitUnusual(why, local.isoformat())
    moved = survey.appointed_at is not None
    told = survey.appointed_at != at
    _move(survey, Act.APPOINT)
    survey.appointed_at, survey.surveyors, survey.appointment_note = given
    _place(survey, case)
    survey.save()
    entry = audit.record(actor.actor, "survey.appointed", chain=f"case:{case.id}",
                         facts={"survey": survey.number, "at": at.isoformat()}, of=[survey.surveyors, survey.appointment_note])
    if told and case.state in (CaseState.RECEIVED, CaseState.REVIEWING):
        progress_say(case, key=f"survey:{survey.id}:{entry.seq}", status="under_review", notify=True,
                     ja=appointed(at, moved=moved), appointment=at.isoformat())
    failpoints.hit("survey.appoint.before_commit")
    return survey


def _same(result: Result, finding: Finding) -> bool:
    """Does the finding say just what is recorded?"""
    percent = finding.percent if finding.percent is not None or not finding.points else sum(finding.points.values())
    return (result.grade, result.percent, result.floor_percent, result.points, result.surveyed_on, result.surveyors, result.remarks) == (
        finding.grade, percent, finding.floor_percent, dict(finding.points), finding.surveyed_on,
        finding.surveyors.strip(), finding.remarks.strip())


@transaction.atomic(durable=True)
def survey_record(*, actor: Staff, survey_id: str, finding: Finding, why: str = "") -> Result:
    """Record what was found. On a survey that is done this is a correction: a new record beside the old, with its reason.
    Raises SurveyWrong, SurveyNotNow, NotFound."""
    case, survey = _lock_survey(actor, survey_id)
    if Survey.objects.filter(case=case, number__gt=survey.number).exclude(state=State.CANCELLED).exists():
        raise SurveyNotNow("この後に別の調査があります。新しい調査の画面で結果を入力してください。")
    newest = Result.objects.filter(survey=survey).order_by("-number").first()
    if newest and not why.strip() and newest.recorded_by_id == actor.id and _same(newest, finding):
        return newest  # pressed twice
    number = newest.number + 1 if newest else 1
    faults = finding_faults(finding, selectors.damage_of(case), survey.method, clock.today())
    if number > 1 and len(why.strip()) < 2:
        faults.append(("why", "結果を直す理由を入力してください(前の結果は消えずに残ります)"))
    faults += [("why", ja) for _, ja in long_faults(correction=why)]
    if faults:
        raise SurveyWrong(faults)
    _move(survey, Act.RECORD)
    survey.save(update_fields=["state"])
    values = dataclasses.asdict(finding)  # as they are kept: what is digested is what lies there
    if finding.percent is None and finding.points:
        values["percent"] = sum(finding.points.values())
    values["points"] = dict(finding.points)
    values["remarks"], values["surveyors"] = finding.remarks.strip(), finding.surveyors.strip()
    result = Result.objects.create(survey=survey, number=number, why=why.strip(), recorded_by=actor,
                                   recorded_at=clock.now(), **values)
    audit.record(actor.actor, "survey.corrected" if number > 1 else "survey.recorded", chain=f"case:{case.id}",
                 facts={"survey": survey.number, "result": number, "whole": True}, of=result.said())
    if number == 1 and survey.method != Method.PHOTO:  # whatever was appointed is over, also when the visit was made before its day
        progress_say(case, key=f"survey:{survey.id}:made", status="", appointment="", visited=values["surveyed_on"].isoformat(),
                     ja=say("現地の調査が終わりました"))
    failpoints.hit("survey.record.before_commit")
    return result


@transaction.atomic(durable=True)
def survey_cancel(*, actor: Staff, survey_id: str, why: str, instead: bool = False) -> Survey:
    """Call a survey off; ``instead`` orders a visit in its place (写真から明らかに分からないとき). Returns the survey that now
    counts. Raises SurveyWrong, SurveyNotNow, NotFound."""
    case, survey = _lock_survey(actor, survey_id)
    if len(why.strip()) < 2:
        raise SurveyWrong([("why", "取りやめる理由を入力してください")])
    if long := long_faults(cancel=why):
        raise SurveyWrong([("why", ja) for _, ja in long])
    _move(survey, Act.CANCEL)
    survey.why = why.strip()
    survey.save(update_fields=["state", "why"])
    audit.record(actor.actor, "survey.cancelled", chain=f"case:{case.id}", facts={"survey": survey.number}, of=why)
    told = case.state in (CaseState.RECEIVED, CaseState.REVIEWING)
    if not instead:
        if told and survey.appointed_at:
            progress_say(case, key=f"survey:{survey.id}:off", status="under_review", notify=True, appointment="",
                         ja=say("お知らせした調査の日時は、取りやめになりました"))
        return survey
    if told:
        progress_say(case, key=f"survey:{survey.id}:instead", status="under_review", notify=True, appointment="",
                     ja=say("現地で調査することになりました。日時は担当からお知らせします"))
    return _open(case, actor=actor.actor, method=Method.SITE, why=why)


def second_asked(message: outbox.Envelope) -> None:
    """Handler of intake's SecondAsked: the 申出 stands with the newest survey until another is opened. Again changes nothing."""
    said = json.loads(message.opened)
    with transaction.atomic(durable=True):
        case = case_of_event(message.payload["application"], lock=True)
        survey = Survey.objects.filter(case=case).order_by("-number").first()
        if survey is None:
            raise outbox.Refused("second survey asked of a case without one")
        at = dt.datetime.fromisoformat(said["at"])
        if survey.asked_at == at:
            return
        survey.asked_at, survey.asked_why = at, said["why"][:500]
        survey.save(update_fields=["asked_at", "asked_why"])
        audit.record("worker", "survey.asked", chain=f"case:{case.id}", facts={"survey": survey.number}, of=survey.asked_why)
        failpoints.hit("survey.asked.before_commit")


@transaction.atomic(durable=True)
def survey_second_open(*, actor: Staff, case_id: str, why: str) -> Survey:
    """Order the 第2次調査 (or a 再調査 after it): the decided case is taken up again, the certificate stays until the next
    decision replaces it. Raises SurveyWrong, SurveyNotNow, NotFound."""
    case = _lock(actor, case_id)
    if last_decision(case_id) is None:
        raise SurveyNotNow("再調査は、証明書を交付した後に始められます。いまは、この調査の日時か結果を直してください。")
    if case.state != CaseState.DECIDED:
        _workable(case)
    rows = Survey.objects.filter(case=case)
    if case.state == CaseState.DECIDED:  # left over from a re-examination that was ended
        for left in rows.filter(state__in=OPEN):
            Survey.objects.filter(id=left.id).update(state=State.CANCELLED, why="再審査をやめたため")
            audit.record(actor.actor, "survey.cancelled", chain=f"case:{case.id}", facts={"survey": left.number})
    if rows.filter(state__in=OPEN).exists():
        raise SurveyNotNow("まだ終わっていない調査があります。先に結果を入力するか、取りやめてください。")
    if not rows.filter(state=State.DONE).exists():
        raise SurveyNotNow("調査をしていない証明書(罹災届出証明書など)は、再調査の対象になりません。")
    if len(why.strip()) < 2:
        raise SurveyWrong([("why", "再調査の申出の内容(納得できないところと理由)を入力してください")])
    if long := long_faults(again=why):
        raise SurveyWrong([("why", ja) for _, ja in long])
    if case.state == CaseState.DECIDED:
        case = case_reopen(actor=actor, case_id=case_id, why=why, asked=True, what="再調査: ")
    survey = _open(case, actor=actor.actor, method=Method.SECOND, why=why)
    failpoints.hit("survey.second.before_commit")
    return survey
