"""Is every ticket what the record last said of it? (`madoguchi audit verify`)"""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import Act, Chains

from .models import Ticket


def witness(chains: Chains) -> Iterator[Fault]:
    """Tickets that are gone without having been forgotten by rule, in another state than recorded, or not recorded."""
    for chain, acts in chains.items():
        last: dict[str, Act] = {}
        for act in acts:
            if "state" in act.facts:
                last[act.facts["ticket"]] = act
            elif act.action == "queue.sent":
                last.pop(act.facts["ticket"], None)
            elif act.action == "queue.forgotten":
                for key in act.facts["tickets"]:
                    last.pop(key, None)
        rows = {str(row.id): row for row in Ticket.objects.filter(section=chain.partition(":")[2])}
        for key, act in last.items():
            row = rows.pop(key, None)
            if row is None:
                yield Fault(chain, act.seq, "番号札が消されています")
            elif (row.state, row.counter, row.seat) != (act.facts["state"], act.facts["counter"], act.facts["seat"]):
                yield Fault(chain, act.seq, f"番号札 {row} の状態が記録と違います")
        for row in rows.values():
            yield Fault(chain, acts[-1].seq, f"番号札 {row} の記録がありません(誰かが書き足した疑い)")
