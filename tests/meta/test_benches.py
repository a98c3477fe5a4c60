"""The measuring programs still run: they fill tables by hand, which a new column breaks. What they say of time is not looked at."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.pure  # each has a database of its own
SMALL = {  # what it needs to be done in seconds
    "posting.py": ["--sizes", "300", "--engine", "sqlite"],
    "notices.py": ["--notices", "20", "--per-file", "10"],
    "booking.py": ["--quick", "--processes", "2", "--engine", "sqlite"],
}


@pytest.mark.parametrize("name", SMALL)
def test_it_runs_and_prints_json_lines(name):
    done = subprocess.run([sys.executable, str(ROOT / "bench" / name), *SMALL[name]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines and all({"rss_mb", "insert_ratio"} & set(line) for line in lines)
    assert not any(line.get("double") or line.get("lost") for line in lines)
