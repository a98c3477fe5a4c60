"""未整理: money whose 納付書 was not found. Staff set it against the right one; candidates are offered, never taken by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, failpoints

from .access import section_require
from .errors import DemandNotFound, MatchWrong, MoneyMoved
from .fees import fee_match
from .ledger import CHAIN, one_writer
from .models import Instalment, Money
from .rules import Account, Outcome

MOST = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A 納付書 that the money may be of, and why."""

    instalment: Instalment
    why: str


def _digits_apart(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True)) if len(one) == len(other) else len(one) + len(other)


def candidates_of(money: Money) -> list[Candidate]:
    """納付書 whose number is a digit or two off (a paid one too: it may be a second payment), or open ones of the same sum, those due about
    that day before others; the likeliest first."""
    number = money.number
    every = Instalment.objects.select_related("demand")
    near = every.filter(settled_on=None)
    halves = every.filter(number__startswith=number[:10]) | every.filter(number__endswith=number[-10:]) if len(number) == 20 else every.none()
    found = {i.id: Candidate(i, f"納付番号の違いは{_digits_apart(i.number, number)}桁{'（納付済み）' if i.settled_on else ''}")
             for i in halves[:200] if _digits_apart(i.number, number) <= 2}
    same = near.filter(amount=money.amount + F("paid"))
    after, before = same.filter(due__gte=money.paid_on).order_by("due", "id")[:MOST], same.filter(due__lt=money.paid_on).order_by("-due", "id")[:MOST]
    for row in sorted([*after, *before], key=lambda i: abs((i.due - money.paid_on).days))[:MOST]:
        found.setdefault(row.id, Candidate(row, "残りの額が同じ"))
    both = [c for c in found.values()
            if money.amount == c.instalment.amount - (0 if c.instalment.settled_on else c.instalment.paid)]
    return sorted(found.values(), key=lambda c: (
        c not in both, _digits_apart(c.instalment.number, number), abs((c.instalment.due - money.paid_on).days)))[:MOST]


@transaction.atomic(durable=True)
def money_match(*, actor: Staff, money_id: int, number: str) -> Money:
    """Set unmatched money against the 納付書 of this number. Raises DemandNotFound, MatchWrong, MoneyMoved."""
    from .results import money_place

    section_require(actor, writes=True)
    one_writer()
    money = Money.objects.select_related("sheet").filter(id=money_id).first()
    if money is None:
        raise DemandNotFound
    if money.outcome != Outcome.UNKNOWN or money.stage != "final":
        raise MoneyMoved
    due = Instalment.objects.filter(Q(number=number) | Q(voids__number=number)).first()
    if due is None and fee_match(money, number):
        audit.record(actor.actor, "money.matched", chain=CHAIN, facts={
            "money": money.id, "fee": number, "yen": money.amount, "outcome": money.outcome})
        failpoints.hit("collection.match.before_commit")
        return money
    if due is None:
        raise MatchWrong(f"納付番号「{number}」の納付書がありません。20桁の番号を確かめてください。")
    money.instalment = due
    money.save(update_fields=["instalment"])
    outcome = money_place(money, source=Account.SUSPENSE)
    audit.record(actor.actor, "money.matched", chain=CHAIN, facts={"money": money.id, "instalment": due.id, "yen": money.amount, "outcome": outcome})
    failpoints.hit("collection.match.before_commit")
    return money
