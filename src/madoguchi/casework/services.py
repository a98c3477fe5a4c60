"""Writers of casework: review, correction, decision, approval. Each: authorise and lock, pure rule, write, audit, publish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction

from madoguchi.identity.public import Right, Staff, colleagues
from madoguchi.kernel import audit, clock, failpoints, keys, outbox, sealed
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.kernel.said import say
from madoguchi.kernel.written import text_clean
from madoguchi.offices.public import city, due_day
from madoguchi.procedures import public as procedures
from madoguchi.procedures.rules.possible import OUTCOME
from madoguchi.procedures.rules.say import jdate
from madoguchi.procedures.rules.validate import read_entry
from madoguchi.records.public import number_take

from . import deputies, papers, selectors, states
from .doubts import doubts_check
from .dues import fee_check
from .errors import Changed, DecisionWrong, NothingChosen, NotNow, OutcomeMissing, ReasonMissing
from .events import CASE_DECIDED
from .grounds import grounds_check
from .items import plain
from .models import Approval, Case, Correction, Decision, Note, NumberView
from .notes import note_put
from .progress import progress_say
from .rules import ROUTE_ROLES, decision_items, next_role, outcomes_open, reason_missing
from .states import OVER, Act, State, after

MOST_REASON, MOST_NOTE, MOST_COMMENT, MOST_WORDS = 4000, 2000, 1000, 500  # characters
AGAIN = dt.timedelta(seconds=10)  # the same words again within this time are a button pressed twice


def clerk_check(actor: Staff, case: Case) -> None:
    """Raises Forbidden for who does not work in the section."""
    if not actor.may(Right.WORK_CASES, case.section):
        raise Forbidden


def _move(case: Case, act: Act) -> None:
    state = after(case.state, act)
    if state is None:
        raise NotNow(states.not_now(case.state))
    case.state, case.updated_at = state, clock.now()


@transaction.atomic(durable=True)
def case_take(*, actor: Staff, case_id: str, instead_of: str | None = None) -> Case:
    """Take a case on oneself; a waiting one comes under review. ``instead_of``: who had it on the page that was pressed
    ("" for nobody); when a colleague was quicker, raises NotNow."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    has = case.assignee
    if instead_of is not None and has and has != actor and has.username != instead_of:
        raise NotNow(f"先に{has.name}さんが担当になりました。替わるときは、画面を開き直してから押してください。")
    case.assignee = actor
    if case.state == State.RECEIVED:
        _move(case, Act.START)
        progress_say(case, key=f"started:{case.id}", status="under_review", ja=say("審査を始めました"))
    case.save(update_fields=["assignee", "state", "updated_at"])
    audit.record(actor.actor, "case.taken", chain=f"case:{case.id}")
    return case


@transaction.atomic(durable=True)
def case_assign(*, actor: Staff, case_id: str, username: str) -> Case:
    """Give a case to a colleague of the section. Raises NotFound for somebody who does not work there."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    colleague = next((s for s in colleagues(case.section) if s.username == username), None)
    if colleague is None:
        raise NotFound("その職員は、この課にいません。")
    case.assignee, case.updated_at = colleague, clock.now()
    case.save(update_fields=["assignee", "updated_at"])
    audit.record(actor.actor, "case.assigned", chain=f"case:{case.id}", facts={"to": username})
    return case


@transaction.atomic(durable=True)
def check_mark(*, actor: Staff, case_id: str, marked: set[int], seen: set[int] | None = None) -> Case:
    """Save the checklist: which points are seen, by whom and when. ``seen``: those that were marked on the page, so that only what was
    changed there is changed, and a colleague's marks stay; None: ``marked`` is all of them. Raises NotNow once the case is over."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    if case.state in OVER:
        raise NotNow("終わった件の審査チェックは、もう変えられません。")
    before, points = {int(i) for i in case.checklist}, selectors.definition_of(case).review.checklist
    wanted = marked if seen is None else (before | (marked - seen)) - (seen - marked)
    now = clock.now().isoformat()
    case.checklist = {str(i): case.checklist.get(str(i)) or {"by": actor.username, "at": now} for i in range(len(points)) if i in wanted}
    case.save(update_fields=["checklist"])
    audit.record(actor.actor, "checklist.saved", chain=f"case:{case.id}", facts={"marked": sorted(int(i) for i in case.checklist)})
    return case


