"""Files of lists: read whole, or every error at once."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.inventory import columns, reading, sheet
from madoguchi.inventory.errors import MOST_LINES, HeadingsUnknown, SheetWrong

from .conftest import DOG, HEAD, list_text, xlsx

NATIONAL = (
    "手続ID,所管府省庁,手続名,法令名,根拠条項号,関連条項号,関連する根拠法令,手続類型,手続主体,手続の受け手,手続補足,経由機関,独立行政法人等の名称,事務区分,府省共通手続,"
    "実施府省庁,実施府省庁(府省共通手続),オンライン化の実施状況,オンライン化の実施予定及び検討時の懸念点,同補足,オンライン化実施時期,申請等における本人確認手法,手数料等の納付有無,"
    "手数料等の納付方法,手数料等に関する補足,オンライン納付時の優遇措置,処理期間(オンライン),処理期間(非オンライン),情報システム(申請),同複数,情報システム(事務処理),総手続件数,"
    "オンライン手続件数,非オンライン手続件数,申請書等に記載させる情報,申請時に添付させる書類,添付書類等提出の撤廃/省略状況,添付書類等の提出方法,添付書類等への電子署名,"
    "添付形式等が定められた規定,同補足,イベント(個人),イベント(法人),申請に関連する士業,申請を提出する機関,士業補足")


def faults(data, told=None):
    with pytest.raises(SheetWrong) as wrong:
        reading.read(data, told or {})
    return wrong.value.lines


def test_the_national_survey_is_known_column_by_column() -> None:
    heads = NATIONAL.split(",")
    cells = [f"v{n}" if h not in ("手続類型", "総手続件数") else "1" for n, h in enumerate(heads)]
    found = reading.read(f"{NATIONAL}\n{','.join(cells)}".encode(), {})
    row = found.rows[0]
    assert found.layout.unknown == ()
    assert (row.texts["name"], row.texts["days"], row.texts["obstacle"]) == ("v2", "v27", "v18")
    assert {"所管府省庁", "同補足", "同補足(2)", "処理期間(オンライン)"} <= set(row.extra)
    assert len([f for f in found.layout.fields if f]) + len(row.extra) == len(heads), "nothing is lost"


def test_synonyms_a_title_above_and_cp932() -> None:
    data = "七尾市の手続の一覧\n,,\n手続の名称,所管課,添付書類\n犬の登録,環境課,鑑札\n".encode("cp932")
    row = reading.read(data, {}).rows[0]
    assert (row.line, row.texts["name"], row.texts["section"], row.texts["attachments"]) == (4, "犬の登録", "環境課", "鑑札")


def test_unknown_columns_are_named_together_and_an_answer_is_enough() -> None:
    data = "手続名,なぞ,ひみつ,備考\n犬,1,2,3\n".encode()
    with pytest.raises(HeadingsUnknown) as unknown:
        reading.read(data, {})
    assert unknown.value.names == ["なぞ", "ひみつ"]
    row = reading.read(data, {"なぞ": "law", "ひみつ": ""}).rows[0]
    assert (row.texts["law"], row.extra) == ("1", {"ひみつ": "2", "備考": "3"})


def test_everything_that_is_wrong_is_said_at_once() -> None:
    bad = "A1,,課,,,9,6,,,,,多い,,,去年"
    lines = faults(list_text(DOG, bad, ",名前,課,,,1,,,,,,,,,", ",名前,課,,,1,,,,,,,,,").encode())
    assert [line.split(" ")[0] for line in lines] == ["3行目"] * 5 + ["5行目"]
    for words in ("「手続名」が空です", "「手続類型」は1、2-1", "「総手続件数」は0以上", "「目標年度」は 令和9年度",
                  "「手続ID」A1 は2行目と同じ", "4行目と同じです"):
        assert any(words in line for line in lines), (words, lines)


def test_every_error_is_said_up_to_as_many_as_there_may_be_rows() -> None:
    with pytest.raises(SheetWrong) as wrong:
        reading.read(("手続名,手続類型\n" + "犬,9\n" * 500).encode(), {})
    assert wrong.value.count == len(wrong.value.lines) > 500
    endless = SheetWrong(["犬"] * (MOST_LINES + 3))
    assert endless.count == MOST_LINES + 3 and endless.lines[-1].startswith("ほか3件") and len(endless.lines) == MOST_LINES + 1


@pytest.mark.parametrize(("data", "words"), [
    (b"", "一覧がありません"), ("手続名\n".encode(), "手続きが1つもありません"), ("手続名,手続名\n犬,猫\n".encode(), "列「手続名」が2つ"),
    ("法令名,担当課\n法,課\n".encode(), "「手続名」に当たる列がありません"), (b"\xff\xfe\x00\x81", "文字コード"), ('手続名\n"犬'.encode(), "引用符"),
    ("手続名\n犬,余り\n".encode(), "見出しのない2列目"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "古い形式のExcel"),
    (b"PK\x03\x04abc", "Excelのファイルとして読めません"),
    ("手続名\n犬\x07\n".encode(), "制御文字"), (("手続名\n" + "犬" * 201).encode(), "200文字まで"), (("手続名," * 201).encode(), "列が200より多く"),
    (("手続名\n" + "犬\n" * (sheet.MOST_ROWS + 1)).encode(), "より多くあります"), (b"a" * (sheet.MOST_BYTES + 1), "大きすぎます")])
def test_a_file_that_is_no_list_says_what_to_do(data, words) -> None:
    assert words in " ".join(faults(data))


def test_two_columns_that_people_gave_the_same_meaning() -> None:
    assert "片方を「そのまま残す」に" in faults("手続名,あ,い\n犬,1,2\n".encode(), {"あ": "law", "い": "law"})[0]


def test_a_workbook_is_read_as_it_was_stored() -> None:
    data = xlsx(["一覧"], HEAD.split(","), ["A1", "犬", "環境課", None, None, "2-1", None, 3000, None, None, None, 12.0, None, None, 2027])
    row = reading.read(data, {}).rows[0]
    assert (row.line, row.texts["yearly_count"], row.texts["fee"], row.texts["target_year"], row.texts["kind"]) == (3, "12", "3000", "2027", "2-1")


def test_a_formula_without_result_an_error_and_a_date_are_faults_of_their_cells() -> None:
    lines = faults(xlsx(["手続名", "手続類型", "法令名"], ["=1+1", "1", "x"], ["犬", dt.date(2026, 2, 1), "x"], ["猫", "1", "#REF!"]))
    assert "2行目 1列目 式の結果が保存されていません" in lines[0]
    assert "3行目 「手続類型」が日付(2026-02-01)" in " ".join(lines)
    assert "4行目 3列目 式がエラー" in " ".join(lines)


def packed(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in parts.items():
            z.writestr(name, data)
    return out.getvalue()


def changed(data, name, change):
    """A workbook with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, change(old.read(member)) if member == name else old.read(member))
    return out.getvalue()


