"""Writers: cards come in, letters go out, a card is handed over or goes back."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction

from madoguchi.booking.public import booking_cancel, booking_mark
from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock, failpoints

from . import selectors
from .city import card_city
from .holder import holder_of, mark_of, proof_of, sealed
from .models import Batch, Card, CardLetter
from .operators import Actor
from .rules import IN_STOCK, Act, after, day_said, keep_until
from .selectors import NOTICE
from .sheet import Arrived, read_cards
from .staff_errors import CardOver, NothingToSend, SheetWrong

CHAIN = "cards"
WHYS = {"late": "保管の期限を過ぎた", "moved": "転出した", "died": "亡くなった", "asked": "ご本人の申し出", "wrong": "カードの誤り"}


@dataclass(slots=True)
class Imported:
    """What a file brought."""

    added: int = 0
    changed: int = 0
    same: int = 0


@transaction.atomic(durable=True)
def cards_import(*, actor: Actor, data: bytes, dry_run: bool = False) -> Imported:
    """Take in the file of cards that have arrived, all or nothing; the same file again changes nothing. ``dry_run``: only say what it would
    bring. Raises SheetWrong, Forbidden."""
    selectors.insist(actor=actor)
    lines = read_cards(data, today=clock.today())
    known = {c.number: c for c in Card.objects.select_for_update().filter(number__in=[x.number for x in lines]).order_by("number")}
    faults = [f"{x.line}行目 交付通知書番号「{x.number}」のカードは、もうここにありません。行を消してください" for x in lines
              if x.number in known and known[x.number].state not in IN_STOCK and not _same(known[x.number], x)]
    if faults:
        raise SheetWrong(faults)
    pairs = [(known.get(x.number), x) for x in lines]
    other = [(card, x) for card, x in pairs if card is not None and not _same(card, x)]
    fresh = [_fill(Card(number=x.number), x) for card, x in pairs if card is None]
    done = Imported(len(fresh), len(other), len(lines) - len(fresh) - len(other))
    if dry_run:
        return done
    for card, line in other:
        _fill(card, line).save()
    try:
        with transaction.atomic():
            Card.objects.bulk_create(fresh)
    except IntegrityError:
        raise CardOver("別の画面で同じカードが取り込まれました。もう一度送ってください。") from None
    audit.record(actor.actor, "cards.imported", chain=CHAIN, facts=asdict(done) | {
        "cards": {str(card.id): mark_of(card) for card in (*fresh, *(card for card, _ in other))}})
    failpoints.hit("cards.import.before_commit")
    return done


def _same(card: Card, line: Arrived) -> bool:
    return (holder_of(card), card.place, card.arrived_on) == (line.holder, line.place, line.arrived)


def _fill(card: Card, line: Arrived) -> Card:
    born = day_said(line.holder.born)
    assert born is not None  # the sheet was judged
    card.proof, card.sealed = proof_of(line.number, born), sealed(line.holder, card)
    card.place, card.arrived_on, card.changed_at = line.place, line.arrived, clock.now()
    return card


@transaction.atomic(durable=True)
def letters_make(*, actor: Actor, kind: str) -> Batch:
    """A batch of letters for all cards for which they are due (at most LETTERS_MOST). Raises NothingToSend, Forbidden."""
    selectors.insist(actor=actor)
    act = Act.NOTIFY if kind == NOTICE else Act.REMIND
    wanted = [c.id for c in selectors.due_for(kind)]
    cards = [c for c in Card.objects.select_for_update().filter(id__in=wanted).order_by("id") if after(c.state, act)]
    if kind != NOTICE:  # two who press at once: what the first one wrote to is not written to again
        written = set(CardLetter.objects.filter(batch__kind=kind, card__in=cards).values_list("card_id", flat=True))
        cards = [c for c in cards if c.id not in written]
    if not cards:
        raise NothingToSend
    today = clock.today()
    batch = Batch.objects.create(kind=kind, made_on=today, made_at=clock.now(), made_by=actor.actor)
    CardLetter.objects.bulk_create([CardLetter(batch=batch, card=c) for c in cards])
    if kind == NOTICE:
        Card.objects.filter(id__in=[c.id for c in cards]).update(state=after(cards[0].state, act), notified_on=today, changed_at=clock.now())
    audit.record(actor.actor, "cards.letters", chain=CHAIN, facts={"batch": batch.id, "kind": kind, "cards": sorted(str(c.id) for c in cards)})
    failpoints.hit("cards.letters.before_commit")
    return batch


@transaction.atomic(durable=True)
def _end(actor: Staff, card_id: str, act: Act, why: str = "") -> Card:
    card = selectors.card_get(actor=actor, card_id=card_id)
    card = Card.objects.select_for_update().get(id=card.id)
    state = after(card.state, act)
    if state is None:
        raise CardOver
    if why == "late" and not (card.notified_on and keep_until(card.notified_on, card_city().keep) < clock.today()):
        raise CardOver("保管の期限は、まだ過ぎていません。ほかの理由を選ぶか、期限のあとに返してください。")
    card.state, card.ended_on, card.changed_at = state, clock.today(), clock.now()
    card.save(update_fields=["state", "ended_on", "changed_at"])
    audit.record(actor.actor, f"card.{state}", chain=CHAIN, facts={"card": str(card.id)} | ({"why": why} if why else {}))
    return card


def card_hand(*, actor: Staff, card_id: str) -> Card:
    """The card is in its holder's hands; a booking of today was kept, one to come is cancelled. Raises CardNotFound, CardOver."""
    card = _end(actor, card_id, Act.HAND)
    failpoints.hit("cards.end.before_booking")
    booking_finish(card, actor.actor)
    return card


def card_return(*, actor: Staff, card_id: str, why: str) -> Card:
    """The card goes back (返納・廃棄). Raises CardNotFound, CardOver."""
    if why not in WHYS:
        raise CardOver("返す理由を選んでください。")
    card = _end(actor, card_id, Act.RETURN, why)
    failpoints.hit("cards.end.before_booking")
    booking_finish(card, actor.actor)
    return card


def booking_finish(card: Card, by: str) -> None:
    """After the card itself: what a death in between leaves, keeping.bookings_finish finishes."""
    booking = selectors.booking_of(card)
    if booking is None:
        return
    if card.state == "handed" and booking.day <= clock.today():
        booking_mark(booking=booking, came=True, by=by)
    else:
        booking_cancel(booking=booking, by=by, staff=True)
