"""How a number and its counter are read: 20日 はつか, 3人 さんにん, 10分 じゅっぷん.

Where the counter reads by itself the reading stands over the counter alone (15日《にち》); where number and counter melt
into one word it stands over both (｜20日《はつか》). A number that is known only while a page is drawn has 《#》 in the
catalogue of readings, 《#月》 where it is a day of a month (1日 is ついたち there and いちにち in a span of time).
"""

from __future__ import annotations

import re

DAYS = {2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか", 8: "ようか", 9: "ここのか", 10: "とおか",
        14: "じゅうよっか", 20: "はつか", 24: "にじゅうよっか"}
PEOPLE = {1: "ひとり", 2: "ふたり"}
OPEN = re.compile(r"(?<![\d,.])([0-9][0-9,]*)([日人分歳])《#(月?)》")
UNKNOWN = re.compile(r"([日人分歳])《#月?》")
ALONE = {"日": "にち", "人": "にん", "分": "ふん", "歳": "さい"}


def whole(number: int, counter: str, *, of_month: bool = False) -> str | None:
    """The reading over number and counter together; None where the counter reads by itself."""
    if counter == "日":
        return "ついたち" if number == 1 and of_month else DAYS.get(number)
    if counter == "人":
        return PEOPLE.get(number)
    return "はたち" if counter == "歳" and number == 20 else None


def alone(number: int, counter: str) -> str:
    """The reading over a counter that stands by itself; of 分 by the last digit (ふん, ぷん)."""
    if counter == "分" and number and number % 10 in (0, 1, 3, 4, 6, 8):
        return "ぷん"
    return ALONE[counter]


def marked(number: str, counter: str, *, of_month: bool = False) -> str:
    """Number and counter with their reading in the notation of the catalogues."""
    value = int(number.replace(",", ""))
    together = whole(value, counter, of_month=of_month)
    return f"｜{number}{counter}《{together}》" if together else f"{number}{counter}《{alone(value, counter)}》"


def settled(text: str) -> str:
    """The text with every 《#》 replaced by the reading of its number; beside what is no number the counter's own."""
    if "《#" not in text:
        return text
    text = OPEN.sub(lambda m: marked(m[1], m[2], of_month=bool(m[3])), text)
    return UNKNOWN.sub(lambda m: f"{m[1]}《{ALONE[m[1]]}》", text)
