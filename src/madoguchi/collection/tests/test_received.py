"""What a file says is what was written into it, in every layout, code and line end; and the hand-made records of the specification."""

from __future__ import annotations

import datetime as dt
import io
import mmap
import os
import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.collection.formats.charset import EBCDIC, JIS
from madoguchi.collection.formats.errors import FileRefused, ProfileUnknown
from madoguchi.collection.formats.profiles import FOLDER
from madoguchi.collection.formats.received import read_received

from .files import ENDS, LAYOUTS, RESULT_FORMATS, TODAY, file_of, items, layout, some

HEADER = ("1" "91" "0" "0000012345" + "ﾅﾅｵｼ".ljust(40) + "1030" "9901" + "ﾐﾎﾝ".ljust(15) + "001" + "ﾎﾝﾃﾝ".ljust(15) + "1" "0000001" + " " * 17)


def debit(amount: int, reference: str, code: str) -> str:
    """A data record as §4 of the reference says it."""
    return ("2" "9901" + "ﾐﾎﾝ".ljust(15) + "002" + "ﾅﾅｵ".ljust(15) + " " * 4 + "1" "0000007" + "ﾐﾎﾝ ﾊﾅｺ".ljust(30)
            + f"{amount:010}" + "0" + reference + code + " " * 8)


BY_HAND = [HEADER, debit(12_000, "00000000000000000011", "0"), debit(8_500, "00000000000000000012", "1"), debit(300, "00000000000000000013", "0"),
           "8" "000003" "000000020800" "000002" "000000012300" "000001" "000000008500" + " " * 65, "9" + " " * 119]


def test_a_result_of_direct_debit_written_by_hand():
    data = "".join(x + "\r\n" for x in BY_HAND).encode("cp932")
    assert len(data) == 6 * 122
    assert data[122 + 111:122 + 112] == b"0", "振替結果コード is byte 112"
    batch = read_received(data, "zengin", today=TODAY)
    assert [tuple(x) for x in batch] == [
        (2, 122, "00000000000000000011", 12_000, dt.date(2026, 10, 30), "zengin", "final", "0"),
        (3, 244, "00000000000000000012", 8_500, dt.date(2026, 10, 30), "zengin", "failed", "1"),
        (4, 366, "00000000000000000013", 300, dt.date(2026, 10, 30), "zengin", "final", "0")]
    assert (batch.count, batch.amount, len(batch)) == (3, 20_800, 3)
    assert batch.by_stage == {"final": (2, 12_300), "failed": (1, 8_500)}
    assert (batch.header["委託者コード"], batch.header["委託者名"]) == ("0000012345", "ﾅﾅｵｼ")


@settings(max_examples=120)
@given(st.data(), LAYOUTS, st.sampled_from(ENDS))
def test_what_is_written_is_read(data, made, end):
    said = data.draw(items(made))
    raw = file_of(made, said, end)
    batch = read_received(raw, made.format, made, today=TODAY)
    assert [x[2:] for x in batch] == [x[2:] for x in said]
    assert [x[2:] for x in batch] == [x[2:] for x in said], "asked again, it says the same"
    stride = made.length + len(end)
    assert [(x.record, x.byte) for x in batch] == [(n + 2, (n + 1) * stride) for n in range(len(said))]
    assert (batch.count, batch.amount) == (len(said), sum(x.amount for x in said))
    stages = {x.stage for x in said}
    assert batch.by_stage == {s: (sum(x.stage == s for x in said), sum(x.amount for x in said if x.stage == s)) for s in stages}


@pytest.mark.parametrize("format", RESULT_FORMATS)
@pytest.mark.parametrize("end", ENDS[:2])
def test_the_last_line_may_lack_its_end(format, end):
    made = layout(format)
    raw = file_of(made, some(made), end)
    assert list(read_received(raw.removesuffix(end.encode()), format, today=TODAY)) == list(read_received(raw, format, today=TODAY))


@pytest.mark.parametrize("code", [JIS, EBCDIC])
def test_bytes_a_map_and_a_file_say_the_same(code, tmp_path):
    made = layout("zengin", code)
    raw = file_of(made, some(made), "")
    path = tmp_path / "result.dat"
    path.write_bytes(raw)
    want = list(read_received(raw, "zengin", made, today=TODAY))
    with path.open("rb") as file:
        assert list(read_received(file, "zengin", made, today=TODAY)) == want
        assert list(read_received(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), "zengin", made, today=TODAY)) == want
    assert list(read_received(io.BytesIO(raw), "zengin", made, today=TODAY)) == want


