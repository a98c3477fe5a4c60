"""Words and small rules of the builder. Pure."""

from __future__ import annotations

import re

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
