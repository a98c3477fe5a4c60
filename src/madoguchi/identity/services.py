"""Writers of identity: residents who sign in, staff accounts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from madoguchi.kernel import audit, clock, keys
from madoguchi.kernel.canon import sha256

from .models import Business, BusinessAccount, Membership, Resident, Staff
from .ports import BusinessProvider, IdentityProvider, Signer, StaffProvider
from .rules import Business as Company
from .rules import Person

SPENT = "oidc"  # how the rows of `sign_in_spend` begin in the session table


@transaction.atomic
def resident_signed_in(*, issuer: str, subject: str, person: Person) -> Resident:
    """Remember who signed in; the four attributes are replaced by what the card says today."""
    resident, _ = Resident.objects.get_or_create(
        issuer=issuer, subject=subject, defaults={"attributes": b"", "last_seen": clock.now()}
    )
    body = json.dumps(person.as_dict(), ensure_ascii=False).encode()
    resident.attributes = keys.seal("resident", body, bound_to=str(resident.id))
    resident.last_seen = clock.now()
    resident.save(update_fields=["attributes", "last_seen"])
    return resident


def cards_over() -> QuerySet[Resident]:
    """Residents who have not signed in for some days (settings), and of whom the four attributes are still there."""
    before = clock.now() - dt.timedelta(days=max(settings.RESIDENT_KEEP_DAYS, 1))  # never of whom is signed in
    return Resident.objects.filter(last_seen__lt=before).exclude(attributes=b"").order_by("last_seen")


def cards_sweep() -> int:
    """Forget the four attributes of residents who have not signed in for some days (settings): only a sign-in uses them, and the
    next one brings them again. The pairwise subject stays, so that what they filed is theirs. Returns how many."""
    gone = 0
    for resident in list(cards_over().values_list("id", flat=True)[:200]):
        with transaction.atomic():
            if cards_over().order_by().filter(id=resident).update(attributes=b""):
                audit.record("worker", "resident.card_forgotten", chain="residents", facts={"resident": str(resident)})
                gone += 1
    return gone


@transaction.atomic
def business_signed_in(*, issuer: str, subject: str, company: Company) -> BusinessAccount:
    """Remember who signed in for which company; what was said before is replaced. An account that now speaks for another
    company is of that one."""
    business, _ = Business.objects.get_or_create(issuer=issuer, number=company.number)
    # locked: the sweep (business_accounts_forget) waits, and then sees that it was used
    account, _ = BusinessAccount.objects.select_for_update().get_or_create(
        issuer=issuer, subject=subject, defaults={"business": business, "sealed": b"", "last_seen": clock.now()})
    body = json.dumps(company.as_dict(), ensure_ascii=False).encode()
    account.business, account.last_seen = business, clock.now()
    account.sealed = keys.seal("business-account", body, bound_to=str(account.id))
    account.save(update_fields=["business", "sealed", "last_seen"])
    return account


def business_number(key: str) -> str:
    """The 法人番号 of a company by its key of an owner (``b:``), as GビズID said it; empty for every other owner."""
    if not key.startswith("b:"):
        return ""
    return Business.objects.filter(id=key.removeprefix("b:")).values_list("number", flat=True).first() or ""


def business_accounts_idle(*, before: dt.datetime, companies: Collection[str], numbers: Collection[str]) -> QuerySet[BusinessAccount]:
    """Accounts that nobody signed in with since, but of companies that are needed: by their keys of owners, by their corporate numbers."""
    idle = BusinessAccount.objects.filter(last_seen__lt=before).exclude(business__number__in=numbers)
    return idle.exclude(business_id__in=[key.removeprefix("b:") for key in companies]).order_by("last_seen")


def business_accounts_forget(idle: QuerySet[BusinessAccount], *, before: dt.datetime) -> int:
    """Forget accounts that are idle since (business_accounts_idle). The company itself (a public number) stays, so that what it filed is
    its own again when somebody of it comes back. Returns how many went."""
    gone = 0
    for account, business in idle.values_list("id", "business_id")[:200]:
        with transaction.atomic():
            if BusinessAccount.objects.filter(id=account, last_seen__lt=before).delete()[0]:
                audit.record("worker", "business.account_forgotten", chain="businesses", facts={"business": str(business), "account": str(account)})
                gone += 1
    return gone


@transaction.atomic
def staff_enrol(
    *, username: str, name: str, password: str | None, memberships: list[tuple[str, str]], starts: dt.date | None = None
) -> Staff:
    """Create or refresh an account with its roles. An existing password is kept; None: nobody can sign in with one."""
    staff = Staff.objects.filter(username=username).first()
    if staff is None:
        staff = Staff.objects.create_user(username=username, name=name, password=password)
    for section, role in memberships:
        Membership.objects.get_or_create(
            staff=staff, section=section, role=role, defaults={"starts": starts or dt.date(2020, 1, 1)}
        )
    return staff


def sign_in_spend(*, state: str, seconds: int) -> bool:
    """True for the first who comes back with this sign-in, False for everybody after: a copied cookie and address sign
    nobody in twice. The mark lies in Django's session table, which every web process shares, until the cookie could no
    longer be used anyway; marks that ran out go with it."""
    now = clock.now()
    Session.objects.filter(session_key__startswith=SPENT, expire_date__lt=now).delete()
    try:
        with transaction.atomic():
            Session(session_key=(SPENT + sha256(state.encode()))[:40], session_data="",
                    expire_date=now + dt.timedelta(seconds=seconds)).save(force_insert=True)
    except IntegrityError:
        return False
    return True


def identity_provider() -> IdentityProvider | None:
    """The provider residents sign in with (``MADOGUCHI_OIDC_ISSUER``), None when there is none."""
    return cast(IdentityProvider, _load(settings.IDENTITY_PROVIDER)) if settings.OIDC["issuer"] else None


def business_provider() -> BusinessProvider | None:
    """The provider companies sign in with (``MADOGUCHI_GBIZ_ISSUER``), None when there is none."""
    return cast(BusinessProvider, _load(settings.BUSINESS_PROVIDER)) if settings.GBIZ["issuer"] else None


def staff_provider() -> StaffProvider | None:
    """The city's own provider for staff (``MADOGUCHI_STAFF_OIDC_ISSUER``), None when there is none."""
    return cast(StaffProvider, _load(settings.STAFF_PROVIDER)) if settings.STAFF_OIDC["issuer"] else None


def signer(name: str = "") -> Signer | None:
    """The signer that is set (``MADOGUCHI_SIGNER``), or the one a stored signature names. None when there is none."""
    path = settings.SIGNERS.get(name or settings.SIGNER)
    return cast(Signer, _load(path)) if path else None


def _load(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)()
