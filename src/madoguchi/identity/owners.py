"""Who is at the browser: a resident (signed cookie after sign-in with the card) or a guest (random token).

The resident's cookie is signed and holds only an id and the time of sign-in, so that no page asks the database who
it is. It ends after two hours; drafts lie on the server, so nothing is lost (docs/adr/0003).
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from madoguchi.kernel import keys
from madoguchi.kernel.canon import sha256
from madoguchi.kernel.fixed import FixedRead

from .models import Resident
from .rules import Person

READ = FixedRead(Resident, "id")
RESIDENT_COOKIE, GUEST_COOKIE = "mado_r", "mado_g"
RESIDENT_SECONDS = 2 * 3600
GUEST_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Owner:
    """The one to whom drafts and applications belong. ``signed_in`` is False for guests. ``guest`` is the key of the guest
    that a signed-in resident was in this browser before: what they began without the card stays theirs to finish."""

    key: str
    signed_in: bool
    guest: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Whose drafts and applications this browser opens. New ones belong to ``key``."""
        return (self.key, self.guest) if self.guest else (self.key,)

    @property
    def resident_id(self) -> str:
        """The resident's id, empty for guests."""
        return self.key.removeprefix("r:") if self.signed_in else ""


def owner_of(request: HttpRequest) -> Owner | None:
    """The signed-in resident, else the guest, else None. Cached on the request."""
    cached: Owner | None | str = getattr(request, "_owner", "unread")
    if cached != "unread":
        return cached  # type: ignore[return-value]
    owner, guest = _resident(request), _guest(request)
    if owner and guest:
        owner = replace(owner, guest=guest.key)
    owner = owner or guest
    request._owner = owner  # type: ignore[attr-defined]
    return owner


def _resident(request: HttpRequest) -> Owner | None:
    cookie = request.COOKIES.get(RESIDENT_COOKIE)
    if not cookie:
        return None
    try:
        return Owner("r:" + signing.loads(cookie, salt="resident", max_age=RESIDENT_SECONDS), True)
    except signing.BadSignature:
        return None


def _guest(request: HttpRequest) -> Owner | None:
    token = request.COOKIES.get(GUEST_COOKIE, "")
    return Owner("g:" + sha256(token.encode())[:40], False) if len(token) == 43 else None


def sign_in(response: HttpResponse, resident: Resident) -> None:
    """Put the resident's cookie on a response."""
    response.set_cookie(
        RESIDENT_COOKIE, signing.dumps(str(resident.id), salt="resident"), max_age=RESIDENT_SECONDS, httponly=True,
        secure=settings.SECURE_COOKIES, samesite="Lax",
    )


def sign_out(response: HttpResponse) -> None:
    """Take both cookies away: nobody after this one on a shared computer sees anything. Drafts of a guest stay reachable by
    their link, applications by receipt number and code; my page says so before."""
    response.delete_cookie(RESIDENT_COOKIE)
    response.delete_cookie(GUEST_COOKIE)


def guest_make(response: HttpResponse, token: str | None = None) -> Owner:
    """Give this browser a guest token (or the one from an e-mail link)."""
    token = token or secrets.token_urlsafe(32)
    response.set_cookie(GUEST_COOKIE, token, max_age=GUEST_SECONDS, httponly=True, secure=settings.SECURE_COOKIES,
                        samesite="Lax")
    return Owner("g:" + sha256(token.encode())[:40], False)


def person_of(owner: Owner) -> Person | None:
    """The four attributes of a signed-in resident."""
    if not owner.signed_in:
        return None
    row = READ.one(owner.resident_id)
    if row is None:
        return None
    return Person(**json.loads(keys.unseal("resident", row.attributes, bound_to=str(row.id))))
