"""Readers: cards for the section that hands them out; for a resident the one whose number and birthday are known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from madoguchi.booking.public import Behind, Booking, booked_about
from madoguchi.identity.public import Right, Staff
from madoguchi.kernel import clock
from madoguchi.kernel.errors import Forbidden

from .city import card_city
from .errors import CardGone, CardsWrong, ProofWrong
from .holder import holder_of, proof_of
from .models import Batch, Card
from .operators import Actor, Operator
from .rules import IN_STOCK, Holder, State, day_said, keep_until, number_plain, remind_from
from .staff_errors import CardNotFound, CardOver

PAGE = 50
NOTICE, REMINDER = "notice", "reminder"
LETTERS_MOST = 200  # in one batch: drawing them takes a few seconds
FILTERS = {"stock": "お預かり中", "arrived": "通知書がまだ", "notified": "通知済み", "booked": "予約あり", "remind": "催促の時期",
           "late": "保管の期限を過ぎた", "handed": "渡した", "returned": "返した"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as lists show it."""

    card: Card
    holder: Holder
    booking: Booking | None
    keep_until: dt.date | None

    @property
    def late(self) -> bool:
        """Past the day until which it is kept."""
        return self.card.state == State.NOTIFIED and self.keep_until is not None and self.keep_until < clock.today()


def may_cards(user: object) -> bool:
    """Does the rail show カード交付? A wrong file of the city hides none of the other pages."""
    try:
        section = card_city().section
    except CardsWrong:
        return False
    return isinstance(user, Staff) and bool(section) and user.may(Right.CARDS, section)


def card_page() -> bool:
    """Has the city a page of the card?"""
    try:
        return bool(card_city().parts)
    except CardsWrong:
        return False


def insist(*, actor: Actor) -> str:
    """The section of the cards. Raises Forbidden for who does not work there."""
    section = card_city().section
    if not section or not (isinstance(actor, Operator) or actor.may(Right.CARDS, section)):
        raise Forbidden
    return section


def about(card: Card) -> str:
    """How its booking names it."""
    return f"card:{card.id}"


def shown(cards: Iterable[Card]) -> list[Shown]:
    """Cards with whose they are and their bookings."""
    rows = list(cards)
    booked, keep = booked_about([about(c) for c in rows]), card_city().keep
    return [Shown(c, holder_of(c), booked.get(about(c)), keep_until(c.notified_on, keep) if c.notified_on else None) for c in rows]


def booked_ids() -> set[str]:
    """The cards in stock for which somebody has a booking to come."""
    things = {about(c): str(c.id) for c in Card.objects.filter(state__in=IN_STOCK).only("id")}
    return {things[name] for name in booked_about(list(things))}


def booked_ended() -> list[Card]:
    """Cards that went yesterday or today and are still booked, for this room's own sweep."""
    cards = list(Card.objects.filter(ended_on__gte=clock.today() - dt.timedelta(days=1)).order_by("id"))
    booked = booked_about([about(c) for c in cards])
    return [c for c in cards if about(c) in booked]


def _filter(which: str) -> Q:
    today, city = clock.today(), card_city()
    if which == "booked":
        return Q(id__in=booked_ids())
    if which == "remind":
        written = (today - dt.timedelta(days=city.keep), today - dt.timedelta(days=city.remind))  # later than that it is not kept any more
        return Q(state=State.NOTIFIED, notified_on__range=written) & ~Q(letters__batch__kind=REMINDER)
    if which == "late":
        return Q(state=State.NOTIFIED, notified_on__lt=today - dt.timedelta(days=city.keep))
    return Q(state=which) if which in ("arrived", "notified", "handed", "returned") else Q(state__in=IN_STOCK)


def card_list(*, actor: Staff, which: str = "stock", query: str = "", page: int = 1) -> tuple[list[Shown], int]:
    """A page of the list, oldest first, and how many there are. ``query``: a number, a place, or a part of name or kana. Names lie sealed:
    for them the cards in stock are opened one by one, so the cards of past years are found by number alone. Raises Forbidden."""
    insist(actor=actor)
    rows = Card.objects.filter(_filter(which)).order_by("arrived_on", "number")
    wanted = query.strip()
    if wanted:
        by_number = number_plain(wanted)
        near = Q(place__icontains=wanted) | (Q(number__contains=by_number) if by_number else Q())
        named = [c.id for c in rows if c.state in IN_STOCK and _named(holder_of(c), wanted)]
        rows = rows.filter(near | Q(id__in=named))
    total = rows.count()
    return shown(rows[(page - 1) * PAGE : page * PAGE]), total


