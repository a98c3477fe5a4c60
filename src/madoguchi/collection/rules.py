"""How money is placed, in words and accounts. Pure: no rows, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from madoguchi.kernel.kinds import ours


class Account(StrEnum):
    """勘定. Banks are one account per way of paying: ``bank:cvs``."""

    RECEIVABLE = "receivable"
    REVENUE = "revenue"
    LATE = "late"
    SUSPENSE = "suspense"
    EXCESS = "excess"
    INTEREST = "interest"
    FEE = "fee"
    FEE_DUE = "fee-due"
    WRITTEN = "written"
    OFFICE_FEE = "office-fee"


ACCOUNTS: dict[str, str] = {
    Account.RECEIVABLE: "収入未済", Account.REVENUE: "調定額", Account.LATE: "延滞金", Account.SUSPENSE: "未整理(納付書の分からない入金)",
    Account.EXCESS: "過誤納金", Account.INTEREST: "還付加算金", Account.OFFICE_FEE: "手数料(納付書)",
    Account.FEE: "督促手数料", Account.FEE_DUE: "督促手数料の収入未済", Account.WRITTEN: "不納欠損",
}
# a file of results tells of one way of paying
FORMS = {"cvs": "コンビニ・スマホ決済", "payeasy": "ペイジー", "elqr": "地方税統一QRコード", "ocr": "金融機関の窓口", "zengin": "口座振替"}
ONLINE, CASHIER, TERMINAL = "online", "cashier", "terminal"  # what room payments took
TAKEN = {"card": ONLINE, "counter_cash": CASHIER, "terminal": TERMINAL}  # by its means: whoever brings the money is another for each
CHANNELS = FORMS | {ONLINE: "オンラインの納付", CASHIER: ours("市の窓口の現金"), TERMINAL: ours("市の窓口の端末")}
OUT = "bank:transfer"  # 総合振込: what leaves


class Letter(StrEnum):
    """What is printed in bulk."""

    NOTICE = "notice"
    REMINDER = "reminder"
    CALL = "call"
    CHANGE = "change"
    ASK = "ask"
    BACK = "back"


LETTERS: dict[str, str] = {
    Letter.NOTICE: "納税通知書・納入通知書", Letter.CHANGE: "税額変更通知書", Letter.REMINDER: "督促状", Letter.CALL: "催告書",
    Letter.ASK: "過誤納金のお知らせ（口座の届出書つき）", Letter.BACK: "還付・充当通知書"}


class Outcome(StrEnum):
    """What became of a reported payment."""

    APPLIED = "applied"
    PARTIAL = "partial"
    OVER = "over"
    TWICE = "twice"
    UNKNOWN = "unknown"
    DIFFERS = "differs"
    PROMPT = "prompt"
    CANCELLED = "cancelled"
    FAILED = "failed"
    VOIDED = "voided"


OUTCOMES: dict[str, str] = {
    Outcome.APPLIED: "消し込んだ", Outcome.PARTIAL: "一部の納付として消し込んだ", Outcome.OVER: "納める額より多い(過納)",
    Outcome.TWICE: "二重納付", Outcome.UNKNOWN: "納付書が見つからない", Outcome.PROMPT: "速報(入金前)",
    Outcome.CANCELLED: "速報の取消し", Outcome.FAILED: "振替不能",
    Outcome.DIFFERS: "手数料と違う額", Outcome.VOIDED: "打ち間違いで取り消した",
}
WHYS: dict[str, str] = {Outcome.TWICE: OUTCOMES[Outcome.TWICE], Outcome.OVER: OUTCOMES[Outcome.OVER], Outcome.DIFFERS: OUTCOMES[Outcome.DIFFERS],
                         "changed": "更正で税額が減った", "fee": "手数料の還付", "interest": "充当しきれない還付加算金"}


def counted(counts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What became of a file's records (Sheet.counts), in the order of OUTCOMES, then by name: PostgreSQL does not keep the order in which
    it was stored."""
    order = list(OUTCOMES)
    return sorted(counts.items(), key=lambda found: (order.index(found[0]) if found[0] in order else len(order), found[0]))


def account_words(code: str) -> str:
    """An account as staff read it."""
    kind, _, channel = code.partition(":")
    if code == OUT:
        return "還付の支払い(総合振込)"
    return f"収納金({CHANNELS.get(channel, channel)})" if kind == "bank" else ACCOUNTS.get(code, code)


WAIVED = "waived"
# why a 還付 ends after it was approved, and its 通知書 printed
STOPPED = {"account": "振込先の口座が違う", WAIVED: "納めた方が受け取らない", "mistake": "還付の額や相手をまちがえた"}
BELIEVED = dt.timedelta(days=30)  # so long a 速報 without its 確報 is taken for a payment (要確認: the contract with the 収納代行)
ANSWERED = dt.timedelta(days=10)  # so long after 引落日 the bank's answer is waited for (要確認: 取りまとめ金融機関)

# 不納欠損: the ground in words, and how many years there must be behind the day from which it is counted
GROUNDS: dict[str, tuple[str, int]] = {
    "lapse": ("時効の完成（起算日から5年、地方税法18条）", 5),
    "stay": ("執行停止が3年続いた（地方税法15条の7第4項）", 3),
}


@dataclass(frozen=True, slots=True)
class Placed:
    """How much of a payment goes where: principal 本税, fee 督促手数料, late charge 延滞金, excess 過誤納."""

    principal: int
    fee: int
    late: int
    excess: int

    def outcome(self, left: int) -> Outcome:
        """In one word, for a payment that found ``left`` yen to pay."""
        if self.excess:
            return Outcome.OVER if left else Outcome.TWICE
        return Outcome.APPLIED if self.principal == left else Outcome.PARTIAL


def place(amount: int, *, left: int, late: int, fee: int = 0) -> Placed:
    """Place a payment: the principal before the late charge on it (地方税法20条の9の4); the fee of a 督促状 between them (要確認: the law
    puts it before taxes only where seized goods are sold, 14条の5, and who pays the principal first stops the late charge); the rest is
    the payer's. ``late`` and ``fee`` are what is owed of them and not paid. All in yen, none negative."""
    if amount < 1 or left < 0 or late < 0 or fee < 0:
        raise ValueError("yen that are placed are positive")
    principal = min(amount, left)
    asked = min(amount - principal, fee)
    charge = min(amount - principal - asked, late)
    return Placed(principal, asked, charge, amount - principal - asked - charge)


RECORDS = 10_000_000  # of one file at most


def money_id(sheet: int, record: int) -> int:
    """The number of a payment: which file, which record of it (from 1)."""
    return sheet * RECORDS + record