def test_more_records_than_one_stretch():
    made = layout("elqr")
    said = [x._replace(reference=f"{n:020}") for n, x in enumerate(some(made, 10) * 1000)]
    batch = read_received(file_of(made, said), "elqr", today=TODAY)
    assert [x[2:] for x in batch] == [x[2:] for x in said]


def test_memory_does_not_grow_with_the_file(tmp_path):
    made = layout("cvs")
    path = tmp_path / "many.dat"
    path.write_bytes(file_of(made, some(made, 10) * 3000))
    with path.open("rb") as file:
        tracemalloc.start()
        batch = read_received(file, "cvs", today=TODAY)
        total = sum(x.amount for x in batch)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert total == batch.amount
    assert path.stat().st_size > 3_600_000
    assert peak < 12_000_000, "a stretch of 4,096 records, not the file"


@pytest.mark.parametrize(("mmdd", "today", "day"), [
    ("1228", dt.date(2027, 1, 5), dt.date(2026, 12, 28)), ("0105", dt.date(2027, 1, 5), dt.date(2027, 1, 5)),
    ("0229", dt.date(2028, 3, 3), dt.date(2028, 2, 29)), ("1231", dt.date(2026, 12, 31), dt.date(2026, 12, 31)),
])
def test_the_year_of_a_debit_is_the_nearest(mmdd, today, day):
    raw = "".join([HEADER.replace("1030", mmdd, 1), *BY_HAND[1:]]).encode("cp932")
    assert {x.paid_on for x in read_received(raw, "zengin", today=today)} == {day}


@pytest.mark.parametrize(("mmdd", "today", "says"), [
    ("0229", dt.date(2026, 3, 3), "「0229」という日付はありません"), ("1301", TODAY, "「1301」という日付はありません"),
    ("1127", TODAY, "2026-11-27が、取り込む日(2026-11-20)より後です。年のない日付は"),
])
def test_a_day_that_is_none_or_not_yet_is_refused(mmdd, today, says):
    with pytest.raises(FileRefused) as refused:
        read_received("".join([HEADER.replace("1030", mmdd, 1), *BY_HAND[1:]]).encode("cp932"), "zengin", today=today)
    assert (refused.value.record, refused.value.byte, refused.value.field) == (1, 54, "引落日")
    assert says in refused.value.ja


def test_a_payment_of_tomorrow_is_refused():
    made = layout("cvs")
    raw = file_of(made, [some(made, 1)[0]._replace(paid_on=TODAY), some(made, 1)[0]._replace(paid_on=TODAY + dt.timedelta(1))])
    with pytest.raises(FileRefused) as refused:
        read_received(raw, "cvs", today=TODAY)
    assert (refused.value.record, refused.value.byte, refused.value.field) == (3, 2 * 122 + 3, "収納日")
    assert "2026-11-21が、取り込む日(2026-11-20)より後です。送り元に" in refused.value.ja


def test_everything_runs_where_no_django_is_installed():
    """Layouts, files, late charges: imported and used in a Python that cannot import Django."""
    modules = [f"madoguchi.collection.formats.{p.stem}" for p in sorted(FOLDER.parent.glob("*.py")) if p.stem != "__init__"]
    code = ("import sys, datetime; sys.modules['django'] = None\n" + "\n".join(f"import {m}" for m in [*modules, "madoguchi.collection.late"])
            + "\nfrom madoguchi.collection.rates import rates; rates()"
            + "\nfrom madoguchi.collection.formats.profiles import profile; print(profile('zengin').title)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False,
                          env={"PATH": os.environ["PATH"], "PYTHONPATH": str(FOLDER.parents[3]), "PYTHONIOENCODING": "utf-8"})
    assert done.returncode == 0, done.stderr[-1500:]
    assert "口座振替" in done.stdout


def test_a_layout_that_is_not_there_or_of_another_format():
    for format, name, says in (("cvs", "cvs-real", "cvs-mihon"), ("fax", "", "「fax」"), ("cvs", "elqr-mihon", "cvsのものではありません")):
        with pytest.raises(ProfileUnknown) as refused:
            read_received(b"", format, name, today=TODAY)
        assert says in refused.value.ja
