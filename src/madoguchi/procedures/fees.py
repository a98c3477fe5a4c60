"""Fees as of a day: the definition's bill with the city's table, and how a page says what a procedure costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from madoguchi.kernel import clock
from madoguchi.kernel.said import say
from madoguchi.offices.public import city, fee_on
from madoguchi.web.said_days import yen

from .rules.fees import Bill, bill
from .rules.model import ChargeItem, Definition

COPIES = ("通", "部")  # what a question about the number of papers says; anything else is one of something


def bill_of(d: Definition, answers: Mapping[str, Any], day: dt.date, *, waived: bool = True) -> Bill:
    """What these answers cost on a day; without ``waived``, with no 減免. Raises FeeMissing where the table has no amount for it."""
    return bill(d, answers, lambda key: (city().fees[key].name, fee_on(key, day), city().fees[key].actual), waived=waived)


def _unit(item: ChargeItem) -> int:
    """Yen of one, today."""
    return fee_on(item.fee, clock.today()) if item.fee else item.yen


def fee_words(d: Definition) -> str:
    """What a procedure costs, before anything is answered: 無料, 300円, the fee of one copy, or of the cheapest and the dearest kind."""
    if d.charge is None:
        return yen(d.fee)
    copies = sorted({_unit(item) for item in d.charge.items if item.count})
    if len(copies) > 1:  # kinds of one certificate at fees of their own (戸籍 and 除籍)
        return say("1通{low}から{high}（郵送料が加わることがあります）", low=yen(copies[0]), high=yen(copies[-1]))
    chosen = [item for item in d.charge.items if not (item.fee and city().fees[item.fee].actual)]
    if len(chosen) > 1 and not copies:  # several things, each once (登録, 注射済票, 再交付)
        return say("{yen}から（選ぶものによって変わります）", yen=yen(min(map(_unit, chosen))))
    first, one = yen(_unit(d.charge.items[0])), d.charge.items[0]
    if len(d.charge.items) == 1 and not one.count:
        return first
    asked = d.question(one.count) if one.count else None
    if len(d.charge.items) == 1 and asked is not None and not any(word in str(asked.label) for word in COPIES):
        return say("1つ{yen}", yen=first)
    return say("1通{yen}（郵送料が加わることがあります）", yen=first) if len(d.charge.items) > 1 else say("1通{yen}", yen=first)
