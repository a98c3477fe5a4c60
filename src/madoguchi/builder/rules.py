"""Words and small rules of the builder. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

STATES = {"editing": "編集中", "asked": "公開待ち（承認前）", "approved": "公開日待ち", "published": "公開中"}
CHIPS = {"editing": "notice", "asked": "key", "approved": "key", "published": "ok"}
ORIGINS = {"pack": "パックの定義", "draft": "手続棚卸の下書き", "version": "公開中の版", "new": "新しく作成", "file": "取り込んだファイル"}
DROPPED = {
    "dropped": "直しかけた内容をやめました。公開中の版があれば、そのままです。",
    "packed": "パックの定義に戻し、公開しました。これからは、パックが新しくなると、この手続きも新しくなります。"}
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MOST_TEXT = 400_000  # characters of one definition; the largest of the pack has 40,000


def slug_fault(slug: str) -> str:
    """What is wrong with a number for a new procedure, or nothing."""
    if slug in ("new", "offers"):
        return "この番号は使えません。別の番号にしてください"
    if not SLUG.fullmatch(slug) or len(slug) > 80:
        return "番号は、半角の小文字・数字・「-」で、80文字までで書いてください（例：inu-touroku）"
    return ""


def text_fault(text: str) -> str:
    """What is wrong with a text before anybody reads it, or nothing."""
    if len(text) > MOST_TEXT:
        return f"定義は{MOST_TEXT:,}文字までです（今は{len(text):,}文字）"
    if "\x00" in text:
        return "使えない文字（NUL）が含まれています。取り除いてください"
    return ""


def _questions(body: Mapping[str, Any]) -> dict[str, str]:
    """Number → words of every question that has an answer to hand over."""
    return {str(key): str(q.get("問", key)) for step in body.get("画面") or () for key, q in (step.get("項目") or {}).items()
            if isinstance(q, Mapping) and q.get("型") != "宣言"}


def not_handed_over(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """New questions that no column of 連携 holds: they would be asked and never reach the system that the section works with."""
    columns = [str(ref) for h in after.get("連携") or () for ref in (h.get("列") or {}).values()]
    held = {part for ref in columns for part in ref.split(".")}
    old = _questions(before)
    return [words for key, words in _questions(after).items() if columns and key not in old and key not in held]
