"""What bandit leaves to ruff is looked at by ruff, and every exception says why."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

from tests.crash.points import SOURCE

ROOT = SOURCE.parents[1]
TO_RUFF = {"B104", "B506", "B606", "B608", "B704"}


def test_what_bandit_skips_ruff_sees(tmp_path):
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert set(settings["bandit"]["skips"]) >= TO_RUFF
    assert not {f"S{b[1:]}" for b in TO_RUFF} & set(settings["ruff"]["lint"]["ignore"])
    probe = SOURCE / "kernel" / "probe_of_scans.py"
    text = "import os\nimport yaml\nfrom markupsafe import Markup\nh = '0.0.0.0'\nyaml.load(h, Loader=yaml.Loader)\nos.execv(h, [])\n" \
           "q = f'SELECT * FROM {h}'\nMarkup(q)\n"
    done = subprocess.run([ROOT / ".venv" / "bin" / "ruff", "check", "--output-format=concise", f"--stdin-filename={probe}", "-"],
                          input=text, capture_output=True, text=True, cwd=ROOT, check=False)
    assert {f"S{b[1:]}" for b in TO_RUFF} <= set(re.findall(r"S\d{3}", done.stdout)), done.stdout + done.stderr


def test_every_exception_says_why():
    bare = [f"{p.relative_to(SOURCE)}: {line.strip()[:90]}" for p in SOURCE.rglob("*.py") if "/tests/" not in p.as_posix()
            for line in p.read_text(encoding="utf-8").splitlines()
            if re.search(r"# noqa:.*\bS(104|506|606|608|704)\b", line) and not re.search(r"# noqa: [A-Z0-9, ]+ - \S", line)]
    assert not bare, bare


def test_bandit_is_silent():
    done = subprocess.run([sys.executable, "-m", "bandit", "-q", "-c", "pyproject.toml", "-r", "src"], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout
    assert "WARNING" not in done.stderr + done.stdout
