"""What stands on a notice and its slips. Frozen, whole yen, dates as dates; a constructor refuses what no slip may say."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from . import numbers
from .layouts import layouts
from .numbers import NumberWrong, is_digits

CONTACT_LINES = 4  # what fits above the title of the letter


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who gets the letter. ``postcode`` is seven digits or empty (abroad); no customer barcode is printed."""

    name: str
    postcode: str
    lines: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise NumberWrong("name", "宛名の氏名・名称がありません")
        if not self.lines or not all(line.strip() for line in self.lines):
            raise NumberWrong("lines", "宛名の住所がありません")
        if self.postcode and not is_digits(self.postcode, 7):
            raise NumberWrong("postcode", "郵便番号は7桁の数字にしてください")

    @property
    def mark(self) -> str:
        """〒926-8611."""
        return f"〒{self.postcode[:3]}-{self.postcode[3:]}" if self.postcode else ""


@dataclass(frozen=True, slots=True)
class ElCodes:
    """What 地方税共同機構 gives a city for eL-QR."""

    org: str
    kind: str
    office: str


@dataclass(frozen=True, slots=True)
class Payeasy:
    """What Pay-easy gives a city."""

    org: str
    kind: str


@dataclass(frozen=True, slots=True)
class Slip:
    """One payment slip (納付書): one sum, payable once. ``instalment`` 0 is the whole year at once (全期前納).

    ``number`` is the 納付番号 (案件特定キー) of 20 digits, ``confirm`` the 確認番号 of 6. ``valid_until`` is the last day that
    anybody takes it. ``ocr`` holds the lines for the bank's reader, digits as the bank's layout says."""

    charge: str
    fiscal_year: int
    tax_year: int
    instalment: int
    instalments: int
    amount: int
    due: dt.date
    valid_until: dt.date
    number: str
    confirm: str
    reissue: int = 0
    el: ElCodes | None = None
    cvs_company: str | None = None
    payeasy: Payeasy | None = None
    ocr: tuple[str, ...] = ()
    el_payload: str | None = field(init=False, default=None)
    cvs_payload: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if not self.charge.strip():
            raise NumberWrong("charge", "税目・料金の名前がありません")
        if self.amount < 1:
            raise NumberWrong("amount", "納付金額は1円以上にしてください")
        if not (0 <= self.instalment <= self.instalments <= 99 and self.instalments >= 1):
            raise NumberWrong("instalment", "期別は0（全期）から期の数までにしてください")
        if self.valid_until < self.due:
            raise NumberWrong("valid_until", "使用期限は納期限より前にできません")
        if not is_digits(self.number, 20):
            raise NumberWrong("number", "納付番号は20桁の数字にしてください")
        if not is_digits(self.confirm, 6):
            raise NumberWrong("confirm", "確認番号は6桁の数字にしてください")
        if not all(line and line.isascii() and line.replace(" ", "").isdigit() for line in self.ocr):
            raise NumberWrong("ocr", "OCR行は数字と空白だけにしてください")
        if self.payeasy:
            numbers.payeasy_check(org=self.payeasy.org, number=self.number, confirm=self.confirm, kind=self.payeasy.kind)
        object.__setattr__(self, "el_payload", self._el() if self.el else None)
        object.__setattr__(self, "cvs_payload", self._cvs() if self.cvs_company is not None and not self.over_cap else None)

    @property
    def over_cap(self) -> bool:
        """Too much for a convenience store: no bars are printed, and the slip says so."""
        limit = layouts()["cvs"].limit
        return limit is not None and self.amount > limit

    @property
    def period(self) -> str:
        """第1期, 全期, or 随時-like single sums as 全期."""
        return f"第{self.instalment}期" if self.instalment and self.instalments > 1 else "全期"

    def _el(self) -> str:
        assert self.el
        return numbers.el_payload(
            amount=self.amount, fiscal_year=self.fiscal_year, tax_year=self.tax_year, instalment=self.instalment, due=self.due,
            valid_until=self.valid_until, number=self.number, confirm=self.confirm, org=self.el.org, kind=self.el.kind,
            office=self.el.office)

    def _cvs(self) -> str:
        assert self.cvs_company is not None
        return numbers.cvs_payload(company=self.cvs_company, free=self.number, reissue=self.reissue, valid_until=self.valid_until,
                                   amount=self.amount)


@dataclass(frozen=True, slots=True)
class Issuer:
    """The city as it signs. ``contact`` are lines: section, address, telephone."""

    city: str
    mayor: str
    contact: tuple[str, ...] = ()
    code: str = ""
    seal_words: str = "公印省略"

    def __post_init__(self) -> None:
        if len(self.contact) > CONTACT_LINES:
            raise NumberWrong("contact", f"問い合わせ先は{CONTACT_LINES}行までにしてください")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table of a notice: a sum in yen, or words (an area, a rate, a registration mark)."""

    label: str
    value: int | str

    @property
    def shown(self) -> str:
        """12,300円, or the words."""
        return f"{self.value:,}円" if isinstance(self.value, int) else self.value


@dataclass(frozen=True, slots=True)
class Due:
    """One row of the table of dates for whoever pays without slips: 第1期, when, how much, 口座振替（北國銀行 七尾支店）."""

    period: str
    on: dt.date
    amount: int
    how: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice (納税通知書) with its slips. ``trial``: its numbers are invented, 見本 stands across every page.

    ``notice_number`` is what people quote on the telephone. The slips of instalments must add up to ``total``. The table of
    dates follows the slips; ``dues`` takes its place where the bank pays (口座振替) all 期 or some, and must add up, too."""

    addressee: Addressee
    title: str
    law: str
    notice_number: str
    issued_on: dt.date
    issuer: Issuer
    lines: tuple[Line, ...]
    total: int
    slips: tuple[Slip, ...]
    appeal: str
    trial: bool
    dues: tuple[Due, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()  # (heading, words) below the dates: where to pay, what happens if not
    table: str = "税額の内訳"
    sum_words: str = ""  # of the last row of the table; empty: what is to be paid
    reply: tuple[str, ...] = ()  # rows of a form that comes back (the account for 還付); none: no form
    whole: bool = True  # is the total the sum of the year, or what is left of it?

    def __post_init__(self) -> None:
        if self.total < (1 if self.slips or self.dues else 0):
            raise NumberWrong("total", "通知書の合計額は1円以上にしてください")
        if not self.title.strip() or not self.notice_number.strip():
            raise NumberWrong("title", "通知書の表題と番号が必要です")
        parts = [s for s in self.slips if s.instalment]
        if self.whole and parts and {s.instalment for s in parts} == set(range(1, parts[0].instalments + 1)):
            added = sum(s.amount for s in parts)
            if added != self.total:
                raise NumberWrong("slips", f"各期の合計{added:,}円が、年額{self.total:,}円と合いません")
        if self.dues and sum(due.amount for due in self.dues) != self.total:
            raise NumberWrong("dues", f"引き落とす額の合計{sum(due.amount for due in self.dues):,}円が、年額{self.total:,}円と合いません")
        for slip in self.slips:
            if not slip.instalment and slip.amount > self.total:
                raise NumberWrong("slips", f"全期の{slip.amount:,}円が、年額{self.total:,}円より多くなっています")
