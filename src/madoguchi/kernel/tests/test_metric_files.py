"""A full disk takes counts away, never the process that counts."""

from __future__ import annotations

import errno
import os

import pytest
from prometheus_client import mmap_dict

from madoguchi.kernel import metric_files, metrics


def blocks(path):
    return path.stat().st_blocks * 512


def test_the_room_is_there_before_anything_is_mapped(tmp_path):
    path = tmp_path / "counter_1.db"
    counts = metric_files.ReservedDict(str(path))
    assert blocks(path) >= mmap_dict._INITIAL_MMAP_SIZE
    keys = [f"{number}-{'x' * 500}" for number in range(400)]
    for number, key in enumerate(keys):
        counts.write_value(key, float(number), 0.0)
        assert blocks(path) >= path.stat().st_size
    assert path.stat().st_size == 4 * mmap_dict._INITIAL_MMAP_SIZE
    assert {key: value for key, value, _, _ in counts.read_all_values_from_file(str(path))} == {k: float(n) for n, k in enumerate(keys)}
    again = metric_files.ReservedDict(str(path))
    assert again.read_value(keys[-1])[0] == 399.0


def test_a_full_disk_is_an_error_that_leaves_what_was_counted(tmp_path, monkeypatch):
    path = tmp_path / "counter_1.db"
    counts = metric_files.ReservedDict(str(path))
    counts.write_value("a", 7.0, 0.0)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(metric_files, "reserve", full)
    with pytest.raises(OSError):
        for number in range(400):
            counts.write_value(f"{number}-{'x' * 500}", 1.0, 0.0)
    assert counts.read_value("a")[0] == 7.0 and path.stat().st_size == mmap_dict._INITIAL_MMAP_SIZE
    with pytest.raises(OSError):
        metric_files.ReservedDict(str(tmp_path / "counter_2.db"))
    assert [p.name for p in tmp_path.iterdir()] == ["counter_1.db"]


def test_a_page_is_answered_where_it_cannot_be_counted(monkeypatch, settings):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    settings.METRICS = True
    monkeypatch.setattr(metrics, "_labelled", full)
    metrics.answered("/", "GET", 200, 0.1)


def test_the_library_counts_in_files_that_are_reserved():
    from prometheus_client import values

    metrics._library()
    assert values.MmapedDict is metric_files.ReservedDict
