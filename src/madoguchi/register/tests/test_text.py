"""How texts are folded: the same thing written in another way has the same key, other things have not."""

from __future__ import annotations

import jaconv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.register.rules import glyphs
from madoguchi.register.rules.text import (
    building_key,
    city_key,
    kana_key,
    kanji_number,
    key_of,
    name_key,
    place_key,
    read_address,
    read_kana,
    read_name,
)

KANJI = st.sampled_from("山川田中村吉高崎浜島橋石井森七尾花子太郎美咲")
NAMES = st.text(KANJI, min_size=1, max_size=8)
KANA = st.text(st.sampled_from("アイウエオガギグッャュョーヴァがぎっゃヲン \u3000"), max_size=12)
ADDRESSES = st.builds("{}町{}{}{}{}".format, st.sampled_from(["本", "神明", "中島町中島", "袖ヶ江", "三番"]),
                      st.sampled_from(["", "二丁目", "2丁目", "イ部", "甲"]),
                      st.integers(1, 400), st.sampled_from(["", "番地", "番地の", "番", "-", "−"]), st.integers(1, 40))
TEXTS = st.text(st.sampled_from(
    "山田高髙﨑崎𠮷吉イロハ部番地丁目号の-ー－ 0123456789０１２二三十ヶケが町字大AaéăガッｶﾞＡ・\u3000\U000e0101\u3099"), max_size=24)


@pytest.mark.parametrize("texts", [
    ("二丁目4番18号", "2丁目４番１８号", "2-4-18", "２－４－１８", "二丁目四番十八号", "2丁目4-18", "2の4の18"),
    ("イ部25番地", "イ25", "イの25", "イ-25番地", "ｲ部25"), ("り部11番地", "リ11", "りの11"),
    ("袖ヶ江町", "袖ケ江町", "袖が江町"), ("大津町字中12番地の3", "大津町中12-3", "大字大津町字中12番地3"), ("4番地2", "4番地の2", "4-2"),
    ("中島町中島甲1番地", "中島町中島甲1"),
])
def test_the_same_place_has_one_key(texts):
    assert len({place_key("石川県七尾市", "", t) for t in texts}) == 1


@pytest.mark.parametrize(("one", "other"), [
    ("2-4-18", "24-18"), ("2-4-18", "2-41-8"), ("三番町1", "3-1"), ("イ部25", "ロ部25"), ("甲1番地", "乙1番地"), ("本町1番地", "本町11番地"),
    ("第一町2", "第二町2"), ("1番地 20", "120番地"),
])
def test_other_places_have_other_keys(one, other):
    assert place_key("石川県七尾市", "", one) != place_key("石川県七尾市", "", other)


def test_the_city_written_once_more_counts_for_nothing():
    plain = place_key("石川県七尾市", "神明町", "1番地")
    assert place_key("石川県七尾市", "七尾市神明町", "1番地") == plain
    assert place_key("七尾市", "石川県七尾市神明町", "1") != plain  # a prefecture where the city has none is not guessed at
    assert city_key("石川県七尾市") == city_key("七尾市") == "七尾市"


@pytest.mark.parametrize(("one", "other"), [
    ("グリーンハイツ203号室", "ｸﾞﾘｰﾝﾊｲﾂ２０３"), ("コーポ青山 101号", "コーポ青山101"),
    ("第2ハイツA-1", "第２ハイツＡ－１")])
def test_the_same_flat_has_one_key(one, other):
    assert building_key(one) == building_key(other)


def test_flats_of_one_house_are_told_apart():
    assert len({building_key(t) for t in ("ハイツ1-203", "ハイツ12-03", "ハイツ203", "ハイツ2号館203", "")}) == 5


@pytest.mark.parametrize(("one", "other"), [
    ("髙橋\u3000𠮷男", "高橋 吉男"), ("山﨑", "山崎"), ("濵田", "浜田"), ("渡邉", "渡辺"), ("渡邊", "渡辺"), ("齋藤", "斎藤"), ("齊藤", "斉藤"),
    ("神\ufa19", "神神"), ("葛\U000e0101西", "葛西"), ("Nguyễn Thị Lan", "NGUYEN THI LAN"), ("Lan, Nguyen Thi", "NGUYEN THI LAN"),
    ("ＳＡＮＴＯＳ", "Santos"), ("Đặng", "DANG"), ("マリア・シルバ", "マリア シルバ"),
])
def test_the_same_name_has_one_key(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("斎藤", "斉藤"), ("うめ", "ウメ"), ("花子", "華子"), ("ガ", "カ")])
def test_other_names_have_other_keys(one, other):
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(("one", "other"), [
    ("ショウ", "シヨウ"), ("ｶﾞｯｷ-", "ガツキー"), ("がっきー", "ガッキー"), ("カ\u3099", "ガ"),
    ("ミホン\u3000ハナコ", "ミホンハナコ")])
def test_the_same_reading_has_one_key(one, other):
    assert kana_key(one) == kana_key(other)


def test_voiced_and_unvoiced_are_two():
    assert kana_key("タカダ") != kana_key("タカタ")


@pytest.mark.parametrize(("text", "number"), [("二", 2), ("十", 10), ("十八", 18), ("二十", 20), ("二十三", 23), ("百二", 102), ("〇", 0)])
def test_kanji_numbers(text, number):
    assert kanji_number(text) == number


def test_every_shape_stands_in_one_group():
    groups = glyphs.GROUPS.split()
    chars = [c for g in groups for c in g]
    assert len(chars) == len(set(chars))
    assert all(len(g) > 1 for g in groups)


@given(TEXTS)
def test_tokens_lose_nothing(text):
    for read in (read_name, read_kana, read_address):
        for shapes in (True, False):
            assert "".join(t.raw for t in read(text, shapes=shapes)) == text


@given(NAMES, KANA, ADDRESSES)
def test_a_key_is_its_own_key(name, kana, address):
    assert name_key(name_key(name)) == name_key(name)
    assert kana_key(kana_key(kana)) == kana_key(kana)
    assert place_key("", "", place_key("", "", address)) == place_key("", "", address)


@given(NAMES, st.integers(0, 8))
def test_spaces_never_matter_in_a_name(name, at):
    assert name_key(name[:at] + "\u3000" + name[at:]) == name_key(name)


@given(st.integers(1, 999), st.integers(1, 99), st.sampled_from("イロハ部本町神明"))
def test_width_never_matters(a, b, word):
    text = f"{word}町{a}番地{b}"
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() else c for c in text)
    assert place_key("", "", wide) == place_key("", "", text)


@given(st.text(st.sampled_from("アイカガキギパピーッャ"), max_size=10))
def test_half_width_kana_is_the_same(text):
    assert kana_key(jaconv.z2h(text, kana=True)) == kana_key(text)


@given(NAMES)
def test_shapes_differ_only_where_asked(name):
    other = name.replace("高", "髙").replace("崎", "﨑").replace("吉", "𠮷").replace("浜", "濵")
    assert key_of(read_name(name, shapes=True)) == key_of(read_name(other, shapes=True))
    assert (key_of(read_name(name)) == key_of(read_name(other))) == (name == other)
