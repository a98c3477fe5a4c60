"""Reading 手数料 of a definition: which fees of the city's table, how many, who pays less, when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .model import Charge, ChargeItem, Exemption
from .yaml_strict import Items, Table

if TYPE_CHECKING:
    from .reader import Reader

LONGEST = 30  # days to pay
SHARES = {"全額": 100, "半額": 50}
ROUNDINGS = {f"{step}円未満{ja}": (step, up) for step in (1, 10, 100) for ja, up in (("切捨て", False), ("切上げ", True))}


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
        items.append(_item(read, row))
    if isinstance(table.get("明細"), Items) and not table["明細"]:
        read.say(table.line_of("明細"), "手数料の明細が一つもありません。{料金: …} を書き足すか、無料なら「手数料: 0」としてください")
    for row in read.items(table, "減免"):
        if not isinstance(row, Table):
            read.say(table.line, "手数料の減免は {名: …, 条件: …} の形で書いてください")
            continue
        exempt.append(_waiver(read, row, {item.fee for item in items if item.fee}))
    first = read.text(table, "時期", need=True, one_of=("前納", "受取時")) == "前納"
    days = read.number(table, "期限", need=first)
    if first and not 1 <= days <= LONGEST:
        read.say(table.line_of("期限"), f"支払いの期限は1日から{LONGEST}日までで書いてください")
    read.doubt(table, "手数料")
    return Charge(tuple(items), tuple(exempt), first, days, table.line)


def _item(read: Reader, row: Table) -> ChargeItem:
    read.known(row, ("料金", "名", "円", "数", "条件"))
    own = "名" in row or "円" in row
    fee, name, yen = read.text(row, "料金", need=not own), read.text(row, "名"), read.number(row, "円")
    if fee and own:
        read.say(row.line, "手数料の明細には、市の料金表の「料金」か、「名」と「円」の組の、どちらか一つを書いてください")
    elif own and not (name and yen):
        read.say(row.line, "手数料の明細の「名」に何の手数料か、「円」に1以上の整数を書いてください")
    return ChargeItem(fee, read.text(row, "数"), *read.condition(row), row.line, name, yen)


def _waiver(read: Reader, row: Table, charged: set[str]) -> Exemption:
    read.known(row, ("名", "条件", "料金", "割合", "円", "端数", "要確認"))
    read.text(row, "条件", need=True)
    fees = read.texts(row, "料金")
    for fee in fees:
        if fee not in charged:
            read.say(row.line_of("料金"), f"減免の料金「{fee}」は、手数料の明細にありません。明細の料金の番号を書いてください")
    share, yen = read.text(row, "割合"), read.number(row, "円")
    percent = SHARES.get(share, 0) or (int(share[:-1]) if re.fullmatch(r"[1-9][0-9]?%", share) else 0)
    if share and not percent:
        read.say(row.line_of("割合"), f"減免の割合は、全額・半額か、1%から99%までで書いてください(今は「{share}」)")
    if share and "円" in row:
        read.say(row.line_of("円"), "減免は、「割合」か「円」のどちらか一つで書いてください")
    elif "円" in row and not yen:
        read.say(row.line_of("円"), "減免の「円」には、1つにつき引く額を、1以上の整数で書いてください")
    rounding = read.text(row, "端数", one_of=tuple(ROUNDINGS))
    step, up = ROUNDINGS.get(rounding, (1, False))
    read.doubt(row, "減免")
    return Exemption(read.text(row, "名", need=True), *read.condition(row), row.line, fees, 0 if yen else percent or 100, yen, step, up)
