"""A full disk takes counts away, never the process that counts."""

from __future__ import annotations

import errno
import os
from typing import Any

import pytest

from madoguchi.kernel import metrics

INITIAL = 1 << 16  # bytes of a new file (mmap_dict._INITIAL_MMAP_SIZE)


@pytest.fixture
def metric_files() -> Any:
    """Loaded as the city hall loads it: the library looks once, when it is loaded, whether its counts lie in files."""
    metrics._library()
    from madoguchi.kernel import metric_files

    return metric_files


def blocks(path):
    return path.stat().st_blocks * 512


def test_the_room_is_there_before_anything_is_mapped(metric_files, tmp_path):
    path = tmp_path / "counter_1.db"
    counts = metric_files.ReservedDict(str(path))
    assert blocks(path) >= INITIAL
    keys = [f"{number}-{'x' * 500}" for number in range(400)]
    for number, key in enumerate(keys):
        counts.write_value(key, float(number), 0.0)
        assert blocks(path) >= path.stat().st_size
    assert path.stat().st_size == 4 * INITIAL
    assert {key: value for key, value, _, _ in counts.read_all_values_from_file(str(path))} == {k: float(n) for n, k in enumerate(keys)}
    again = metric_files.ReservedDict(str(path))
    assert again.read_value(keys[-1])[0] == 399.0


def test_a_full_disk_is_an_error_that_leaves_what_was_counted(metric_files, tmp_path, monkeypatch):
    path = tmp_path / "counter_1.db"
    counts = metric_files.ReservedDict(str(path))
    counts.write_value("a", 7.0, 0.0)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(metric_files, "reserve", full)
    with pytest.raises(OSError):
        for number in range(400):
            counts.write_value(f"{number}-{'x' * 500}", 1.0, 0.0)
    assert counts.read_value("a")[0] == 7.0 and path.stat().st_size == INITIAL
    with pytest.raises(OSError):
        metric_files.ReservedDict(str(tmp_path / "counter_2.db"))
    assert [p.name for p in tmp_path.iterdir()] == ["counter_1.db"]


def test_a_page_is_answered_where_it_cannot_be_counted(monkeypatch, settings):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    settings.METRICS = True
    monkeypatch.setattr(metrics, "_labelled", full)
    metrics.answered("/", "GET", 200, 0.1)


def test_the_library_counts_in_files_that_are_reserved(metric_files):
    from prometheus_client import mmap_dict, values

    assert mmap_dict._INITIAL_MMAP_SIZE == INITIAL
    assert values.MmapedDict is metric_files.ReservedDict
