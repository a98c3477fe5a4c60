"""Bulk review (まとめて審査): the same act for many cases of one procedure. What one case may be is decided by the very
functions of single review: the preview does the act and undoes it, the run does it, each case in a transaction of its own.

new → (preview) ready | stays → (confirmed) waiting → done | refused
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from madoguchi.identity.public import Right, Staff, staff_active_by_id
from madoguchi.kernel import audit, clock, failpoints, outbox
from madoguchi.kernel.errors import DomainError, Forbidden, NotFound
from madoguchi.kernel.filed import new_files
from madoguchi.kernel.kinds import ours
from madoguchi.kernel.written import text_clean
from madoguchi.procedures import public as procedures
from madoguchi.procedures.public import Definition
from madoguchi.procedures.rules.faces.webform import raw_of

from . import lists, ports, selectors, services
from .errors import OF_THE_DECISION, BulkWrong, Changed, DecisionWrong, GroundMissing, NotNow, OutcomeMissing
from .events import BULK_CONFIRMED
from .models import BulkItem, BulkRun, Case, Correction, Decision, Talk
from .states import STANDS, State

ACTS = {"take": "自分が担当する", "receive": "受付にする", "propose": "決定を起案する", "approve": "承認する(決裁)"}
BUTTONS = {"take": "を担当する", "receive": "を受付にする", "propose": "の決定を起案する", "approve": "を承認する"}
RESULTS = {"new": "これから調べる", "ready": "できる", "stays": "対象にしない", "waiting": "処理中", "done": "済み", "refused": "できなかった"}
DECIDING = ("receive", "propose")
AT_ONCE = 20  # more than this is the worker's, while the clerk goes on
LOOK = ours("市の保有情報との照合に、人が確認するところがあります。申請を開いて確認してください。")
UNCONSENTED = ours("市の記録を確かめることに同意していません。添付書類を見て、1件ずつ審査してください。")
UNREAD = "手続きした方から届いた連絡を、まだ読んでいません。申請を開いて読んでください。"
ARRIVED = "審査チェックのあとに、補正の答えか追加の書類が届いています。申請を開いて確認し、1件ずつ審査してください。"
GUARDED = "支援措置の方が含まれます。1件ずつ審査してください。"
KEEP_DRAFTS = dt.timedelta(hours=24)


# --- reading


def runs_for(*, actor: Staff) -> QuerySet[BulkRun]:
    """The runs that this person may see: confirmed ones of their sections (the auditor: all), and their own drafts."""
    rows = BulkRun.objects.select_related("by")
    if not actor.may(Right.READ_ALL_CASES):
        rows = rows.filter(section__in=actor.sections())
    return rows.exclude(id__in=BulkRun.objects.filter(confirmed_at=None).exclude(by=actor).values("id"))


def run_get(*, actor: Staff, run_id: str) -> BulkRun:
    """One run. Raises NotFound."""
    found = runs_for(actor=actor).filter(id=run_id).first()
    if found is None:
        raise NotFound("このまとめて審査は見つかりませんでした。「まとめて審査の記録」から開き直してください。")
    return found


def items_of(run: BulkRun) -> list[BulkItem]:
    """The cases of a run in their order."""
    return list(BulkItem.objects.filter(run=run).select_related("case", "case__assignee").order_by("number"))


def why_for(*, actor: Staff, run: BulkRun, item: BulkItem) -> str:
    """What is said of a case, to this reader: who may not know of 支援措置 reads what they would have been told themselves."""
    return LOOK if item.why == GUARDED and not actor.may(Right.SEE_GUARDED, run.section) else item.why


def definition_of(run: BulkRun) -> Definition:
    """The version whose outcomes and questions hold for the run."""
    return procedures.version(run.slug, run.version).definition


def pending_of(case: Case) -> Decision | None:
    """The proposal that waits for a stamp."""
    return Decision.objects.filter(case=case, state="proposed").order_by("-number").first()


def family(d: Definition) -> tuple[Any, ...]:
    """What must be the same for two versions to be decided in one run."""
    review = d.review
    return (review.route, review.checklist, tuple(dataclasses.replace(o, line=0) for o in review.outcomes),
            tuple(dataclasses.replace(q, line=0) for q in review.questions))


# --- choosing


@transaction.atomic(durable=True)
def run_start(*, actor: Staff, act: str, case_ids: Sequence[str] = (), wanted: lists.Filter | None = None) -> BulkRun:
    """Choose cases by hand or by a filter, at most ``settings.BULK_MOST``. Raises BulkWrong."""
    if act not in ACTS:
        raise BulkWrong("することを選んでください。")
    ids = lists.case_ids(actor=actor, wanted=wanted) if wanted else list(case_ids)
    rows = selectors.cases_for(actor=actor).filter(id__in=ids, section__in=actor.sections()).order_by("due_on", "filed_at", "id")
    slugs = list(rows.order_by().values_list("slug", "section").distinct()[:2])
    if not slugs:
        raise BulkWrong("申請が選ばれていません。一覧で申請に印を付けてください。")
    if len(slugs) > 1:
        raise BulkWrong("まとめて審査できるのは、一つの手続きの申請だけです。「手続き」で絞り込んでから選んでください。")
    most = settings.BULK_MOST
    cases = list(rows[:most])
    if len(case_ids) > most:
        raise BulkWrong(f"一度に選べるのは{most}件までです。印を減らしてください。")
    run = BulkRun(section=slugs[0][1], slug=slugs[0][0], act=act, by=actor, made_at=clock.now(),
                  version=Counter(c.version for c in cases).most_common(1)[0][0], left_out=rows.count() - len(cases))
    pending = {d.case_id: d for d in Decision.objects.filter(case__in=cases, state="proposed").order_by("number")}
    run.outcome = _outcome_of(run, [d.outcome for d in pending.values()])
    run.save(force_insert=True)
    BulkItem.objects.bulk_create([
        BulkItem(run=run, case=c, number=n, seen={"revision": c.revision, "mark": services.stamp_mark(pending[c.id]) if c.id in pending else ""})
        for n, c in enumerate(cases, 1)])
    return run


def _outcome_of(run: BulkRun, pending: list[str]) -> str:
    """受付 has one outcome; an approval is of that which most proposals have."""
    if run.act == "approve":
        return Counter(pending).most_common(1)[0][0] if pending else ""
    if run.act != "receive":
        return ""
    found = next((o.id for o in definition_of(run).review.outcomes if o.kind == "受付"), "")
    if not found:
        raise BulkWrong("この手続きに「受付」の結果はありません。「決定を起案する」を選んでください。")
    return found


# --- the preview


def run_look(*, actor: Staff, run_id: str, outcome: str = "", reason: str = "", raw: dict[str, list[str]] | None = None) -> BulkRun:
    """Work out case by case whether the act can be done, and keep what came out for the preview. Changes no case. Raises what
    must be put right in the form: OutcomeMissing, ReasonMissing, DecisionWrong, TooLong."""
    run = _draft(actor, run_id)
    if run.act == "propose":
        run.outcome = outcome if definition_of(run).outcome(outcome) else ""
        if not run.outcome:
            raise OutcomeMissing
    run.reason, run.raw = text_clean("理由", reason, services.MOST_REASON), dict(raw or {})
    items = items_of(run)
    verdicts = [_verdict(run, item, actor) for item in items]
    tried = [v for v in verdicts if not isinstance(v, str)]
    if tried and all(isinstance(v, OF_THE_DECISION) and not isinstance(v, GroundMissing) for v in tried):  # a ground is each case's own
        raise tried[0]  # type: ignore[misc]
    with transaction.atomic(durable=True):
        run.looked_at = clock.now()
        run.save(update_fields=["outcome", "reason", "raw", "looked_at"])
        for item, verdict in zip(items, verdicts, strict=True):
            item.why = verdict if isinstance(verdict, str) else _words(verdict)
            item.state = "stays" if item.why else "ready"
        BulkItem.objects.bulk_update(items, ["why", "state"])
    return run


def _draft(actor: Staff, run_id: str) -> BulkRun:
    run = run_get(actor=actor, run_id=run_id)
    if run.by_id != actor.id:
        raise Forbidden
    if run.confirmed_at:
        raise NotNow("このまとめて審査は、もう実行されています。結果を確認してください。")
    return run


def _verdict(run: BulkRun, item: BulkItem, actor: Staff) -> str | DomainError | None:
    """Words for what speaks against it, or what single review said when it was tried; None when it went through."""
    against = obstacle(run, item, actor)
    if against:
        return against
    try:
        with transaction.atomic(durable=True):
            _do(run, item, actor)
            transaction.set_rollback(True)
    except DomainError as error:
        return error
    return None


def _words(error: DomainError | None) -> str:
    if error is None:
        return ""
    words = "、".join(f.ja for f in error.faults) if isinstance(error, DecisionWrong) else error.ja
    return words[:400]


def obstacle(run: BulkRun, item: BulkItem, actor: Staff) -> str:
    """What a person would have to look at before this case may go with the others; empty when there is nothing. Single review
    asks the same of the clerk's eyes: here nobody looks at each."""
    case = item.case
    if case.slug != run.slug or family(selectors.definition_of(case)) != family(definition_of(run)):
        return "様式の版が違い、結果や決定項目が同じではありません。1件ずつ審査してください。"
    if case.revision != item.seen["revision"]:
        return Changed.ja
    fits = {"approve": (State.APPROVAL,), "take": (State.RECEIVED, State.REVIEWING, State.CORRECTION)}
    if case.state not in fits.get(run.act, (State.RECEIVED, State.REVIEWING)):
        return STANDS[State(case.state)] if case.state in (State.CORRECTION, State.DECIDED, State.WITHDRAWN) else NotNow.ja
    if run.act == "take":
        return ""
    unread = UNREAD if Talk.objects.filter(case=case, by=None, seen_at=None).exists() else ""  # whoever opens the case sees it first
    return unread or _unready(run, case, actor) or _looks(run, case, actor)


