"""Rules of what follows a death (葬祭費の支給申請)."""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.said import say

from .registry import Facts, Finding, check


@check("insurance")
def funeral_is_of_this_insurance(facts: Facts, insurance: str) -> Iterator[Finding]:
    """国民健康保険法58条1項・高齢者医療確保法86条1項: 葬祭費 is theirs; 健康保険法100条 pays 埋葬料 instead."""
    if facts.answers.get(insurance) == "other":
        yield Finding(insurance, say("会社などの健康保険からは、葬祭費ではなく埋葬料が支給されます。その健康保険に申請してください"))


@check("left")
def burial_paid_by_former_insurer(facts: Facts, left: str) -> Iterator[Finding]:
    """健康保険法105条: within three months of leaving, the former insurer pays 埋葬料; the section asks whether it did."""
    if facts.answers.get(left) is True:
        yield Finding(left, say("前の健康保険から埋葬料が出ることがあります。担当が確かめます"), severity="notice")
