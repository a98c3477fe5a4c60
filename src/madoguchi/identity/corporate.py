"""法人番号: thirteen digits, the first of which checks the other twelve."""

from __future__ import annotations

import re


def check_digit(base: str) -> int:
    """法人番号の指定等に関する省令2条: 9 - (ΣPn×Qn mod 9); Pn is the n-th of the twelve digits counted from the last, Qn is 1 where n
    is odd and 2 where it is even."""
    return 9 - sum(int(digit) * (1 + n % 2) for n, digit in enumerate(reversed(base))) % 9


def corporate_number_fault(number: str) -> str:
    """What is wrong with a corporate number: ``form``, ``check`` or nothing."""
    if not re.fullmatch(r"\d{13}", number, re.ASCII):
        return "form"
    return "" if int(number[0]) == check_digit(number[1:]) else "check"
