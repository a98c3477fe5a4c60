"""Secrets that nobody chose: what an example, a manual or a habit left in their place. Plain Python."""

from __future__ import annotations

import re

# Texts of examples: @DATABASE_PASSWORD@ of deploy/env.example, <secret>, change-me, your-token, ここに…
EXAMPLE = re.compile(
    r"@[A-Z][A-Z_]*@|^<.*>$|^\$\{?\w+\}?$|change[-_ ]?(me|this|it)|replace[-_ ]?(me|this)|your[-_ ]?(secret|pass|token|key)|placeholder|example|"
    r"^dummy|insecure|x{8}|\.{3}|…|ここに|合言葉|秘密鍵|パスワード|でたらめ", re.IGNORECASE)
HABITS = frozenset((
    "password", "passwd", "pass", "secret", "token", "key", "admin", "root", "postgres", "postgresql", "madoguchi", "madoguchi_owner", "test",
    "trial", "demo", "none", "default", "todo", "qwerty", "letmein", "1234", "12345", "123456", "12345678", "123456789", "1234567890"))
LONG, FEW = 24, 6  # that many hexadecimal figures by chance have fewer different ones than this once in 10^8


def is_placeholder(value: str) -> bool:
    """Is this a text of an example, a word that everybody tries first, or one character over and over? Empty is none: it is not set."""
    if not value:
        return False
    few = len(value) >= LONG and len(set(value)) < FEW
    return few or value.strip().casefold() in HABITS or bool(EXAMPLE.search(value))