@transaction.atomic(durable=True)
def note_add(*, actor: Staff, case_id: str, text: str) -> None:
    """Add an internal note. Raises ReasonMissing, TooLong."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    text, now = text_clean("メモ", text, MOST_NOTE), clock.now()
    last = Note.objects.filter(case=case, by=actor).order_by("-at").first()
    if not text:
        raise ReasonMissing("メモに書く内容を入力してください。")
    if last and last.text == text and now - last.at < AGAIN:  # pressed twice
        return
    Note.objects.create(case=case, by=actor, at=now, text=text)
    audit.record(actor.actor, "note.added", chain=f"case:{case.id}", of=text)


def _chosen(rows: dict[str, str], items: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The items with their notes tidied. Raises NothingChosen naming the first that lacks its note."""
    chosen = []
    for path, note in items:
        if path not in rows:
            raise NothingChosen
        words = text_clean(f"「{rows[path]}」の書き込み", note, MOST_WORDS)
        if not words:
            raise NothingChosen(f"「{rows[path]}」をどう直すか、書いてください。", at=path)
        chosen.append((path, words))
    if not chosen:
        raise NothingChosen
    return chosen


def correction_due_check(due_on: dt.date) -> None:
    """行政手続法7条 asks for a 相当の期間: at least until tomorrow. Raises NothingChosen."""
    today = clock.today()
    if due_on <= today:
        raise NothingChosen("直してもらう期限は、明日以後の日にしてください。", at="due")
    if due_on > today + dt.timedelta(days=365):
        raise NothingChosen("直してもらう期限は、1年以内の日にしてください。", at="due")


@transaction.atomic(durable=True)
def correction_request(*, actor: Staff, case_id: str, items: list[tuple[str, str]], due_on: dt.date) -> Correction:
    """Ask the applicant to put single answers right. ``items`` are (path, note). The clock stands still meanwhile.

    Raises NothingChosen, NotNow.
    """
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    groups = selectors.answer_rows(case, whole=True)
    whose = {r["path"]: g.get("of", {}) for g in groups for r in g["rows"]}  # of which entry of a group: three birthdays look alike
    rows = {r["path"]: r["label"] for g in groups for r in g["rows"]}
    rows |= {r["path"]: r["label"] for r in selectors.attachment_rows(case) if not r["gone"]}
    chosen = _chosen(rows, items)
    last = Correction.objects.filter(case=case).order_by("-number").first()
    if case.state == State.CORRECTION and last and last.asked_by_id == actor.id and last.answered_at is None and \
            [(i["path"], i["note"]) for i in last.items] == chosen and last.due_on == due_on:
        return last  # pressed twice
    correction_due_check(due_on)
    _move(case, Act.ASK)
    case.stopped_on = clock.today()
    correction = Correction.objects.create(
        case=case, number=Correction.objects.filter(case=case).count() + 1, due_on=due_on, asked_by=actor, asked_at=clock.now(),
        items=[{"path": path, "label": rows[path], "note": note, **whose.get(path, {}),
                "old": selectors.text_at(case, path, case.answers, case.files)} for path, note in chosen],
    )
    case.save(update_fields=["state", "stopped_on", "updated_at"])
    failpoints.hit("casework.correction.before_publish")
    audit.record(actor.actor, "correction.asked", chain=f"case:{case.id}",
                 facts={"correction": correction.number, "items": [p for p, _ in chosen]}, of=correction.items)
    progress_say(
        case, key=f"correction:{correction.id}", status="correction", ja=say("直していただきたい点をお知らせしました"), notify=True,
        correction={"id": str(correction.id), "items": correction.items, "due": str(due_on), "due_ja": jdate(due_on),
                    "asked": correction.asked_at.isoformat()},
    )
    failpoints.hit("casework.correction.before_commit")
    return correction


@transaction.atomic(durable=True)
def decision_propose(
    *, actor: Staff, case_id: str, outcome_id: str, reason: str, raw: dict[str, list[str]], revision: int | None = None,
    sure: Collection[str] | None = None,
) -> Decision:
    """Propose a decision (起案). It is final at once when the route has only the clerk. ``revision`` is that of the answers
    on the page: nobody decides on answers they have not seen. ``sure``: the unusual days that the clerk says are right (doubts);
    None: not asked.

    Raises DecisionWrong, Doubtful, GroundMissing, ReasonMissing, TooLong, Changed, NotNow.
    """
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    clerk_check(actor, case)
    reason = text_clean("理由", reason, MOST_REASON)
    last = Decision.objects.filter(case=case).exclude(state__in=("returned", "dropped", "overtaken")).order_by("-number").first()
    if case.state in (State.APPROVAL, State.DECIDED) and last and \
            (last.proposed_by_id, last.outcome, last.reason) == (actor.id, outcome_id, reason):
        return last  # pressed twice
    if revision is not None and revision != case.revision:
        raise Changed
    d = selectors.definition_of(case)
    known = procedures.derive(d, selectors.facts_of(case))
    outcome = next((o for o in outcomes_open(d, known) if o.id == outcome_id), None)
    if outcome is None:
        raise OutcomeMissing
    answers, faults = read_entry(decision_items(d, outcome), raw, "", known | {OUTCOME: outcome.id})
    if faults:
        raise DecisionWrong(list(faults))
    answers = plain(d.review.questions, answers)
    if reason_missing(outcome, reason):
        raise ReasonMissing
    grounds_check(case, outcome, answers)
    fee_check(case, d, outcome)
    doubts_check(d.review.questions, answers, filed=case.filed_at.astimezone(clock.JST).date(), today=clock.today(), sure=sure)
    _move(case, Act.PROPOSE)
    decision = Decision.objects.create(
        case=case, number=Decision.objects.filter(case=case).count() + 1, outcome=outcome.id, reason=reason,
        answers=answers, proposed_by=actor, proposed_at=clock.now(), filing=case.answers,
    )
    if case.assignee is None:
        case.assignee = actor
    case.save(update_fields=["state", "assignee", "updated_at"])
    taken = papers.papers_claim(case, decision, d, known)
    audit.record(actor.actor, "decision.proposed", chain=f"case:{case.id}",
                 facts={"decision": decision.number, "outcome": outcome.id} | ({"papers": taken} if taken else {}),
                 of=[reason, answers, case.digest])
    progress_say(case, key=f"approval:{decision.id}", status="approval", ja=say("内容を確認し、決裁に進みました"))
    if next_role(d.review.route, decision.at_step) is None:
        _conclude(actor, case, decision)
    return decision


