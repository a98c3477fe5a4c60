"""A layout as data: records, their fields, what each field means. Made by ``profiles`` from YAML."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import accumulate

from .charset import KANA, LETTERS, jis

PROMPT, FINAL, CANCEL, FAILED = "prompt", "final", "cancel", "failed"
STAGES = {"速報": PROMPT, "確報": FINAL, "取消": CANCEL, "振替不能": FAILED}
CHANNELS = ("cvs", "payeasy", "elqr", "ocr", "zengin", "cash")
FORMATS = ("zengin", "transfer", "cvs", "payeasy", "elqr", "ocr")
REFERENCE, AMOUNT, DAY, RESULT = "納付番号", "金額", "納付日", "結果"
ROLES = {REFERENCE: (20,), AMOUNT: tuple(range(1, 13)), DAY: (4, 8), RESULT: tuple(range(1, 5))}  # with the lengths that fit
COUNT, SUM = "件数", "金額"


@dataclass(frozen=True, slots=True)
class Result:
    """What a result code means: stage, and words for people."""

    stage: str
    words: str


@dataclass(frozen=True, slots=True)
class Field:
    """A stretch of a record. ``kind`` N: digits, right-justified, zeros; C: left-justified, spaces."""

    name: str
    kind: str
    length: int
    start: int
    value: str = ""  # always exactly this
    role: str = ""
    blank: bool = False  # N that may be all spaces
    cut: bool = False  # C that is cut when it is too long
    total: str = ""  # 件数 or 金額 of the data records …
    of: tuple[str, ...] = ()  # … of these stages; empty: of all
    codes: dict[str, Result] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()  # one of these; empty: whatever the kind admits

    @property
    def end(self) -> int:
        """Where the next field starts."""
        return self.start + self.length

    @property
    def fixed(self) -> str:
        """``value`` filled up to the length; "" when there is none."""
        if not self.value:
            return ""
        return self.value.rjust(self.length, "0") if self.kind == "N" else self.value.ljust(self.length)


@dataclass(frozen=True, slots=True)
class Record:
    """A kind of record. ``many``: any number of them, else exactly one."""

    name: str
    fields: tuple[Field, ...]
    many: bool = False

    @property
    def mark(self) -> str:
        """What the record begins with: データ区分."""
        return self.fields[0].fixed

    def find(self, role: str) -> Field | None:
        """The field with a role."""
        return next((f for f in self.fields if f.role == role), None)


@dataclass(frozen=True, slots=True)
class Profile:
    """A layout of files, its characters and line ends, and where all that is known from."""

    name: str
    format: str
    title: str
    version: str
    verified: bool
    source: str
    channel: str
    code: str  # JIS or EBCDIC
    symbols: str
    wo: bool
    line_ends: tuple[str, ...]  # the first is the one that is written
    length: int
    stage: str  # of every record, when there is no result field
    records: tuple[Record, ...]

    @property
    def heads(self) -> tuple[Record, ...]:
        """Records before the data."""
        return self.records[:self.records.index(self.data)]

    @property
    def data(self) -> Record:
        """The record that there are many of."""
        return next(r for r in self.records if r.many)

    @property
    def tails(self) -> tuple[Record, ...]:
        """Records after the data."""
        return self.records[self.records.index(self.data) + 1:]

    @property
    def results(self) -> dict[str, Result]:
        """Result codes; empty where files have none."""
        found = self.data.find(RESULT)
        return found.codes if found else {}

    @property
    def allowed(self) -> bytes:
        """Every byte (JIS) that a record may hold."""
        return jis(LETTERS + KANA + self.symbols)


def placed(fields: list[Field]) -> tuple[Field, ...]:
    """Fields one after the other."""
    starts = accumulate((f.length for f in fields), initial=0)
    return tuple(replace(f, start=at) for f, at in zip(fields, starts, strict=False))
