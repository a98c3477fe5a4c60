"""Readers of casework. Every one starts from the actor; another section's case is NotFound."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import clock, keys
from madoguchi.kernel.errors import NotFound
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition, Outcome
from madoguchi.procedures.rules.validate import asked, attachments_asked, steps_asked

from . import ports
from .models import Alarm, Approval, Case, Correction, Decision, Note, NumberView, Talk
from .rules import refusal_of
from .states import ALARMS, LATE, RUNNING, State


def cases_for(*, actor: Staff) -> QuerySet[Case]:
    """All cases this person may see: those of their sections; the auditor sees all."""
    if actor.may(Right.READ_ALL_CASES):
        return Case.objects.all()
    return Case.objects.filter(section__in=actor.sections())


def case_get(*, actor: Staff, case_id: str) -> Case:
    """One case. Raises NotFound for another section's too."""
    case = cases_for(actor=actor).filter(id=case_id).select_related("assignee").first()
    if case is None:
        raise NotFound("この件は見つかりませんでした。担当の課を確認してください。")
    return case


def case_get_locked(*, actor: Staff, case_id: str) -> Case:
    """One case of an own section, held until commit, for those who may work on it (not the auditor)."""
    case = Case.objects.select_for_update().filter(id=case_id, section__in=actor.sections()).first()
    if case is None:
        raise NotFound("この件は見つかりませんでした。担当の課を確認してください。")
    return case


def may_work(actor: Staff, case: Case) -> bool:
    """Does this person work on the case (or only read it, as the auditor)?"""
    return actor.may(Right.WORK_CASES, case.section) and case.section in actor.sections()


def marks_of(cases: Sequence[Case]) -> dict[str, list[tuple[str, str]]]:
    """(mark, words) of each of these cases by id."""
    ids = [c.id for c in cases]
    out: dict[str, list[tuple[str, str]]] = {}
    for case_id in Talk.objects.filter(case__in=ids, by=None, seen_at=None).values_list("case_id", flat=True).distinct():
        out.setdefault(str(case_id), []).append(("unread", "未読の連絡"))
    told = {(a.case_id, a.due_on): a.step for a in Alarm.objects.filter(case__in=ids).exclude(step=LATE).order_by("id")}
    asked = [c.id for c in cases if c.state == State.CORRECTION]
    days = dict(Correction.objects.filter(case__in=asked).order_by("number").values_list("case_id", "due_on")) if asked else {}  # the newest of each
    for case_id in (i for i, day in days.items() if day < clock.today()):
        out.setdefault(str(case_id), []).append((LATE, ALARMS[LATE]))
    for case in cases:
        step = told.get((case.id, case.due_on))
        if step and case.state in RUNNING:
            out.setdefault(case.ref, []).append((step, ALARMS[step]))
    return out


def talk_of(case: Case) -> list[Talk]:
    """Messages between section and applicant, the oldest first."""
    return list(Talk.objects.filter(case=case).select_related("by", "seen_by").order_by("at", "id"))


def definition_of(case: Case) -> Definition:
    """The version the case was filed on."""
    return procedures.version(case.slug, case.version).definition


def facts_of(case: Case, answers: Mapping[str, Any] | None = None) -> procedures.Facts:
    """Facts as of the day of filing."""
    from madoguchi.offices.public import next_open

    return procedures.Facts(answers or case.answers, case.filed_at.astimezone(clock.JST).date(), next_open)


def consent_refused(case: Case) -> str:
    """The question by which the applicant said no to the city looking into its records (審査の「照合の同意」); empty when they did not.
    A version that asked it before definitions could name it is read with the name that the newest one gives: their no was a no then."""
    d = definition_of(case)
    named = d.review.consent or procedures.current(case.slug).definition.review.consent
    q = d.question(named) if named and case.answers.get(named) is False else None
    return q.label if q else ""


def refusal_open(case: Case, d: Definition) -> Outcome | None:
    """The outcome that grants nothing and that this case can have: where the key of the bench leads."""
    return refusal_of(d, lambda: procedures.derive(d, facts_of(case)))


def text_at(case: Case, path: str, answers: Mapping[str, Any], files: Mapping[str, Any]) -> str:
    """The words at a path (question, group.index.question, or document)."""
    d = definition_of(case)
    parts = path.split(".")
    q = d.question(parts[-1])
    if any(step.repeat and step.repeat.id == path for step in d.steps):
        return f"{len(answers.get(path) or [])}件"
    if q is None:
        return "、".join(f["name"] for f in files.get(path, [])) or "(なし)"
    source: Any = answers
    if len(parts) == 3:
        entries = answers.get(parts[0]) or []
        source = entries[int(parts[1])] if int(parts[1]) < len(entries) else {}
    value = source.get(q.id)
    return procedures.FIELD_TYPES[q.type].text(value, q) if value is not None else "(空欄)"


