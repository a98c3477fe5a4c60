"""Damaged files are refused whole, with the record and byte; what no layout can notice is told in docs/collection-formats.md."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.collection.formats.charset import EBCDIC, FROM_EBCDIC, JIS, TO_EBCDIC
from madoguchi.collection.formats.errors import FileRefused
from madoguchi.collection.formats.layout import AMOUNT, RESULT
from madoguchi.collection.formats.received import Batch, read_received

from .files import ENDS, LAYOUTS, RESULT_FORMATS, TODAY, file_of, items, layout, some

WAYS = [(format, code, end) for format in RESULT_FORMATS for code in (JIS, EBCDIC) for end in ENDS]


def refused(raw: bytes, made) -> FileRefused:
    with pytest.raises(FileRefused) as found:
        read_received(raw, made.format, made, today=TODAY)
    assert found.value.ja.endswith("ファイルからは一件も取り込んでいません。")
    assert f"{found.value.record}番目の記録(先頭から{found.value.byte + 1:,}バイト目)" in found.value.ja
    return found.value


def cut(raw: bytes, made, end: str) -> list[bytes]:
    """The records of a file."""
    stride = made.length + len(end)
    return [raw[at:at + stride] for at in range(0, len(raw), stride)]


@pytest.mark.parametrize(("format", "code", "end"), WAYS)
def test_any_digit_of_a_total(format, code, end):
    made = layout(format, code)
    raw = file_of(made, some(made, 5), end)
    trailer = made.tails[0]
    start = 6 * (made.length + len(end))
    for field in trailer.fields:
        if not field.total:
            continue
        for at in range(start + field.start, start + field.end):
            digit = (FROM_EBCDIC[raw[at]] if code == EBCDIC else raw[at]) - 48
            for other in {(digit + 1) % 10, 9 - digit} - {digit}:
                byte = TO_EBCDIC[48 + other] if code == EBCDIC else 48 + other
                found = refused(raw[:at] + bytes([byte]) + raw[at + 1:], made)
                assert (found.record, found.field, found.byte) == (7, field.name, start + field.start)
                assert "合計が明細と合いません" in found.ja
                assert ("件、明細を数えると" if field.total == "件数" else "円、明細を数えると") in found.ja


@pytest.mark.parametrize(("format", "code", "end"), WAYS)
@pytest.mark.parametrize(("gone", "record", "says"), [
    (0, 1, "「見出し」のはず"), (1, 6, "合計が明細と合いません"), (5, 6, "合計が明細と合いません"),
    (6, 7, "「明細」か「合計」のはずのところに「終わり」"),
    (7, 8, "「終わり」の記録がないまま"),
])
def test_a_record_dropped(format, code, end, gone, record, says):
    made = layout(format, code)
    parts = cut(file_of(made, some(made, 5), end), made, end)
    found = refused(b"".join(parts[:gone] + parts[gone + 1:]), made)
    assert found.record == record
    assert says in found.ja


@pytest.mark.parametrize(("format", "code", "end"), WAYS)
@pytest.mark.parametrize(("twice", "record", "says"), [
    (0, 2, "「明細」か「合計」のはずのところに「見出し」"), (1, 8, "合計が明細と合いません"), (5, 8, "合計が明細と合いません"),
    (6, 8, "「終わり」のはずのところに「合計」"), (7, 9, "余分な"),
])
def test_a_record_doubled(format, code, end, twice, record, says):
    made = layout(format, code)
    parts = cut(file_of(made, some(made, 5), end), made, end)
    found = refused(b"".join(parts[:twice + 1] + parts[twice:]), made)
    assert found.record == record
    assert says in found.ja


@pytest.mark.parametrize(("format", "code", "end"), WAYS)
@pytest.mark.parametrize(("first", "record"), [(0, 1), (5, 7), (6, 7)])
def test_records_swapped(format, code, end, first, record):
    made = layout(format, code)
    parts = cut(file_of(made, some(made, 5), end), made, end)
    parts[first], parts[first + 1] = parts[first + 1], parts[first]
    found = refused(b"".join(parts), made)
    assert found.record == record
    assert "のはずのところに" in found.ja


def test_two_data_records_swapped_say_the_same_things():
    """No layout can notice it, and nothing hangs on their order."""
    made = layout("zengin")
    parts = cut(file_of(made, some(made, 5), ""), made, "")
    parts[2], parts[3] = parts[3], parts[2]
    assert sorted(x.reference for x in read_received(b"".join(parts), "zengin", today=TODAY)) == [x.reference for x in some(made, 5)]


@pytest.mark.parametrize("end", ENDS)
def test_two_files_in_one(end):
    made = layout("cvs")
    raw = file_of(made, some(made, 3), end)
    found = refused(raw + raw, made)
    assert (found.record, found.byte) == (7, len(raw))
    assert "もう一つの「見出し」" in found.ja


@pytest.mark.parametrize("tail", [b"\x1a", b"\r\n", b"\0" * 122])
@pytest.mark.parametrize("end", ENDS)
def test_trailing_bytes(tail, end):
    made = layout("payeasy")
    raw = file_of(made, some(made, 3), end)
    found = refused(raw + tail, made)
    assert (found.record, found.byte) == (7, len(raw))
    assert f"余分な{len(tail)}バイト" in found.ja
    assert f"{tail[0]:02X}" in found.ja


@pytest.mark.parametrize(("line", "says", "byte"), [(119, "長さが119バイト", 119), (121, "長さが121バイト", 120)])
@pytest.mark.parametrize("end", ENDS[:2])
@pytest.mark.parametrize("record", [1, 3, 5, 6])
def test_a_line_too_short_or_too_long(line, says, byte, end, record):
    made = layout("zengin")
    parts = cut(file_of(made, some(made, 3), end), made, end)
    parts[record - 1] = parts[record - 1][:120].ljust(121)[:line] + end.encode()
    found = refused(b"".join(parts), made)
    assert (found.record, found.byte) == (record, (record - 1) * (120 + len(end)) + byte)
    assert says in found.ja


@pytest.mark.parametrize("end", ENDS)
def test_mojibake(end):
    made = layout("zengin")
    raw = file_of(made, some(made, 3), end)
    at = 2 * (120 + len(end)) + 50  # 預金者名 of the second data record
    found = refused(raw[:at] + "七尾".encode("cp932") + raw[at + 4:], made)
    assert (found.record, found.byte, found.field) == (3, at, "預金者名")
    assert "16進 8E" in found.ja
    found = refused(raw[:at] + "太".encode() + raw[at + 3:], made)
    assert (found.record, found.byte, found.field) == (3, at, "預金者名")
    for letter in ("ｦ", "ｬ", "ｰ", "a", "･", "\r", "\0"):
        assert refused(raw[:at] + letter.encode("cp932") + raw[at + 1:], made).byte == at


def test_the_wrong_code():
    made, other = layout("zengin"), layout("zengin", EBCDIC)
    for one, two in ((made, other), (other, made)):
        found = refused(file_of(one, some(one, 3), ""), two)
        assert (found.record, found.byte) == (1, 0)


def test_a_line_end_that_the_layout_does_not_have():
    made = layout("ocr")
    only = dataclasses.replace(made, line_ends=("",))
    found = refused(file_of(made, some(made, 3), "\r\n"), only)
    assert (found.record, found.byte) == (1, 121)
    assert "改行がこの様式(改行なし)とちがいます" in found.ja


def test_a_result_code_nobody_knows():
    made = layout("zengin")
    raw = bytearray(file_of(made, some(made, 3), "\r\n"))
    raw[2 * 122 + 111] = ord("7")
    found = refused(bytes(raw), made)
    assert (found.record, found.byte, found.field) == (3, 2 * 122 + 111, "振替結果コード")
    assert "結果コード「7」を知りません" in found.ja


def test_a_day_that_does_not_exist():
    made = layout("cvs")
    raw = bytearray(file_of(made, some(made, 3), "\r\n"))
    raw[2 * 122 + 3:2 * 122 + 11] = b"20261131"
    found = refused(bytes(raw), made)
    assert (found.record, found.byte, found.field) == (3, 2 * 122 + 3, "収納日")


@pytest.mark.parametrize("format", RESULT_FORMATS)
def test_a_record_of_nothing(format):
    made = layout(format)
    rows = list(some(made, 5))
    rows[2] = rows[2]._replace(amount=0)
    found = refused(file_of(made, rows, "\r\n"), made)
    field = made.data.find(AMOUNT)
    assert (found.record, found.byte, found.field) == (4, 3 * (made.length + 2) + field.start, field.name)
    assert "0円の記録があります" in found.ja


def test_a_letter_among_digits():
    made = layout("elqr")
    raw = bytearray(file_of(made, some(made, 3), ""))
    raw[2 * 120 + 50] = ord("O")
    found = refused(bytes(raw), made)
    assert (found.record, found.byte, found.field) == (3, 2 * 120 + 50, "納付金額")
    assert "「O」" in found.ja


def test_the_right_place_late_in_a_large_file():
    made = layout("elqr")
    raw = bytearray(file_of(made, some(made, 10) * 900))
    raw[8_500 * 122 + 50] = ord("-")
    found = refused(bytes(raw), made)
    assert (found.record, found.byte, found.field) == (8_501, 8_500 * 122 + 50, "納付金額")


@pytest.mark.parametrize("raw", [b"", b"1", b"\r\n", b"x" * 50, b"x" * 500, b"\n" * 300, bytes(range(256)) * 3])
@pytest.mark.parametrize("format", RESULT_FORMATS)
def test_what_is_no_file_at_all(raw, format):
    assert refused(raw, layout(format)).record >= 1


def test_an_empty_file():
    found = refused(b"", layout("cvs"))
    assert (found.record, found.byte) == (1, 0)
    assert "ファイルが空です" in found.ja


def quiet(raw: bytes, made) -> Batch | None:
    """The batch, or None when it is refused; nothing else may happen."""
    with contextlib.suppress(FileRefused):
        return read_received(raw, made.format, made, today=TODAY)
    return None


@settings(max_examples=300)
@given(st.data(), LAYOUTS, st.sampled_from(ENDS))
def test_one_byte_changed_is_refused_or_changes_no_sum(data, made, end):
    said = data.draw(items(made, 1, 6))
    raw = file_of(made, said, end)
    at, byte = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 255))
    batch = quiet(raw[:at] + bytes([byte]) + raw[at + 1:], made)
    if batch is None or raw[at] == byte:
        return
    n, place = divmod(at, made.length + len(end))
    record = made.heads[0] if n == 0 else made.data if n <= len(said) else made.tails[n - len(said) - 1]
    field = next(f for f in record.fields if f.start <= place < f.end)  # never a line end
    assert not field.total and not field.fixed and field.role != AMOUNT
    assert (batch.count, batch.amount) == (len(said), sum(x.amount for x in said))
    assert field.role != RESULT or made.results[said[n - 1].code].stage == list(batch)[n - 1].stage or not any(
        f.of for f in made.tails[0].fields) or said[n - 1].amount == 0


@settings(max_examples=200)
@given(st.data(), LAYOUTS, st.sampled_from(ENDS))
def test_a_byte_more_or_less_is_refused(data, made, end):
    said = data.draw(items(made, 0, 4))
    raw = file_of(made, said, end)
    at = data.draw(st.integers(0, len(raw) - 1))
    assert quiet(raw[:at] + bytes([data.draw(st.integers(0, 255))]) + raw[at:], made) is None
    if at < len(raw) - 1 or len(end) != 1:  # but for the very last line end
        assert quiet(raw[:at] + raw[at + 1:], made) is None


@settings(max_examples=200)
@given(st.data(), LAYOUTS, st.sampled_from(ENDS))
def test_a_file_cut_off_is_refused(data, made, end):
    raw = file_of(made, data.draw(items(made, 0, 4)), end)
    at = data.draw(st.integers(0, len(raw) - 1))
    if at != len(raw) - len(end):
        assert quiet(raw[:at], made) is None


@settings(max_examples=200)
@given(st.binary(max_size=600), LAYOUTS)
def test_any_bytes_at_all_are_refused(raw, made):
    assert quiet(raw, made) is None