def stamp_mark(decision: Decision) -> str:
    """Which decision waits for which stamp."""
    return f"{decision.number}.{decision.at_step}"


def _stamped(actor: Staff, case: Case, seen: str | None, *, approved: bool) -> Decision | None:
    """The decision that this person stamped just so already: the button was pressed twice."""
    number, _, step = (seen or "").partition(".")
    if not (number.isdecimal() and step.isdecimal()):
        return None
    found = Approval.objects.filter(decision__case=case, decision__number=int(number[:6]), step=int(step[:6]), by=actor,
                                    approved=approved).select_related("decision").first()
    return found.decision if found else None


def _open_decision(case: Case, seen: str | None) -> Decision:
    decision = Decision.objects.select_for_update().filter(case=case, state="proposed").order_by("-number").first()
    if decision is None or case.state != State.APPROVAL:
        raise NotNow(states.not_now(case.state))
    if seen is not None and seen != stamp_mark(decision):
        raise NotNow("この画面を開いたあとに、起案が替わりました。画面を開き直して、いまの起案を確認してください。")
    return decision


@transaction.atomic(durable=True)
def decision_approve(*, actor: Staff, case_id: str, comment: str = "", seen: str | None = None) -> Decision:
    """Stamp the open decision; the last stamp on the route makes it final. ``seen`` is the decision and step on the page
    (`stamp_mark`): nobody stamps what they have not read. Raises OwnProposal, StampedAlready, Forbidden, TooLong, NotNow."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    done = _stamped(actor, case, seen, approved=True)
    if done:
        return done
    decision = _open_decision(case, seen)
    route = selectors.definition_of(case).review.route
    role = next_role(route, decision.at_step)
    absent = deputies.stamp_check(actor, case, decision, role)
    Approval.objects.create(decision=decision, step=decision.at_step, role=role or "", by=actor, at=clock.now(), approved=True,
                            instead_of=absent, comment=text_clean("添え書き", comment, MOST_COMMENT))
    decision.at_step += 1
    decision.save(update_fields=["at_step"])
    audit.record(actor.actor, "decision.approved_as_deputy" if absent else "decision.approved", chain=f"case:{case.id}",
                 facts={"decision": decision.number, "role": role} | _instead(absent))
    if next_role(route, decision.at_step) is None:
        _conclude(actor, case, decision)
    return decision


def _instead(absent: Staff | None) -> dict[str, str]:
    return {"instead_of": absent.username} if absent else {}


@transaction.atomic(durable=True)
def decision_return(*, actor: Staff, case_id: str, comment: str, seen: str | None = None) -> Decision:
    """Send the open decision back (差戻し) with a comment; ``seen`` as in `decision_approve`.
    Raises ReasonMissing, Forbidden, TooLong, NotNow."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    done = _stamped(actor, case, seen, approved=False)
    if done:
        return done
    decision = _open_decision(case, seen)
    role = next_role(selectors.definition_of(case).review.route, decision.at_step)
    absent = deputies.stamp_check(actor, case, decision, role)
    comment = text_clean("差戻しの理由", comment, MOST_COMMENT)
    if not comment:
        raise ReasonMissing("差戻しの理由を書いてください。")
    Approval.objects.create(decision=decision, step=decision.at_step, role=role or "", by=actor, at=clock.now(), approved=False,
                            instead_of=absent, comment=comment)
    decision.state = "returned"
    decision.save(update_fields=["state"])
    papers.papers_release(decision)
    _move(case, Act.RETURN)
    case.save(update_fields=["state", "updated_at"])
    audit.record(actor.actor, "decision.returned", chain=f"case:{case.id}", facts={"decision": decision.number} | _instead(absent), of=comment)
    progress_say(case, key=f"returned:{decision.id}", status="under_review", ja=say("内容をもう一度確認しています"))
    return decision


