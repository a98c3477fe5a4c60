"""Who looks at a person's taxes leaves a line in the record of the section's reads, as the payer does."""

from __future__ import annotations

from django.urls import reverse

from madoguchi.kernel import audit
from madoguchi.kernel.models import AuditEntry


def test_a_look_at_a_demand_is_recorded_without_the_persons_number(hall, demanded) -> None:
    part, *_ = demanded(people=1)
    url = reverse("demand", args=[part.demand_id])
    for who in ("yamada", "auditor"):
        assert hall.desk(who).get(url).status_code == 200
    assert hall.desk("tanaka").get(url).status_code == 404
    seen = list(AuditEntry.objects.filter(action="demand.seen").order_by("seq"))
    assert [e.actor for e in seen] == [hall.staff(who).actor for who in ("yamada", "auditor")]
    assert {e.chain for e in seen} == {"reads:zeimu"} and seen[0].facts == {"demand": part.demand_id} and seen[0].digest
    assert audit.verify() == []
