"""Texts and numbers: 文字 長文 整数 金額 電話 メール 被保険者番号 個人番号."""

from __future__ import annotations

import re
from typing import Any

from madoguchi.kernel.amounts import Number
from madoguchi.kernel.said import say

from ..model import Question
from .base import Fault, FieldType, Get, Part, composed, digits, narrow, register, spoken, squeeze

# C0 and C1 controls but tab and line feed, zero-width and direction-changing characters; for re and JSON Schema alike
CONTROL_CLASS = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
CLEAN_PATTERN = f"^[^{CONTROL_CLASS}]*$"
_CONTROL = re.compile(f"[{CONTROL_CLASS}]")
_MAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}")


# what people write around a number: ¥ before it, a counter after it
_NUMBER = re.compile(r"[¥\uffe5\\]?\s*(-?\d{1,12})\s*(?:円|人|個|枚|歳|才|回|日|週|か月|ヶ月|時間|階|部|件|cm|kg|-)?", re.IGNORECASE)
_TEN_THOUSANDS = re.compile(r"[¥\uffe5\\]?\s*(\d{1,8})万\s*(?:(\d)千|(\d{1,4}))?\s*(?:円|人)?")


_THOUSANDS = re.compile(r"[¥\uffe5\\]?\s*(\d{1,4})千\s*(\d{1,3})?\s*(?:円|人)?")


def number_of(text: str) -> int | None:
    """A number as people write it (narrow already): 1,200 / ¥1,200- / 3人 / 5千円 / 5万円 / 1万2千円 / 1万2500. None if it is none."""
    plain = text.replace(",", "").strip()
    match = _NUMBER.fullmatch(plain)
    if match:
        return int(match[1])
    if match := _THOUSANDS.fullmatch(plain):
        return int(match[1]) * 1000 + int(match[2] or 0)
    match = _TEN_THOUSANDS.fullmatch(plain)
    return int(match[1]) * 10_000 + int(match[2] or 0) * 1000 + int(match[3] or 0) if match else None


CONTROL = say("{label}に使えない文字(制御文字)が含まれています。打ち直してください")


def clean_text_fault(value: str) -> str:
    """Why a text cannot be taken (control and direction-changing characters), or an empty string."""
    return CONTROL if _CONTROL.search(value) else ""


@register
class Short(FieldType):
    """文字: one line."""

    name = "文字"
    limit = 100

    def _limit(self, q: Question) -> int:
        return q.max_length or self.limit

    def check(self, value: Any, q: Question) -> list[Fault]:
        if not isinstance(value, str) or not value.strip():
            return self.fault(q, self.missing(q))
        if len(value) > self._limit(q):
            return self.fault(q, say("{label}は{limit}文字以内で入力してください(今は{len}文字)", label=spoken(q), limit=self._limit(q),
                len=len(value)))
        wrong = clean_text_fault(value)
        return self.fault(q, say(wrong, label=spoken(q))) if wrong else []

    def schema(self, q: Question) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self._limit(q),
                "pattern": rf"^(?=[\s\S]*\S)[^{CONTROL_CLASS}]*$"}


@register
class Long(Short):
    """長文: several lines."""

    name = "長文"
    widget = "textarea"
    limit = 1000

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        text = composed(get("").replace("\r\n", "\n")).strip()
        return text or None, []


RELATIONSHIPS = (say("本人"), say("夫"), say("妻"), say("子"), say("父"), say("母"), say("祖父"), say("祖母"), say("孫"), say("兄"), say("姉"),
                 say("弟"), say("妹"), say("同居人"))


@register
class Relationship(Short):
    """続柄: free words, with the usual ones offered (standards.md §4); those are said in the language of the page."""

    name = "続柄"
    limit = 20

    def text(self, value: Any, q: Question, part: str = "", *, machine: bool = False) -> str:
        return next((word for word in RELATIONSHIPS if word == value and not machine), str(value))


@register
class Whole(FieldType):
    """整数."""

    name = "整数"
    parts = (Part("", "", "numeric", width="w6"),)

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        text = narrow(get("")).strip()
        if not text:
            return None, []
        number = number_of(text)
        if number is None:
            return None, self.fault(q, say("{label}は数字だけで入力してください", label=q.label))
        return number, []

    def check(self, value: Any, q: Question) -> list[Fault]:
        if type(value) is not int:
            return self.fault(q, say("{label}は数字で入力してください", label=q.label))
        low, high = self.bounds(q)
        if value < low or (high is not None and value > high):
            return self.fault(q, say("{label}は{low}から{high}までの数字を入力してください", label=q.label, low=self._amount(low),
                high=self._amount(high))
                              if high is not None else say("{label}は{low}以上の数字を入力してください", label=q.label, low=self._amount(low)))
        return []

    def _amount(self, number: int) -> str:
        return say("{number}", number=Number(number))

    def bounds(self, q: Question) -> tuple[int, int | None]:
        """Lowest and highest value; nothing said means from zero up."""
        return int(digits(q.low) or 0), int(digits(q.high)) if digits(q.high) else 10**12

    def schema(self, q: Question) -> dict[str, Any]:
        low, high = self.bounds(q)
        return {"type": "integer", "minimum": low, "maximum": high}


