"""消込: records of money set against what is due and posted, beside merely inserting the rows that this has to store.

    python bench/posting.py [--quick] [--engine sqlite,postgresql] [--sizes 10000,1000000]

For each engine and size a database of its own holds so many 期; a file pays nearly all of them exactly, one in fifty by 速報 only, one
in two hundred twice, one in two hundred by a number that nobody has, one in a thousand in part. Timed: ``results_take`` from checked
records to the commit. One JSON line each:

``insert_ratio``: time over that of a bulk insert of the same rows. The baseline takes the very rows that the posting stored (payments,
postings, excess; not the 期 that it changed) and puts them, known beforehand and in order, into empty tables with the same columns,
keys, indexes and checks: COPY on PostgreSQL, executemany on SQLite, a transaction a table, the better of two tries. PostgreSQL
writes out what was there before each of them (CHECKPOINT): filling the tables is nobody's work here.
``copy_ratio``: time over inserting only the file's records into one table with a key and no other index, as it was measured at first.
``growth_ratio``: time a record over that of the small size. The books are compared afterwards and must be equal: ``check_s``, with every
payment against what its file said.
--quick: 2,000 and 20,000.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DAY = dt.date(2026, 5, 20)


def due(count: int, connection: Any, rows: Any) -> None:
    """So many 期 of so many demands, without asking anybody."""
    day = "DATE " if connection.vendor == "postgresql" else ""
    series = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %s) "
    with connection.cursor() as cursor:
        cursor.execute(
            f"{series} INSERT INTO collection_demand (id, sheet_id, charge, year, notice, payer, name, zip, address, building, amount, hold) "
            "SELECT n, %s, 'keiji', 2026, CAST(10000000 + n AS varchar(8)), CAST(1000000000 + n AS varchar(10)), '見本', '9268611', '見本町', '', "
            "10000, '' FROM s", [count, rows.id])
        cursor.execute(
            f"{series} INSERT INTO collection_instalment (id, demand_id, no, amount, due, number, confirm, paid, written, late_paid, fee, fee_paid, "
            f"failed_code) SELECT n, n, 1, 10000, {day}'2026-05-31', "
            "'99999' || CAST(900000000000000 + n AS varchar(15)), '000000', 0, 0, 0, 0, 0, '' "
            "FROM s", [count])
        cursor.execute(
            f'{series} INSERT INTO collection_posting (sheet_id, instalment_id, debit, credit, amount, "on") '
            f"SELECT %s, n, 'receivable', 'revenue', 10000, {day}'2026-04-01' FROM s", [count, rows.id])
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")


def settled(connection: Any) -> None:
    """What was written before lies on the disk, so that nobody pays for it in what is timed next."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")


def bare(connection: Any, records: list[Any]) -> float:
    """Seconds to insert the same rows and nothing else."""
    from django.db import transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (record integer PRIMARY KEY, number varchar(20), amount bigint, paid_on date, channel varchar(10), "
                       "stage varchar(8), code varchar(10))")
    start = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy("COPY bare FROM STDIN") as copy:
                for r in records:
                    copy.write_row((r.record, *r[2:]))
        else:
            cursor.executemany("INSERT INTO bare VALUES (%s, %s, %s, %s, %s, %s, %s)",
                               ((r.record, r.reference, r.amount, r.paid_on.isoformat(), *r[5:]) for r in records))
    return time.perf_counter() - start


def _twin(connection: Any, cursor: Any, table: str) -> str:
    """An empty table with the same columns, keys, indexes and checks."""
    if connection.vendor == "postgresql":
        cursor.execute(f"CREATE TABLE twin_{table} (LIKE {table} INCLUDING ALL)")
    else:
        cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL ORDER BY type DESC", [table])
        for (sql,) in cursor.fetchall():
            cursor.execute(sql.replace(f'"{table}"', f'"twin_{table}"').replace("INDEX \"", "INDEX \"twin_"))
    return f"twin_{table}"