def _named(holder: Holder, wanted: str) -> bool:
    plain = "".join(wanted.split())
    return plain in "".join(holder.name.split()) or plain in "".join(holder.kana.split())


def counts(*, actor: Staff) -> dict[str, int]:
    """How many there are by filter. Raises Forbidden."""
    insist(actor=actor)
    by_state = dict(Card.objects.order_by().values_list("state").annotate(n=Count("id")))
    found = {which: by_state.get(which, 0) for which in ("arrived", "notified", "handed", "returned")}
    return {which: found[which] if which in found else Card.objects.filter(_filter(which)).count() for which in FILTERS}


def card_get(*, actor: Staff, card_id: str) -> Card:
    """One card. Raises CardNotFound."""
    row = Card.objects.filter(id=card_id).first() if may_cards(actor) else None
    if row is None:
        raise CardNotFound
    return row


def due_for(kind: str) -> list[Card]:
    """The cards for which such a letter is due: those never written to, or not fetched and not booked since."""
    if kind == NOTICE:
        return list(Card.objects.filter(state=State.ARRIVED).order_by("arrived_on", "number")[:LETTERS_MOST])
    booked = booked_ids()
    today, days = clock.today(), card_city().remind
    rows = Card.objects.filter(_filter("remind")).order_by("notified_on", "number")
    return [c for c in rows if str(c.id) not in booked and c.notified_on and remind_from(c.notified_on, days) <= today][:LETTERS_MOST]


def batch_list(*, actor: Staff) -> list[Batch]:
    """The last batches of letters. Raises Forbidden."""
    insist(actor=actor)
    return list(Batch.objects.annotate(count=Count("letters", distinct=True) + Count("expiries", distinct=True)).order_by("-id")[:20])


def batch_get(*, actor: Staff, batch_id: int) -> Batch:
    """One batch. Raises CardNotFound."""
    row = Batch.objects.filter(id=batch_id).first() if may_cards(actor) else None
    if row is None:
        raise CardNotFound
    return row


def cards_of(batch: Batch) -> list[Shown]:
    """The cards of its letters, in the order of their places in the safe."""
    return shown(Card.objects.filter(letters__batch=batch).order_by("place", "number"))


def card_by_proof(*, number: str, born: str) -> Card:
    """The card in stock to which number and birthday belong. Raises ProofWrong with one and the same words for an unknown number and a
    wrong birthday; CardGone, to who knows both, when it is not here any more."""
    day = day_said(born)
    row = Card.objects.filter(proof=proof_of(number_plain(number), day or dt.date.min)).first()
    if row is None or not number_plain(number) or day is None:
        raise ProofWrong
    if row.state not in IN_STOCK:
        raise CardGone
    return row


def card_for_booking(actor: Staff, number: str) -> Behind:
    """The card in stock that a clerk books for at the telephone, by the number of its letter. Raises CardNotFound, CardOver, Forbidden."""
    insist(actor=actor)
    row = Card.objects.filter(number=number_plain(number)).first() if number_plain(number) else None
    if row is None:
        raise CardNotFound("この番号のカードは、お預かりの中にありません。通知書の番号を確かめるか、空けてください。")
    if row.state not in IN_STOCK:
        raise CardOver("このカードは、渡したか返したあとです。「カード交付」で確かめてください。")
    holder = holder_of(row)
    return Behind(about(row), holder.name, holder.language)


def card_said(actor: Staff, thing: str) -> str:
    """How a clerk of the section reads what a booking is for: number and name; empty for others, and for what is gone."""
    named = re.fullmatch(r"card:([0-9a-f-]{36})", thing)
    row = Card.objects.filter(id=named[1]).first() if named and may_cards(actor) else None
    return f"{row.number}（{holder_of(row).name}）" if row else ""


def booking_of(card: Card) -> Booking | None:
    """Its booking to come."""
    return booked_about([about(card)]).get(about(card))
