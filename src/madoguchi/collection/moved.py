"""Payments that somebody moved in the database: what the file said is compared with what it was set against, and the rows of a file with
the digest of its records in the record of acts. What a clerk matched by hand stands there too, and is no difference."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction

from madoguchi.files.public import file_get, file_open
from madoguchi.kernel import clock
from madoguchi.kernel.models import AuditEntry

from .charges import DEBIT_FORM, charges
from .city_formats import layout
from .ledger import CHAIN, MOST
from .models import Money, Sheet
from .rules import ONLINE, TAKEN

if TYPE_CHECKING:
    from .formats.received import Received

# which payment, the number that its file said, the number that it stands at, and that place as `money.matched` names it
PLACED = """
SELECT m.id, m.number, i.number, CAST(i.id AS varchar(20)) FROM collection_money m JOIN collection_instalment i ON i.id = m.instalment_id
WHERE m.number <> i.number AND NOT EXISTS (SELECT 1 FROM collection_voidnumber v WHERE v.number = m.number AND v.instalment_id = i.id)
UNION ALL
SELECT m.id, m.number, f.number, f.number FROM collection_feeslip f JOIN collection_money m ON m.id = f.money_id WHERE m.number <> f.number
UNION ALL
SELECT m.id, m.number, i.number, 'posting' FROM collection_posting p JOIN collection_money m ON m.id = p.money_id
JOIN collection_instalment i ON i.id = p.instalment_id
WHERE (p.debit = 'suspense' OR p.credit = 'suspense' OR (p.debit LIKE 'bank:%' AND p.debit <> 'bank:transfer'))
  AND i.id <> COALESCE(m.instalment_id, 0)
GROUP BY m.id, m.number, i.id, i.number HAVING SUM(CASE WHEN p.credit = 'suspense' THEN -p.amount ELSE p.amount END) <> 0
UNION ALL
SELECT m.id, m.number, i.number, 'offset' FROM collection_posting p JOIN collection_money m ON m.id = p.money_id
JOIN collection_instalment i ON i.id = p.instalment_id
WHERE p.debit = 'excess' AND p.credit = 'receivable' AND NOT EXISTS (
  SELECT 1 FROM collection_giveback g JOIN collection_excess e ON e.id = g.excess_id
  WHERE g.state = 'done' AND g.target_id = p.instalment_id AND e.money_id = p.money_id)
UNION ALL
SELECT m.id, m.number, i.number, 'excess' FROM collection_excess e JOIN collection_money m ON m.id = e.money_id
JOIN collection_instalment i ON i.id = e.instalment_id
WHERE NOT EXISTS (SELECT 1 FROM collection_posting p WHERE p.instalment_id = e.instalment_id AND p.money_id = e.money_id)"""
WORDS = {
    "posting": "入金 {money}: 帳簿の仕訳は納付番号{stands}の期別に載っていますが、この入金はそこに消し込まれていません(ファイルでは{said})",
    "offset": "入金 {money}: 帳簿では納付番号{stands}に充当していますが、その充当の承認がありません",
    "excess": "入金 {money}: 過誤納金が納付番号{stands}の方のものになっていますが、その期別への仕訳がありません(ファイルでは{said})",
}
MOVED = "入金 {money}: ファイルの納付番号は{said}ですが、納付番号{stands}に消し込まれています(職員が消し込んだ記録はありません)"
ROWS = """
SELECT sheet_id, record || %s || number || %s || amount || %s || CAST(paid_on AS varchar(10)) || %s || channel || %s || stage || %s || code
FROM collection_money ORDER BY id"""
SOME = 5_000


def moved() -> Iterator[str]:
    """Payments that stand elsewhere than their file said, in words; at most so many, the rest after these are mended."""
    with connection.cursor() as cursor:
        cursor.execute(PLACED)
        by_hand, rows = _matched(), iter(lambda: cursor.fetchmany(SOME), [])
        told = (WORDS.get(place, MOVED).format(money=money, said=said, stands=stands)
                for money, said, stands, place in itertools.chain.from_iterable(rows) if by_hand.get(money) != place)
        yield from itertools.islice(told, MOST)


def _matched() -> dict[int, str]:
    """What clerks have matched by hand: payment → where; taken back: nowhere."""
    acts = AuditEntry.objects.filter(chain=CHAIN, action__in=("money.matched", "money.unmatched")).order_by("seq").values_list("facts", flat=True)
    return {facts["money"]: str(facts.get("fee") or facts.get("instalment")) for facts in acts}


def line_of(row: Received) -> str:
    """A record as it goes into the digest of its file; ROWS makes the same of what was stored."""
    return f"{row[0]}\t{row[2]}\t{row[3]}\t{row[4]}\t{row[5]}\t{row[6]}\t{row[7]}"


def digest_of(rows: Iterable[Received]) -> str:
    """The digest of all records of a file."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{line_of(row)}\n".encode())
    return digest.hexdigest()


