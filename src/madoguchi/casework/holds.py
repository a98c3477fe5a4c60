"""Keeping a case beyond its term (審査請求, 訴訟, 監査): placed and lifted with a reason, both on record."""

from __future__ import annotations

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock
from madoguchi.kernel.errors import Forbidden, NotFound
from madoguchi.kernel.written import text_clean

from . import selectors
from .errors import NotNow, ReasonMissing
from .models import Case, Hold
from .states import HOLDS

LONGEST = 500


def _reason(why: str) -> str:
    clean = text_clean("理由", why, LONGEST)
    if len(clean) < 2:
        raise ReasonMissing("理由を書いてください(例: 令和8年12月1日に審査請求があったため)。")
    return clean


def _own(actor: Staff, case_id: str) -> Case:
    case = selectors.case_get_locked(actor=actor, case_id=case_id)
    if not selectors.may_work(actor, case):
        raise Forbidden
    return case


def by_receipt(receipt: str) -> Case:
    """A case for an administrator at the command line, held until commit. Raises NotFound."""
    case = Case.objects.select_for_update().filter(receipt=receipt.strip().upper()).first()
    if case is None:
        raise NotFound("その受付番号の件はありません。番号を確かめてください。")
    return case


def _place(case: Case, *, by: str, kind: str, why: str) -> Hold:
    if kind not in HOLDS:
        raise ReasonMissing("廃棄を止める種類を選んでください。")
    reason = _reason(why)
    hold = Hold.objects.create(case=case, kind=kind, why=reason, placed_by=by, placed_at=clock.now())
    audit.record(by, "hold.placed", chain=f"case:{case.id}", facts={"kind": kind}, of=reason)
    return hold


def _lift(case: Case, *, by: str, why: str) -> int:
    reason, now = _reason(why), clock.now()
    rows = list(Hold.objects.filter(case=case, lifted_at=None))
    if not rows:
        raise NotNow("廃棄の停止は、もう解かれています。画面を読み直してください。")
    for hold in rows:
        hold.lifted_by, hold.lifted_at, hold.lift_why = by, now, reason
        hold.save(update_fields=["lifted_by", "lifted_at", "lift_why"])
        audit.record(by, "hold.lifted", chain=f"case:{case.id}", facts={"kind": hold.kind}, of=reason)
    return len(rows)


@transaction.atomic(durable=True)
def hold_place(*, actor: Staff, case_id: str, kind: str, why: str) -> Hold:
    """Keep a case of the own section until further notice. Raises NotFound, Forbidden, ReasonMissing."""
    return _place(_own(actor, case_id), by=actor.actor, kind=kind, why=why)


@transaction.atomic(durable=True)
def hold_lift(*, actor: Staff, case_id: str, why: str) -> int:
    """Let the term count again. Raises NotFound, Forbidden, ReasonMissing, NotNow."""
    return _lift(_own(actor, case_id), by=actor.actor, why=why)


@transaction.atomic(durable=True)
def hold_place_by_receipt(*, by: str, receipt: str, kind: str, why: str) -> Hold:
    """As hold_place, for an administrator at the command line."""
    return _place(by_receipt(receipt), by=by, kind=kind, why=why)


@transaction.atomic(durable=True)
def hold_lift_by_receipt(*, by: str, receipt: str, why: str) -> int:
    """As hold_lift, for an administrator at the command line."""
    return _lift(by_receipt(receipt), by=by, why=why)
