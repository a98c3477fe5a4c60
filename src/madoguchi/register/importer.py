"""Taking a resident file in: checked whole, then written in one transaction. What is the same is not touched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from madoguchi.kernel import audit, clock
from madoguchi.kernel.canon import canonical, sha256

from . import sheets
from .chunks import batched
from .errors import SheetWrong
from .guard import guard_renew
from .models import Household, RegisteredPerson, RegisterImport
from .rules.columns import HEAD, Entry, cells_of
from .rules.text import FOLDING, building_key, place_key

CHUNK = 500
LOSS_PERCENT = 5  # a full file in which more people than this are missing is taken for a part
_FIELDS = [f.name for f in RegisteredPerson._meta.concrete_fields if f.name not in ("number", "guarded")]


@dataclass(slots=True)
class Taken:
    """What an import did. ``lifted``: people no longer under 支援措置; ``lapsed``: under 支援措置 although its period is over."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    gone: int = 0
    back: int = 0
    protected: int = 0
    lifted: int = 0
    lapsed: int = 0
    geta: int = 0


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def digest_of(entry: Entry) -> str:
    """Says whether a line is other than the one that is there, or its keys would be."""
    return sha256(canonical([FOLDING, *cells_of(entry)]))


def row_of(entry: Entry) -> RegisteredPerson:
    """An entry as a row, with its keys."""
    city = entry.city if entry.city.startswith(entry.prefecture) else entry.prefecture + entry.city
    return RegisteredPerson(
        number=entry.number, household_id=entry.household, relation=entry.relation, name=entry.name, kana=entry.kana,
        alias=entry.alias, latin=entry.latin, kind=entry.kind, gender=entry.gender, born=entry.born, born_words=entry.born_words,
        zip=entry.zip, city=city, town=entry.town, lot=entry.lot, building=entry.building, since=_date(entry.since),
        removed_on=_date(entry.removed_on), removed_why=entry.removed_why, protected=entry.protected == "1",
        protected_from=_date(entry.protected_from), protected_until=_date(entry.protected_until),
        place_key=place_key(city, entry.town, entry.lot)[:240], building_key=building_key(entry.building)[:120],
        digest=digest_of(entry),
    )


def _entries(path: Path, today: dt.date, names: Mapping[str, str]) -> Iterator[Entry]:
    for line, found in sheets.entries(path, today=today, names=names):
        if isinstance(found, list):  # it was in order when it was checked
            raise SheetWrong([f"{path}:{line} 読んでいるあいだにファイルが変わりました。書き終えてから、もう一度取り込んでください"])
        yield found


def _households(chunk: tuple[Entry, ...]) -> None:
    heads = {e.household: e.number for e in chunk if e.relation == HEAD and not e.removed_why}
    known = dict(Household.objects.filter(number__in={e.household for e in chunk}).values_list("number", "head"))
    new = {e.household for e in chunk} - set(known)
    Household.objects.bulk_create(
        [Household(number=n, head=heads.get(n, "")) for n in sorted(new | {n for n, head in heads.items() if known.get(n) != head})],
        update_conflicts=True, unique_fields=["number"], update_fields=["head"])


def _take(chunk: tuple[Entry, ...], taken: Taken) -> None:
    """Write what is new or other than it was."""
    _households(chunk)
    known = {number: rest for number, *rest in RegisteredPerson.objects.filter(number__in=[e.number for e in chunk])
             .values_list("number", "digest", "absent_since", "protected")}
    today, fresh = clock.today().isoformat(), []
    for entry in chunk:
        digest, absent, was_protected = known.get(entry.number, ("", None, False))
        protected = entry.protected == "1"
        taken.rows += 1
        taken.geta += "〓" in entry.name + entry.alias
        taken.protected += protected
        taken.lapsed += bool(protected and entry.protected_until and entry.protected_until < today)
        taken.lifted += bool(was_protected and not protected)
        if entry.number not in known:
            taken.added += 1
        elif absent is not None:
            taken.back += 1
        elif digest != digest_of(entry):
            taken.changed += 1
        else:
            continue
        fresh.append(row_of(entry))
    RegisteredPerson.objects.bulk_create(fresh, update_conflicts=True, unique_fields=["number"], update_fields=_FIELDS)


def _gone(seen: set[str], as_of: dt.date) -> list[str]:
    """Mark those whom a full file does not have any more."""
    missing = [n for n in RegisteredPerson.objects.filter(absent_since=None).values_list("number", flat=True).iterator(chunk_size=5000)
               if n not in seen]
    for numbers in batched(missing, CHUNK):
        RegisteredPerson.objects.filter(number__in=numbers).update(absent_since=as_of)
    return missing


def _refuse_loss(path: Path, seen: set[str]) -> None:
    there = RegisteredPerson.objects.filter(absent_since=None)
    total = there.count()
    left = total - sum(1 for n in there.values_list("number", flat=True).iterator(chunk_size=5000) if n in seen)
    if total and left * 100 > total * LOSS_PERCENT:
        raise SheetWrong([f"{path} 今いる{total}人のうち{left}人がこのファイルにいません。全員のファイルか確かめてください。"
                          "一部の人だけのファイルなら --partial を、人が減ったのが正しければ --accept-loss を付けてください"])


def _only_one_writer() -> None:
    """Another import waits; readers go on. SQLite writes are serial already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{RegisteredPerson._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')


def register_import(
    *, actor: str, path: Path, as_of: dt.date | None = None, partial: bool = False, accept_loss: bool = False,
    names: Mapping[str, str] | None = None,
) -> Taken:
    """Take a file in, all of it or nothing. A full file (not ``partial``) marks those whom it does not have. Raises SheetWrong
    with every error of the file."""
    today, names = clock.today(), names or {}
    sha = sheets.digest_of(path) if path.is_file() else ""
    seen = set(sheets.check(path, today=today, names=names))
    taken, as_of = Taken(), as_of or today
    with transaction.atomic(durable=True):
        _only_one_writer()
        if not partial and not accept_loss:
            _refuse_loss(path, seen)
        for chunk in batched(_entries(path, today, names), CHUNK):
            _take(chunk, taken)
        if sheets.digest_of(path) != sha or taken.rows != len(seen):
            raise SheetWrong([f"{path} 読んでいるあいだにファイルが変わりました。書き終えてから、もう一度取り込んでください"])
        taken.gone = 0 if partial else len(_gone(seen, as_of))
        guard_renew()
        _note(actor, as_of, partial, sha, taken)
    return taken


def _note(actor: str, as_of: dt.date, partial: bool, sha: str, taken: Taken) -> None:
    counts: dict[str, Any] = asdict(taken)
    RegisterImport.objects.create(at=clock.now(), as_of=as_of, full=not partial, sha256=sha, counts=counts)
    audit.record(actor, "register.imported", chain="register", facts={"as_of": str(as_of), "full": not partial, "sha256": sha} | counts)
