"""On the way to an OpenID provider and back: what has to be remembered meanwhile (state, nonce, verifier, next) lies in a
signed cookie of ten minutes that only this browser has and only the two addresses of one sign-in see. It serves once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from .services import sign_in_spend

SECONDS = 600


class Kept(TypedDict):
    """What the cookie holds: where to go afterwards, and the provider's transaction."""

    next: str
    kept: dict[str, str]


@dataclass(frozen=True, slots=True)
class Journey:
    """One kind of sign-in, by its cookie and the names of its two routes."""

    cookie: str
    salt: str
    start: str
    end: str

    def callback(self) -> str:
        """As registered with the provider: from settings, never from the Host header."""
        return settings.BASE_URL.rstrip("/") + reverse(self.end)

    def remember(self, response: HttpResponse, *, target: str, transaction: dict[str, str]) -> HttpResponse:
        """Put the cookie on the answer that sends the browser away."""
        response.set_cookie(
            self.cookie, signing.dumps({"next": target, "kept": transaction}, salt=self.salt), max_age=SECONDS, httponly=True,
            secure=settings.SECURE_COOKIES, samesite="Lax", path=reverse(self.start),
        )
        return response

    def spend(self, request: HttpRequest) -> tuple[Kept | None, str]:
        """What was remembered, once; else None and why (no_transaction, spent_transaction)."""
        try:
            kept: Kept = signing.loads(request.COOKIES.get(self.cookie, ""), salt=self.salt, max_age=SECONDS)
        except signing.BadSignature:
            return None, "no_transaction"
        return (kept, "") if sign_in_spend(state=kept["kept"]["state"], seconds=SECONDS) else (None, "spent_transaction")

    def forget(self, response: HttpResponse) -> HttpResponse:
        """Whatever happened, this sign-in is over."""
        response.delete_cookie(self.cookie, path=reverse(self.start))
        return response
