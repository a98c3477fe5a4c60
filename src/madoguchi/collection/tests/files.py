"""Files for tests: every layout in every character code and with every line end, with invented contents."""

from __future__ import annotations

import dataclasses
import datetime as dt

from hypothesis import strategies as st

from madoguchi.collection.formats.charset import EBCDIC, JIS
from madoguchi.collection.formats.layout import AMOUNT, DAY, Profile
from madoguchi.collection.formats.profiles import profile
from madoguchi.collection.formats.received import Received
from madoguchi.collection.formats.specimen import received_file
from madoguchi.collection.formats.zengin import Account, Debit, Sender

TODAY = dt.date(2026, 11, 20)
RESULT_FORMATS = ("zengin", "cvs", "payeasy", "elqr", "ocr")
ENDS = ("\r\n", "\n", "")
CITY = Sender("0000012345", Account("9901", "001", "1", "0000001", "ﾅﾅｵｼ ｶｲｹｲｶﾝﾘｼﾔ", "ﾐﾎﾝ", "ﾎﾝﾃﾝ"))


def layout(format: str, code: str = JIS) -> Profile:
    """The usual layout of a format, in JIS or EBCDIC."""
    if format == "zengin":
        return profile("zengin", "zengin-debit" if code == JIS else "zengin-debit-ebcdic")
    return dataclasses.replace(profile(format), code=code)


LAYOUTS = st.builds(layout, st.sampled_from(RESULT_FORMATS), st.sampled_from((JIS, EBCDIC)))


@st.composite
def items(draw, made: Profile, least: int = 0, most: int = 12) -> list[Received]:
    """What a file of this layout may say."""
    amount = made.data.find(AMOUNT)
    assert amount
    day = st.just(TODAY) if made.data.find(DAY) is None else st.dates(dt.date(2025, 1, 1), TODAY)
    one = st.builds(lambda reference, yen, paid, code: Received(0, 0, f"{reference:020}", yen, paid, made.channel, stage(made, code), code),
                    st.integers(0, 10**20 - 1), st.integers(1, min(10**amount.length - 1, 10**9 - 1)), day,
                    st.sampled_from(list(made.results) or [""]))
    return draw(st.lists(one, min_size=least, max_size=most))


def stage(made: Profile, code: str) -> str:
    """The stage of a result code."""
    return made.results[code].stage if code else made.stage


def file_of(made: Profile, said: list[Received], end: str = "\r\n") -> bytes:
    """The bytes of a file that says these things."""
    return b"".join(received_file(made, said, on=TODAY, line_end=end))


def some(made: Profile, count: int = 5) -> list[Received]:
    """A few records, the same every time, with every result code in turn."""
    codes = list(made.results) or [""]
    return [Received(0, 0, f"{n + 1:020}", 1000 * (n + 1) + n, TODAY, made.channel, stage(made, codes[n % len(codes)]), codes[n % len(codes)])
            for n in range(count)]


def debits(count: int = 3) -> list[Debit]:
    """Invented debits."""
    return [Debit(f"{n + 1:020}", Account("9901", "002", "1", f"{n + 1:07}", "ﾐﾎﾝ ﾀﾛｳ", "ﾐﾎﾝ", "ﾅﾅｵ"), 12_000 + n, "0") for n in range(count)]
