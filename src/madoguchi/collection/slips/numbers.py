"""The numbers on a payment slip, made and taken apart: eL-QR, convenience-store GS1-128, eL番号, Pay-easy.

Where the digits lie is data (layouts.py); the check digits are here. Making refuses what does not fit, taking apart says
in Japanese what every field holds and what is wrong with it, the first wrong field first.
"""

from __future__ import annotations

import binascii
import datetime as dt
from dataclasses import dataclass

from .layouts import Field, Layout, layouts

NO_EXPIRY = "999999"


class NumberWrong(ValueError):
    """A number does not fit its field. ``field`` is the name in the layout, the message is Japanese."""

    def __init__(self, field: str, ja: str) -> None:
        self.field, self.ja = field, ja
        super().__init__(ja)


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a number: its digits, what they mean, and what is wrong (None: nothing)."""

    name: str
    ja: str
    place: str
    digits: str
    meaning: str
    problem: str | None = None


def is_digits(text: str, length: int) -> bool:
    """ASCII digits, exactly so many (str.isdecimal lets full-width ones through)."""
    return len(text) == length and text.isascii() and text.isdigit()


def mpn_check(body: str) -> str:
    """CD1 CD2 before a body that begins at position 3 (MPN 標準帳票): CD2 mod 10 with weights 9…2 on odd positions, CD1
    mod 11 (10 → 0) with weights 2…9 on even positions, CD2 included."""
    odd, even = [int(c) for c in body[0::2]], [int(c) for c in body[1::2]]
    second = (sum(d * (9 - i % 8) for i, d in enumerate(odd)) + sum(even)) % 10
    first = (sum(d * (2 + i % 8) for i, d in enumerate([second, *even])) + sum(odd)) % 11 % 10
    return f"{first}{second}"


def crc(text: str) -> str:
    """CRC-16/CCITT-FALSE in five decimal digits (EMV writes four hexadecimal ones)."""
    return f"{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):05d}"


def gs1_check(body: str) -> str:
    """The last digit of GS1 numbers: mod 10, weight 3 on the rightmost digit, then 1, 3, 1 …"""
    digits = [int(c) for c in reversed(body)]
    return str(-(3 * sum(digits[0::2]) + sum(digits[1::2])) % 10)


def _sum(field: Field, amount: int) -> str:
    if not 1 <= amount < 10**field.length:
        raise NumberWrong(field.name, f"{field.ja}は1円以上{10**field.length - 1:,}円以下にしてください")
    return f"{amount:0{field.length}d}"


def _filled(layout: Layout, values: dict[str, str]) -> str:
    """All fields in order; what is neither fixed nor given is zeros for now."""
    out = []
    for field in layout.fields:
        digits = field.fixed if field.fixed is not None else values.get(field.name, "0" * field.length)
        if not is_digits(digits, field.length):
            raise NumberWrong(field.name, f"{field.ja}は{field.length}桁の数字にしてください")
        out.append(digits)
    return "".join(out)


def el_payload(
    *, amount: int, fiscal_year: int, tax_year: int, instalment: int, due: dt.date, valid_until: dt.date,
    number: str, confirm: str, org: str, kind: str, office: str,
) -> str:
    """The digits of an eL-QR."""
    layout = layouts()["el_qr"]
    digits = _sum(layout.field("amount"), amount)
    made = _filled(layout, {
        "amount": digits, "amount_again": digits, "kind": kind, "number": number, "confirm": confirm, "org": org, "office": office,
        "fiscal_year": f"{fiscal_year:04d}", "tax_year": f"{tax_year:04d}", "instalment": f"{instalment:02d}",
        "due": f"{due:%Y%m%d}", "valid_until": f"{valid_until:%Y%m%d}",
    })
    for check, first, last in (("upper_check", "account", "upper_spare"), ("lower_check", "number", "lower_spare")):
        made = _put(made, layout.field(check), mpn_check(made[layout.span(first, last)]))
    head = made[:layout.field("crc").start]
    return head + crc(head)


def _put(text: str, field: Field, digits: str) -> str:
    return text[:field.start] + digits + text[field.end:]


def cvs_payload(*, company: str, free: str, reissue: int, valid_until: dt.date | None, amount: int) -> str:
    """The 44 digits of a convenience-store barcode. ``free`` is filled with 0 on the right."""
    layout = layouts()["cvs"]
    made = _filled(layout, {
        "company": company, "free": free.ljust(layout.field("free").length, "0"), "reissue": str(reissue),
        "valid_until": NO_EXPIRY if valid_until is None else f"{valid_until:%y%m%d}", "amount": _sum(layout.field("amount"), amount),
    })
    if layout.limit is not None and amount > layout.limit:
        raise NumberWrong("amount", f"コンビニエンスストアで扱える金額は{layout.limit:,}円までです")
    return made[:-1] + gs1_check(made[:-1])


def cvs_text(payload: str) -> tuple[str, str]:
    """The two rows printed under the bars: (91) 6-22 and 6-1-6-1."""
    return f"(91){payload[2:8]}-{payload[8:30]}", f"{payload[30:36]}-{payload[36]}-{payload[37:43]}-{payload[43]}"


def payeasy_check(*, org: str, number: str, confirm: str, kind: str) -> None:
    """Refuses numbers that no Pay-easy terminal takes."""
    for field, value in zip(layouts()["payeasy"].fields, (org, number, confirm, kind), strict=True):
        if field.kind == "以内" and not (1 <= len(value) <= field.length and is_digits(value, len(value))):
            raise NumberWrong(field.name, f"{field.ja}は{field.length}桁以内の数字にしてください")
        if field.kind != "以内" and not is_digits(value, field.length):
            raise NumberWrong(field.name, f"{field.ja}は{field.length}桁の数字にしてください")


def grouped(number: str, size: int = 4) -> str:
    """Digits in groups, as people type them."""
    return " ".join(number[at:at + size] for at in range(0, len(number), size))


def el_fields(payload: str) -> list[Part]:
    """Every field of an eL-QR in Japanese."""
    layout = layouts()["el_qr"]
    if wrong := _not_digits(payload, layout):
        return [wrong]
    expected = {
        "upper_check": mpn_check(payload[layout.span("account", "upper_spare")]),
        "lower_check": mpn_check(payload[layout.span("number", "lower_spare")]),
        "amount_again": payload[layout.span("amount", "amount")],
        "crc": crc(payload[:layout.field("crc").start]),
    }
    return [_part(field, payload[field.start:field.end], expected.get(field.name)) for field in layout.fields]


def cvs_fields(payload: str) -> list[Part]:
    """Every field of a convenience-store barcode in Japanese."""
    layout = layouts()["cvs"]
    if wrong := _not_digits(payload, layout):
        return [wrong]
    parts = [_part(f, payload[f.start:f.end], gs1_check(payload[:-1]) if f.name == "check" else None) for f in layout.fields]
    amount = int(payload[layout.span("amount", "amount")])
    if layout.limit is not None and amount > layout.limit:
        over = f"コンビニエンスストアで扱える上限の{layout.limit:,}円を超えています"
        parts = [Part(p.name, p.ja, p.place, p.digits, p.meaning, over) if p.name == "amount" else p for p in parts]
    return parts


def _not_digits(payload: str, layout: Layout) -> Part | None:
    if is_digits(payload, layout.digits):
        return None
    said = f"{layout.digits}桁の数字のはずが、{len(payload)}文字です" if len(payload) != layout.digits else "数字でない文字があります"
    return Part("length", "全体の桁数", f"1～{layout.digits}桁目", payload, "", f"{said}。読み取り直すか、作り直してください")


def _part(field: Field, digits: str, expected: str | None) -> Part:
    meaning, problem = _meaning(field, digits)
    wanted = field.fixed if field.fixed is not None else expected
    if wanted is not None and digits != wanted:
        problem = f"「{digits}」ではなく「{wanted}」のはずです"
        if len(digits) > 30:
            problem = "すべて0のはずです"
    return Part(field.name, field.ja, field.place, digits, meaning, problem)


def _meaning(field: Field, digits: str) -> tuple[str, str | None]:
    """What the digits of one field say, and a problem with them."""
    if field.kind == "金額":
        return f"{int(digits):,}円", None if int(digits) else "金額が0円です"
    if field.kind == "年度":
        return f"{digits}年度", None if 1990 <= int(digits) <= 2100 else "年度は西暦4桁にしてください"
    if field.kind == "短い日" and digits == NO_EXPIRY:
        return "期限なし", None
    if field.kind in ("日", "短い日"):
        day = _day(digits if field.kind == "日" else f"20{digits}")
        return (f"{day.year}年{day.month}月{day.day}日", None) if day else (digits, "暦にない日です")
    return digits, None


def _day(digits: str) -> dt.date | None:
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
