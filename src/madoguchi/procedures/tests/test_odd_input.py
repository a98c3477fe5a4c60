"""What keyboards, clipboards and other systems put in: marks that stand apart, hyphens in romaji, a whole date in one box."""

from __future__ import annotations

import datetime as dt

import pytest

from madoguchi.procedures.rules.checks import Facts
from madoguchi.procedures.rules.faces.handover import csv_bytes
from madoguchi.procedures.tests import pack
from madoguchi.procedures.tests.test_fields import read, wide

GA = "か\u3099"  # が as macOS writes file names


@pytest.mark.parametrize(("kind", "typed", "kept"), [
    ("文字", GA + "\u30cf\u309a", "がパ"), ("長文", GA + "\nx", "が\nx"), ("続柄", "弟" + GA, "弟が"),
    ("氏名", {"sei": GA, "mei": "Nguye\u0302\u0303n"}, {"sei": "が", "mei": "Nguyễn"}),
    ("住所", {"city": "か\u3099県", "lot": "1"}, {"zip": "", "city": "が県", "town": "", "lot": "1", "building": ""}),
])
def test_letters_and_marks_that_stand_apart_become_one(kind, typed, kept):
    assert read(kind, typed)[0] == kept


@pytest.mark.parametrize("kanji", ["\ufa19", "\ufa11", "\ufa10", "葛\U000e0100", "𠮷", "\u9ad9"])
def test_no_kanji_of_a_name_becomes_another(kanji):
    assert read("氏名", {"sei": kanji, "mei": kanji}) == ({"sei": kanji, "mei": kanji}, [])


@pytest.mark.parametrize(("typed", "kept"), [
    ("ヤマタ\u309b", "ヤマダ"), ("\uff8a\u309c", "パ"), ("Mary-Jane", "Mary Jane"), (wide("Mary-Jane"), "Mary Jane"), ("O'Neil", "ONeil"),
    ("O\u2019Neil", "ONeil"), ("Jean\u2010Luc", "Jean Luc"), ("オ-ノ", "オーノ"),
])
def test_kana_and_romaji_are_put_right_and_not_refused(typed, kept):
    assert read("カナ", {"sei": typed, "mei": "ハナコ"}) == ({"sei": kept, "mei": "ハナコ"}, [])


@pytest.mark.parametrize("typed", [
    "2026-11-30", "2026/11/30", "2026.11.30", "2026年11月30日", "令和8年11月30日", "R8.11.30", "\u32ff8年11月30日", wide("2026/11/30"),
    "令和 8年 11月 30日",
])
def test_a_whole_date_in_the_box_of_the_year_is_read(typed):
    assert read("日付", {"y": typed}) == ("2026-11-30", [])


@pytest.mark.parametrize("typed", ["2026-11", "2026年11月", wide("2026/11"), "令和8年11月", "R8.11", "2026-11-30"])
def test_a_whole_month_in_the_box_of_the_year_is_read(typed):
    assert read("年月", {"y": typed}) == ("2026-11", [])


def test_an_era_chosen_goes_with_a_date_in_one_box_and_what_is_no_date_is_told():
    assert read("日付", {"era": "r", "y": "元.5.1"}) == ("2019-05-01", [])
    assert read("日付", {"y": "2026-13-01"})[1] and read("日付", {"y": "11/30/2026"})[1] and read("日付", {"y": "2026-11"})[1]
    assert read("日付", {"era": "r", "y": "8-11-30", "m": "1"})[1], "two months: nobody knows which"


@pytest.mark.parametrize(("typed", "kept"), [("5千円", 5000), ("1千", 1000), (wide("2") + "千500円", 2500)])
def test_thousands_are_a_sum(typed, kept):
    assert read("金額", typed) == (kept, [])


def test_what_was_put_in_apart_is_written_for_the_core_system_as_it_was_meant():
    d = pack.small_with("画面: [{題: あ, 項目: {name: {問: 名, 型: 文字}}}]\n連携: [{先: kikan, 文字: cp932, 列: {名: name}}]\n")
    value, _ = read("文字", GA)
    face = csv_bytes(d, d.handovers[0], {"name": value}, {}, {}, facts=Facts({}, dt.date(2026, 11, 30), lambda day: day))
    assert face.unmapped == () and face.data.decode("cp932") == "名\r\nが\r\n"