def _unready(run: BulkRun, case: Case, actor: Staff) -> str:
    if run.act == "approve":
        pending = pending_of(case)
        outcome = definition_of(run).outcome(pending.outcome) if pending else None
        return f"起案の結果が違います({outcome.name})。" if outcome and outcome.id != run.outcome else ""
    if case.assignee and case.assignee_id != actor.id:
        return f"担当は{case.assignee.name}さんです。替わるときは、申請を開いて「自分が担当する」を押してください。"
    left = len(definition_of(run).review.checklist) - len(case.checklist)
    if left > 0:
        return f"審査チェックが{left}件残っています。申請を開いて確認してください。"
    if _arrived(case):
        return ARRIVED
    help_ = ports.helpers.get(case.slug)
    asked = {q.id: q for q in definition_of(run).review.questions}
    for key, value in (help_(case.ref) if help_ else {}).items():
        if key in asked and any(run.raw.get(_name(key, part)) != [text] for part, text in raw_of(asked[key], value).items()):
            return f"「{asked[key].label}」が、この申請では違います。1件ずつ審査してください。"
    return ""


def _arrived(case: Case) -> bool:
    """Did something come that nobody had seen when the last point was marked (without points: since the filing)? An answer to a correction
    leaves the marks as they are, and later documents leave even the revision."""
    marks = [dt.datetime.fromisoformat(m["at"]) for m in case.checklist.values() if isinstance(m, dict)]
    since = max(marks, default=case.filed_at)
    later = since + dt.timedelta(microseconds=1)
    return Correction.objects.filter(case=case, answered_at__gt=since).exists() or any(new_files(entries, later) for entries in case.files.values())


