"""Published procedures that double a hand-made definition: drafts that were published before the pack had the procedure, or knew its name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit, clock
from madoguchi.offices.public import city
from madoguchi.procedures import public as procedures
from madoguchi.procedures.pack import pack_files
from madoguchi.procedures.rules.draft_row import called, wide

from .access import insist
from .errors import DoubleNotFound
from .models import Change, Entry
from .places import section_name
from .taking import CHAIN, one_writer

COMMON_WORDS = re.compile(r"の|[・()（）]|に関する|申請書?|申込(?:み|書)?|申し込み|届出書?|届書?|請求書?|支給|交付|発行|許可|認定|提出|手続き?|等")
LEAST = 3  # letters that must be left of both names


@dataclass(frozen=True, slots=True)
class Double:
    """A published procedure, and the hand-made one that is the same. ``rows``: rows of the inventory that point to it."""

    slug: str
    name: str
    section: str
    instead: str
    instead_name: str
    rows: int = 0
    alike: bool = False  # the names are only alike: somebody has to say whether it is the same


def doubles_found() -> list[Double]:
    """All that are called the same, by name."""
    return [d for d in doubles_named() if not d.alike]


def doubles_named() -> list[Double]:
    """What is offered, is no definition of the pack, and is called as one of the pack that is offered, or much alike; by name."""
    hand = {path.stem for path, _ in pack_files(city())}
    names: dict[str, procedures.Published] = {}
    others = []
    for p in procedures.catalogue():
        if p.slug in hand:
            names |= {wide(str(name)): p for name in (*p.definition.aliases, p.definition.plan_name, p.definition.name) if name}
        else:
            others.append(p)
    rows = dict(Entry.objects.exclude(slug="").values_list("slug").annotate(n=Count("id")))
    out = list[Double]()
    for p in others:
        name = str(p.definition.name)
        same = next((found for word in called(name) if (found := names.get(wide(word)))), None)
        like = same or _alike(name, names)
        if like is not None:
            out.append(Double(p.slug, name, section_name(p.definition.section), like.slug, str(like.definition.name), rows.get(p.slug, 0),
                              alike=same is None))
    return sorted(out, key=lambda d: (d.name, d.slug))


def _alike(name: str, names: dict[str, procedures.Published]) -> procedures.Published | None:
    """That whose name, without the words that every procedure has, holds this one's or stands in it: 葬祭費 in 国民健康保険の葬祭費."""
    own = core(name)
    found = [(len(word), p) for known, p in names.items()
             for word in (core(known),) if min(len(word), len(own)) >= LEAST and (word in own or own in word)]
    return max(found, key=lambda f: f[0])[1] if found else None


def core(name: str) -> str:
    """A name without the words that every procedure has."""
    return COMMON_WORDS.sub("", wide(name))


def double_list(*, actor: Staff) -> tuple[list[Double], list[Double]]:
    """(those that are offered, the same and the alike; those that were withdrawn). Raises EntryNotFound."""
    insist(actor, writes=False)
    there = {p.slug: str(p.definition.name) for p in procedures.catalogue()}
    gone = [Double(w.slug, str(d.name), section_name(d.section), w.instead, there.get(w.instead, w.instead))
            for w in procedures.withdrawals() if w.instead for d in (procedures.current(w.slug).definition,)]
    return doubles_named(), gone


def double_withdraw(*, actor: Staff, slug: str) -> Double:
    """Offer a double no longer; rows that point to it point to the hand-made one. Raises EntryNotFound, DoubleNotFound."""
    insist(actor, writes=True)
    return withdraw(by=actor.actor, slug=slug)


@transaction.atomic
def withdraw(*, by: str, slug: str) -> Double:
    """As double_withdraw, from the command line. Raises DoubleNotFound."""
    one_writer()
    found = next((d for d in doubles_named() if d.slug == slug), None)
    if found is None:
        raise DoubleNotFound
    procedures.withdraw(actor=by, slug=slug, instead=found.instead)
    now, what = clock.now(), {"slug": [slug, found.instead]}
    for entry in Entry.objects.select_for_update().filter(slug=slug).order_by("id"):
        Entry.objects.filter(id=entry.id).update(slug=found.instead, revision=entry.revision + 1, updated_at=now)
        Change.objects.create(entry=entry, at=now, by=by, what=what, note="二重の公開をやめた")
        audit.record(by, "inventory.linked", chain=f"{CHAIN}:{entry.id}", facts={"slug": found.instead}, of=what)
    return found


def double_offer(*, actor: Staff, slug: str) -> None:
    """Offer a withdrawn one again, as it was. Raises EntryNotFound, DoubleNotFound."""
    insist(actor, writes=True)
    if slug not in {w.slug for w in procedures.withdrawals()}:
        raise DoubleNotFound
    procedures.offer_again(actor=actor.actor, slug=slug)
