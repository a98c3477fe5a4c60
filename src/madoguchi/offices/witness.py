"""Is every disaster, and the end of its acceptance, what the record last said of it? (`madoguchi audit verify`)"""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import Act, Chains

from .models import Disaster
from .selectors import terms_of
from .services import facts_of

WORDS = {"name": "名前", "cause": "種類", "happened_on": "発生日", "accepts_from": "受付開始", "accepts_until": "受付終了"}


def witness(chains: Chains) -> Iterator[Fault]:
    """Disasters that are gone, that nobody added, or that are not as they were added and moved."""
    rows = {row.key: row for row in Disaster.objects.all()}
    for chain, acts in chains.items():
        row = rows.pop(chain.partition(":")[2], None)
        if row is None:
            yield Fault(chain, acts[-1].seq, "災害が消されています")
            continue
        now = facts_of(terms_of(row))
        for key, (value, seq) in _last(acts).items():
            if now[key] != value:
                yield Fault(chain, seq, f"災害「{row.name}」の{WORDS[key]}が記録と違います(記録 {value or 'なし'}、今は {now[key] or 'なし'})")
    for key, row in rows.items():
        yield Fault(f"disaster:{key}", 0, f"災害「{row.name}」を加えた記録がありません(誰かが書き足した疑い)")


def _last(acts: list[Act]) -> dict[str, tuple[str, int]]:
    said: dict[str, tuple[str, int]] = {}
    for act in acts:
        if act.action == "disaster.extended":
            said["accepts_until"] = (act.facts["after"], act.seq)
        else:
            said |= {key: (act.facts[key], act.seq) for key in WORDS if key in act.facts}
    return said
