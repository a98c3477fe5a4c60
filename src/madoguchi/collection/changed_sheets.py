"""税額変更通知書: what a demand was, what it is, and new slips for what is left of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from madoguchi.offices.public import city

from .charges import charge_get, charges
from .demand_sheet import TRIAL
from .models import Change, Instalment
from .sheets import (
    CHUNK,
    Debits,
    addressee_of,
    debits_due,
    issuer,
    notes_of,
    slip_of,
    taken_until,
    ways_to_pay,
    year_words,
)
from .slips.parts import Line, Notice

LAW = "次のとおり税額を変更しましたので、通知します。"
ASKS = "前にお送りした納付書は、変更のあった期については使えません。下の納付書で納めてください。"
NOTHING = "納めていただく額は残っていません。前にお送りした納付書は使わないでください。"
OVER = "納めすぎになった額は、お返しするか、未納の税に充てます。あとで通知します。"


def changes_of(ids: Iterable[int], issued_on: dt.date) -> Iterator[Notice]:
    """The letters of these changes, in their order, read in chunks."""
    rest = list(ids)
    for at in range(0, len(rest), CHUNK):
        some = rest[at:at + CHUNK]
        rows = Change.objects.select_related("demand").in_bulk(some)
        parts: dict[int, dict[int, Instalment]] = {}
        for part in Instalment.objects.filter(demand__in=[row.demand_id for row in rows.values()]):
            parts.setdefault(part.demand_id, {})[part.no] = part
        charge = next(iter(rows.values())).demand.charge
        debits = debits_due(charge, ((row.demand.payer, part.due) for row in rows.values() for part in parts[row.demand_id].values()
                                     if not part.failed_code))
        for number in some:
            row = rows[number]
            yield change_of(row, parts[row.demand_id], issued_on, debits)


def change_of(row: Change, parts: dict[int, Instalment], issued_on: dt.date, debits: Debits) -> Notice:
    """The letter of one change. It asks for what was left when its run was begun; of a run that an earlier release began, on the day of the
    change."""
    demand, charge, codes, words = row.demand, charge_get(row.demand.charge), charges().codes, year_words(row.demand.year)
    asks = row.asks if row.asks is not None else [[no, amount - paid] for no, _, amount, _, paid in row.after if amount > paid]
    open_ = [(parts[no], yen) for no, yen in asks if row.asks is not None or not parts[no].written]
    left = row.left if row.asked is None else row.asked
    slips, dues = ways_to_pay((slip_of(charge, codes, demand, part, len(parts), amount=yen, reissue=1,
                                       valid_until=taken_until(issued_on) if part.due < issued_on else None) for part, yen in open_),
                              demand.payer, debits)
    over = sum(max(0, paid - now) for (_, _, _, _, paid), (_, _, now, _, _) in zip(row.before, row.after, strict=False))
    lines = [Line("変更前の年税額", row.was), Line("変更後の年税額", row.amount), Line("納付済みの額", row.amount - left),
             Line("変更の理由", row.why)]
    lines[2:2] = [Line(*line) for line in demand.lines or ()]
    if over:
        lines.append(Line("納めすぎの額", over))
    return Notice(
        addressee=addressee_of(demand), title=f"{words} {charge.name} 税額変更通知書", law=LAW + (ASKS if left else NOTHING) + (OVER if over else ""),
        notice_number=demand.notice, issued_on=issued_on, issuer=issuer(), lines=tuple(lines), total=left, whole=False,
        slips=slips, appeal=city().appeals[charge.appeal],
        trial=codes.trial or any(part.number.startswith(TRIAL) for part in parts.values()), dues=dues, notes=notes_of(charge))
