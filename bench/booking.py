"""窓口の予約: many processes that all want the same times, beside merely inserting the rows that a booking stores.

    python bench/booking.py [--quick] [--engine sqlite,postgresql] [--processes 8] [--days 5]

For each engine a database of its own and a city with one counter of four seats, at which every time of so many days is wanted by every
process in the same order: the worst there is. Each booking goes the way of the pages: held, named, confirmed, in three transactions with
record and mail. At the end every place must be somebody's, and nobody's twice. One JSON line each:

``bookings_per_s``: bookings made over the seconds from the common start to the last process's end; ``refused_per_s``: those who were told
that somebody was faster. ``double``: places with two bookings, ``lost``: places with none (both must be 0).
``insert_ratio``: seconds a booking over those of inserting its rows alone (one of Booking, its cells, keys and indexes and all), by as
many processes, each booking in one transaction and nobody in anybody's way. ``alone_ratio``: the same for one process that books alone.
--quick: 4 processes, one day.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SEATS, FIRST = 4, dt.date(2026, 12, 1)
NOW = (2026, 11, 20, 10, 0)
PACK = f"""窓口:
  bench: {{名: 窓口, 課: shimin, 席: "{SEATS}", 場所: 本庁, 開く: {{平日: [9:00-17:00]}}}}
サービス:
  bench: {{名: 計測, 窓口: [bench], 分: "10", 間: "5", 何日先まで: "366", 一人: "99"}}
"""


def setup() -> None:
    """Django, with the clock of the bench."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "madoguchi.config.settings"
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()
    from madoguchi.config.wiring import connect

    connect()


def wanted(days: int) -> list[tuple[dt.date, int]]:
    """Every beginning of the first so many working days."""
    from madoguchi.booking.days import days_of
    from madoguchi.booking.setup import setup as pack

    found: list[tuple[dt.date, int]] = []
    day = FIRST
    while len({d for d, _ in found}) < days:
        found += [(day, slot.start) for slot in days_of(pack().services["bench"], day, 1)[0].slots]
        day += dt.timedelta(days=1)
    return found


def greedy(number: int, days: int, start: float) -> None:
    """One process: every place of every time, one after the other."""
    from django.db import connection

    from madoguchi.booking import services
    from madoguchi.booking.errors import SlotTaken
    from madoguchi.booking.setup import setup as pack
    from madoguchi.kernel import clock

    made = refused = 0
    with clock.frozen(dt.datetime(*NOW, tzinfo=clock.JST)):
        service, slots = pack().services["bench"], wanted(days)
        connection.ensure_connection()
        time.sleep(max(0.0, start - time.time()))
        for day, at in slots:
            while True:
                try:
                    row = services.hold_make(service=service, day=day, start=at, owner="", language="ja")
                except SlotTaken:
                    refused += 1
                    break
                form = {"name": "見本 花子", "mail": f"p{number}-{made}@example.jp"}
                services.booking_confirm(booking=services.details_set(booking=row, form=form), by="bench")
                made += 1
    print(json.dumps({"made": made, "refused": refused, "end": time.time()}))


