"""Rules of asking for the city's documents (公文書の開示請求)."""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.said import say

from .registry import Facts, Finding, check


@check("own")
def own_data_is_asked_for_otherwise(facts: Facts, own: str) -> Iterator[Finding]:
    """個人情報の保護に関する法律76条・77条: one's own data is asked for by proving who one is; this request proves nothing."""
    if facts.answers.get(own) is True:
        yield Finding(own, say("自分の個人情報は、この請求では開示できません。個人情報の開示請求について、担当へお電話ください"))
