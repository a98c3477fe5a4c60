"""Ports of identity: who vouches for a resident, who signs, and which programs have rights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .rules import Business, Person

__all__ = ["Business", "BusinessProvider", "IdentityProvider", "Person", "Program", "SignInStart", "SignedIn", "SignedInBusiness", "Signer",
           "programs"]


@dataclass(frozen=True, slots=True)
class Program:
    """A program of the city that reads by itself: 権限の一覧 shows it beside the staff. ``may`` says in words what it reads."""

    number: str
    name: str
    section: str
    may: tuple[str, ...]
    starts: dt.date
    ends: dt.date
    state: str  # 有効, 期限切れ, 停止


programs: dict[str, Callable[[], list[Program]]] = {}  # room → its programs; filled by config.wiring


@dataclass(frozen=True, slots=True)
class SignInStart:
    """Where to send the browser, and what must be remembered until it comes back (plain text, not secret from the
    person at the browser; whoever keeps it makes sure that it is used once)."""

    url: str
    transaction: dict[str, str]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom the provider vouches for: its own name, a subject that is ours alone (pairwise), and the attributes."""

    issuer: str
    subject: str
    person: Person


class IdentityProvider(Protocol):
    """Signs residents in by redirect (OpenID Connect Core 1.0, code flow)."""

    def start(self, *, redirect_uri: str) -> SignInStart:
        """Begin. Raises identity.errors.SignInFailed when the provider can not be reached."""
        ...

    def finish(self, *, redirect_uri: str, transaction: Mapping[str, str], answer: Mapping[str, str]) -> SignedIn:
        """``answer`` are the query parameters of the callback. Raises identity.errors.SignInStopped when the person or
        the provider ended it, SignInFailed when the answer can not be believed."""
        ...

    def public_jwk(self) -> dict[str, str]:
        """The public key to be registered with the provider, as a JWK; the private key is made if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class SignedInBusiness:
    """For whom the provider vouches: the account of a person (``subject``) who acts for a company."""

    issuer: str
    subject: str
    business: Business


class BusinessProvider(Protocol):
    """Signs companies in by redirect: GビズID."""

    def start(self, *, redirect_uri: str) -> SignInStart:
        """As IdentityProvider.start."""
        ...

    def finish_business(self, *, redirect_uri: str, transaction: Mapping[str, str], answer: Mapping[str, str]) -> SignedInBusiness:
        """As IdentityProvider.finish; the corporate number has been checked."""
        ...


class StaffProvider(Protocol):
    """Signs staff in by redirect: the city's own OpenID provider."""

    def start(self, *, redirect_uri: str) -> SignInStart:
        """As IdentityProvider.start."""
        ...

    def finish_staff(self, *, redirect_uri: str, transaction: Mapping[str, str], answer: Mapping[str, str]) -> str:
        """The 職員番号 of whom the provider vouches for. Raises as IdentityProvider.finish."""
        ...


class Signer(Protocol):
    """Signs the digest of a filing with the 署名用電子証明書 of the person at the browser, and verifies the answer."""

    def sign(self, *, digest: str, person: Person) -> dict[str, Any]:
        """Sign a hexadecimal SHA-256. Returns {signer, alg, signature (base64 CMS), certificate (base64 DER), serial,
        name, verified_at} — only what `verify` accepted. Raises identity.errors.SignatureRefused."""
        ...

    def verify(self, *, digest: str, signature: dict[str, Any]) -> list[str]:
        """What is wrong with a stored signature; empty when nothing is."""
        ...
