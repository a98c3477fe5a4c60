"""Demands that somebody changed in the database: whose they are, what is due and when is compared with the digest that the record of acts
keeps of their file, and what 更正 made of them with that of the changes. What has changed is read in the file itself, while it is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, transaction

from madoguchi.files.public import file_get, file_open
from madoguchi.kernel.models import AuditEntry

from . import demand_sheet
from .charges import charges
from .errors import SheetWrong
from .ledger import CHAIN, MOST
from .models import Change, Demand, Instalment, Sheet

SOME = 5_000
DIFFERS = "調定のファイル {name}: 宛名番号・期別税額・納期限・納付番号のどれかが、取り込んだときと違います"
Part = tuple[int, int, dt.date, str]  # 期, yen, 納期限, 納付番号
ROWS = """
SELECT d.sheet_id, d.id, d.charge, d.year, d.notice, d.payer, i.no, i.amount, CAST(i.due AS varchar(10)), i.number, d.forgotten_on IS NULL
FROM collection_instalment i JOIN collection_demand d ON d.id = i.demand_id ORDER BY d.sheet_id, d.id, i.no"""


def line_of(head: tuple[Any, ...], part: tuple[Any, ...]) -> str:
    """A 期 as it goes into the digest of its file."""
    return "\t".join(map(str, (*head, *part))) + "\n"


def digest_of(rows: Iterable[tuple[Demand, Iterable[Instalment]]]) -> str:
    """The digest of demands as they were made, in the order of their ids and 期."""
    digest = hashlib.sha256()
    for demand, parts in rows:
        for part in parts:
            head = (demand.charge, demand.year, demand.notice, demand.payer)
            digest.update(line_of(head, (part.no, part.amount, part.due, part.number)).encode())
    return digest.hexdigest()


def changes_digest(changes: Iterable[Change]) -> str:
    """The digest of what changes did, in the order of their ids."""
    rows = [[c.demand_id, c.no, c.was, c.amount, c.left, c.before, c.after, c.why, c.told] for c in sorted(changes, key=lambda c: c.id)]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def altered() -> Iterator[str]:
    """What is not as it was made, in words; at most so many of a file."""
    told = {action: {e["sheet"]: e["said"] for e in AuditEntry.objects.filter(chain=CHAIN, action=action).values_list("facts", flat=True)
                     if "said" in e} for action in ("demands.imported", "changes.imported")}
    changed = _first_and_last()
    yield from _changes_altered(told["changes.imported"], changed)
    yield from _forgotten_by_nobody()
    if not told["demands.imported"]:
        return
    for sheet_id, rows in itertools.groupby(_stored(), key=lambda row: row[0]):
        if sheet_id in told["demands.imported"]:
            yield from _sheet_altered(sheet_id, told["demands.imported"][sheet_id], rows, changed)


def _forgotten_by_nobody() -> Iterator[str]:
    """Demands that are said to be destroyed by rule (keeping), of which the record of acts knows nothing."""
    gone, acts = Demand.objects.exclude(forgotten_on=None), AuditEntry.objects.filter(chain=CHAIN, action="demand.forgotten")
    if gone.count() > acts.count():
        known = {facts["demand"] for facts in acts.values_list("facts", flat=True)}
        for demand in gone.exclude(id__in=known)[:MOST]:
            yield f"調定 {demand.charge} {demand.year} {demand.notice}: 廃棄済みとなっていますが、廃棄の記録がありません"


def _first_and_last() -> dict[int, tuple[Change, Change]]:
    out: dict[int, tuple[Change, Change]] = {}
    for change in Change.objects.select_related("sheet", "demand").order_by("demand", "no"):
        out[change.demand_id] = (out.get(change.demand_id, (change,))[0], change)
    return out


def _stored() -> Iterator[tuple[Any, ...]]:
    """Every 期 with its demand, file by file; read in blocks, whatever the number."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(ROWS)
        while some := cursor.fetchmany(SOME):
            yield from some


def _sheet_altered(sheet_id: int, said: str, rows: Iterable[tuple[Any, ...]], changed: dict[int, tuple[Change, Change]]) -> Iterator[str]:
    digest, names = hashlib.sha256(), True
    for demand_id, parts in itertools.groupby(rows, key=lambda row: row[1]):
        some = list(parts)
        names = names and bool(some[0][10])
        now = [row[6:10] for row in some]
        made = _made(changed[demand_id][0].before) if demand_id in changed else now
        for part in made:
            digest.update(line_of(some[0][2:6], part).encode())
    if digest.hexdigest() != said:
        found = list(itertools.islice(_named(sheet_id, changed), MOST))
        yield from found or ([DIFFERS.format(name=_name(sheet_id))] if names else [])  # by rule, names that are gone differ