def _name(key: str, part: str) -> str:
    return key if part in ("", "*") else f"{key}.{part}"


def _looks(run: BulkRun, case: Case, actor: Staff) -> str:
    """What the register says to this person. Whoever may not know of 支援措置 reads the same words as for somebody whom the
    register does not know. Differences of people whom it does know were the clerk's to look at before proposing."""
    if run.act != "approve" and selectors.consent_refused(case):
        return UNCONSENTED
    from .holdings import holdings  # brings the register along, which most processes never ask (30 ms of every start)

    held = holdings(actor=actor, case=case)
    if held is None or held.as_of is None:
        return ""
    if held.some_guarded:
        return GUARDED
    if held.waiting or held.some_unmatched or (held.looks and run.act != "approve"):
        return LOOK
    return ""


def _do(run: BulkRun, item: BulkItem, actor: Staff) -> None:
    """Single review's own function, in the caller's transaction (its own would end too early)."""
    def call(function: Callable[..., Any], **how: Any) -> None:
        inspect.unwrap(function)(actor=actor, case_id=item.case.ref, **how)

    if run.act == "take":
        call(services.case_take, instead_of="")
    elif run.act == "approve":
        call(services.decision_approve, comment=run.reason, seen=item.seen["mark"])
    else:
        call(services.decision_propose, outcome_id=run.outcome, reason=run.reason, raw=run.raw, revision=item.seen["revision"])


