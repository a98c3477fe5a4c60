"""Every bench still runs and says what it promises. Its numbers are looked at by people: no test asserts a speed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEAST = {  # bench → (the least it can do, keys of its lines, what must be so on every line)
    "bare": ("--quick --engine sqlite", {"cpu_ratio"}, {"engine": "sqlite", "requests": 15, "statements": 28}),
    "booking": ("--quick --engine sqlite --processes 2", {"bookings_per_s", "insert_ratio"}, {"double": 0, "lost": 0}),
    "catalogue": ("--quick", {"what"}, {}),
    "intake": ("--quick --engine sqlite --workers 1",
               {"cpu_ratio", "p50_ratio", "flows_per_s", "sql_per_flow", "rss_mb", "import_ratio"}, {"engine": "sqlite"}),
    "notices": ("--notices 20 --per-file 10", {"pages_per_s_core", "limit_ratio", "rss_mb", "growth_ratio"},
                {"symbols_wrong": 0, "undrawn": 0, "yen_equal": True}),
    "reconcile": ("--sizes 300,600 --engine sqlite --formats cvs", {"records_per_s"}, {}),
    "surge": ("--engine sqlite --sizes 4,8 --warm 4 --photo-kb 60 --residents 4",
              {"applications_per_s", "p99_page_ms", "queue_lag_s", "growth_ratio", "rss_mb"}, {"failed": 0, "photos_kept": 36, "places_left": 0}),
}


@pytest.mark.parametrize("bench", LEAST)
def test_it_runs(bench, tmp_path):
    words, keys, so = LEAST[bench]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MADOGUCHI_") and k not in ("DATABASE_URL", "PORT", "PYTHONPATH")}
    done = subprocess.run([sys.executable, ROOT / f"bench/{bench}.py", *words.split()], env=clean | {"TMPDIR": str(tmp_path)}, cwd=tmp_path,
                          capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines and all(keys <= set(line) and line["bench"] for line in lines), lines
    assert all(line[key] == value for line in lines for key, value in so.items()), lines


def test_every_bench_is_run():
    """What bench/workbench.py writes past Django is tried in casework/tests/test_lists.py: it takes a minute to be served."""
    programs = {p.stem for p in (ROOT / "bench").glob("*.py") if "def main(" in p.read_text(encoding="utf-8")}
    assert programs - {"tools_postgres", "yardstick", "posting", "paint", "workbench"} == set(LEAST)