def _made(parts: list[list[Any]]) -> list[tuple[Any, ...]]:
    """期 of Change.before or .after (changes._state), as ROWS has them."""
    return [(no, amount, due, number) for no, due, amount, number, _ in parts]


def _named(sheet_id: int, changed: dict[int, tuple[Change, Change]]) -> Iterator[str]:
    """Which demands of a file they are, read in the file itself; none where that is gone or does not say."""
    sheet = Sheet.objects.filter(id=sheet_id).first()
    claims = _read(sheet) if sheet and sheet.file_id else None
    if sheet is None or claims is None:
        return
    for demand in Demand.objects.filter(sheet=sheet_id).prefetch_related("instalments").order_by("id").iterator(SOME):
        claim = claims.pop(demand.notice, None)
        who = f"調定 {demand.charge} {demand.year} {demand.notice}"
        if claim is None or (demand.charge != sheet.form):
            yield f"{who}: 取り込んだファイル {sheet.name} にありません"
            continue
        if demand.forgotten_on is None and demand.payer != claim.payer:
            yield f"{who}: ファイルでは宛名番号{claim.payer}、今は{demand.payer}です"
        yield from _parts_named(who, demand, claim, changed.get(demand.id))
    yield from (f"調定 {sheet.form} {notice}: ファイル {sheet.name} にあるのに、調定にありません" for notice in claims)


def _name(sheet_id: int) -> str:
    return str(Sheet.objects.filter(id=sheet_id).values_list("name", flat=True).first() or sheet_id)


def _parts_named(who: str, demand: Demand, claim: demand_sheet.Claim, changed: tuple[Change, Change] | None) -> Iterator[str]:
    now = [(p.no, p.amount, p.due.isoformat(), p.number) for p in sorted(demand.instalments.all(), key=lambda p: p.no)]
    stands = {part[0]: part for part in (_made(changed[0].before) if changed else now)}
    for part in claim.parts:
        found = stands.pop(part.no, None)
        ought = (part.no, part.amount, part.due.isoformat(), part.number or (found[3] if found else ""))
        if found != ought:
            said = f"{found[1]:,}円・納期限{found[2]}・{found[3]}" if found else "ありません"
            yield f"{who} 第{part.no}期: ファイルでは{part.amount:,}円・納期限{part.due}{f'・{part.number}' if part.number else ''}、今は{said}"
    yield from (f"{who} 第{no}期: ファイルにありません" for no in stands)


def _read(sheet: Sheet) -> dict[str, demand_sheet.Claim] | None:
    with file_open(file_get(str(sheet.file_id))) as source:
        data = source.read()
    year = Demand.objects.filter(sheet=sheet).values_list("year", flat=True).first()
    years = dict.fromkeys(y for y in (year, sheet.at.year, sheet.at.year - 1, sheet.at.year + 1) if y)
    for one in years:
        if hashlib.sha256(f"{sheet.form}:{one}:".encode() + data).hexdigest() == sheet.sha256:
            try:
                return {claim.notice: claim for claim in demand_sheet.read(data, year=one, names=charges().columns)}
            except SheetWrong:
                return None
    return None


def _changes_altered(told: dict[int, str], changed: dict[int, tuple[Change, Change]]) -> Iterator[str]:
    by_sheet: dict[int, list[Change]] = {}
    for change in Change.objects.filter(sheet__in=list(told)).select_related("sheet").order_by("sheet", "id"):
        by_sheet.setdefault(change.sheet_id, []).append(change)
    for sheet_id, said in told.items():
        rows = by_sheet.get(sheet_id, [])
        if changes_digest(rows) != said:
            yield f"更正のファイル {rows[0].sheet.name if rows else sheet_id}: 更正の記録が、取り込んだときと違います"
    now: dict[int, list[tuple[Any, ...]]] = {}
    for part in Instalment.objects.filter(demand__in=list(changed)).order_by("demand", "no"):
        now.setdefault(part.demand_id, []).append((part.no, part.amount, part.due.isoformat(), part.number))
    for demand_id, (_, last) in changed.items():
        if _made(last.after) != now.get(demand_id, []):
            demand = last.demand
            yield f"調定 {demand.charge} {demand.year} {demand.notice}: 期別の額・納期限・納付番号のどれかが、最後の更正のあとと違います"
