"""Is every published version what the record says was published? (`madoguchi audit verify`)"""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.audit import Fault
from madoguchi.kernel.canon import canonical, sha256
from madoguchi.kernel.witness import Chains

from .models import Version, Withdrawal


def witness(chains: Chains) -> Iterator[Fault]:
    """Versions that are gone, that hold something else than what was published, or that nobody published; procedures that are
    offered, or not, against the record."""
    for chain, acts in chains.items():
        slug, offered = chain.partition(":")[2], True
        published: dict[int, tuple[int, str]] = {}
        for act in acts:
            if act.action == "definition.published":
                published[act.facts["number"]] = (act.seq, act.facts["checksum"])
            offered = act.action != "definition.withdrawn" if act.action in OFFERS else offered
        yield from _versions(chain, slug, published)
        if offered == Withdrawal.objects.filter(slug=slug).exists():
            yield Fault(chain, acts[-1].seq, f"手続き {slug} の公開・取りやめが、記録と違います")
    known = {chain.partition(":")[2] for chain in chains}
    for slug in Version.objects.exclude(slug__in=known).values_list("slug", flat=True).distinct():
        yield Fault(f"definition:{slug}", 0, f"手続き {slug} を公開した記録がありません(誰かが書き足した疑い)")


OFFERS = ("definition.published", "definition.withdrawn", "definition.offered")


def _versions(chain: str, slug: str, published: dict[int, tuple[int, str]]) -> Iterator[Fault]:
    last = max(seq for seq, _ in published.values()) if published else 0
    for version in Version.objects.filter(slug=slug).order_by("number").iterator(chunk_size=20):
        seq, checksum = published.pop(version.number, (last, ""))
        if not checksum:
            yield Fault(chain, seq, f"手続き {slug} の第{version.number}版を公開した記録がありません(誰かが書き足した疑い)")
        elif version.checksum != checksum or sha256(canonical(version.body)) != checksum:
            yield Fault(chain, seq, f"手続き {slug} の第{version.number}版の中身が、公開した時と違います(控えから戻すまで審査を止めてください)")
    for number, (seq, _) in published.items():
        yield Fault(chain, seq, f"手続き {slug} の第{number}版が消されています")