def _conclude(actor: Staff, case: Case, decision: Decision) -> None:
    """Make a decision final: number, state, event. The letter and the hand-over are the worker's."""
    d = selectors.definition_of(case)
    if outcome := d.outcome(decision.outcome):
        grounds_check(case, outcome, decision.answers)
        fee_check(case, d, outcome)
    _move(case, Act.CONCLUDE)
    now = clock.now()
    decision.document_number = number_take(sign=city().sections[case.section].sign, day=now.date())
    decision.state, decision.decided_at = "final", now
    decision.save(update_fields=["state", "document_number", "decided_at"])
    case.reopened = None
    case.save(update_fields=["state", "reopened", "updated_at"])
    failpoints.hit("casework.decision.before_publish")
    audit.record(actor.actor, "case.decided", chain=f"case:{case.id}",
                 facts={"decision": decision.number, "outcome": decision.outcome, "number": decision.document_number,
                        "name": outcome.name if outcome else ""}, of=[decision.reason, decision.answers, case.digest])
    outbox.publish(CASE_DECIDED, case_ref=case.ref, key=f"decided:{decision.id}",
                   payload={"case": case.ref, "decision": str(decision.id)})
    failpoints.hit("casework.decision.before_commit")


@transaction.atomic  # not durable: survey reopens a case and orders the second survey in one transaction
def case_reopen(*, actor: Staff, case_id: str, why: str, asked: bool = False, what: str = "") -> Case:
    """Take a decided case up again (変更, 再調査). The first decision stays; a second will stand beside it. ``asked``: the applicant asked
    for it, and may take that back. ``what`` stands before the reason in the record."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    if not actor.may(Right.WORK_CASES, case.section):
        raise Forbidden
    why = text_clean("理由", why, MOST_WORDS)
    if len(why) < 2:
        raise ReasonMissing("もう一度審査する理由(変更・再調査など)を書いてください。")
    why = what + why
    _move(case, Act.REOPEN)
    review = selectors.definition_of(case).review
    Decision.objects.filter(case=case, state="final", due_on=None).update(due_on=case.due_on)  # late stays late in the statistics
    case.reopened = {"asked": asked, "checklist": case.checklist, "due_on": str(case.due_on)}
    case.checklist, case.due_on = {}, due_day(clock.today(), review.days, review.day_kind)  # the days are counted anew
    case.save(update_fields=["state", "checklist", "due_on", "reopened", "updated_at"])
    note = note_put(case, by=actor, text=f"再審査を開始{'(手続きした方の申出)' if asked else ''}: {why}")
    audit.record(actor.actor, "case.reopened", chain=f"case:{case.id}", of=why)
    progress_say(case, key=f"reopened:{case.id}:{note}", status="under_review", ja=say("内容をもう一度確認しています"), notify=True,
                 reopened="asked" if asked else "city")
    return case


@transaction.atomic(durable=True)
def number_reveal(*, actor: Staff, case_id: str, path: str, why: str) -> str:
    """Show a 個人番号 to a clerk of the section, once, with the reason on record: its digest in the chain, its words sealed
    beside it for whoever audits. Raises ReasonMissing, NotFound."""
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    number_seen(actor, case, path, why)
    return sealed.get(token_at(case.answers, path))


def number_seen(actor: Staff, case: Case, path: str, why: str) -> None:
    """Record, in the caller's transaction, who sees a number and why. Raises Forbidden, ReasonMissing, TooLong."""
    if not actor.may(Right.SEE_NUMBER, case.section):
        raise Forbidden
    why = text_clean("理由", why, MOST_WORDS)
    if len(why) < 2:
        raise ReasonMissing("番号を見る理由を書いてください(例: 宛名番号との照合)。")
    view = NumberView(case=case, path=path[:120], by=actor, at=clock.now())
    view.sealed_why = keys.seal("number-why", why.encode(), bound_to=str(view.id))
    view.save(force_insert=True)
    audit.record(actor.actor, "number.viewed", chain=f"case:{case.id}", facts={"path": path, "view": str(view.id)}, of=why)


def token_at(answers: dict[str, Any], path: str) -> str:
    """The token of a sealed answer. Raises NotFound."""
    value: Any = answers
    for part in path.split("."):
        if isinstance(value, list):
            value = dict(enumerate(value)).get(int(part[:6])) if part.isdecimal() else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    if not sealed.is_token(value):
        raise NotFound
    return str(value)


def role_words(role: str | None) -> str:
    """The Japanese name of a role on a route."""
    return next((ja for ja, key in ROUTE_ROLES.items() if key == role), "")
