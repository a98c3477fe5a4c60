"""Is every booking what the record last said of it? (`madoguchi audit verify`)"""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.audit import Fault
from madoguchi.kernel.witness import Act, Chains

from .models import Booking, Occasion
from .rules import State

AFTER = {"booking.made": State.CONFIRMED, "booking.changed": State.CONFIRMED, "booking.cancelled": State.CANCELLED,
         "booking.came": State.CAME, "booking.missed": State.ABSENT}

OCCASION = ("booking.occasion_made", "booking.occasion_changed", "booking.occasion_cancelled")
COLUMNS = ("day", "start", "end", "seats", "minutes", "place")


def _occasions(chain: str, acts: list[Act]) -> Iterator[Fault]:
    """Occasions as they were last entered, changed or called off; one that is gone is forgotten with its bookings."""
    rows = {row.key: row for row in Occasion.objects.filter(section=chain.partition(":")[2])}
    last: dict[str, Act] = {}
    off: set[str] = set()
    for act in acts:
        if act.action == OCCASION[2]:
            off.add(act.facts["occasion"])
        elif act.action in OCCASION:
            last[act.facts["occasion"]] = act
    for key in last.keys() & rows.keys():
        row, act = rows[key], last[key]
        stands = any(str(getattr(row, column)) != str(act.facts.get(column, getattr(row, column))) for column in COLUMNS)
        if stands or (row.cancelled_at is not None) != (key in off):
            yield Fault(chain, act.seq, f"臨時の窓口 {key}が記録と違います")
    for key in rows.keys() - last.keys():
        yield Fault(chain, acts[-1].seq, f"臨時の窓口 {key}の記録がありません(誰かが書き足した疑い)")


def witness(chains: Chains) -> Iterator[Fault]:
    """Bookings that are gone without having been forgotten by rule, in another state or at another time than recorded, or not recorded."""
    for chain, acts in chains.items():
        yield from _occasions(chain, acts)
        last: dict[str, Act] = {}
        placed: dict[str, tuple[str, int]] = {}
        tied: dict[str, str] = {}
        for act in acts:
            if act.action in AFTER:
                last[act.facts["booking"]] = act
                if "day" in act.facts:
                    placed[act.facts["booking"]] = (act.facts["day"], act.facts["start"])
            if act.action == "booking.tied" or act.action in AFTER and "about" in act.facts:
                tied[act.facts["booking"]] = act.facts["about"]
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
            elif row.about != tied.get(key, row.about):
                yield Fault(chain, act.seq, f"予約 {row.number} が何の予約かが記録と違います")
        for row in rows.values():
            yield Fault(chain, acts[-1].seq, f"予約 {row.number} の記録がありません(誰かが書き足した疑い)")