# --- doing


def look_mark(run: BulkRun) -> str:
    """Which preview of a run it is."""
    return run.looked_at.isoformat() if run.looked_at else ""


@transaction.atomic(durable=True)
def run_confirm(*, actor: Staff, run_id: str, chosen: set[int], seen: str | None = None) -> BulkRun:
    """Promise the act for the chosen cases that the preview said can go. Again changes nothing. ``seen``: the preview on the page
    (`look_mark`); what was worked out anew in another window since is not done from this one. Raises BulkWrong, NotNow."""
    run = run_get(actor=actor, run_id=run_id)
    run = BulkRun.objects.select_for_update().get(id=run.id)
    if run.by_id != actor.id:
        raise Forbidden
    if run.confirmed_at:
        return run
    if run.looked_at is None:
        raise NotNow("先に、どの申請にできるかを調べてください。")
    if seen is not None and seen != look_mark(run):
        raise BulkWrong("この画面を開いたあとに、別の画面で調べ直しています。いまの結果と理由を確認して、もう一度押してください。")
    items = [item for item in items_of(run) if item.state == "ready"]
    if not chosen & {item.id for item in items}:
        raise BulkWrong("申請が選ばれていません。対象にする申請に印を付けてください。")
    run.confirmed_at = clock.now()
    run.save(update_fields=["confirmed_at"])
    for item in items:
        if item.id not in chosen:
            item.state, item.why = "stays", "確認の画面で外しました。"
            continue
        item.state = "waiting"
        outbox.publish(BULK_CONFIRMED, case_ref=item.case.ref, key=f"bulk:{item.id}", payload={"item": item.id})
    BulkItem.objects.bulk_update(items, ["state", "why"])
    audit.record(actor.actor, "bulk.confirmed", chain=f"bulk:{run.section}",
                 facts={"run": str(run.id), "act": run.act, "outcome": run.outcome, "cases": sum(i.state == "waiting" for i in items)},
                 of=[run.reason, run.raw])
    failpoints.hit("casework.bulk.before_commit")
    return run


def run_now(run: BulkRun) -> None:
    """Do a small run while the clerk waits; the promises stand, so that what is not done here the worker does."""
    ids = list(BulkItem.objects.filter(run=run, state="waiting").order_by("number").values_list("id", flat=True))
    for item_id in ids if len(ids) <= AT_ONCE else []:
        item_do(item_id)


def item_do(item_id: int) -> None:
    """One confirmed case, in one transaction with the line of the report: done, or left as it was with the reason. Again
    changes nothing."""
    with transaction.atomic(durable=True):
        item = BulkItem.objects.select_for_update(of=("self",)).select_related("run", "case", "case__assignee").filter(id=item_id).first()
        if item is None or item.state != "waiting":
            return
        actor = staff_active_by_id(item.run.by_id)
        item.why = _attempt(item, actor) if actor else "確認した職員の登録が終わっています。"
        item.state, item.at = "refused" if item.why else "done", clock.now()
        item.save(update_fields=["state", "why", "at"])
        failpoints.hit("casework.bulk.item.before_commit")


def _attempt(item: BulkItem, actor: Staff) -> str:
    against = obstacle(item.run, item, actor)
    if against:
        return against
    try:
        with transaction.atomic():
            _do(item.run, item, actor)
            audit.record(actor.actor, "case.bulk", chain=f"case:{item.case_id}", facts={"run": str(item.run_id), "act": item.run.act})
    except DomainError as error:
        return _words(error)
    return ""


def item_confirmed(message: outbox.Envelope) -> None:
    """Handler of BulkConfirmed."""
    item_do(message.payload["item"])


def drafts_over() -> QuerySet[BulkRun]:
    """Previews that nobody confirmed within a day."""
    return BulkRun.objects.filter(confirmed_at=None, made_at__lt=clock.now() - KEEP_DRAFTS)


def drafts_sweep() -> int:
    """They go. Returns how many."""
    return drafts_over().delete()[0]
