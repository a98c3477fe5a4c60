"""Writers: publishing versions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from madoguchi.kernel import audit, clock
from madoguchi.kernel.canon import canonical, sha256
from madoguchi.kernel.errors import NotFound

from . import selectors
from .models import Version, Withdrawal

GRACE = dt.timedelta(days=30)


@transaction.atomic
def version_publish(*, actor: str, slug: str, body: dict[str, Any], accept_old: dt.timedelta = GRACE) -> Version:
    """Publish a resolved definition as a new immutable version; the same content again changes nothing. A new version is offered, also
    where the procedure was withdrawn before.

    Drafts begun on the version before may still be filed for ``accept_old``, then they migrate.
    """
    checksum = sha256(canonical(body))
    last = Version.objects.select_for_update().filter(slug=slug).order_by("-number").first()
    if last and last.checksum == checksum:
        return last
    now = clock.now()
    version = Version.objects.create(
        slug=slug, number=last.number + 1 if last else 1, checksum=checksum, body=body, published_at=now, published_by=actor
    )
    if last:
        Version.objects.filter(id=last.id).update(accept_until=now + accept_old)
    audit.record(actor, "definition.published", chain=f"definition:{slug}",
                 facts={"number": version.number, "checksum": checksum})
    Withdrawal.objects.filter(slug=slug).delete()
    transaction.on_commit(selectors.forget)
    return version


@transaction.atomic
def withdraw(*, actor: str, slug: str, instead: str) -> None:
    """Offer a procedure no longer: ``instead`` is the same. What was begun or filed goes on. Twice is once. Raises NotFound."""
    selectors.current(slug)
    selectors.offered(instead)
    if slug == instead:
        raise NotFound
    _, new = Withdrawal.objects.get_or_create(slug=slug, defaults={"instead": instead, "by": actor, "at": clock.now()})
    if new:
        audit.record(actor, "definition.withdrawn", chain=f"definition:{slug}", facts={"instead": instead})
        transaction.on_commit(selectors.forget)


@transaction.atomic
def retire(*, actor: str, slug: str) -> bool:
    """Offer a procedure no longer that the city's pack does not have any more; what was begun or filed goes on. False: it was not
    offered. Raises NotFound."""
    selectors.current(slug)
    _, new = Withdrawal.objects.get_or_create(slug=slug, defaults={"instead": "", "by": actor, "at": clock.now()})
    if new:
        audit.record(actor, "definition.withdrawn", chain=f"definition:{slug}", facts={"instead": ""})
        transaction.on_commit(selectors.forget)
    return new


@transaction.atomic
def offer_again(*, actor: str, slug: str) -> None:
    """Offer a withdrawn procedure again as it was. Twice is once."""
    if Withdrawal.objects.filter(slug=slug).delete()[0]:
        audit.record(actor, "definition.offered", chain=f"definition:{slug}", facts={})
        transaction.on_commit(selectors.forget)
