"""Writers: what the administrator does about a message that waits for a person."""

from __future__ import annotations

from django.db import transaction

from madoguchi.delivery.public import stuck_list, stuck_retry
from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, outbox
from madoguchi.kernel.errors import NotFound

from .selectors import insist

# Chosen, not written: what stands in the audit chain stays for ever and names nobody.
REASONS = {
    "done-otherwise": "別の方法で済ませた(手で届けた、電話で伝えた)",
    "arrived": "相手に届いていることを確かめた",
    "not-needed": "もう必要がない(取下げ、やり直し済み)",
    "never": "相手が今後も受け取らない",
}


def message_retry(*, actor: Staff, message_id: int) -> None:
    """Try it again from the start. Raises Forbidden, NotFound."""
    insist(actor)
    stuck_retry(actor=actor, message_id=message_id)


@transaction.atomic
def message_skip(*, actor: Staff, message_id: int, reason: str) -> None:
    """Give it up: what follows it in its case goes on. Raises Forbidden, NotFound."""
    insist(actor)
    found = next((s for s in stuck_list(actor=actor) if s.id == message_id), None)
    row = next((row for row in outbox.parked() if row.id == message_id), None)
    if found is None or row is None or reason not in REASONS:
        raise NotFound("止まっている処理が見つかりませんでした。もう始まっていないか、一覧を開き直して確認してください。")
    audit.record(actor.actor, "outbox.skipped", chain=f"case:{row.case_ref}", facts={"handler": row.handler, "reason": reason})
    outbox.skip_parked(message_id=message_id)
