"""Writers: the city's disasters. ``section`` is the one that certifies damage; the caller knows it from the procedure."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.conf import settings
from django.db import transaction

from madoguchi.kernel import audit, clock
from madoguchi.kernel.errors import Forbidden, NotFound

from . import selectors
from .calendar import city
from .errors import DisasterWrong
from .models import Disaster
from .ports import Officer
from .rules import DisasterTerms, addition_faults, deadline_faults

MANAGE_DISASTERS = "manage_disasters"  # the right, as identity names it


def _authorise(actor: Officer, section: str) -> None:
    if not section or not actor.may(MANAGE_DISASTERS, section):
        raise Forbidden


def facts_of(terms: DisasterTerms) -> dict[str, str]:
    """What the record says of a disaster."""
    return {"name": terms.name, "cause": terms.cause, "happened_on": str(terms.happened_on),
            "accepts_from": str(terms.accepts_from), "accepts_until": str(terms.accepts_until or "")}


def _write(actor: str, terms: DisasterTerms) -> None:
    Disaster.objects.create(**dataclasses.asdict(terms))
    audit.record(actor, "disaster.added", chain=f"disaster:{terms.key}", facts=facts_of(terms))


def _free_key(day: dt.date) -> str:
    """The day it happened, with a number for the second of a day. Nobody has to think of one."""
    taken = set(Disaster.objects.filter(key__startswith=f"{day:%Y-%m-%d}").values_list("key", flat=True))
    names = (f"{day:%Y-%m-%d}" + (f"-{n}" if n > 1 else "") for n in range(1, 1000))
    return next(name for name in names if name not in taken)


@transaction.atomic
def disasters_seed(*, actor: str) -> int:
    """Bring the city pack's disasters into the master; safe to run at every start. Returns how many are new.

    Names and days follow the pack; the time of acceptance of a row that is there is left alone, because staff move it.
    Trial disasters are not brought into production.
    """
    new = 0
    for terms in map(selectors.terms_in_pack, city().disasters):
        if terms.trial and settings.PRODUCTION:
            continue
        row = Disaster.objects.select_for_update().filter(key=terms.key).first()
        if row is None:
            _write(actor, terms)
            new += 1
            continue
        kept = dataclasses.replace(terms, accepts_from=row.accepts_from, accepts_until=row.accepts_until)
        if selectors.terms_of(row) != kept:
            Disaster.objects.filter(id=row.id).update(**dataclasses.asdict(kept))
            audit.record(actor, "disaster.corrected", chain=f"disaster:{kept.key}", facts=facts_of(kept))
    transaction.on_commit(selectors.forget)
    return new


@transaction.atomic
def disaster_add(
    *, actor: Officer, section: str, name: str, cause: str, happened_on: dt.date, accepts_from: dt.date | None = None,
    accepts_until: dt.date | None = None, trial: bool = False,
) -> DisasterTerms:
    """Add a disaster; residents can choose it within seconds. Raises DisasterWrong, Forbidden."""
    _authorise(actor, section)
    terms = DisasterTerms(_free_key(happened_on), name.strip(), cause, happened_on, accepts_from or happened_on,
                          accepts_until, trial)
    faults = addition_faults(terms, clock.today())
    if not faults and Disaster.objects.filter(name=terms.name).exists():
        faults = [("name", "同じ名前の災害がもうあります。受付終了を延ばすときは、一覧から選んでください")]
    if faults:
        raise DisasterWrong(faults)
    _write(actor.actor, terms)
    transaction.on_commit(selectors.forget)
    return terms


@transaction.atomic
def disaster_extend(*, actor: Officer, section: str, key: str, until: dt.date | None, reason: str) -> DisasterTerms:
    """Move the end of acceptance (None: no end). Raises DisasterWrong, NotFound, Forbidden."""
    _authorise(actor, section)
    row = Disaster.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise NotFound("この災害は見つかりませんでした。災害の一覧を確認してください。")
    faults = deadline_faults(selectors.terms_of(row), until, reason, clock.today())
    if faults:
        raise DisasterWrong(faults)
    before, row.accepts_until = row.accepts_until, until
    row.save(update_fields=["accepts_until"])
    audit.record(actor.actor, "disaster.extended", chain=f"disaster:{key}",
                 facts={"before": str(before or ""), "after": str(until or ""), "reason": reason.strip()})
    transaction.on_commit(selectors.forget)
    return selectors.terms_of(row)
