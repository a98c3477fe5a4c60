"""Rules of an application to pay by debit (口座振替)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jaconv

from madoguchi.kernel.said import say

from .common import squeeze_kana
from .registry import Facts, Finding, check

HOLDER_MOST = 30  # 預金者名 of the 全銀 record, one byte a character, each 濁点 one of its own
POST_BANK = "9900"


@check("account", "kana")
def debit_account_is_ones_own(facts: Facts, account: str, kana: str) -> Iterator[Finding]:
    """民法643条 ※ (the holder asks the bank to pay): only who holds the account can agree to its being debited.
    全銀協の口座振替 knows ordinary, current and tax reserve deposits, no 貯蓄, and thirty half-width characters of a name."""
    held, person = facts.answers.get(account), facts.answers.get(kana)
    if not held:
        return
    if held.get("kind") == "貯蓄":
        yield Finding(account, say("貯蓄預金からは引き落とせません。普通預金か当座預金の口座を入力してください"))
    holder = str(held.get("holder") or "")
    if len(jaconv.z2h(holder, kana=True, ascii=True, digit=True)) > HOLDER_MOST:
        yield Finding(account, say("口座名義人が長すぎます。半角で30文字(濁点も1文字)までで入力してください"))
    if held.get("bank") == POST_BANK:
        yield Finding(account, say("ゆうちょ銀行の記号と番号を、職員が確かめます"), severity="notice")
    sei, mei = (squeeze_kana(str((person or {}).get(part) or "")) for part in ("sei", "mei"))
    if not person or squeeze_kana(holder) in (sei + mei, mei + sei):
        return
    if re.search("[A-Za-z]", squeeze_kana(holder) + sei + mei):  # a bank may write a foreign name in another order or other letters
        yield Finding(account, say("口座の名義が、フリガナと同じ方のものかを職員が確かめます"), severity="notice")
        return
    yield Finding(account, say("口座の名義が、フリガナと違います。申し込む方ご本人の名義の口座だけが使えます"))


@check("item")
def month_not_past(facts: Facts, item: str) -> Iterator[Finding]:
    """A month that is not over yet."""
    month = facts.answers.get(item)
    if isinstance(month, str) and month < f"{facts.today:%Y-%m}":
        yield Finding(item, say("{label}は、今月か今月より後の月を入力してください", label=facts.label(item)))
