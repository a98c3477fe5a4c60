"""口座振替 (91) and 総合振込 (21): what a city sends to its bank, and the same read back."""

from __future__ import annotations

import datetime as dt
import mmap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from .charset import shown
from .layout import Profile
from .sheet import Sheet
from .writing import Value, written


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account. ``kind``: 1普通 2当座 3納税準備 4貯蓄 9その他. Names in any width; they are folded when written."""

    bank: str
    branch: str
    kind: str
    number: str
    holder: str
    bank_name: str = ""
    branch_name: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """The city as its bank knows it: 委託者コード, name, and the account that is paid into or from."""

    code: str
    account: Account


@dataclass(frozen=True, slots=True)
class Debit:
    """One sum to be debited. ``new``: 1初回 2変更 0その他."""

    reference: str
    account: Account
    amount: int
    new: str = "0"


@dataclass(frozen=True, slots=True)
class Transfer:
    """One sum to be transferred: a 還付."""

    reference: str
    account: Account
    amount: int
    new: str = "0"


def _cells(side: str, account: Account) -> dict[str, Value]:
    return {f"{side}銀行番号": account.bank, f"{side}銀行名": account.bank_name, f"{side}支店番号": account.branch,
            f"{side}支店名": account.branch_name, "預金種目": account.kind, "口座番号": account.number}


def _account(side: str, cells: Mapping[str, str], holder: str) -> Account:
    return Account(cells[f"{side}銀行番号"], cells[f"{side}支店番号"], cells["預金種目"], cells["口座番号"], cells[holder],
                   cells[f"{side}銀行名"], cells[f"{side}支店名"])


def _header(sender: Sender, day_field: str, on: dt.date) -> dict[str, Value]:
    own: dict[str, Value] = {"委託者コード": sender.code, "委託者名": sender.account.holder, day_field: on}
    return own | _cells("取引", sender.account)


def debit_request(profile: Profile, sender: Sender, on: dt.date, debits: Iterable[Debit], *, line_end: str | None = None) -> Iterator[bytes]:
    """A request to debit on the day ``on``. Raises RowRefused."""
    rows: Iterator[Mapping[str, Value]] = (
        _cells("引落", d.account) | {"預金者名": d.account.holder, "引落金額": d.amount, "新規コード": d.new, "顧客番号": d.reference,
                                   "振替結果コード": "0"} for d in debits)
    return written(profile, _header(sender, "引落日", on), rows, line_end=line_end, request=True)


def transfer_file(profile: Profile, sender: Sender, on: dt.date, transfers: Iterable[Transfer], *,
                  line_end: str | None = None) -> Iterator[bytes]:
    """An order to transfer on the day ``on``. Raises RowRefused."""
    rows: Iterator[Mapping[str, Value]] = (
        _cells("振込先", t.account) | {"手形交換所番号": "0", "受取人名": t.account.holder, "振込金額": t.amount, "新規コード": t.new,
                                    "顧客コード": t.reference} for t in transfers)
    return written(profile, _header(sender, "振込日", on), rows, line_end=line_end)


def records(sheet: Sheet) -> Iterator[dict[str, str]]:
    """The data records of a checked sheet, field by field, C fields without their spaces."""
    fields = sheet.profile.data.fields
    for first in range(sheet.first, sheet.last):
        text = shown(sheet.text(first, first + 1))
        yield {f.name: text[f.start:f.end].rstrip() if f.kind == "C" else text[f.start:f.end].strip() for f in fields}


def _sent(data: bytes | mmap.mmap | BinaryIO, profile: Profile, today: dt.date) -> Sheet:
    sheet = Sheet(data, profile, today=today, request=True)
    sheet.check()
    return sheet


def _sender(sheet: Sheet) -> tuple[Sender, dt.date]:
    record = sheet.profile.heads[0]
    facts = {f.name: shown(sheet.facts[record.name][f.name]).strip() for f in record.fields}
    day = next(facts[name] for name in ("引落日", "振込日") if name in facts)
    return Sender(facts["委託者コード"], _account("取引", facts, "委託者名")), sheet.days.of(day)


def read_request(data: bytes | mmap.mmap | BinaryIO, profile: Profile, *, today: dt.date) -> tuple[Sender, dt.date, list[Debit]]:
    """A request as it was sent. Raises FileRefused."""
    sheet = _sent(data, profile, today)
    found = [Debit(r["顧客番号"], _account("引落", r, "預金者名"), int(r["引落金額"]), r["新規コード"]) for r in records(sheet)]
    return *_sender(sheet), found


def read_transfers(data: bytes | mmap.mmap | BinaryIO, profile: Profile, *, today: dt.date) -> tuple[Sender, dt.date, list[Transfer]]:
    """An order to transfer as it was sent. Raises FileRefused."""
    sheet = _sent(data, profile, today)
    found = [Transfer(r["顧客コード"], _account("振込先", r, "受取人名"), int(r["振込金額"]), r["新規コード"]) for r in records(sheet)]
    return *_sender(sheet), found


def answered(request: bytes | mmap.mmap | BinaryIO, profile: Profile, code_of: Callable[[str], str], *, today: dt.date) -> Iterator[bytes]:
    """A request with results filled in, as a bank sends it back: ``code_of`` gives the result code of a 納付番号 (trial, tests)."""
    sheet = _sent(request, profile, today)
    header: dict[str, Value] = {f.name: shown(sheet.facts[r.name][f.name]).rstrip() for r in profile.heads for f in r.fields
                                if not f.fixed and (f.kind == "C" or sheet.facts[r.name][f.name].strip())}
    rows: Iterator[Mapping[str, Value]] = (
        {f.name: r[f.name] for f in profile.data.fields if not f.fixed and (f.kind == "C" or r[f.name])}
        | {"振替結果コード": code_of(r["顧客番号"])} for r in records(sheet))
    return written(profile, header, rows, line_end=sheet.end)
