"""記号・番号 of ゆうちょ銀行 as 店番, 預金種目 and 口座番号: a passbook shows the former, transfers need the latter.

Source: ゆうちょ銀行「記号・番号から振込用の店名・預金種目・口座番号への変換の公式」
(https://www.jp-bank.japanpost.jp/kojin/tukau/sokin/koza/kj_tk_sk_kz_furikomi_ksk.html):
記号 that begins with 1 (総合口座・通常貯金: 普通, 通常貯蓄貯金: 貯蓄): 店番 is the second and third digit and 8, 口座番号 the 番号 without its
last digit 1, however many digits it has; 記号 that begins with 0 (振替口座): 店番 is the second and third digit and 9, 当座, the 番号 as it is.
A digit between 記号 and 番号 is not used. 要確認: what the fourth and fifth digit of a 記号 say, and whether they check the others (the
page is silent), so they are not looked at; that a 番号 of a 振替口座 never has more than seven digits."""

from __future__ import annotations

import re
from dataclasses import dataclass

POST_BANK = "9900"
CURRENT, ORDINARY = "当座", ("普通", "貯蓄")
_SYMBOL = re.compile(r"([01])(\d\d)\d\d(?:-\d)?")  # 11940, 11940-1
_TOGETHER = re.compile(r"([01]\d{4}(?:-\d)?)-(\d{1,8})")  # 11940-12345671, 01310-1-57890


@dataclass(frozen=True, slots=True)
class Converted:
    """店番, the kinds that it may be, and the seven digits; ``wrong`` is the part that is none of a passbook."""

    branch: str
    kinds: tuple[str, ...]
    number: str
    wrong: str = ""


def _account(number: str, *, ordinary: bool) -> str:
    """口座番号 of a 番号, empty where it is none."""
    if ordinary:
        number = number[:-1] if re.fullmatch(r"\d{1,7}1", number) else ""
    return number.zfill(7) if re.fullmatch(r"\d{1,7}", number) else ""


def converted(branch: str, number: str) -> Converted | None:
    """What 記号 and 番号 (each in its box, or both in that of the number) mean; None where they are 店番 and 口座番号 already. Both are
    narrow digits."""
    together = _TOGETHER.fullmatch(number)
    if together and branch in ("", together[1], together[1][:5]):
        branch, number = together[1], together[2]
    symbol = _SYMBOL.fullmatch(branch)
    if symbol is None:
        if re.fullmatch(r"\d{7}1", number):  # 店番 from the passbook's last page, 番号 from its first
            return Converted("", (), number[:-1])
        return None
    ordinary = symbol[1] == "1"
    account = _account(number, ordinary=ordinary)
    return Converted(symbol[2] + ("8" if ordinary else "9"), ORDINARY if ordinary else (CURRENT,), account, "" if account else "number")
