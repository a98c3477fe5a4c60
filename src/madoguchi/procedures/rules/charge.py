"""Reading 手数料 of a definition: which fees of the city's table, how many, who pays nothing, when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import Charge, ChargeItem, Exemption
from .yaml_strict import Table

if TYPE_CHECKING:
    from .build import Reader

LONGEST = 30  # days to pay


def charge_read(read: Reader, top: Table) -> Charge | None:
    """None where the fee is a plain number (0: nothing to pay)."""
    if not isinstance(top.get("手数料"), Table):
        return None
    table = read.table(top, "手数料")
    read.known(table, ("時期", "期限", "明細", "減免", "要確認"))
    items, exempt = [], []
    for row in read.items(table, "明細", need=True):
        if not isinstance(row, Table):
            read.say(table.line, "手数料の明細は {料金: …, 数: …} の形で書いてください")
            continue
        read.known(row, ("料金", "数", "条件"))
        items.append(ChargeItem(read.text(row, "料金", need=True), read.text(row, "数"), *read.condition(row), row.line))
    for row in read.items(table, "減免"):
        if not isinstance(row, Table):
            read.say(table.line, "手数料の減免は {名: …, 条件: …} の形で書いてください")
            continue
        read.known(row, ("名", "条件"))
        read.text(row, "条件", need=True)
        exempt.append(Exemption(read.text(row, "名", need=True), *read.condition(row), row.line))
    first = read.text(table, "時期", need=True, one_of=("前納", "受取時")) == "前納"
    days = read.number(table, "期限", need=first)
    if first and not 1 <= days <= LONGEST:
        read.say(table.line_of("期限"), f"支払いの期限は1日から{LONGEST}日までで書いてください")
    read.doubt(table, "手数料")
    return Charge(tuple(items), tuple(exempt), first, days, table.line)
