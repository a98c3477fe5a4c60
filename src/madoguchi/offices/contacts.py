"""How people reach the city, looked over: a wrong digit in city.yaml stands on every page and every letter. Pure: a city in, words out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from .city import City

# by the number plan of Japan: 市外局番 and 市内局番 are six digits with the leading 0, four digits follow
_FIXED = re.compile(r"(?!0[2-9]0-|0120-|0570-|0800-)0[1-9]\d{0,3}-\d{1,4}-\d{4}")
_OTHERS = re.compile(r"(?:050|070|080|090)-\d{4}-\d{4}|(?:0120|0570)-\d{3}-\d{3}|0800-\d{3}-\d{4}")
_HOURS = re.compile(r"(\d{1,2})(?:時|:|：)(?:(\d{2})分?)?\s*(?:〜|～|から|-)\s*(\d{1,2})(?:時|:|：)(?:(\d{2})分?)?")
_MAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")


def phone_ok(text: str) -> bool:
    """Is this a telephone number with its hyphens: 0767-53-1111, 050-1234-5678, 0120-123-456?"""
    if _OTHERS.fullmatch(text):
        return True
    return bool(_FIXED.fullmatch(text)) and len(text.replace("-", "")) == 10


def _hours_fault(text: str) -> str:
    """What is wrong with the opening hours, empty when they can be read."""
    found = _HOURS.search(text)
    if not found:
        return "「平日 8時30分〜17時15分」のように、始めと終わりの時刻を書いてください"
    hour, minute, hour_end, minute_end = (int(part or 0) for part in found.groups())
    if max(hour, hour_end) > 24 or max(minute, minute_end) > 59 or (hour, minute) >= (hour_end, minute_end):
        return "終わりの時刻は、始めの時刻より後にしてください"
    return ""


def contact_faults(city: City) -> Iterator[tuple[str, str]]:
    """(the key under which it stands in the file, what is wrong and how it is written)."""
    for key, whose, phone in (("電話", "市", city.phone), *((key, f"課「{key}」", s.phone) for key, s in city.sections.items())):
        if not phone_ok(phone):
            yield key, (f"{whose}の電話「{phone}」は、電話番号の形ではありません。市外局番から、半角の数字とハイフンで書いてください"
                          "(例: 03-0000-0000。10けた、050・0800などは11けた)")
    if not re.fullmatch(r"\d{3}-\d{4}", city.zip):
        yield "郵便番号", f"郵便番号「{city.zip}」は、123-4567 の形で書いてください"
    if wrong := _hours_fault(str(city.hours)):
        yield "開庁時間", f"開庁時間「{city.hours}」: {wrong}"
    for key, s in city.sections.items():
        if not s.name.strip():
            yield key, f"課「{key}」に名がありません。画面と通知書に出る課の名を書いてください"
        if s.mail and not _MAIL.fullmatch(s.mail):
            yield key, f"課「{key}」のメール「{s.mail}」は、メールアドレスの形ではありません"


def contact_doubts(city: City) -> Iterator[tuple[str, str]]:
    """(the key under which it stands, what to look at): telephones that are well formed and unlike the others of the same city hall."""
    area = city.phone.partition("-")[0]
    exchanges = Counter(s.phone.rpartition("-")[0] for s in city.sections.values())
    for key, s in city.sections.items():
        if not phone_ok(s.phone) or not _FIXED.fullmatch(s.phone):
            continue
        exchange = s.phone.rpartition("-")[0]
        if not s.phone.startswith(f"{area}-"):
            yield key, f"課「{key}」の電話「{s.phone}」は、市の電話「{city.phone}」と市外局番が違います。正しいか、かけて確かめてください"
        elif exchange != city.phone.rpartition("-")[0] and exchanges[exchange] == 1:
            yield key, f"課「{key}」の電話「{s.phone}」だけ、市内局番がほかの課と違います。正しいか、かけて確かめてください"
