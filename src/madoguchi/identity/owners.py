"""Who is at the browser: a resident (signed cookie after sign-in with the card) or a guest (random token).

The resident's cookie is signed and holds only an id and the time of sign-in, so that no page asks the database who
it is. It ends after two hours; drafts lie on the server, so nothing is lost (docs/adr/0003).
"""

from __future__ import annotations

import functools
import json
import secrets
import time
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from madoguchi.kernel import keys
from madoguchi.kernel.canon import sha256
from madoguchi.kernel.fixed import FixedRead

from .models import BusinessAccount, Resident
from .rules import Business, Person

READ = FixedRead(Resident, "id")
RESIDENT_COOKIE, GUEST_COOKIE, BUSINESS_COOKIE = "mado_r", "mado_g", "mado_b"
PERSONAL = {  # everything that leads to somebody, with the path that it is set for: a cookie is only deleted on its own path
    RESIDENT_COOKIE: "/", GUEST_COOKIE: "/", BUSINESS_COOKIE: "/", "mado_p": "/", "mado_code": "/", "mado_mandate": "/", "mado_filed": "/counter/",
    "mado_k": "/", "mado_kc": "/booking/", "mado_kd": "/booking/",
}
RESIDENT_SECONDS = 2 * 3600
GUEST_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Owner:
    """The one to whom drafts and applications belong. ``signed_in`` is False for guests. ``guest`` is the key of the guest
    that a signed-in resident was in this browser before: what they began without the card stays theirs to finish.
    ``account`` is the account of the person who acts, when the owner is a company (``b:``)."""

    key: str
    signed_in: bool
    guest: str = ""
    account: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Whose drafts and applications this browser opens. New ones belong to ``key``."""
        return (self.key, self.guest) if self.guest else (self.key,)

    @property
    def resident_id(self) -> str:
        """The resident's id, empty for guests and companies."""
        return self.key.removeprefix("r:") if self.natural else ""

    @property
    def natural(self) -> bool:
        """Is this a person who signed in as themselves?"""
        return self.signed_in and not self.account

    @property
    def business_id(self) -> str:
        """The company's id, empty for natural persons and guests."""
        return self.key.removeprefix("b:") if self.signed_in and self.account else ""

    @property
    def actor(self) -> str:
        """How this owner appears in the audit chain, in the eighty letters that it has for an actor: of a company, which account."""
        return f"business:{self.key}:{self.account.replace('-', '')}" if self.account else f"resident:{self.key}"


def owner_of(request: HttpRequest) -> Owner | None:
    """The signed-in resident, else the guest, else None. Cached on the request."""
    cached: Owner | None | str = getattr(request, "_owner", "unread")
    if cached != "unread":
        return cached  # type: ignore[return-value]
    owner, guest = _resident(request), _guest(request)
    if owner and guest:
        owner = replace(owner, guest=guest.key)
    owner = owner or _business(request) or guest  # a company never opens what a guest of this browser began
    request._owner = owner  # type: ignore[attr-defined]
    return owner


def _resident(request: HttpRequest) -> Owner | None:
    cookie = request.COOKIES.get(RESIDENT_COOKIE)
    if not cookie:
        return None
    try:
        return Owner("r:" + _signed(cookie, "resident"), True)
    except signing.BadSignature:
        return None


def _signed(cookie: str, salt: str) -> Any:
    """What the city hall put into a cookie of a sign-in that is not over. Raises BadSignature."""
    said, at = _proven(cookie, salt, settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS))
    if time.time() - at > RESIDENT_SECONDS:
        raise signing.SignatureExpired("sign-in is over")
    return said


@functools.lru_cache(maxsize=2048)
def _proven(cookie: str, salt: str, key: str, fallbacks: tuple[str, ...]) -> tuple[Any, int]:
    """What a cookie holds, and its second since 1970: a browser sends the same one with every page. Raises BadSignature (never kept)."""
    said = signing.TimestampSigner(key=key, salt=salt, fallback_keys=list(fallbacks)).unsign_object(cookie)
    return said, signing.b62_decode(cookie.rsplit(":", 2)[1])


