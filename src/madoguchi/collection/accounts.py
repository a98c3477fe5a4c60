"""Bank accounts as people type them or files bring them: judged by the table of banks, kept sealed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from madoguchi.kernel import keys
from madoguchi.procedures.rules.fields.postbank import POST_BANK, converted

from .charges import DEBIT_FORM, TRANSFER, charges
from .city_formats import layout

if TYPE_CHECKING:
    from .formats.zengin import Account

HOLDER = {DEBIT_FORM: "預金者名", TRANSFER: "受取人名"}  # one name that cannot be written would stop a whole file
REWRITTEN = {"ヲ": "オ", "ヮ": "ワ", "ヰ": "イ", "ヱ": "エ", "ヵ": "カ", "ヶ": "ケ"}  # letters that files for banks mostly lack
FIELDS = ("bank", "branch", "kind", "number", "holder")
KINDS = {"1": "普通", "2": "当座", "3": "納税準備", "4": "貯蓄"}
DEBITED = {key: words for key, words in KINDS.items() if words != "貯蓄"}  # 全銀協: no 貯蓄 is debited


def folded(holder: str) -> str:
    """A holder as files for banks may write it: they have no ・."""
    return holder.replace("・", ".")


def account_faults(account: Mapping[str, str], kinds: Mapping[str, str] = DEBITED, form: str = DEBIT_FORM) -> list[tuple[str, str]]:
    """What is wrong, by field: bank and branch by their numbers (全銀), the holder by the layout of the file that will be written
    (``form``). ``kinds``: of deposits. Raises ProfileUnknown, ProfileWrong."""
    from zengin_code import Bank

    faults = []
    bank = Bank.all.get(account["bank"])
    if bank is None:
        faults.append(("bank", "銀行番号(4桁)を確かめてください。この番号の銀行はありません。"))
    elif account["branch"] not in bank.branches:
        faults.append(("branch", f"{bank.name}に、この支店番号(3桁)はありません。確かめてください。"))
    if account["kind"] not in kinds:
        faults.append(("kind", "預金の種類を選んでください。"))
    if not re.fullmatch(r"[0-9]{7}", account["number"]):
        faults.append(("number", "口座番号は7桁の数字で入れてください。"))
    if wrong := _holder_fault(account["holder"], form, account["bank"]):
        faults.append(("holder", wrong))
    return faults


def from_passbook(account: Mapping[str, str]) -> dict[str, str]:
    """An account as somebody reads it off a passbook of ゆうちょ銀行 (記号 as the branch, 番号 as the number), as files for banks have it;
    any other, and one that does not fit its kind of deposit, as it is."""
    found = converted(account["branch"], account["number"]) if account["bank"] == POST_BANK else None
    if found is None or found.wrong:
        return dict(account)
    kind = next((key for key, words in KINDS.items() if found.kinds == (words,)), account["kind"])
    fits = not found.kinds or KINDS.get(kind) in found.kinds
    return dict(account) | ({"branch": found.branch or account["branch"], "number": found.number, "kind": kind} if fits else {})


def _holder_fault(holder: str, form: str, bank: str) -> str:
    from .formats.writing import fault_of

    if not re.fullmatch(r"[ァ-ヶーA-Z0-9　 ().,・「」/-]+", holder):
        return "口座名義はカタカナで、半角30文字(濁点も1文字)までで入れてください。"
    profile = layout(form, bank=bank if form == DEBIT_FORM and bank in charges().banks else "")
    why = fault_of(profile, HOLDER[form], folded(holder))
    instead = [f"「{c}」は「{REWRITTEN[c]}」" for c in dict.fromkeys(holder) if c in REWRITTEN and fault_of(profile, HOLDER[form], c)]
    if instead:
        return f"口座名義の{'、'.join(instead)}と書いてください。銀行のファイルでは使えない字です。"
    return why and f"口座名義: {why}"


def sealed(purpose: str, account: Mapping[str, str], bound_to: str) -> bytes:
    """An account for a row."""
    return keys.seal(purpose, json.dumps({name: account[name] for name in FIELDS}, ensure_ascii=False).encode(), bound_to=bound_to)


def opened(purpose: str, data: bytes | memoryview, bound_to: str) -> Account:
    """The account of a row, as files for banks want it."""
    from .formats.zengin import Account

    found = json.loads(keys.unseal(purpose, data, bound_to=bound_to))
    return Account(*(folded(found[name]) if name == "holder" else found[name] for name in FIELDS))


def account_words(account: Account) -> str:
    """An account as staff compare it with what the payer wrote."""
    return f"{bank_words(account.bank)} {branch_words(account.bank, account.branch)} {KINDS[account.kind]} {account.number} {account.holder}"


def branch_words(bank: str, branch: str) -> str:
    """The name of a branch with its number, or its number where the table has lost it."""
    from zengin_code import Bank

    found = Bank.all[bank].branches.get(branch) if bank in Bank.all else None
    return f"{found.name}（{branch}）" if found else branch


ENDINGS = {"信金": "信用金庫", "信組": "信用組合", "労金": "労働金庫", "農協": "農業協同組合", "ゆうちょ": "ゆうちょ銀行"}


def bank_words(bank: str) -> str:
    """The name of a bank as people say it (the table shortens it), or its number where the table has lost it."""
    from zengin_code import Bank

    if (found := Bank.all.get(bank)) is None:
        return bank
    name = str(found.name)
    if bank < "1000":  # banks; from there on credit unions and their like, whose names say what they are
        return name if name.endswith("銀行") else f"{name}銀行"
    short = next((end for end in ENDINGS if name.endswith(end)), "")
    return name.removesuffix(short) + ENDINGS[short] if short else name
