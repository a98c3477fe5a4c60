"""未整理: money whose 納付書 was not found. Staff set it against the right one; candidates are offered, never taken by themselves."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, failpoints

from .access import section_require
from .errors import DemandNotFound, MatchWrong, MoneyMoved
from .fees import fee_match
from .ledger import CHAIN, one_writer
from .models import FeeSlip, Instalment, Money, VoidNumber
from .rules import Account, Outcome

MOST = 8
MARKS = 900  # numbers in one statement
DIGITS = "0123456789"
SAME, SAME_NUMBER = "残りの額が同じ", "納付番号が同じ"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A 納付書 that the money may be of, and why: of a 期, or of a fee. ``apart``: how many digits of the number differ; ``void``: yen that a slip
    asked for which a change made void."""

    instalment: Instalment | None
    why: str
    apart: int
    fee: FeeSlip | None = None
    void: int = 0

    @property
    def number(self) -> str:
        """Against which the money is set."""
        return str(self._of.number)

    @property
    def left(self) -> int:
        """Yen that it still asks for."""
        if self.fee is not None:
            return 0 if self.fee.money_id else self.fee.amount
        assert self.instalment is not None
        return self.instalment.amount - self.instalment.paid

    @property
    def asked(self) -> int:
        """Yen that its 納付書 asked for: of a settled one it may be paid a second time."""
        return self.void or self.left or int(self._of.amount)

    @property
    def due(self) -> dt.date:
        """納期限, or until when a fee is taken."""
        due: dt.date = self.fee.until if self.fee is not None else self._of.due
        return due

    @property
    def _of(self) -> Any:
        return self.fee or self.instalment


def _digits_apart(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True)) if len(one) == len(other) else len(one) + len(other)


def _alike(number: str) -> Iterator[str]:
    """A number itself (of money that was taken back) and every one that is a digit or two off: each is looked up by its index, however many
    there are."""
    yield number
    places = [(at, digit) for at, was in enumerate(number) for digit in DIGITS if digit != was]
    for at, digit in places:
        once = number[:at] + digit + number[at + 1:]
        yield once
        yield from (once[:there] + other + once[there + 1:] for there, other in places if there > at)


def _near(number: str) -> Iterator[Candidate]:
    """納付書 whose number, or the number that a change made void, is a digit or two off; paid ones too."""
    if len(number) != 20 or not (number.isascii() and number.isdecimal()):
        return
    wanted = _alike(number)
    while some := list(itertools.islice(wanted, MARKS)):
        for row in Instalment.objects.select_related("demand").filter(number__in=some):
            apart = _digits_apart(row.number, number)
            words = f"納付番号の違いは{apart}桁" if apart else SAME_NUMBER
            yield Candidate(row, f"{words}{'（納付済み）' if row.settled_on else ''}", apart)
        for void in VoidNumber.objects.select_related("instalment__demand", "change").filter(number__in=some):
            apart = _digits_apart(void.number, number)
            asked = next((yen - paid for _, _, yen, was, paid in void.change.before if was == void.number), 0)
            words = f"更正の前の納付書（無効の番号{void.number}）と、{f'違いは{apart}桁' if apart else '番号が同じ'}"
            yield Candidate(void.instalment, words, apart, void=asked)
        for fee in FeeSlip.objects.filter(number__in=some):
            apart, state = _digits_apart(fee.number, number), "（納付済み）" if fee.money_id else "（出すのをやめた納付書）" if fee.stopped_at else ""
            words = f"納付番号の違いは{apart}桁" if apart else SAME_NUMBER
            yield Candidate(None, f"手数料の納付書で、{words}{state}", apart, fee)


def _about(rows: QuerySet[Any], column: str, day: dt.date) -> list[Any]:
    """The rows next to a day, on both sides."""
    after = rows.filter(**{f"{column}__gte": day}).order_by(column, "id")[:MOST]
    return [*after, *rows.filter(**{f"{column}__lt": day}).order_by(f"-{column}", "id")[:MOST]]


def _same(money: Money) -> Iterator[Candidate]:
    """Open ones that ask for the same sum, those due about that day."""
    parts = Instalment.objects.select_related("demand").filter(settled_on=None, amount=money.amount + F("paid"))
    for row in _about(parts, "due", money.paid_on):
        yield Candidate(row, SAME, _digits_apart(row.number, money.number))
    fees = FeeSlip.objects.filter(money=None, stopped_at=None, amount=money.amount, made_at__date__lte=money.paid_on)
    for fee in _about(fees.filter(Q(means="slip") | ~Q(request=None)), "until", money.paid_on):
        yield Candidate(None, f"手数料の納付書で、{SAME}", _digits_apart(fee.number, money.number), fee)


def candidates_of(money: Money) -> list[Candidate]:
    """納付書 whose number is a digit or two off (a paid one too: it may be a second payment; a void one; one of a fee), or open ones of the
    same sum, those due about that day before others; the likeliest first."""
    def likely(c: Candidate) -> tuple[bool, int, int, str]:
        return money.amount != c.asked, c.apart, abs((c.due - money.paid_on).days), c.number

    same = sorted(_same(money), key=lambda c: abs((c.due - money.paid_on).days))[:MOST]
    return sorted(_each_once(itertools.chain(_near(money.number), same)), key=likely)[:MOST]


def _each_once(found: Iterable[Candidate]) -> Iterable[Candidate]:
    best: dict[str, Candidate] = {}
    for one in found:
        if (held := best.get(one.number)) is None or one.apart < held.apart:
            best[one.number] = one
    return best.values()


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