def bare(number: int, count: int, start: float) -> None:
    """One process: the rows of so many bookings at a counter of its own."""
    from django.db import connection, transaction

    connection.ensure_connection()
    columns = ("id, number, code, code_tries, service, section, counter, seat, day, start, minutes, pause, state, owner, sealed, language, "
               "channel, sequence, about, created_at, changed_at")
    now = dt.datetime(*NOW, tzinfo=dt.UTC)
    time.sleep(max(0.0, start - time.time()))
    with connection.cursor() as cursor:
        for n in range(count):
            key = uuid.uuid4() if connection.vendor == "postgresql" else uuid.uuid4().hex
            day = FIRST + dt.timedelta(days=n // 96)
            with transaction.atomic():
                cursor.execute(f"INSERT INTO booking_booking ({columns}) VALUES ({', '.join(['%s'] * 21)})", [
                    key, f"{number:02d}{n:06d}", "0" * 64, 0, "bench", "shimin", f"bare{number}", 0, day, 540, 10, 5, "confirmed", "", b"x" * 120,
                    "ja", "online", 0, "", now, now])
                cursor.executemany("INSERT INTO booking_taken (counter, seat, day, cell, booking_id) VALUES (%s, %s, %s, %s, %s)",
                                   [[f"bare{number}", 0, day, n % 96 * 3 + c, key] for c in range(3)])
    print(json.dumps({"end": time.time()}))


def together(mode: str, processes: int, amount: int) -> tuple[float, list[dict[str, Any]]]:
    """So many processes at once: seconds until the last one's end, and what each told."""
    start = time.time() + 2.5 + 0.4 * processes
    procs = [subprocess.Popen([sys.executable, __file__, "--inside", mode, "--number", str(n), "--amount", str(amount), "--start", str(start)],
                              stdout=subprocess.PIPE, text=True) for n in range(processes)]
    told = [json.loads(p.communicate()[0].strip().splitlines()[-1]) for p in procs]
    assert all(p.returncode == 0 for p in procs)
    return max(t["end"] for t in told) - start, told


def inside(processes: int, days: int) -> None:
    """In an environment with a database of its own."""
    from django.core.management import call_command
    from django.db.models import Count

    from madoguchi.booking.models import Booking, Taken
    from madoguchi.kernel import audit, clock

    call_command("migrate", verbosity=0)
    with clock.frozen(dt.datetime(*NOW, tzinfo=clock.JST)):
        capacity = _capacity(days)
    took, told = together("greedy", processes, days)
    made, refused = sum(t["made"] for t in told), sum(t["refused"] for t in told)
    double = Taken.objects.values("counter", "day", "cell", "seat").annotate(n=Count("id")).filter(n__gt=1).count() + _overlaps()
    assert Booking.objects.filter(state="confirmed").count() == made
    assert audit.verify() == []
    Booking.objects.all().delete()
    plain, _ = together("bare", processes, -(-made // processes))
    Booking.objects.all().delete()
    alone, one = together("greedy", 1, 1)
    Booking.objects.all().delete()
    plain_alone, _ = together("bare", 1, one[0]["made"])
    print(json.dumps({
        "processes": processes, "bookings": made, "bookings_per_s": round(made / took, 1), "refused_per_s": round(refused / took, 1),
        "double": double, "lost": capacity - made, "insert_ratio": round(took / plain, 1), "alone_ratio": round(alone / plain_alone, 1)}))


def _capacity(days: int) -> int:
    """How many there are to be had: at one seat the pause keeps every time free, so every time has all its seats."""
    return len(wanted(days)) * SEATS


def _overlaps() -> int:
    """Bookings at one seat whose times touch: counted without the cells, from the bookings themselves."""
    from madoguchi.booking.models import Booking

    rows = list(Booking.objects.filter(state="confirmed").order_by("counter", "seat", "day", "start"))
    return sum((a.counter, a.seat, a.day) == (b.counter, b.seat, b.day) and b.start < a.start + a.minutes + a.pause
               for a, b in zip(rows, rows[1:], strict=False))


def measured(engine: str, processes: int, days: int) -> dict[str, Any]:
    """One engine."""
    with tempfile.TemporaryDirectory() as folder:
        city = Path(folder) / "city"
        shutil.copytree(ROOT / "cities" / "nanao", city)
        (city / "booking.yaml").write_text(PACK, encoding="utf-8")
        env = os.environ | {"MADOGUCHI_DATA": f"{folder}/data", "MADOGUCHI_ENV": "trial", "PYTHONPATH": str(ROOT / "src"),
                            "MADOGUCHI_CITY": str(city)}
        command = [sys.executable, __file__, "--inside", "all", "--processes", str(processes), "--days", str(days)]
        if engine == "postgresql":
            command = [sys.executable, str(ROOT / "bench" / "tools_postgres.py"), "--run", *command]
        done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--engine", default="sqlite,postgresql")
    parser.add_argument("--processes", type=int)
    parser.add_argument("--days", type=int)
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    for name in ("--number", "--amount"):
        parser.add_argument(name, type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--start", type=float, default=0.0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    processes, days = options.processes or (4 if options.quick else 8), options.days or (1 if options.quick else 5)
    if options.inside:
        setup()
        if options.inside == "all":
            inside(processes, days)
        else:
            {"greedy": greedy, "bare": bare}[options.inside](options.number, options.amount, options.start)
        return
    for engine in options.engine.split(","):
        print(json.dumps({"bench": "booking", "engine": engine, **measured(engine, processes, days)}), flush=True)


if __name__ == "__main__":
    main()
