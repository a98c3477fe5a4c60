"""Writers: publishing versions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from madoguchi.kernel import audit, clock
from madoguchi.kernel.canon import canonical, sha256

from . import selectors
from .models import Version

GRACE = dt.timedelta(days=30)


@transaction.atomic
def version_publish(*, actor: str, slug: str, body: dict[str, Any], accept_old: dt.timedelta = GRACE) -> Version:
    """Publish a resolved definition as a new immutable version; the same content again changes nothing.

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
    transaction.on_commit(selectors.forget)
    return version
