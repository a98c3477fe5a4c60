"""Handlers: a decision becomes parcels, a parcel is delivered."""

from __future__ import annotations

import copy
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Q

from madoguchi.casework.public import decided, receipts_of
from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import audit, clock, failpoints, keys, outbox, sealed
from madoguchi.kernel.canon import sha256
from madoguchi.kernel.errors import NotFound
from madoguchi.kernel.witness import Chains, living, missing
from madoguchi.offices.public import next_open
from madoguchi.procedures.public import Facts
from madoguchi.procedures.rules.faces.handover import AnswersRefused, csv_bytes

from .causes import cause
from .errors import NeverSkipped, ParcelOver
from .events import PARCEL_READY
from .models import OVER, Parcel
from .ports import Accepted, CoreSystem, Goods, Retry
from .replaced import REPLACED, given_up, handovers_of


def _opened(value: Any) -> Any:
    """Answers with the sealed numbers in the clear, for the bytes of a parcel only."""
    if isinstance(value, dict):
        return {k: _opened(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_opened(v) for v in value]
    return sealed.get(value) if sealed.is_token(value) else value


def make_parcels(message: outbox.Envelope) -> None:
    """Handler of CaseDecided: one parcel per declared hand-over that this outcome has."""
    found = decided(message.payload["case"], message.payload["decision"])
    d, case, row = found["definition"], found["case"], found["row"]
    answers = _opened(copy.deepcopy(found["answers"]))
    facts = Facts(answers, case.filed_at.astimezone(clock.JST).date(), next_open)
    made = []
    for number, handover in handovers_of(d, found["outcome"], answers):
        try:
            face = csv_bytes(d, handover, answers, found["decision"], row, facts=facts, decided=True)
        except AnswersRefused as error:
            name = next((q.label for q in d.questions() if q.id == error.faults[0].question), error.faults[0].question)
            raise outbox.Refused(f"「{name[:60]}」の答えが、項目の型に合いません") from None
        key = f"{message.payload['decision']}:{handover.target}:{number}"
        made.append((handover.target, key, face))
    failpoints.hit("delivery.parcels.before_commit")
    with transaction.atomic(durable=True):
        for target, key, face in made:
            if Parcel.objects.filter(key=key).exists():
                continue
            parcel = Parcel(
                key=key, case_ref=case.ref, section=case.section, receipt=case.receipt, target=target,
                name=f"{case.receipt}-{found['turn']}-{key.split(':')[0][:8]}-{target}.csv", sha256=sha256(face.data), size=len(face.data),
                unmapped=[list(u) for u in face.unmapped], created_at=clock.now(),
            )
            parcel.sealed = keys.seal("parcel", face.data, bound_to=str(parcel.id))
            parcel.save(force_insert=True)
            audit.record("worker", "parcel.made", chain=f"case:{case.id}",
                         facts={"target": target, "sha256": parcel.sha256, "unmapped": len(face.unmapped)})
            outbox.publish(PARCEL_READY, case_ref=case.ref, key=f"parcel:{parcel.key}", payload={"parcel": str(parcel.id)})


def _core() -> CoreSystem:
    module, _, name = settings.CORE_SYSTEM.rpartition(".")
    return cast(CoreSystem, getattr(import_module(module), name)())


def _goods(parcel: Parcel, data: bytes) -> Goods:
    """A parcel as it is handed over: which decision of its case it tells of, and which decision and file it replaces. A decision of
    before had a file for this target or (a refusal) had none."""
    decision = parcel.key.partition(":")[0]
    found = decided(parcel.case_ref, decision)
    replaces, about = None, found["said"]
    if found["before"]:
        last = found["before"][0]
        file = Parcel.objects.filter(case_ref=parcel.case_ref, key__startswith=f"{last.id}:{parcel.target}:").values_list("name", flat=True).first()
        replaces = {"decision": found["turn"] - 1, "document": last.document_number, "decided_at": _moment(last.decided_at), "file": file}
    return Goods(parcel.key, parcel.target, parcel.name, data, parcel.sha256, old_name=f"{parcel.receipt}-{decision[:8]}-{parcel.target}.csv",
                 about={"decision": found["turn"], "decided_at": _moment(about.decided_at), "document": about.document_number,
                        "replaces": replaces})


def _moment(at: dt.datetime) -> str:
    return at.astimezone(clock.JST).isoformat(timespec="seconds")


def deliver(message: outbox.Envelope) -> None:
    """Handler of ParcelReady: hand over, then note it. Delivering again never duplicates: the key is the same."""
    parcel = Parcel.objects.filter(id=message.payload["parcel"]).first()
    if parcel is None or parcel.state in OVER or parcel.sealed is None or given_up(parcel):
        return
    data = keys.unseal("parcel", parcel.sealed, bound_to=str(parcel.id))
    failpoints.hit("delivery.before_call")
    verdict = _core().deliver(_goods(parcel, data))
    failpoints.hit("delivery.after_call")
    if isinstance(verdict, Retry):
        Parcel.objects.filter(id=parcel.id).update(why=verdict.why[:200])
        raise outbox.Retry(verdict.why)
    done = isinstance(verdict, Accepted)
    with transaction.atomic(durable=True):
        _noted(parcel.id, done=done, why=getattr(verdict, "why", "")[:200])
    if not done:
        raise outbox.Refused(getattr(verdict, "why", "refused"))


def _noted(parcel_id: UUID, *, done: bool, why: str) -> None:
    """What the core system answered. An answer may come late, when somebody has given the parcel up meanwhile: that it has
    arrived is then noted all the same (by whom it was given up stays), that it was refused says nothing new."""
    parcel = Parcel.objects.select_for_update().defer("sealed").filter(id=parcel_id).first()
    if parcel is None or parcel.state == "delivered" or (parcel.state == "skipped" and not done):
        return
    Parcel.objects.filter(id=parcel_id).update(
        state="delivered" if done else "refused", why="" if done else why, delivered_at=clock.now() if done else None,
        **({"sealed": None} if done else {}),
    )
    audit.record("worker", "parcel.delivered" if done else "parcel.refused", chain=f"case:{parcel.case_ref}",
                 facts={"target": parcel.target, "sha256": parcel.sha256, "file": parcel.name})


def parcels_hold(case_id: str) -> str:
    """Why a case may not be destroyed yet: a hand-over that has neither arrived nor been given up. Empty when there is none."""
    return "連携先に渡っていないファイルがあります" if Parcel.objects.filter(case_ref=case_id).exclude(state__in=OVER).exists() else ""


def parcels_forget(case_id: str) -> dict[str, int]:
    """Destroy the hand-overs of a case, in the caller's transaction. What the core system received is its own."""
    return {"parcels": Parcel.objects.filter(case_ref=case_id).delete()[0]}


def witness(chains: Chains) -> Iterator[audit.Fault]:
    """Hand-overs that the record says were made, with the digest that it says."""
    yield from missing(chains, ("parcel.made",), Parcel.objects.all(), "case_ref", "連携ファイルの控え")
    alive = living(chains, "parcel.made")
    rows = list(Parcel.objects.filter(case_ref__in=list(alive)).values_list("case_ref", "target", "sha256", "receipt")) if alive else []
    there, receipts = Counter(row[:3] for row in rows), {row[0]: row[3] for row in rows}
    for case, acts in alive.items():
        wanted = Counter((case, act.facts["target"], act.facts["sha256"]) for act in acts if act.action == "parcel.made")
        for _, target, _ in wanted - there if case in receipts else ():  # those that are gone were named above
            yield audit.Fault(f"case:{case}", acts[-1].seq, f"申請 {receipts[case]}: 連携ファイルの控え({target})が、作った時と違います")


def parcel_list(*, actor: Staff, page: int = 1) -> Page[Parcel]:
    """Parcels of this person's sections: what is not over yet first, then the newest. 50 a page."""
    rows = Parcel.objects.defer("sealed").alias(over=Q(state__in=OVER)).order_by("over", "-state", "-created_at", "id")
    mine = rows if actor.may(Right.SEE_DELIVERIES) else rows.filter(section__in=actor.sections())
    return cast("Page[Parcel]", Paginator(mine, 50).get_page(page))


def parcels_open() -> dict[str, int]:
    """How many parcels wait and how many were refused, for the operator: numbers only."""
    return {state: Parcel.objects.filter(state=state).count() for state in ("waiting", "refused")}


@transaction.atomic
def parcel_retry(*, actor: Staff, parcel_id: str) -> None:
    """Try a refused or waiting parcel again now: its section, or the administrator when the core system is there again.
    Raises NotFound for other sections', ParcelOver for what was given up."""
    rows = Parcel.objects.select_for_update().filter(id=parcel_id)
    parcel = (rows if actor.may(Right.RETRY_DELIVERIES) else rows.filter(section__in=actor.sections())).first()
    if parcel is None:
        raise NotFound
    if parcel.state == "delivered":
        return
    if parcel.state == "skipped":
        raise ParcelOver(SKIP_REASONS.get(parcel.skip_reason, "申請の履歴を見てください"))
    if parcel.state == "refused":
        parcel.state = "waiting"
        parcel.save(update_fields=["state"])
    audit.record(actor.actor, "parcel.retried", chain=f"case:{parcel.case_ref}", facts={"target": parcel.target})
    outbox.hasten(key=f"parcel:{parcel.key}")


@dataclass(frozen=True, slots=True)
class Stuck:
    """A promise that was tried so often in vain, or refused, that it waits for a person. ``ja`` says what does not happen."""

    id: int
    receipt: str
    ja: str
    code: str
    owed: str = ""  # why it cannot be given up, empty when it can
    next: str = ""  # what to do, where the cause is a sentence that does not say so

    @property
    def cause(self) -> str:
        """What is wrong and what to do, in words."""
        return cause(self.code)


STUCK_GONE = "止まっている処理が見つかりませんでした。もう始まっていないか、一覧を開き直して確認してください。"
# Chosen, not written: what stands in the audit chain stays for ever and names nobody.
SKIP_REASONS = {
    "done-otherwise": "別の方法で済ませた(手で届けた、電話で伝えた)",
    "arrived": "相手に届いていることを確かめた",
    "not-needed": "もう必要がない(取下げ、やり直し済み)",
    "never": "相手が今後も受け取らない",
    REPLACED: "あとの決定に替わり、渡すものがなくなった",
}
# Given up, these would leave somebody with nothing: what a resident has sent must be examined (行政手続法7条), and nothing else
# would ever bring it to a clerk; what was paid too much must be given back.
OWED = {
    "casework.open": "届いた申請・補正・取下げは、審査に載せなければなりません。飛ばせません。原因を直して「もう一度」を押してください。",
    "payments.refund": "承認した還付は、返さなければなりません。飛ばせません。原因を直して「もう一度」を押してください。",
}
NEXT_KEYED = "決定の内容を基幹システムに直接入力し、管理者に「飛ばす」を頼んでください。"
STUCK_NEXT = {
    "delivery.parcels": f"「もう一度」を押してください。また止まるときは、{NEXT_KEYED}",
    "delivery.deliver": f"連携先の担当に知らせ、直ってから「もう一度」を押してください。連携先が受け取らないときは、{NEXT_KEYED}",
}
STUCK_WORDS = {
    "casework.open": "申請の受入れ", "casework.bulk": "まとめて審査の1件", "casework.release": "離れた職員の担当を外す処理",
    "casework.letters": "通知書の作成", "delivery.parcels": "連携ファイルの作成",
    "delivery.deliver": "連携先への引渡し", "intake.progress": "手続きした方の画面の更新", "intake.confirm": "受付のお知らせ",
    "notifications.send": "メールの送信", "payments.refund": "カードへの還付", "intake.pay": "支払いの反映", "survey.open": "被害調査の開始",
    "collection.debit": "口座振替の登録",
}


def stuck_list(*, actor: Staff) -> list[Stuck]:
    """What is parked on the cases this person sees; the administrator sees all, by receipt number only."""
    rows = outbox.parked()
    everything = actor.may(Right.SEE_DELIVERIES)
    known = receipts_of([row.case_ref for row in rows], actor=None if everything else actor)
    return [Stuck(row.id, known.get(row.case_ref, ""), STUCK_WORDS.get(row.handler, row.handler), row.error_code, OWED.get(row.handler, ""),
                  STUCK_NEXT.get(row.handler, "") if cause(row.error_code) in (row.error_code, f"{row.error_code}。") else "")
            for row in rows if everything or row.case_ref in known]


@transaction.atomic
def stuck_retry(*, actor: Staff, message_id: int) -> None:
    """Let a parked promise be tried again. Raises NotFound for what this person does not see, or that is not parked."""
    found = next((s for s in stuck_list(actor=actor) if s.id == message_id), None)
    row = next((row for row in outbox.parked() if row.id == message_id), None)
    if found is None or row is None or not (actor.sections() or actor.may(Right.RETRY_DELIVERIES)):
        raise NotFound(STUCK_GONE)
    audit.record(actor.actor, "outbox.retried", chain=f"case:{row.case_ref}", facts={"handler": row.handler})
    outbox.retry_parked(message_id=message_id)


@transaction.atomic
def stuck_skip(*, actor: Staff, message_id: int, reason: str) -> None:
    """Give a parked promise up, for one of ``SKIP_REASONS``: what follows it in its case goes on, and a parcel that was to be handed
    over is over with it (its bytes are wiped, and nothing of it holds the case any more). Raises NotFound for what this person does
    not see, or that is not parked (any more), NeverSkipped for what somebody is owed."""
    found = next((s for s in stuck_list(actor=actor) if s.id == message_id), None)
    row = next((row for row in outbox.parked() if row.id == message_id), None)
    if found is None or row is None or reason not in SKIP_REASONS or not actor.may(Right.RETRY_DELIVERIES):
        raise NotFound(STUCK_GONE)
    if found.owed:
        raise NeverSkipped(found.owed)
    parcel = None
    if row.event == PARCEL_READY:
        # the parcel before its message, as parcel_retry has it: two people at once wait for each other and not for ever
        parcel = Parcel.objects.select_for_update().defer("sealed").filter(id=row.payload["parcel"]).exclude(state__in=OVER).first()
    if not outbox.skip_parked(message_id=message_id):
        raise NotFound(STUCK_GONE)
    audit.record(actor.actor, "outbox.skipped", chain=f"case:{row.case_ref}", facts={"handler": row.handler, "reason": reason})
    if parcel is not None:
        Parcel.objects.filter(id=parcel.id).update(state="skipped", sealed=None, skipped_at=clock.now(), skipped_by=actor.actor, skip_reason=reason)
        audit.record(actor.actor, "parcel.skipped", chain=f"case:{parcel.case_ref}",
                     facts={"target": parcel.target, "sha256": parcel.sha256, "file": parcel.name, "reason": reason})
