"""What is written is kept whole or refused."""

from __future__ import annotations

import pytest

from madoguchi.kernel.written import TooLong, text_clean, too_long


def test_what_a_paste_brings_along_is_left_out_and_lines_stay():
    assert text_clean("メモ", " 一行目\r\n二行\x00目\t\u0085 ", 20) == "一行目\n二行目"


def test_words_are_never_cut():
    assert text_clean("理由", "あ" * 300, 300) == "あ" * 300
    with pytest.raises(TooLong) as wrong:
        text_clean("理由", "あ" * 1301, 300)
    assert wrong.value.ja == "理由は300字までです(今は1,301字)。短くしてください。"
    assert too_long("理由", f" {'あ' * 300} ", 300) == ""