def altered() -> Iterator[str]:
    """Payments whose number, sum, day or way is not what the file said when it was taken, in words."""
    acts = AuditEntry.objects.filter(chain=CHAIN, action="results.imported").values_list("facts", flat=True)
    told = {facts["sheet"]: facts["said"] for facts in acts if "said" in facts}
    for sheet_id, rows in itertools.groupby(_stored() if told else (), key=lambda row: row[0]):
        if sheet_id in told and told[sheet_id] != _digest(line for _, line in rows):
            yield from itertools.islice(_named(sheet_id, told[sheet_id]), MOST)


def _stored() -> Iterator[tuple[int, str]]:
    """Every payment as a line, in the order of files and records; read in blocks, whatever the number."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(ROWS, ["\t"] * 6)
        while some := cursor.fetchmany(SOME):
            yield from some


def _digest(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(f"{line}\n".encode())
    return digest.hexdigest()


def _named(sheet_id: int, told: str) -> Iterator[str]:
    """Which payments of a file they are, read in the file itself where it is still kept and can be read."""
    sheet = Sheet.objects.filter(id=sheet_id).first()
    rows = _read(sheet, told) if sheet and sheet.file_id else None
    if rows is None:
        name = sheet.name if sheet else sheet_id
        yield f"ファイル {name}: 入金の番号・額・日のどれかが、取り込んだときと違います。ファイルの中身と見比べてください"
        return
    said = {row.record: row for row in rows}
    for money in Money.objects.filter(sheet=sheet_id).order_by("id").iterator(SOME):
        if (row := said.get(money.record)) is not None and line_of(row) != line_of(_as_received(money)):
            yield (f"入金 {money.id}: ファイルでは納付番号{row.reference}・{row.amount:,}円・{row.paid_on}、"
                   f"帳簿では納付番号{money.number}・{money.amount:,}円・{money.paid_on}です")


def _as_received(money: Money) -> Any:
    return (money.record, 0, money.number, money.amount, money.paid_on, money.channel, money.stage, money.code)


def _read(sheet: Sheet, told: str) -> list[Received] | None:
    """The records of a kept file, by the layout that gives what was told of it; None when none does."""
    with file_open(file_get(str(sheet.file_id))) as source:
        data = source.read()
    return next((rows for rows in _readings(sheet, data) if digest_of(rows) == told), None)


def _readings(sheet: Sheet, data: bytes) -> Iterator[list[Received]]:
    """What a file may say: by the city's layout, that of a bank, or any other of its form."""
    from .formats.errors import FileRefused, ProfileUnknown
    from .formats.profiles import names
    from .formats.received import Received, read_received

    if sheet.form == ONLINE:
        said = json.loads(data)
        on, way = dt.date.fromisoformat(said["on"]), TAKEN[said["means"]]
        yield [Received(n, 0, number, tax + late, on, way, "final", "") for n, (number, tax, late) in enumerate(said["lines"], 1)]
        return
    day = sheet.at.astimezone(clock.JST).date()
    own = sorted(path.stem for path in (Path(settings.MADOGUCHI_CITY) / "formats").glob("*.yaml"))
    banks = charges().banks if sheet.form == DEBIT_FORM else ()
    for name, bank in [("", ""), *(("", bank) for bank in banks), *((name, "") for name in (*own, *names()))]:
        try:
            yield list(read_received(data, sheet.form, layout(sheet.form, name, bank), today=day))
        except (FileRefused, ProfileUnknown):
            continue