def _copied(connection: Any, cursor: Any, twin: str, rows: list[Any]) -> None:
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {twin} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    elif rows:
        cursor.executemany(f"INSERT INTO {twin} VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)


def twins(connection: Any, sheet: int) -> tuple[float, int]:
    """Seconds to bulk insert the rows that the posting of a file stored (the better of two tries), and how many they are."""
    from django.db import transaction

    from madoguchi.collection.models import Excess, Money, Posting
    from madoguchi.collection.rules import RECORDS, money_id

    took, stored = 0.0, 0
    for model, key in ((Money, "id"), (Posting, "money_id"), (Excess, "money_id")):
        tries, table = [], model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} WHERE {key} BETWEEN %s AND %s ORDER BY id", [money_id(sheet, 1), money_id(sheet, RECORDS - 1)])
            rows = cursor.fetchall()
            for _ in range(2):
                twin = _twin(connection, cursor, table)
                settled(connection)
                start = time.perf_counter()
                with transaction.atomic():
                    _copied(connection, cursor, twin, rows)
                tries.append(time.perf_counter() - start)
                cursor.execute(f"DROP TABLE {twin}")
        took, stored = took + min(tries), stored + len(rows)
    return took, stored


def inside(count: int) -> None:
    """In a process with a database of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "madoguchi.config.settings"
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from madoguchi.collection import ledger, results
    from madoguchi.collection.formats.received import Received
    from madoguchi.collection.models import Sheet
    from madoguchi.kernel import audit, clock

    call_command("migrate", verbosity=0)
    from django.db import transaction

    sheet = Sheet.objects.create(kind="demands", name="bench", sha256="0" * 64, rows=count, amount=count * 10_000, by="bench", at=clock.now())
    with transaction.atomic():
        due(count, connection, sheet)
        audit.record("bench", "demands.imported", chain=ledger.CHAIN, facts={"sheet": sheet.id, "sha256": "0" * 64, "yen": count * 10_000})
    records = []
    for n in range(1, count + 1):
        number = f"888888{n:014d}" if n % 200 == 1 else f"999999{(n - 1 if n % 200 == 2 else n):014d}"
        records.append(Received(n, 0, number, 9_000 if n % 1000 == 7 else 10_000, DAY, "cvs", "final" if n % 50 else "prompt", "02"))
    floor = bare(connection, records)
    settled(connection)
    start = time.perf_counter()
    taken, _ = results.results_take(actor="bench", results=results.Results("cvs", "bench.txt", b"bench", records))
    took = time.perf_counter() - start
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    start = time.perf_counter()
    faults = ledger.faults()
    checked = time.perf_counter() - start
    assert not faults, faults
    same, stored = twins(connection, taken.id)
    print(json.dumps({"s": took, "floor": floor, "same": same, "stored": stored, "rss_mb": rss, "check": checked}))


def measured(engine: str, count: int) -> dict[str, float]:
    """One size on one engine."""
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"MADOGUCHI_DATA": folder, "MADOGUCHI_ENV": "trial", "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, __file__, "--inside", str(count)]
        if engine == "postgresql":
            command = [sys.executable, str(ROOT / "bench" / "tools_postgres.py"), "--run", *command]
        done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--engine", default="sqlite,postgresql")
    parser.add_argument("--sizes", default="")
    parser.add_argument("--inside", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options.inside)
        return
    for engine in options.engine.split(","):
        small = 0.0
        for size in (int(n) for n in (options.sizes or ("2000,20000" if options.quick else "10000,1000000")).split(",")):
            found = measured(engine, size)
            small = small or found["s"] / size
            print(json.dumps({
                "bench": "posting", "engine": engine, "records": size, "records_per_s": round(size / found["s"]),
                "insert_ratio": round(found["s"] / found["same"], 1), "copy_ratio": round(found["s"] / found["floor"], 1),
                "rows_stored": found["stored"], "growth_ratio": round(found["s"] / size / small, 2),
                "rss_mb": found["rss_mb"], "check_s": round(found["check"], 1)}), flush=True)


if __name__ == "__main__":
    main()
