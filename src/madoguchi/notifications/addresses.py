"""A mail address as people type it."""

from __future__ import annotations

from madoguchi.kernel.said import say
from madoguchi.procedures import public as procedures

_MAIL = procedures.Question("mail", say("メールアドレス"), "メール")


def mail_plain(text: str) -> str:
    """A mail address as typed, made narrow."""
    value, _ = procedures.FIELD_TYPES["メール"].parse(lambda part: text, _MAIL)
    return value or ""


def mail_fault(text: str) -> str:
    """What is wrong with a mail address, empty when nothing is."""
    value = mail_plain(text)
    found = procedures.FIELD_TYPES["メール"].check(value, _MAIL)
    return found[0].ja if found else ""