def answer_rows(case: Case, *, whole: bool = False) -> list[dict[str, Any]]:
    """All answers by page: rows of (path, label, text, box of the paper form, sealed). ``whole``: with what was asked and left blank,
    and each repeat group itself (somebody may be missing in it): all that can be asked to be put right."""
    d = definition_of(case)
    known = procedures.derive(d, facts_of(case))
    out: list[dict[str, Any]] = []
    for step in steps_asked(d, known):
        entries = case.answers.get(step.repeat.id, []) if step.repeat else [case.answers]
        if whole and step.repeat:
            out.append({"title": step.title, "rows": [
                {"path": step.repeat.id, "label": f"{step.repeat.name}の全体（足りない方がいるときなど）", "box": "", "sealed": False,
                 "text": f"{len(entries)}件", "note": ""}]})
        for index, entry in enumerate(entries):
            prefix = f"{step.repeat.id}.{index}." if step.repeat else ""
            rows = [
                {"path": f"{prefix}{q.id}", "label": q.label, "box": q.box, "sealed": q.type == "個人番号",
                 "text": procedures.FIELD_TYPES[q.type].text(entry[q.id], q) if q.id in entry else "",
                 "note": entry[q.id].get("note", "") if isinstance(entry.get(q.id), dict) else ""}
                for q in step.questions if q.id in entry or (whole and asked(q, known, entry if step.repeat else None))
            ]
            if rows:
                out.append({"title": f"{step.repeat.name} {index + 1}" if step.repeat else step.title, "rows": rows,
                            "of": {"of": step.repeat.name, "n": index + 1} if step.repeat else {}})
    return out


def scan_rows(case: Case) -> list[dict[str, Any]]:
    """The pictures of the paper that the case came on (docs/adr/0043), in the shape of its documents."""
    scans = case.files.get("scans", [])
    return [{"path": "scans", "label": "届いた紙", "required": False, "later": False, "files": scans}] if scans else []


def attachment_rows(case: Case) -> list[dict[str, Any]]:
    """The documents asked for, with what came; after them what came for an earlier answer (``gone``: not asked for now)."""
    d = definition_of(case)
    spared = {r.mandate for r in d.roles} if case.acting.get("mandate") else set()  # a standing 委任 stands in place of the paper
    if case.acting.get("kind") == "guardian":  # and a confirmed legal representation in place of its proof
        spared |= {r.legal for r in d.roles}
    asked_now = attachments_asked(d, procedures.derive(d, facts_of(case)))
    rows = [
        {"path": a.id, "label": a.name, "required": a.required, "later": a.later, "files": case.files.get(a.id, []), "gone": False}
        for a in asked_now if a.id not in spared or case.files.get(a.id)
    ]
    return rows + [
        {"path": a.id, "label": f"{a.name}（今の答えでは求めていない書類）", "required": False, "later": False, "files": case.files[a.id],
         "gone": True} for a in d.attachments if a not in asked_now and case.files.get(a.id)
    ]


def corrections_of(case: Case) -> list[Correction]:
    """Corrections, newest first."""
    return list(Correction.objects.filter(case=case).select_related("asked_by").order_by("-number"))


def decisions_of(case: Case) -> list[Decision]:
    """Decisions, newest first, with their stamps."""
    rows = list(Decision.objects.filter(case=case).select_related("proposed_by").order_by("-number"))
    for row in rows:
        row.stamps = list(Approval.objects.filter(decision=row).select_related("by", "instead_of").order_by("id"))  # type: ignore[attr-defined]
    return rows


def returned_of(case: Case) -> tuple[Decision | None, Approval | None]:
    """The newest proposal when it was sent back (差戻し), and the stamp that says why; or when an answer to a correction overtook it, without a
    stamp; else nothing."""
    last = Decision.objects.filter(case=case).order_by("-number").first()
    if last is None or last.state not in ("returned", "overtaken"):
        return None, None
    return last, Approval.objects.filter(decision=last, approved=False).select_related("by").order_by("-id").first()


def notes_of(case: Case) -> list[Note]:
    """Internal notes, newest first."""
    return list(Note.objects.filter(case=case).select_related("by").order_by("-at"))


def number_views_of(case: Case) -> list[dict[str, Any]]:
    """Who looked at a 個人番号 of the case, newest first: (who, when, which item, why); of its sheets also before there was a case."""
    d = definition_of(case)
    rows = []
    for row in NumberView.objects.filter(case=case).select_related("by"):
        q = d.question(row.path.rpartition(".")[2])
        why = keys.unseal("number-why", row.sealed_why, bound_to=str(row.id)).decode()
        label = q.label if q else "紙の画像" if row.path.startswith("scans.") else row.path
        rows.append({"by": row.by, "at": row.at, "label": label, "why": why})
    earlier = [row for views in ports.number_views.values() for row in views(case.ref)]
    return sorted(rows + earlier, key=lambda row: row["at"], reverse=True)


def due_words(case: Case, today: dt.date) -> tuple[str, str]:
    """(class, words) of the due badge."""
    from madoguchi.offices.public import open_days_between

    if case.state == State.CORRECTION:
        return "g", "補正中(停止)"
    if case.state in (State.DECIDED, State.WITHDRAWN):
        return "g", "終わり"
    left = open_days_between(today, case.due_on)
    if case.due_on < today:
        return "o", f"{max(1, -left)}日超過"
    if case.due_on == today:
        return "d", "本日まで"
    return ("s" if left <= 3 else "g"), f"あと{left}日"
