"""Writers of mandates: offered, accepted or declined by the other side, ended by either."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from madoguchi.identity.public import Owner, Person, person_of
from madoguchi.kernel import audit, clock, keys, outbox
from madoguchi.kernel.said import say
from madoguchi.notifications.public import mail_promise
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures

from . import mails, selectors
from .errors import InvitationWrong, MandateNotFound, MandateOver, MandateWrong
from .events import MANDATE_ENDED
from .models import Mandate
from .rules import ACTS, ENDS, EVENT, FILE, OFFER_DAYS, TRIES, State, agents, code_new, code_read, end_fault, same_name

NAME_MOST = 80


def _seal(row: Mandate, people: dict[str, Any]) -> bytes:
    return keys.seal("mandate", json.dumps(people, ensure_ascii=False).encode(), bound_to=str(row.id))


def _person(owner: Owner) -> Person:
    person = person_of(owner)
    if person is None:
        raise MandateNotFound
    return person


def offerable() -> dict[str, str]:
    """What a mandate can be given for: 分野 and procedures that can be filed by an agent with a 委任状, by their names."""
    found = [p for p in procedures.catalogue() if agents(p.definition)]
    events = {event for p in found for event in p.definition.life_events}
    names = {EVENT + key: event.name for key, event in city().life_events.items() if key in events}
    return names | {p.slug: p.shown().name for p in found}


def _faults(name: str, own: str, scope: list[str], ends_on: dt.date | None) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    if not name.strip():
        out.append(("name", say("代理を頼む方の氏名を入力してください")))
    elif len(name.strip()) > NAME_MOST:  # cut, it would be the name of nobody, and nobody could accept
        out.append(("name", say("{label}は{limit}文字以内で入力してください", label=say("代理を頼む方の氏名"), limit=NAME_MOST)))
    elif same_name(name, own):
        out.append(("name", say("ご自分を代理にはできません。代理を頼む方の氏名を入力してください")))
    if not scope or set(scope) - set(offerable()):
        out.append(("scope", say("任せる手続きを選んでください")))
    if wrong := end_fault(ends_on, clock.today(), selectors.last_day()):
        out.append(("ends", wrong))
    return out


@transaction.atomic(durable=True)
def mandate_offer(*, owner: Owner, name: str, scope: list[str], acts: list[str], ends_on: dt.date | None, mail: str = "") -> tuple[Mandate, str]:
    """Offer a mandate to the person of this name. Returns it with its code, which is shown once and stored as a digest.
    Nothing works before the other side accepts. Raises MandateWrong, MandateNotFound."""
    giver = _person(owner)
    if faults := _faults(name, giver.name, scope, ends_on):
        raise MandateWrong(faults)
    assert ends_on is not None
    code, now = code_new(), clock.now()
    chosen = [act for act in ACTS if act in acts or act == FILE]
    row = Mandate(giver=owner.key, scope=sorted(set(scope)), acts=chosen, ends_on=ends_on, code_digest=selectors.code_digest(code), made_at=now)
    row.sealed = _seal(row, {"giver": asdict(giver), "wanted": name.strip()})
    row.save(force_insert=True)
    audit.record(f"resident:{owner.key}", "mandate.offered", chain=f"mandate:{row.id}", first=True,
                 facts={"scope": row.scope, "acts": row.acts, "ends": str(ends_on)}, of=asdict(giver))
    if mail:
        subject, body = mails.invitation(code, OFFER_DAYS)
        mail_promise(key=f"mandate:{row.id}", case_ref=f"mandate:{row.id}", to=mail, subject=subject, body=body)
    return row, code


def invitation_read(*, owner: Owner, code: str, answering: bool = False) -> Mandate:
    """The invitation with this code, for the person whom it names. Raises InvitationWrong; after five signed-in people of
    other names it is closed for good. Who gave it may look at the link before passing it on; to answer it themselves counts."""
    row, person = selectors.by_code(code), person_of(owner)
    if row is None or person is None or row.tries >= TRIES:
        raise InvitationWrong
    own = row.giver == owner.key
    if own or not same_name(selectors.opened(row)["wanted"], person.name):
        if answering or not own:
            Mandate.objects.filter(id=row.id, state=State.OFFERED).update(tries=F("tries") + 1)
        raise InvitationWrong
    return row


def mandate_answer(*, owner: Owner, code: str, accept: bool) -> Mandate:
    """The other side accepts or declines. Raises InvitationWrong."""
    found = invitation_read(owner=owner, code=code, answering=True)  # outside the transaction: a wrong person counts even though it is refused
    return _answer(owner, found, code, accept)


@transaction.atomic(durable=True)
def _answer(owner: Owner, found: Mandate, code: str, accept: bool) -> Mandate:
    row = Mandate.objects.select_for_update().get(id=found.id)
    if row.state != State.OFFERED or selectors.lapsed(row) or row.code_digest != selectors.code_digest(code_read(code)):
        raise InvitationWrong
    now, person = clock.now(), _person(owner)
    if accept:
        row.agent, row.state, row.accepted_at = owner.key, State.ACCEPTED, now
        row.sealed = _seal(row, selectors.opened(row) | {"agent": asdict(person)})
    else:
        row.state, row.ended_at = State.DECLINED, now
    row.save(update_fields=["agent", "state", "accepted_at", "ended_at", "sealed"])
    audit.record(f"resident:{owner.key}", "mandate.accepted" if accept else "mandate.declined", chain=f"mandate:{row.id}",
                 of=asdict(person))
    return row


@transaction.atomic(durable=True)
def mandate_end(*, owner: Owner | None, mandate_id: str) -> Mandate:
    """Either side ends it at once (民法651条1項). Raises MandateNotFound, MandateOver."""
    found = selectors.mandate_get(owner=owner, mandate_id=mandate_id)
    row = Mandate.objects.select_for_update().get(id=found.id)
    assert owner is not None
    state = ENDS.get(("giver" if row.giver == owner.key else "agent", State(row.state)))
    if state is None or not (selectors.works(row) or row.state == State.OFFERED):
        raise MandateOver(say("この委任は、もう終わっています。"))
    row.state, row.ended_at = state, clock.now()
    row.save(update_fields=["state", "ended_at"])
    audit.record(f"resident:{owner.key}", f"mandate.{state}", chain=f"mandate:{row.id}")
    if state == State.REVOKED:
        _tell(row)
    return row


def mandate_over_by_law(row: Mandate, *, by: str, why: str) -> None:
    """In the caller's transaction, on a locked living mandate: what ended by law without either side, because the giver or the agent has died,
    is bankrupt, or a guardianship of the agent began (民法111条・653条). Drafts stop too, and the agent is told that it ended; the reason is
    kept as its digest. ``by``: as in the record."""
    row.state, row.ended_at = State.CLOSED, clock.now()
    row.save(update_fields=["state", "ended_at"])
    audit.record(by, f"mandate.{row.state}", chain=f"mandate:{row.id}", of=why)
    _tell(row)


def _tell(row: Mandate) -> None:
    """The agent of a mandate that somebody else ended hears of it, by the addresses of what they filed on it (the room above knows them)."""
    outbox.publish(MANDATE_ENDED, case_ref=f"mandate:{row.id}", key=f"mandate-ended:{row.id}", payload={"mandate": str(row.id), "agent": row.agent})


def mandates_over() -> QuerySet[Mandate]:
    """What is over for longer than is kept: invitations nobody took after thirty days, mandates years after their end."""
    kept = dt.timedelta(days=366 * settings.MANDATE_KEEP_YEARS)
    return Mandate.objects.filter(
        Q(state__in=[State.OFFERED, State.DECLINED, State.WITHDRAWN], made_at__lt=clock.now() - dt.timedelta(days=30))
        | Q(state__in=[State.REVOKED, State.RESIGNED, State.CLOSED], ended_at__lt=clock.now() - kept)
        | Q(state=State.ACCEPTED, ends_on__lt=clock.today() - kept)).order_by("made_at")


def mandates_sweep() -> int:
    """Destroy what is over. What a case was filed on stands in the case itself. Returns how many went."""
    rows = list(mandates_over()[:600])
    for row in rows:
        with transaction.atomic():
            audit.record("worker", "mandate.destroyed", chain=f"mandate:{row.id}")
            audit.key_destroy(f"mandate:{row.id}")
            row.delete()
    return len(rows)
