"""An electronic paper is taken only where the city can seal it: nobody pays for what cannot be given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from madoguchi.kernel.said import say
from madoguchi.procedures.public import Definition, Fault
from madoguchi.procedures.rules.conditions import compares, holds
from madoguchi.records.public import sealer


def closed(d: Definition, answers: Mapping[str, Any]) -> list[Fault]:
    """A fault at the answer that asks for a sealed paper, when there is no seal (production without a certificate)."""
    if not any(x.sealed for x in d.documents):
        return []
    asked = [x for x in d.documents if x.sealed and x.condition is not None and holds(x.condition, answers)]
    if not asked or sealer() is not None:
        return []
    names = {c.name for x in asked if x.condition is not None for c in compares(x.condition)}
    return [Fault(q.id, say("PDFでの交付は、いま受け付けていません。ほかの受け取り方を選んでください")) for q in d.questions() if q.id in names]
