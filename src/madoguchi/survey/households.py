"""Certificates of one household: several applications, by several of its people or one after another, say the same house. The form asks how many
copies the whole household uses (必要枚数、1世帯あたり); how many it has asked for in all is counted here, for the clerk who decides. No limit is
known (要確認 of the definition), so that nothing is refused by it."""

from __future__ import annotations

from collections.abc import Sequence

from madoguchi.casework.public import Case
from madoguchi.casework.public import State as CaseState
from madoguchi.procedures.rules.letters import plain

from .models import Survey
from .rules import PLACES
from .selectors import way_notes

MOST = 5  # receipt numbers that are named


def case_notes(case: Case) -> list[str]:
    """For the case page (casework.ports.case_notes) and the survey's own: all that stands beside the case."""
    return [*way_notes(case), *household_notes(case)]


def household_notes(case: Case) -> list[str]:
    """Other applications for the same kind of certificate, house and disaster, and the copies asked for in all. Another head lives in the
    same house as another household, and is said apart."""
    own = Survey.objects.filter(case=case).order_by("-number").first()
    if own is None or not own.search or case.answers.get("cert_kind") not in PLACES:
        return []
    rows = Survey.objects.filter(zip=own.zip, town=own.town, search=own.search).exclude(case=case).exclude(case__state=CaseState.WITHDRAWN)
    found = {s.case_id: s.case for s in rows.select_related("case").order_by("case__filed_at", "case__receipt", "number")}
    alike = [c for c in found.values() if _same(c, case)]
    ours, others = [c for c in alike if _head(c) == _head(case)], [c for c in alike if _head(c) != _head(case)]
    return [words for words in (_counted(case, ours), _beside(others)) if words]


def _counted(case: Case, ours: Sequence[Case]) -> str:
    if not ours:
        return ""
    own, all_of = _copies(case), sum(_copies(c) for c in (case, *ours))
    return (f"同じ世帯(所在地、世帯主か所有者、災害、証明書の種類が同じ)の申請が、ほかに{len(ours)}件あります({_named(ours)})。"
            f"必要枚数は、この申請の{own}枚と合わせて{all_of}枚です。枚数は1世帯あたりの合計です。前の証明書と判定を確かめ、何枚出すかを決めてください。")


def _beside(others: Sequence[Case]) -> str:
    return (f"同じ所在地・同じ災害で、世帯主か所有者の氏名がちがう申請が、ほかに{len(others)}件あります({_named(others)})。"
            "別の世帯か、書き方のちがいかを確かめてください。"
            if others else "")


def _named(cases: Sequence[Case]) -> str:
    more = f" ほか{len(cases) - MOST}件" if len(cases) > MOST else ""
    return "、".join(f"{c.receipt} {'決定済み' if c.state == CaseState.DECIDED else '審査中'}" for c in cases[:MOST]) + more


def _copies(case: Case) -> int:
    said = case.answers.get("copies")
    return said if isinstance(said, int) else 0


def _same(other: Case, case: Case) -> bool:
    return other.section == case.section and all(other.answers.get(key) == case.answers.get(key) for key in ("cert_kind", "disaster"))


def _head(case: Case) -> str:
    """世帯主; a building that nobody lives in (被災証明書) has an owner instead."""
    said = case.answers.get("head_name") or case.answers.get("building_owner") or ""
    return plain("".join(said.get(k, "") for k in ("sei", "mei")) if isinstance(said, dict) else str(said))