def _business(request: HttpRequest) -> Owner | None:
    cookie = request.COOKIES.get(BUSINESS_COOKIE)
    if not cookie:
        return None
    try:
        business, account = _signed(cookie, "business")
    except signing.BadSignature:
        return None
    return Owner("b:" + business, True, account=account)


def _guest(request: HttpRequest) -> Owner | None:
    token = request.COOKIES.get(GUEST_COOKIE, "")
    return Owner("g:" + sha256(token.encode())[:40], False) if len(token) == 43 else None


def sign_in(response: HttpResponse, resident: Resident) -> None:
    """Put the resident's cookie on a response."""
    response.set_cookie(
        RESIDENT_COOKIE, signing.dumps(str(resident.id), salt="resident"), max_age=RESIDENT_SECONDS, httponly=True,
        secure=settings.SECURE_COOKIES, samesite="Lax",
    )
    response.delete_cookie(BUSINESS_COOKIE)


def business_sign_in(response: HttpResponse, account: BusinessAccount) -> None:
    """Put the company's cookie on a response; a resident who was signed in here is no longer."""
    response.set_cookie(
        BUSINESS_COOKIE, signing.dumps([str(account.business_id), str(account.id)], salt="business"), max_age=RESIDENT_SECONDS,
        httponly=True, secure=settings.SECURE_COOKIES, samesite="Lax",
    )
    response.delete_cookie(RESIDENT_COOKIE)


def sign_out(response: HttpResponse) -> None:
    """Take all cookies away: nobody after this one on a shared computer sees anything, nor what was opened by a code. Drafts of
    a guest stay reachable by their link, applications by receipt number and code; my page says so before."""
    for name, path in PERSONAL.items():
        response.delete_cookie(name, path=path)


def guest_make(response: HttpResponse, token: str | None = None) -> Owner:
    """Give this browser a guest token (or the one from an e-mail link)."""
    token = token or secrets.token_urlsafe(32)
    response.set_cookie(GUEST_COOKIE, token, max_age=GUEST_SECONDS, httponly=True, secure=settings.SECURE_COOKIES,
                        samesite="Lax")
    return Owner("g:" + sha256(token.encode())[:40], False)


def guest_keep(request: HttpRequest, response: HttpResponse) -> None:
    """A guest's cookie lives as long as what it opens: thirty days from the last save, not from the first visit."""
    if _guest(request):
        guest_make(response, request.COOKIES[GUEST_COOKIE])


def person_of(owner: Owner) -> Person | None:
    """The four attributes of a signed-in resident, as the card had them at the last sign-in; None once they are forgotten."""
    if not owner.natural:
        return None
    row = READ.one(owner.resident_id)
    if row is None or not row.attributes:
        return None
    return Person(**json.loads(keys.unseal("resident", row.attributes, bound_to=str(row.id))))


def proven(owner: Owner | None) -> bool:
    """Did this person prove with the card who they are? Yes for a sign-in by the provider that is set, when a level (acr) is asked of
    it: without one nobody has said that it was the card. In a trial its invented people count."""
    row = READ.one(owner.resident_id) if owner and owner.natural else None
    if row is None:
        return False
    return (settings.TRIAL_SIGN_IN and row.issuer == "trial") or bool(settings.OIDC["acr"] and row.issuer == settings.OIDC["issuer"])


def sign_in_proves() -> bool:
    """Is the card asked for by the sign-in that is set? As proven, of nobody: for what is only shown where the card could prove it."""
    return bool(settings.TRIAL_SIGN_IN or settings.OIDC["acr"])


def business_of(owner: Owner | None) -> Business | None:
    """The company of a signed-in owner, with the person who acts for it; None for everybody else."""
    if owner is None or not owner.business_id:
        return None
    row = BusinessAccount.objects.filter(id=owner.account, business_id=owner.business_id).first()
    return None if row is None else Business(**json.loads(keys.unseal("business-account", row.sealed, bound_to=str(row.id))))
