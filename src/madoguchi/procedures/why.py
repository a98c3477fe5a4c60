"""Why a search found a procedure, in words."""

from __future__ import annotations

from madoguchi.kernel.said import Said, say

from .rules.find import NAME, OTHER, Hit, plain


def why(hit: Hit) -> Said:
    """One sentence; it names what was typed where that is not what stands in the procedure."""
    if hit.how == "language":
        return say("ほかのことばの名前に「{word}」があります", word=hit.typed)
    if hit.how == "synonym" and plain(hit.typed) not in plain(hit.word):
        return say("「{typed}」を「{word}」としてさがしました", typed=hit.typed, word=hit.word)
    if hit.how == "typo":
        return say("「{typed}」を「{word}」のことと考えました", typed=hit.typed, word=hit.word)
    if hit.how == "letters":
        return say("「{typed}」が「{text}」に似ています", typed=hit.typed, text=hit.text[:40])
    if hit.place == NAME:
        return say("手続きの名前に「{word}」があります", word=hit.typed)
    if hit.place == OTHER:
        return say("ほかの呼び方「{text}」に「{word}」があります", text=hit.text[:40], word=hit.typed)
    return say("説明の文に「{word}」があります", word=hit.typed)
