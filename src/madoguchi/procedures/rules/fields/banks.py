"""Banks and branches by code or name, from the open 全銀 code list (PyPI zengin-code, MIT)."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import jaconv


@dataclass(frozen=True, slots=True)
class Office:
    """A bank or a branch: code, name, kana."""

    code: str
    name: str
    kana: str
    branches: dict[str, tuple[str, str]] = field(default_factory=dict, compare=False, repr=False)


_LARGE = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")


@functools.cache
def _banks() -> dict[str, Office]:
    import zengin_code  # 0.2 s and 10 MB: only when an account is asked for

    return {
        code: Office(code, bank.name, bank.kana, {c: (b.name, b.kana) for c, b in bank.branches.items()})
        for code, bank in zengin_code.Bank.all.items()
    }


def _plain(text: str) -> str:
    text = jaconv.normalize(text)
    return re.sub(r"(銀行|信用金庫|信金|信用組合|信組|農業協同組合|農協|支店|出張所|\s)", "", jaconv.hira2kata(text)).upper().translate(_LARGE)


def _loose(text: str) -> str:
    """Also 北国 for 北國, and 〇一八店 as ゆうちょ prints it: asked only when nothing is written just so (中国 and 中國 are two banks)."""
    return _plain(text).replace("國", "国").removesuffix("店")


def _match(offices: list[Office], typed: str) -> list[Office]:
    wanted = _plain(typed)
    if not wanted:
        return []
    loose = _loose(typed)
    tests: tuple[Callable[[Office], bool], ...] = (
        lambda o: _plain(o.name) == wanted, lambda o: o.kana == wanted, lambda o: _plain(o.name).startswith(wanted),
        lambda o: bool(loose) and _loose(o.name) == loose,
    )
    for test in tests:
        found = [o for o in offices if test(o)]
        if found:
            return found
    return []


def find_bank(typed: str) -> list[Office]:
    """Banks that match a code of four digits or a name (北國銀行, 北国銀行, ほっこく, 北國)."""
    code = jaconv.z2h(typed, digit=True, kana=False).strip()
    if re.fullmatch(r"\d{4}", code):
        return [b for b in (_banks().get(code),) if b]
    found = _match(list(_banks().values()), typed)
    exact = [b for b in found if b.name == typed.removesuffix("銀行")]
    return exact if len(exact) == 1 else found


def find_branch(bank: Office, typed: str) -> list[Office]:
    """Branches of a bank that match a code of three digits or a name."""
    code = jaconv.z2h(typed, digit=True, kana=False).strip()
    offices = [Office(c, name, kana) for c, (name, kana) in bank.branches.items()]
    if re.fullmatch(r"\d{3}", code):
        return [o for o in offices if o.code == code]
    return _match(offices, typed)
