"""Definitions that go to another city and come from one."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock
from madoguchi.kernel.canon import sha256
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.pack import COMMON, tables
from madoguchi.procedures.rules import splice

from .access import edits, insist, sees
from .differ import Difference, differences
from .errors import CopyNotFound, FormWrong
from .exchange import lacks, pack_up, unpack
from .models import Copy, Offer, Release
from .selectors import check
from .services import begun, copy_open, copy_save
from .sources import source_of

KEEP = dt.timedelta(days=30)


def export(*, slugs: list[str], actor: Staff | None = None) -> bytes:
    """One file with the published definitions of these procedures. ``actor``: only what this person may see. Raises CopyNotFound."""
    here, things, common = city(), [], tables(COMMON)
    for slug in slugs:
        text = _published_text(slug)
        d = check(slug, text).definition if text else None
        if d is None or text is None or (actor is not None and not sees(actor, d.section)):
            raise CopyNotFound(f"手続き「{slug}」は見つからないか、公開されていません。番号を確かめてください。")
        things.append((d, text, tables(slug, common) | procedures.words_of(slug)))
    return pack_up(here, things)


def _published_text(slug: str) -> str | None:
    last = Release.objects.filter(slug=slug).order_by("-number").first()
    if last is not None:
        return last.text
    found = source_of(slug) if any(p.slug == slug for p in procedures.catalogue()) else None
    return found[0] if found else None


@transaction.atomic
def offers_take_in(*, actor: Staff, data: bytes) -> list[Offer]:
    """Keep every definition of a file to look at. Raises CopyNotFound, ExchangeWrong."""
    insist(any(edits(actor, section) for section in city().sections))
    origin, found = unpack(data)
    now = clock.now()
    made = [Offer.objects.create(slug=g.slug, name=g.name, origin=origin, text=g.text, words=g.words, needs=g.needs, by=actor.actor, at=now)
            for g in found]
    audit.record(actor.actor, "definition.received", chain="definitions", facts={"from": origin, "count": len(made), "sha256": sha256(data)})
    return made


def offer_list(*, actor: Staff) -> list[Offer]:
    """What this person has taken in and not yet decided about."""
    return list(Offer.objects.filter(by=actor.actor).defer("text", "words").order_by("name", "id"))


def offer_get(*, actor: Staff, offer_id: int) -> Offer:
    """One of them. Raises CopyNotFound."""
    offer = Offer.objects.filter(id=offer_id, by=actor.actor).first()
    if offer is None:
        raise CopyNotFound
    return offer


def own_differences(offer: Offer) -> list[Difference] | None:
    """What differs from this city's own, in words; None where it has none."""
    copy = Copy.objects.filter(slug=offer.slug).first()
    found = (copy.text, "") if copy else source_of(offer.slug)
    return differences(splice.data(found[0]), splice.data(offer.text)) if found else None


def offer_lacks(offer: Offer) -> list[str]:
    """What this city must have first."""
    return lacks(offer.needs, city())


@transaction.atomic
def offer_take(*, actor: Staff, offer_id: int, section: str) -> Copy:
    """Make it this city's: the next revision of the procedure with its number, or a new one, for a section. It is published like every
    other change. Raises CopyNotFound, FormWrong."""
    offer = offer_get(actor=actor, offer_id=offer_id)
    if section not in city().sections or not edits(actor, section):
        raise FormWrong([("section", "担当の課を選んでください")])
    text = splice.put(offer.text, ("担当",), section)
    if Copy.objects.filter(slug=offer.slug).exists() or source_of(offer.slug):
        copy = copy_open(actor=actor, slug=offer.slug)
        copy = copy_save(actor=actor, slug=offer.slug, revision=str(copy.revision), text=text, words=f"{offer.origin}の定義を取り込んだ")
    else:
        copy = begun(actor, offer.slug, text, "file")
    copy.words = offer.words
    copy.save(update_fields=["words"])
    audit.record(actor.actor, "definition.adopted", chain=f"definition:{offer.slug}", facts={"from": offer.origin, "text": sha256(text.encode())})
    offer.delete()
    return copy


def offer_drop(*, actor: Staff, offer_id: int) -> None:
    """Do not take it. Raises CopyNotFound."""
    offer_get(actor=actor, offer_id=offer_id).delete()


def offers_over() -> QuerySet[Offer]:
    """What nobody decided about for thirty days."""
    return Offer.objects.filter(at__lt=clock.now() - KEEP)


def definitions_sweep() -> int:
    """It goes."""
    return offers_over().delete()[0]



