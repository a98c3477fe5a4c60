"""委任 on the side of the city: looked at, and ended where the law has ended it without either of its two sides (docs/adr/0024)."""

from __future__ import annotations

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock

from . import selectors
from .errors import MandateNotFound, MandateOver, MandateWrong
from .guardian_selectors import section_of
from .models import Mandate
from .rules import State
from .services import mandate_over_by_law

MOST, LEAST_DIGITS = 500, 8  # characters of a reason; of the number that stands on the cases


def _meant(text: str) -> str:
    """The one mandate that this number (the id, or as much of it as stands on the cases) means, as its id; empty when that is not one."""
    wanted = text.strip().lower()
    if len(wanted) < LEAST_DIGITS:
        return ""
    living = Mandate.objects.filter(state=State.ACCEPTED, ends_on__gte=clock.today()).values_list("id", flat=True)
    found = [str(key) for key in living.iterator() if str(key).startswith(wanted)]
    return found[0] if len(found) == 1 else ""


def mandate_numbered(*, actor: Staff, number: str) -> str:
    """The same for who may end one. Raises MandateNotFound, Forbidden."""
    section_of(actor)
    found = _meant(number)
    if not found:
        raise MandateNotFound("その番号で、いま使える委任が一つに決まりません。申請の帯に出る番号(8文字)を確かめてください。")
    return found


def mandate_looked(*, actor: Staff, mandate_id: str) -> Mandate:
    """A mandate that was accepted, for who may end it; the look is recorded. Raises MandateNotFound, Forbidden."""
    section = section_of(actor)
    row = Mandate.objects.filter(id=mandate_id).exclude(accepted_at=None).first()
    if row is None:
        raise MandateNotFound
    with transaction.atomic():
        audit.record(actor.actor, "mandate.viewed", chain=f"reads:{section}", facts={"mandate": str(row.id)})
    return row


@transaction.atomic(durable=True)
def mandate_stop(*, actor: Staff, mandate_id: str, why: str) -> Mandate:
    """End it by law (民法111条・653条), with the reason, which nobody outside is told. Raises MandateWrong, MandateOver, MandateNotFound,
    Forbidden."""
    section_of(actor)
    row = Mandate.objects.select_for_update().filter(id=mandate_id).exclude(accepted_at=None).first()
    if row is None:
        raise MandateNotFound
    if not 2 <= len(why.strip()) <= MOST:
        raise MandateWrong([("why", f"終わらせる理由を{MOST}文字以内で入力してください(例: 委任した方の死亡の届出があったため)")])
    if not selectors.works(row, known=True):
        raise MandateOver("この委任は、もう終わっています。")
    mandate_over_by_law(row, by=actor.actor, why=why.strip())
    return row


@transaction.atomic(durable=True)
def mandate_close(*, number: str, why: str) -> bool:
    """The same by who has a shell: ``number`` as in mandate_numbered. False when that is not one living mandate."""
    found = _meant(number)
    row = Mandate.objects.select_for_update().filter(id=found, state=State.ACCEPTED).first() if found else None
    if row is None:
        return False
    mandate_over_by_law(row, by="command", why=why)
    return True
