"""A city that has published its own version of a definition of the pack is told when the pack's has changed since: a law that was amended
reaches the city's version by the hands of its section alone."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from django.db import transaction

from madoguchi.identity.public import Staff
from madoguchi.kernel import audit
from madoguchi.kernel.canon import sha256
from madoguchi.offices.public import city
from madoguchi.procedures.pack import pack_files, pack_text
from madoguchi.procedures.rules import splice

from .access import edits, insist, sees
from .differ import Difference, differences
from .errors import CopyNotFound, Overtaken
from .models import Copy, Revision

Stamp = tuple[int, ...]


def _stamps() -> dict[str, Stamp]:
    """When the files of each definition of the pack were written."""
    return {path.stem: tuple(p.stat().st_mtime_ns for p in (path, override) if p) for path, override in pack_files(city())}


@functools.lru_cache(maxsize=256)
def _pack(slug: str, stamp: Stamp) -> str:
    return pack_text(city(), slug) or ""


@functools.lru_cache(maxsize=256)
def _between(before: str, now: str) -> tuple[Difference, ...]:
    try:
        return tuple(differences(splice.data(before), splice.data(now)))
    except splice.CannotSplice:
        return ()


def _seen(copies: Iterable[Copy]) -> dict[int, str]:
    """Copy → the pack's text that it rests on: what somebody has looked at last, else the one that it was opened from (its first revision)."""
    rows = list(copies)
    first = dict(Revision.objects.filter(copy__in=[c.id for c in rows if not c.pack], number=1).values_list("copy_id", "text"))
    return {c.id: c.pack or first.get(c.id, "") for c in rows}


def amended(*, actor: Staff, copy: Copy) -> tuple[Difference, ...]:
    """What the pack has changed since, in words; nothing for what is not of the pack. Raises CopyNotFound."""
    insist(sees(actor, copy.section))
    stamp = _stamps().get(copy.slug)
    if copy.origin != "pack" or stamp is None:
        return ()
    return _between(_seen([copy])[copy.id], _pack(copy.slug, stamp))


def amended_slugs() -> frozenset[str]:
    """Numbers of all definitions of which the pack has a newer one; for a list that has asked who may see them."""
    stamps, copies = _stamps(), list(Copy.objects.filter(origin="pack").defer("text", "words"))
    seen = _seen(copies)
    return frozenset(c.slug for c in copies if c.slug in stamps and _between(seen[c.id], _pack(c.slug, stamps[c.slug])))


@transaction.atomic
def pack_seen(*, actor: Staff, slug: str, mark: str) -> None:
    """Somebody has looked at what the pack changed and has taken over what the city wants of it: it is told no more. ``mark``: of the pack's
    text that the page showed (``pack_mark``). Raises CopyNotFound, Overtaken when the pack is another one by now."""
    copy = Copy.objects.select_for_update().filter(slug=slug, origin="pack").first()
    stamp = _stamps().get(slug)
    if copy is None or stamp is None:
        raise CopyNotFound
    insist(edits(actor, copy.section))
    text = _pack(slug, stamp)
    if mark != pack_mark(slug):
        raise Overtaken
    if copy.pack != text:
        copy.pack = text
        copy.save(update_fields=["pack"])
        audit.record(actor.actor, "definition.pack_seen", chain=f"definition:{slug}", facts={"text": sha256(text.encode())})


def pack_mark(slug: str) -> str:
    """By what a page names the pack's text that it showed."""
    stamp = _stamps().get(slug)
    return sha256(_pack(slug, stamp).encode())[:16] if stamp is not None else ""
