"""Is every booking what the record last said of it? (`madoguchi audit verify`)"""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import Act, Chains

from .models import Booking
from .rules import State

AFTER = {"booking.made": State.CONFIRMED, "booking.changed": State.CONFIRMED, "booking.cancelled": State.CANCELLED,
         "booking.came": State.CAME, "booking.missed": State.ABSENT}


def witness(chains: Chains) -> Iterator[Fault]:
    """Bookings that are gone without having been forgotten by rule, in another state or at another time than recorded, or not recorded."""
    for chain, acts in chains.items():
        last: dict[str, Act] = {}
        placed: dict[str, tuple[str, int]] = {}
        for act in acts:
            if act.action in AFTER:
                last[act.facts["booking"]] = act
                if "day" in act.facts:
                    placed[act.facts["booking"]] = (act.facts["day"], act.facts["start"])
            elif act.action == "booking.forgotten":
                for key in act.facts["bookings"]:
                    last.pop(key, None)
        rows = {str(row.id): row for row in Booking.objects.filter(section=chain.partition(":")[2]).exclude(state__in=[State.HELD, State.LAPSED])}
        for key, act in last.items():
            row = rows.pop(key, None)
            if row is None:
                yield Fault(chain, act.seq, "窓口の予約が消されています")
            elif row.state != AFTER[act.action]:
                yield Fault(chain, act.seq, f"予約 {row.number} の状態が記録と違います")
            elif (str(row.day), row.start) != placed[key]:
                yield Fault(chain, act.seq, f"予約 {row.number} の日時が記録と違います")
        for row in rows.values():
            yield Fault(chain, acts[-1].seq, f"予約 {row.number} の記録がありません(誰かが書き足した疑い)")