@register
class Yen(Whole):
    """金額 in yen."""

    name = "金額"
    parts = (Part("", "", "numeric", width="w8"),)

    def _amount(self, number: int) -> str:
        return say("{yen}円", yen=Number(number))

    def text(self, value: Any, q: Question, part: str = "", *, machine: bool = False) -> str:
        return str(value) if machine else say("{yen}円", yen=Number(value))


@register
class Phone(FieldType):
    """電話: kept as digits; 10 or 11 digits from 0, or + and up to 15."""

    name = "電話"
    parts = (Part("", "", "tel", "tel", "w12"),)

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        text = narrow(get(""))
        kept = ("+" if text.startswith("+") else "") + re.sub(r"\D", "", text)
        if text and re.search(r"[^\d+()\s\-.]", text):
            return None, self.fault(q, say("{label}は数字で入力してください(例: 03-0000-0000)", label=q.label))
        return kept or None, []

    def check(self, value: Any, q: Question) -> list[Fault]:
        if not isinstance(value, str) or not re.fullmatch(r"0[0-9]{9,10}|\+[0-9]{8,15}", value):
            return self.fault(q, say("{label}は市外局番から10けたか11けたで入力してください(例: 03-0000-0000)", label=q.label))
        return []

    def schema(self, q: Question) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^(0[0-9]{9,10}|\+[0-9]{8,15})$"}


@register
class Mail(FieldType):
    """メール."""

    name = "メール"
    parts = (Part("", "", "email", "email"),)

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        text = narrow(get(""))
        return re.sub(r"\s", "", text) or None, []

    def check(self, value: Any, q: Question) -> list[Fault]:
        if not isinstance(value, str) or len(value) > 254 or not _MAIL.fullmatch(value) or ".." in value:
            return self.fault(q, say("{label}を正しく入力してください(例: hanako@example.jp)", label=q.label))
        return []

    def schema(self, q: Question) -> dict[str, Any]:
        return {"type": "string", "maxLength": 254, "format": "email", "pattern": "^[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+$"}


@register
class InsuredNumber(FieldType):
    """被保険者番号 of 介護保険: ten digits, no check digit enforced (standards.md §9)."""

    name = "被保険者番号"
    parts = (Part("", "", "numeric", width="w12"),)

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        text = re.sub(r"[\s-]", "", narrow(get("")))
        return text or None, []

    def check(self, value: Any, q: Question) -> list[Fault]:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{10}", value):
            return self.fault(q, say("{label}は10けたの数字で入力してください(被保険者証に書いてあります)", label=q.label))
        return []

    def schema(self, q: Question) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{10}$"}


def my_number_check_digit(eleven: str) -> int:
    """The twelfth digit of a 個人番号 (番号法施行令8条; standards.md §9)."""
    total = sum(int(d) * w for d, w in zip(reversed(eleven), (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6), strict=True))
    return 0 if total % 11 <= 1 else 11 - total % 11


def is_my_number(value: str) -> bool:
    """Twelve digits with the right check digit."""
    return bool(re.fullmatch(r"[0-9]{12}", value)) and my_number_check_digit(value[:11]) == int(value[11])


@register
class MyNumber(FieldType):
    """個人番号: digits on input, a token of sealed_values once saved; shown masked everywhere."""

    name = "個人番号"
    widget = "mynumber"
    parts = (Part("", "", "numeric", "off", "w12"),)
    secret = True

    def parse(self, get: Get, q: Question) -> tuple[Any, list[Fault]]:
        text = re.sub(r"[\s-]", "", narrow(get("")))
        if text.startswith("sv_"):  # a token comes from the store only: typed in, it could be somebody else's
            return None, self.fault(q, say("{label}は12けたの数字で入力してください", label=q.label))
        return text or None, []

    def check(self, value: Any, q: Question) -> list[Fault]:
        if isinstance(value, str) and re.fullmatch("sv_[0-9a-f]{24}", value):
            return []
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{12}", value):
            return self.fault(q, say("{label}は12けたの数字で入力してください", label=q.label))
        if not is_my_number(value):
            return self.fault(q, say("{label}に打ち間違いがあるようです。カードや通知を見て、もう一度入力してください", label=q.label))
        return []

    def schema(self, q: Question) -> dict[str, Any]:
        return {"type": "string", "pattern": "^([0-9]{12}|sv_[0-9a-f]{24})$", "format": "my-number"}

    def form(self, value: Any, q: Question) -> dict[str, str]:
        return {"": "" if str(value).startswith("sv_") else str(value)}

    def text(self, value: Any, q: Question, part: str = "", *, machine: bool = False) -> str:
        return str(value) if machine else say("●●●● ●●●● ●●●●(入力済み)")


__all__ = ["squeeze"]
