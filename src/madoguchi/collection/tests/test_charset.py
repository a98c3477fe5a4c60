"""The characters of these files: what a name becomes, what is refused, and both codes byte by byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.collection.formats.charset import (
    EBCDIC,
    FROM_EBCDIC,
    JIS,
    KANA,
    LETTERS,
    SYMBOLS,
    TO_EBCDIC,
    bytes_of,
    half,
    jis,
    shown,
    strangers,
    text_of,
)


@pytest.mark.parametrize(("text", "written"), [
    ("ナナオ ハナコ", "ﾅﾅｵ ﾊﾅｺ"), ("ななお　はなこ", "ﾅﾅｵ ﾊﾅｺ"), ("キョウトカブシキガイシャ", "ｷﾖｳﾄｶﾌﾞｼｷｶﾞｲｼﾔ"), ("ハットリ ジュンイチ", "ﾊﾂﾄﾘ ｼﾞﾕﾝｲﾁ"),
    ("サッポロビール", "ｻﾂﾎﾟﾛﾋﾞ-ﾙ"), ("ｻｯﾎﾟﾛﾋﾞｰﾙ", "ｻﾂﾎﾟﾛﾋﾞ-ﾙ"), ("ａｂｃ １２３", "ABC 123"), ("か゛く", "ｶﾞｸ"), ("カ\u3099ク", "ｶﾞｸ"),
    ("ヴェトナム", "ｳﾞｴﾄﾅﾑ"), ("（カ）ナナオ", "(ｶ)ﾅﾅｵ"), ("ア−イ－ウ‐エ—オ", "ｱ-ｲ-ｳ-ｴ-ｵ"), ("¥100", "\\100"), ("", ""),
])
def test_a_name_as_banks_write_it(text, written):
    assert half(text) == written
    assert strangers(half(text), SYMBOLS) == ""


def test_wo_is_refused_or_becomes_o():
    assert strangers(half("カヲル"), SYMBOLS) == "ｦ"
    assert half("カヲル", wo=True) == half("ｶｦﾙ", wo=True) == "ｶｵﾙ"


@pytest.mark.parametrize("text", ["七尾", "ヰ", "ヱ", "ア・イ", "、", "𠮷", "é", "%", "\n", "\t", "\0"])
def test_what_no_bank_takes_stays_and_is_seen(text):
    assert strangers(half(text), SYMBOLS) != ""


def test_kana_are_the_bytes_of_the_specification():
    assert jis(KANA) == bytes([*range(0xB1, 0xDE), 0xDE, 0xDF])


@pytest.mark.parametrize(("text", "byte"), [  # IBM code page 290: places that every table of it agrees on
    ("ｱ", 0x81), ("ｺ", 0x8A), ("ｻ", 0x8C), ("ｿ", 0x90), ("ﾀ", 0x91), ("ﾉ", 0x9A), ("ﾊ", 0x9D), ("ﾎ", 0xA3), ("ﾏ", 0xA4), ("ﾔ", 0xA9), ("ﾖ", 0xAC),
    ("ﾙ", 0xAF), ("ﾚ", 0xBA), ("ﾝ", 0xBD), ("ﾞ", 0xBE), ("ﾟ", 0xBF), ("A", 0xC1), ("I", 0xC9), ("J", 0xD1), ("R", 0xD9), ("S", 0xE2), ("Z", 0xE9),
    ("0", 0xF0), ("9", 0xF9), (" ", 0x40), (".", 0x4B), ("(", 0x4D), (")", 0x5D), ("-", 0x60), ("/", 0x61), ("\\", 0x5B), ("｢", 0x42), ("\r", 0x0D),
    ("\n", 0x25),
])
def test_ebcdic(text, byte):
    assert bytes_of(text, EBCDIC) == bytes([byte])
    assert shown(text_of(bytes([byte]), EBCDIC)) == text


def test_every_letter_has_its_own_byte_and_the_rest_has_none():
    every = LETTERS + KANA + SYMBOLS + "\r\n"
    raw = bytes_of(every, EBCDIC)
    assert len(set(raw)) == len(every)
    assert shown(text_of(raw, EBCDIC)) == every
    assert sum(byte != 0 for byte in FROM_EBCDIC) == len(every)
    assert len(TO_EBCDIC) == len(FROM_EBCDIC) == 256


@given(st.text(st.sampled_from(LETTERS + KANA + SYMBOLS)), st.sampled_from([JIS, EBCDIC]))
def test_what_is_written_so_is_read_so(text, code):
    raw = bytes_of(text, code)
    assert len(raw) == len(text)
    assert shown(text_of(raw, code)) == text
    assert half(text) == text, "what is folded stays as it is"


@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_any_text_is_written_or_seen(text):
    folded = half(text)
    if not strangers(folded, SYMBOLS):
        assert len(jis(folded)) == len(folded)


def test_two_bytes_are_no_byte():
    with pytest.raises(UnicodeEncodeError) as wrong:
        jis("ｱ七ｲ")
    assert wrong.value.start == 1
