"""Whom a claim means, and what differs: 見本 花子 (900000002) of 袖ケ江町 as the register holds her."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.register.rules.compare import NOBODY_WORDS, Result, born_text, compare, sheet
from madoguchi.register.rules.held import Claim, HeldPerson, Place
from madoguchi.register.rules.match import Meant, Status, comparable, meant
from madoguchi.register.rules.text import read_address, read_name

HOME = Place("9268611", "石川県七尾市", "袖ケ江町", "イ部25番地")
HELD = HeldPerson("900000002", "990000001", "見本\u3000花子", "ミホン\u3000ハナコ", HOME, "1991-07-25", relation="妻")
CLAIM = Claim("name", "請求者", "見本", "花子", "ミホン", "ハナコ", "1991-07-25", Place("9268611", "石川県七尾市", "袖ヶ江町", "イ部２５"))
OTHER_HOME = Place("9260046", "石川県七尾市", "神明町", "1番地")


def held(**changes):
    return dataclasses.replace(HELD, **changes)


def claim(**changes):
    return dataclasses.replace(CLAIM, **changes)


def rows(claimed, *people):
    """{item: (result, claimed with marks, held with marks)}."""
    found = sheet(claimed, meant(claimed, people))
    return {r.item: (r.result, marks(r.claimed), marks(r.held)) for r in found.rows}


def marks(pieces):
    return "".join(("/" if p.line else "") + (f"[{p.text}]" if p.marked else p.text) for p in pieces)


def test_the_same_written_in_another_way_agrees():
    assert {item: row[0] for item, row in rows(CLAIM, HELD).items()} == dict.fromkeys(("氏名", "フリガナ", "生年月日", "住所"), Result.SAME)


def test_another_flat_is_marked_as_a_number():
    lived = held(place=dataclasses.replace(HOME, building="グリーンハイツ203号"))
    claimed = claim(place=dataclasses.replace(HOME, building="グリーンハイツ302"))
    assert rows(claimed, lived)["住所"] == (
        Result.DIFFERENT, "袖ケ江町イ部25番地/グリーンハイツ[302]", "袖ケ江町イ部25番地/グリーンハイツ[203]号")


def test_a_flat_left_out_is_a_difference():
    result, mine, theirs = rows(CLAIM, held(place=dataclasses.replace(HOME, building="見本荘101")))["住所"]
    assert (result, mine, theirs) == (Result.DIFFERENT, "袖ヶ江町イ部２５/(記載なし)", "袖ケ江町イ部25番地/[見本荘101]")


def test_another_city_is_shown_with_its_name():
    result, mine, theirs = rows(claim(place=Place("9208577", "石川県金沢市", "広坂", "1丁目1番1号")), HELD)["住所"]
    assert result is Result.DIFFERENT
    assert mine.startswith("石川県[金沢]市") and "七尾" in theirs


def test_another_shape_of_a_character_is_no_difference():
    name, mine, theirs = rows(claim(sei="高橋", mei="吉男"), held(name="髙橋\u3000𠮷男"))["氏名"]
    assert (name, mine, theirs) == (Result.SHAPE, "[高]橋\u3000[吉]男", "[髙]橋\u3000[𠮷]男")
    assert not sheet(CLAIM, Meant(Status.FOUND, HELD, 1)).looks


def test_a_person_from_abroad_is_known_by_any_of_the_names():
    lan = held(name="NGUYEN THI LAN", latin="NGUYEN THI LAN", alias="山本\u3000花", kana="グエン ティ ラン")
    assert rows(claim(sei="Nguyễn", mei="Thị Lan", kana_sei="", kana_mei=""), lan)["氏名"][0] is Result.SAME
    assert rows(claim(sei="Thi Lan", mei="Nguyen", kana_sei="", kana_mei=""), lan)["氏名"][0] is Result.SAME
    found = sheet(claim(sei="山本", mei="花"), meant(claim(sei="山本", mei="花"), [lan]))
    assert (found.rows[0].result, found.rows[0].note) == (Result.SAME, "通称")


@pytest.mark.parametrize("changes", [
    {"sei": "試用"}, {"sei": "試用", "kana_sei": "シヨウ"}, {"born": "1991-07-26"}, {"place": OTHER_HOME}, {"place": Place(), "kana_sei": ""},
    {"born": ""}, {"mei": "花", "kana_mei": "ハナ"},
])
def test_two_of_three_find_the_person(changes):
    assert meant(claim(**changes), [HELD]).person == HELD


@pytest.mark.parametrize("changes", [
    {"born": "1991-07-26", "place": OTHER_HOME}, {"sei": "別", "mei": "人", "kana_sei": "ベツ", "kana_mei": "ジン"},
    {"sei": "別", "mei": "人", "kana_sei": "", "kana_mei": "", "place": OTHER_HOME},
    {"place": Place("", "石川県金沢市", "袖ケ江町", "イ部25番地"), "born": "1990-01-01"},
])
def test_one_of_three_finds_nobody(changes):
    claimed = claim(**changes)
    assert meant(claimed, [HELD]) == Meant(Status.NOBODY)
    assert rows(claimed, HELD) == {"氏名": (Result.NOBODY, claimed.name, NOBODY_WORDS)}


def test_nothing_is_chosen_among_several():
    twin = held(number="2", place=OTHER_HOME)
    found = meant(claim(place=Place()), [HELD, twin])
    assert (found.status, found.person, found.count) == (Status.SEVERAL, None, 2)
    assert rows(claim(place=Place()), HELD, twin)["氏名"][0] is Result.SEVERAL


def test_the_address_tells_two_of_one_name_and_birthday_apart():
    assert meant(CLAIM, [held(number="2", place=OTHER_HOME), HELD]).person == HELD


def test_a_name_comes_before_a_reading():
    """恵 and めぐみ, born on one day."""
    assert meant(claim(place=Place()), [held(number="2", name="見本\u3000華子"), HELD]).person == HELD


def test_twins_are_not_mistaken_for_each_other():
    second = held(number="2", name="見本\u3000月子", kana="ミホン\u3000ツキコ")
    assert meant(CLAIM, [second, HELD]).person == HELD
    assert meant(claim(mei="雪子", kana_mei="ユキコ"), [second, HELD]).status is Status.SEVERAL


def test_residents_come_before_those_who_left():
    left = held(number="1", removed_on=dt.date(2025, 3, 31), removed_why="国内転出")
    assert meant(CLAIM, [left, HELD]).person == HELD
    assert rows(CLAIM, left)["住民登録"] == (Result.REMOVED, "", "国内転出により消除(令和7年3月31日)")
    assert rows(CLAIM, held(absent_since=dt.date(2026, 4, 1)))["住民登録"][2] == "最新の取込みに含まれない(令和8年4月1日)"


def test_waiting_is_said():
    found = sheet(CLAIM, Meant(Status.WAITING))
    assert [r.result for r in found.rows] == [Result.WAITING]
    assert found.looks == 0


@pytest.mark.parametrize(("born", "words"), [
    ("1991-07-25", "平成3年7月25日"), ("1930-05-00", "昭和5年5月(日は不詳)"), ("1930-00-00", "西暦1930年(月日は不詳)"), ("", "不詳")])
def test_an_unknown_day_is_said(born, words):
    assert born_text(born) == words


@pytest.mark.parametrize("born", ["1991-07-00", "1991-00-00"])
def test_an_unknown_day_agrees_with_every_day(born):
    row = rows(CLAIM, held(born=born))["生年月日"]
    assert row[0] is Result.SAME
    assert "不詳" in row[2]
    assert meant(claim(born="1992-07-25", place=Place()), [held(born=born)]).status is Status.NOBODY


def test_another_birthday_is_marked():
    assert rows(claim(born="1991-07-05"), HELD)["生年月日"] == (Result.DIFFERENT, "平成3年7月[5]日", "平成3年7月[25]日")


def test_a_name_alone_is_not_looked_for():
    assert not comparable(claim(born="", place=Place()))
    assert comparable(claim(born=""))
    assert not comparable(claim(sei=""))


@given(st.text("高髙吉𠮷花子\u3000", max_size=8), st.text("高髙吉𠮷花子\u3000", max_size=8))
def test_a_comparison_is_symmetric_and_keeps_the_texts(one, other):
    there, back = compare("氏名", one, other, read_name), compare("氏名", other, one, read_name)
    assert there.result is back.result
    assert "".join(p.text for p in there.claimed) == one
    assert "".join(p.text for p in there.held) == other
    assert any(p.marked for p in (*there.claimed, *there.held)) == (there.result is not Result.SAME)


@given(st.text("一二12丁目番-の号部イ 町", max_size=12))
def test_a_text_agrees_with_itself(text):
    assert compare("住所", text, text, read_address).result is Result.SAME
