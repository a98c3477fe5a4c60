"""Time has one source; failpoints strike where they are named and never in production."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys

import pytest

from madoguchi.kernel import clock
from madoguchi.kernel.canon import canonical

NEW_YEAR = dt.datetime(2026, 12, 31, 15, 30, tzinfo=dt.UTC)  # 0:30 on New Year's Day in Japan


def test_the_day_is_the_day_in_japan():
    with clock.frozen(NEW_YEAR):
        assert clock.today() == dt.date(2027, 1, 1)
        assert clock.now() == NEW_YEAR
        assert clock.now().utcoffset() == dt.timedelta(hours=9)


def test_a_held_clock_goes_on_afterwards_also_when_nested_or_broken():
    with clock.frozen(NEW_YEAR):
        with clock.frozen(NEW_YEAR + dt.timedelta(days=1)):
            assert clock.today() == dt.date(2027, 1, 2)
        assert clock.today() == dt.date(2027, 1, 1)
    with pytest.raises(RuntimeError), clock.frozen(NEW_YEAR):
        raise RuntimeError
    assert abs(clock.now() - dt.datetime.now(clock.JST)) < dt.timedelta(minutes=5)


def test_canonical_bytes_do_not_depend_on_order_and_refuse_what_is_not_plain():
    assert canonical({"b": 1, "a": "見"}) == canonical({"a": "見", "b": 1}) == '{"a":"見","b":1}'.encode()
    with pytest.raises(TypeError):
        canonical({"day": dt.date(2026, 1, 1)})


HITS = "from madoguchi.kernel import failpoints as f; f.hit('a.one'); print('one', flush=True); f.hit('a.two'); print('two')"


def run(**env):
    return subprocess.run([sys.executable, "-c", HITS], capture_output=True, text=True, timeout=30,
                          env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)} | env)


def test_nothing_armed_nothing_happens():
    assert run().stdout.split() == ["one", "two"]


def test_an_armed_failpoint_kills_without_a_word_where_it_is_named():
    done = run(MADOGUCHI_FAIL="a.two")
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split() == ["one"]
    assert done.stderr == ""


def test_once_means_once(tmp_path):
    mark = str(tmp_path / "struck")
    assert run(MADOGUCHI_FAIL="a.one", MADOGUCHI_FAIL_ONCE=mark).returncode == -signal.SIGKILL
    assert run(MADOGUCHI_FAIL="a.one", MADOGUCHI_FAIL_ONCE=mark).stdout.split() == ["one", "two"]


def test_error_is_a_full_disk():
    done = run(MADOGUCHI_FAIL="a.one:error")
    assert done.returncode == 1
    assert "No space left on device" in done.stderr


def test_production_refuses_failpoints():
    done = run(MADOGUCHI_FAIL="a.one", MADOGUCHI_ENV="production")
    assert (done.returncode, done.stdout.split()) == (0, ["one", "two"])
