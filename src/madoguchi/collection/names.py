"""宛名の変更: name and address of who gets the letters of a 宛名番号, by a file of the tax system, whole or not at all. What was printed stays
as it was; every letter that is made from then on goes there. A file is read and shown first, and takes effect when somebody has looked
at it and said yes."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass

from django.db import transaction

from madoguchi.files.public import file_get, file_open, file_write, files_forget
from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints

from . import name_sheet
from .access import section_require
from .changes import being_printed
from .charges import charges
from .errors import DemandNotFound, MoneyMoved, SheetWrong
from .ledger import CHAIN, one_writer
from .models import Demand, Sheet
from .name_sheet import Name

CHUNK = 500
KIND, TAKEN = "names", "taken"  # TAKEN in Sheet.counts: somebody has said yes


@dataclass(frozen=True, slots=True)
class Move:
    """A 宛名番号 whose letters will go elsewhere: those of its demands that say something else now."""

    name: Name
    demands: tuple[Demand, ...]

    @property
    def before(self) -> list[tuple[str, str, str, str]]:
        """What they say now: each wording once."""
        return sorted({(d.name, d.zip, d.address, d.building) for d in self.demands})


@dataclass(frozen=True, slots=True)
class Moves:
    """What a file does as things stand. ``unknown``: lines of 宛名番号 that no demand has; ``same``: how many stay as they are."""

    moves: list[Move]
    unknown: list[Name]
    same: int


def name_read(*, actor: Staff, data: bytes, name: str) -> Sheet:
    """Keep a file that is right as a whole, to be looked at; nothing changes yet. The same file again is the same one. Raises
    DemandNotFound, SheetWrong with every error."""
    section_require(actor, writes=True)
    with transaction.atomic(durable=True):
        one_writer()
        sheet, _ = _kept(actor.actor, data, name)
        failpoints.hit("collection.names.read")
    return sheet


def name_show(*, actor: Staff, sheet_id: int) -> tuple[Sheet, Moves]:
    """A file and, while it waits for its yes, what it will change as things stand now. Raises DemandNotFound, SheetWrong."""
    section_require(actor, writes=False)
    sheet = _get(sheet_id)
    return sheet, Moves([], [], 0) if TAKEN in sheet.counts else _moves(_data(sheet))


@transaction.atomic(durable=True)
def name_take(*, actor: Staff, sheet_id: int) -> Sheet:
    """Yes: letters go where the file says from now on. Raises DemandNotFound, MoneyMoved, SheetWrong."""
    section_require(actor, writes=True)
    one_writer()
    sheet = _get(sheet_id)
    if TAKEN in sheet.counts:
        raise MoneyMoved
    _take(actor.actor, sheet, _moves(_data(sheet)))
    failpoints.hit("collection.names.before_commit")
    return sheet


@transaction.atomic(durable=True)
def name_drop(*, actor: Staff, sheet_id: int) -> None:
    """No: the file goes. Raises DemandNotFound, MoneyMoved when it has taken effect."""
    section_require(actor, writes=True)
    one_writer()
    sheet = _get(sheet_id)
    if TAKEN in sheet.counts:
        raise MoneyMoved
    files_forget(ids=[str(sheet.file_id)])
    audit.record(actor.actor, "names.dropped", chain=CHAIN, facts={"sheet": sheet.id, "sha256": sheet.sha256})
    sheet.delete()


@transaction.atomic(durable=True)
def names_import(*, actor: str, data: bytes, name: str) -> tuple[Sheet, bool]:
    """Take a file at once, as the command does; returns it, and whether it is new. Raises SheetWrong with every error."""
    one_writer()
    sheet, moves = _kept(actor, data, name)
    if TAKEN in sheet.counts:
        return sheet, False
    _take(actor, sheet, moves or _moves(data))
    failpoints.hit("collection.names.before_commit")
    return sheet, True


def names_shown(data: bytes) -> Moves:
    """What a file would change, for the command. Raises SheetWrong with every error."""
    return _moves(data)


def _get(sheet_id: int) -> Sheet:
    sheet = Sheet.objects.filter(id=sheet_id, kind=KIND).first()
    if sheet is None:
        raise DemandNotFound
    return sheet


def _data(sheet: Sheet) -> bytes:
    with file_open(file_get(str(sheet.file_id))) as source:
        return source.read()


def _kept(actor: str, data: bytes, name: str) -> tuple[Sheet, Moves | None]:
    for again in itertools.count():  # a file that was taken may be taken once more, when another has changed what it says
        digest = hashlib.sha256(b"names:" + b"again:" * again + data).hexdigest()
        sheet = Sheet.objects.filter(kind=KIND, sha256=digest).first()
        if sheet is None:
            break
        if TAKEN not in sheet.counts or not _changes(data):
            return sheet, None
    moves = _moves(data)
    kept = file_write(data=data, name=name, kind="text/csv", owner="collection")
    sheet = Sheet.objects.create(kind=KIND, name=name[:150], sha256=digest, file_id=kept.id, rows=len(moves.moves) + len(moves.unknown) + moves.same,
                                 counts={}, by=actor, at=clock.now())
    audit.record(actor, "names.read", chain=CHAIN, facts={"sheet": sheet.id, "sha256": digest})
    return sheet, moves


def _changes(data: bytes) -> bool:
    try:
        return bool(_moves(data).moves)
    except SheetWrong:
        return False


def _take(actor: str, sheet: Sheet, moves: Moves) -> None:
    changed = []
    for move in moves.moves:
        for demand in move.demands:
            demand.name, demand.zip, demand.address, demand.building = move.name.said
            changed.append(demand)
    Demand.objects.bulk_update(changed, ["name", "zip", "address", "building"], batch_size=CHUNK)
    sheet.counts = {KIND: [len(moves.moves), 0], "demands": [len(changed), 0], TAKEN: [1, 0]}
    sheet.save(update_fields=["counts"])
    audit.record(actor, "names.imported", chain=CHAIN, facts={
        "sheet": sheet.id, "payers": len(moves.moves), "demands": len(changed), "yen": 0, "sha256": sheet.sha256})


def _moves(data: bytes) -> Moves:
    """What a file changes, judged against what is there. Raises SheetWrong with every error, and when it changes nothing."""
    names, moves, unknown, same, faults = name_sheet.read(data, names=charges().columns), list[Move](), list[Name](), 0, list[str]()
    for at in range(0, len(names), CHUNK):
        some, held = names[at:at + CHUNK], dict[str, list[Demand]]()
        for demand in Demand.objects.filter(payer__in=[n.payer for n in some], forgotten_on=None).order_by("id"):
            held.setdefault(demand.payer, []).append(demand)
        printing = being_printed([demand for rows in held.values() for demand in rows])
        for name in some:
            demands = tuple(d for d in held.get(name.payer, []) if (d.name, d.zip, d.address, d.building) != name.said)
            if name.payer not in held:
                unknown.append(name)
            elif not demands:
                same += 1
            else:
                moves.append(Move(name, demands))
            if any(d.id in printing for d in demands):
                faults.append(f"{name.line}行目 宛名番号「{name.payer}」は、通知書か督促状を印刷しているところです。"
                              "「通知書・督促状」でその回が終わってから、もう一度開いてください")
    if faults:
        raise SheetWrong(faults)
    if not moves:
        raise SheetWrong(["1行目 変わる宛名が1つもありません。どの行も、調定のない宛名番号か、今の宛名と同じです。ファイルを確かめてください"])
    return Moves(moves, unknown, same)
