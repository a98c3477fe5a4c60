"""The workbench with many cases over HTTP: does a page cost more because there are more cases?

    python bench/workbench.py [--quick] [--engine sqlite|postgresql] [--cases 10000,1000000]

Two city halls side by side hold 10,000 and 1,000,000 cases (2,000 and 50,000 with --quick), written in bulk: names of an
invented town, five years of filings of all procedures, 5 % open. A clerk of one section looks at each view by turns here and
there, under granian with one worker each: list, filters, search by a part of the kana (two to five characters, among them the commonest), by a
part of the kanji, by number, and the counts alone (tiles, in the process). One JSON line per engine, size and view; ``p95_ratio``
is the view's p95 against the same view with the small number of cases.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]
from columns import blank  # noqa: E402
from intake import HALL as DOOR  # noqa: E402
from intake import Client, encode, free_port, granian, hidden, wait  # noqa: E402

BATCH = 50_000
TIMES, WARM = 100, 10
DAYS = 5 * 365
SHARES = ((0.95, "decided"), (0.96, "withdrawn"), (0.975, "received"), (0.985, "reviewing"), (0.99, "correction"), (1.01, "approval"))
CLERK = "tanaka"
QUERIES = {
    "search_kana_2": ["やま", "なか", "さと", "たな", "はな", "むら", "けん", "ろう"], "search_kana_1": list("やなさたはむ"),
    "search_kana": ["やまも", "たなか", "さとう", "まもと", "なかむら", "はるき", "ゆうと", "みさき", "ひろし", "まだは"],
    "search_kanji": ["山本", "中村", "田中", "本一", "子"], "search_nothing": ["ぬぬぬ", "まやまや", "ゑゐ", "やまろう"],
}


def people() -> list[tuple[str, str]]:
    """(name as the list shows it, what of it is found) of the people of an invented town."""
    from madoguchi.casework import parts
    from madoguchi.register.rules.town import town

    split = [(e.name.split("\u3000"), e.kana.split("\u3000")) for e in town(people=48_000, seed=7, day=dt.date(2026, 11, 20))]
    return [("\u3000".join(name), parts.text_of("", name, kana)) for name, kana in split if len(name) == len(kana) == 2]


def made(count: int) -> Iterator[tuple[dict[str, Any], set[bytes], dt.date]]:
    """Cases with their words, and the day each was decided."""
    from madoguchi.casework import parts
    from madoguchi.casework.models import Case
    from madoguchi.identity.models import Staff
    from madoguchi.kernel import clock
    from madoguchi.procedures.public import catalogue
    from madoguchi.procedures.rules import generate

    rng, town, today, now = random.Random(count), people(), clock.today(), clock.now().astimezone(dt.UTC)
    kinds = [(p, json.dumps(generate.answers_for(p.definition, random.Random(1), today=today, minimal=True))) for p in catalogue()]
    staff: dict[str, list[int]] = {}
    for person in Staff.objects.all():
        for section in person.sections():
            staff.setdefault(section, []).append(person.pk)
    fixed = blank(Case) | {"checksum": "0" * 64, "digest": "0" * 64, "files": "{}", "stopped_on": None}
    for n in range(count):
        p, answers = kinds[n % len(kinds)]
        section, draw = p.definition.section, rng.random()
        state = next(s for most, s in SHARES if draw < most)
        over = state in ("decided", "withdrawn")
        filed = now - dt.timedelta(days=rng.randrange(30, DAYS) if over else rng.randrange(0, 45), seconds=rng.randrange(86400))
        name, tail = town[rng.randrange(len(town))]
        receipt = f"R{rng.randrange(4, 9)}-{n * 7919 % 10_000:04}-{n // 10_000 % 10_000:04}-{n % 10}"
        search = receipt.replace("-", "").lower() + tail
        words = parts.words_of(search)
        yield fixed | {
            "id": uuid.UUID(int=rng.getrandbits(128), version=4), "receipt": receipt, "slug": p.slug, "version": p.number, "section": section,
            "channel": "online" if n % 5 else "counter", "filed_at": filed, "due_on": filed.date() + dt.timedelta(days=30), "state": state,
            "name": name, "search": search, "answers": answers, "updated_at": filed, "words": len(words),
            "assignee_id": None if state == "received" else rng.choice(staff[section]),
        }, words, filed.date() + dt.timedelta(days=rng.randrange(3, 40))


def decision(case: dict[str, Any], day: dt.date) -> dict[str, Any]:
    """The decision on a case."""
    from madoguchi.casework.models import Decision

    return blank(Decision) | {
        "id": uuid.UUID(int=case["id"].int ^ 1), "case_id": case["id"], "number": 1, "outcome": "accept", "state": "final",
        "reason": "", "proposed_by_id": case["assignee_id"], "proposed_at": case["filed_at"],
        "decided_at": dt.datetime.combine(day, dt.time(3), dt.UTC)}


LITE: dict[type, Callable[[Any], Any]] = {  # as Django writes them on SQLite
    uuid.UUID: lambda x: x.hex, dt.datetime: lambda x: x.replace(tzinfo=None).isoformat(" "), dt.date: dt.date.isoformat, bool: int}


def write(table: str, rows: list[dict[str, Any]]) -> None:
    """Rows past Django."""
    from django.db import connection

    if not rows:
        return
    columns = ", ".join(rows[0])
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join("?" for _ in rows[0])
            cursor.cursor.connection.executemany(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})",
                ([LITE[type(x)](x) if type(x) in LITE else x for x in row.values()] for row in rows))
        else:
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(list(row.values()))


TABLES = ("casework_case", "casework_caseword", "casework_decision")


@contextlib.contextmanager
def bare() -> Iterator[None]:
    """Indexes are taken away while rows are written and made again afterwards; neither log nor foreign keys meanwhile."""
    from django.db import connection

    lite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if lite:
            for word in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-3000000", "temp_store=MEMORY"):
                cursor.execute(f"PRAGMA {word}")
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (%s, %s, %s)", TABLES)
            again, drop = cursor.fetchall(), "DROP INDEX {}"
        else:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET maintenance_work_mem = '1GB'")
            cursor.execute("SELECT i.indexname, i.indexdef FROM pg_indexes i LEFT JOIN pg_constraint c ON c.conname = i.indexname "
                           "WHERE i.tablename IN (%s, %s, %s) AND c.oid IS NULL", TABLES)
            again, drop = cursor.fetchall(), "DROP INDEX {}"
            cursor.execute("ALTER TABLE casework_caseword DROP CONSTRAINT casework_caseword_pkey")
            again.append(("", "ALTER TABLE casework_caseword ADD PRIMARY KEY (section, word, case_id)"))
        for name, _ in again:
            if name:
                cursor.execute(drop.format(name))
        yield
        for _, sql in again:
            cursor.execute(sql)
        if lite:
            cursor.execute("PRAGMA journal_mode=WAL")
        else:
            cursor.execute("VACUUM ANALYZE")  # as autovacuum does in time


def fill(count: int) -> None:
    """Write cases, words and decisions past the services."""
    from django.db import transaction

    many = made(count)
    with bare():
        while some := list(itertools.islice(many, BATCH)):
            words = sorted((c["section"], w, c["id"].hex, c["id"]) for c, found, _ in some for w in found)  # in the order of the index
            with transaction.atomic():
                write("casework_case", [case for case, _, _ in sorted(some, key=lambda made: made[0]["id"].hex)])
                write("casework_decision", [decision(case, day) for case, _, day in some if case["state"] == "decided"])
                write("casework_caseword", [{"section": section, "word": word, "case_id": case} for section, word, _, case in words])


def views() -> dict[str, list[str]]:
    """View → addresses asked by turns."""
    from madoguchi.casework.models import Case
    from madoguchi.identity.models import Staff
    from madoguchi.web import searches

    clerk = Staff.objects.get(username=CLERK)
    section = clerk.sections()[0]

    def asked(words: str, **more: str) -> str:
        return f"/staff/?{urlencode(searches.carried(words, clerk.pk) | more)}"

    receipts = list(Case.objects.filter(section=section).order_by("id").values_list("receipt", flat=True)[:10])
    slug = Case.objects.filter(section=section).values_list("slug", flat=True)[0]
    at = "/staff/?"
    found = {
        "list": ["/staff/", f"{at}page=2"], "list_last_page": [f"{at}page=50", f"{at}state=all&page=50"],
        "filter_state": [f"{at}state={s}" for s in ("reviewing", "correction", "decided", "withdrawn", "all")],
        "filter_procedure": [f"{at}slug={slug}", f"{at}slug={slug}&state=decided"], "filter_hand": [f"{at}who=me", f"{at}who=me&slug={slug}"],
        "filter_due": [f"{at}due={d}" for d in ("over", "today", "soon", "fine")],
        "search_number": [asked(x) for r in receipts for x in (r, r[3:12], r[8:12])],
        "search_filtered": [asked("やま", state="correction"), asked("なか", slug=slug, state="decided")],
    }
    return found | {name: [asked(q) for q in words] for name, words in QUERIES.items()}


def inside(count: int) -> None:
    """In a process of its own, one for each database: fill it, tell the views, then count tiles once for every line of input."""
    import django

    django.setup()
    from madoguchi.casework import lists
    from madoguchi.identity.models import Staff

    fill(count)
    print(json.dumps({"views": views(), "size": sizes_mb(os.environ["MADOGUCHI_DATA"])}), flush=True)
    staff = Staff.objects.get(username=CLERK)
    for _ in sys.stdin:
        start = time.perf_counter()
        lists.tiles(actor=staff)
        print(time.perf_counter() - start, flush=True)


def sizes_mb(folder: str) -> dict[str, int]:
    """What cases and words weigh, indexes included (PostgreSQL), or the whole file (SQLite)."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return {"database_mb": sum(f.stat().st_size for f in Path(folder).glob("*.sqlite3*")) // 1_000_000}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('casework_case'), "
                       "pg_total_relation_size('casework_caseword'), pg_database_size(current_database())")
        case, word, whole = cursor.fetchone()
    return {"cases_mb": case // 1_000_000, "words_mb": word // 1_000_000, "database_mb": whole // 1_000_000}


class Hall:
    """A city hall with so many cases, filled and served."""

    def __init__(self, stack: contextlib.ExitStack, cases: int, url: str) -> None:
        self.cases, self.port = cases, free_port()
        env = {"PYTHONPATH": str(ROOT / "src"), "MADOGUCHI_DATA": stack.enter_context(tempfile.TemporaryDirectory()), "DATABASE_URL": url,
               "MADOGUCHI_ENV": "trial", "MADOGUCHI_LOG": "ERROR", "DJANGO_SETTINGS_MODULE": "madoguchi.config.settings"}
        subprocess.run([sys.executable, "-m", "madoguchi", "setup"], env=os.environ | env, cwd=ROOT, check=True, capture_output=True)
        start = time.perf_counter()
        self.inner = subprocess.Popen([sys.executable, __file__, "--fill", str(cases)], env=os.environ | env, cwd=ROOT, text=True,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        stack.callback(self.inner.kill)
        assert self.inner.stdout and self.inner.stdin
        told = json.loads(self.inner.stdout.readline())
        self.views, self.size = told["views"], told["size"] | {"fill_s": round(time.perf_counter() - start)}
        server = granian(DOOR, self.port, 1, env, ROOT)
        stack.callback(server.wait)
        stack.callback(server.terminate)
        wait(f"http://127.0.0.1:{self.port}/accessibility/")

    def open(self) -> None:
        """The clerk signs in."""
        self.client = Client(self.port)
        _, _, page = self.client.call("GET", "/staff/sign-in/")
        status, _, _ = self.client.call("POST", "/staff/sign-in/", encode(
            {"csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"), "username": CLERK, "password": "madoguchi-trial"}))
        assert status in (302, 303), status

    def look(self, view: str, turn: int) -> float:
        """Seconds of one look."""
        if view == "tiles":
            assert self.inner.stdout and self.inner.stdin
            self.inner.stdin.write("\n")
            self.inner.stdin.flush()
            return float(self.inner.stdout.readline())
        path = self.views[view][turn % len(self.views[view])]
        start = time.perf_counter()
        status, _, page = self.client.call("GET", path)
        took = time.perf_counter() - start
        assert status == 200 and b'class="apps"' in page, (path, status)
        return took


def p(times: list[float], share: float) -> float:
    """A percentile in milliseconds."""
    return round(sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000, 2)


def one(engine: str, sizes: tuple[int, int], looks: int) -> None:
    """Print the lines of one engine."""
    with contextlib.ExitStack() as stack:
        if engine == "postgresql":
            from tools_postgres import server

            database = stack.enter_context(server(durable=True))
            urls = [database.make("small"), database.make("large")]
        else:
            urls = ["", ""]
        halls = [Hall(stack, cases, url) for cases, url in zip(sizes, urls, strict=True)]
        for hall in halls:
            hall.open()
        for view in [*halls[0].views, "tiles"]:
            times: dict[int, list[float]] = {hall.cases: [] for hall in halls}
            for turn in range(-WARM, looks):  # by turns: what else the machine does meanwhile weighs on both
                for hall in halls:
                    times[hall.cases].append(hall.look(view, turn))
            small = p(times[sizes[0]][WARM:], 0.95)
            for cases, all_times in times.items():
                found = all_times[WARM:]
                print(json.dumps({"bench": "workbench", "engine": engine, "cases": cases, "view": view, "p50_ms": p(found, 0.5),
                                  "p95_ms": p(found, 0.95), "p95_ratio": round(p(found, 0.95) / small, 2)}), flush=True)
        for hall in halls:
            print(json.dumps({"bench": "workbench", "engine": engine, "cases": hall.cases, **hall.size}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--engine", default="")
    parser.add_argument("--cases", default="", help="small,large instead of the usual numbers")
    parser.add_argument("--times", type=int, default=TIMES, help="looks at each view that count")
    parser.add_argument("--fill", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fill:
        inside(options.fill)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # stopped from outside: end the servers too
    for engine in [options.engine] if options.engine else ["sqlite", "postgresql"]:
        small, large = (int(n) for n in (options.cases or ("2000,50000" if options.quick else "10000,1000000")).split(","))
        one(engine, (small, large), options.times)


if __name__ == "__main__":
    main()