def test_bombs_are_not_opened() -> None:
    good = xlsx(["手続名"], ["犬"])
    assert len(reading.read(good, {}).rows) == 1
    assert "大きすぎます" in faults(packed(**{"xl/a.xml": b"0" * (sheet.MOST_UNPACKED + 1)}))[0]
    assert "大きすぎます" in faults(packed(**{f"{n}": b"" for n in range(sheet.MOST_MEMBERS + 1)}))[0]
    entity = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'
    assert "取り込めない書き方" in faults(changed(good, "xl/worksheets/sheet1.xml", lambda x: entity + x))[0]
    late = changed(good, "xl/worksheets/sheet1.xml", lambda x: b"<!--" + b" " * 300_000 + b"-->" + entity + x)
    assert "取り込めない書き方" in faults(late)[0]
    far = changed(good, "xl/worksheets/sheet1.xml", lambda x: x.replace(b'r="2"', b'r="999999999"').replace(b'r="A2"', b'r="A999999999"'))
    assert "行目より下に値" in faults(far)[0]


def test_a_size_that_lies_is_found_out() -> None:
    data = bytearray(packed(**{"xl/a.xml": b"0" * 5_000_000}))
    at = data.rindex(b"PK\x01\x02") + 24
    data[at:at + 4] = (10).to_bytes(4, "little")
    assert faults(bytes(data))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 255))
def test_a_damaged_workbook_is_read_or_refused(at, byte) -> None:
    data = bytearray(xlsx(["手続名", "担当課"], ["犬", "課"]))
    data[at % len(data)] = byte
    _read_or_refuse(bytes(data))


CELLS = st.text(st.characters(exclude_categories=()), max_size=20) | st.sampled_from(["手続名", "担当課", "手続類型", "1", "犬", "=1", "令和5年度"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=6), max_size=8), st.sampled_from(["utf-8", "utf-8-sig", "cp932"]))
def test_any_csv_is_read_whole_or_says_why(table, encoding) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(table)
    _read_or_refuse(out.getvalue().encode(encoding, "replace"))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_whole_or_say_why(data) -> None:
    _read_or_refuse(data)


def _read_or_refuse(data):
    try:
        layout, _ = reading.columns_of(data, {})
        found = reading.read(data, {columns.plain(name): "" for name in layout.unknown})
    except SheetWrong as wrong:
        assert wrong.lines and all(wrong.lines)
        return
    assert found.rows
    for row in found.rows:
        assert row.texts["name"] and set(row.texts) == set(columns.LABELS)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(st.characters(min_codepoint=0x30A1, max_codepoint=0x30F6), min_size=1, max_size=12), min_size=1, max_size=20, unique=True))
def test_nothing_of_a_good_list_is_lost(names) -> None:
    data = ("手続ID,手続名,謎\n" + "".join(f"{n},{name},{name}の謎\n" for n, name in enumerate(names))).encode()
    rows = reading.read(data, {"謎": ""}).rows
    assert [(r.key, r.texts["name"], r.extra["謎"]) for r in rows] == [(str(n), name, f"{name}の謎") for n, name in enumerate(names)]
