"""Where the provider's endpoints are and which keys it signs with: asked once an hour, and when a key is unknown.

OpenID Connect Discovery 1.0 §4; explicit settings win over what the provider publishes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

Key = ECKey | RSAKey
ALG = "ES256"
# What a key of the provider must be to verify an algorithm: (kty, crv), and the class that reads it.
KINDS: dict[str, tuple[tuple[str, str | None], type[ECKey] | type[RSAKey]]] = {
    "ES256": (("EC", "P-256"), ECKey), "RS256": (("RSA", None), RSAKey)}
RSA_LEAST_BITS = 2048  # RFC 7518 §3.3

NAMES = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
TIMEOUT = (5, 10)  # seconds to connect, seconds between bytes: somebody waits at the browser
KEEP_SECONDS = 3600.0
LOOPBACK = ("127.0.0.1", "::1", "localhost")

_kept: dict[tuple[str, ...], tuple[float, Any]] = {}


class MetadataWrong(Exception):
    """The provider's documents can not be had or used. The message is for the log: no personal data is near it."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The four addresses that are needed."""

    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str


def origin(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def endpoints_of(issuer: str, explicit: Mapping[str, str], *, loopback: bool) -> Endpoints:
    """The endpoints, from settings and discovery. ``loopback`` lets http through on this machine (trial and tests).

    A published authorization endpoint on another origin is refused: the page's form-action names only origins that were
    set, so the browser would stop there. Raises MetadataWrong.
    """
    found = {name: explicit.get(name, "") for name in NAMES}
    if not all(found.values()):
        published = _discovered(issuer)
        elsewhere = origin(str(published.get("authorization_endpoint"))) != origin(issuer)
        if elsewhere and not found["authorization_endpoint"]:
            raise MetadataWrong("authorization endpoint on another origin: set MADOGUCHI_OIDC_AUTHORIZATION_ENDPOINT")
        found = {name: value or str(published.get(name, "")) for name, value in found.items()}
    for name, value in found.items():
        parts = urlsplit(value)
        if parts.scheme != "https" and not (loopback and parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise MetadataWrong(f"{name} is not https")
    return Endpoints(**found)


def key_for(jwks_uri: str, kid: str | None, alg: str = ALG) -> Key | None:
    """The provider's key of that name for the algorithm (the only one, if the token names none). An unknown name makes us ask once
    more: keys rotate (Core 1.0 §10.1.1). Raises MetadataWrong."""
    for fresh in (False, True):
        keys = [k for k in _keys(jwks_uri, alg, fresh=fresh) if kid is None or k.kid == kid]
        if len(keys) == 1:
            return keys[0]
    return None


def forget() -> None:
    """Drop everything that is kept."""
    _kept.clear()


def _discovered(issuer: str) -> dict[str, Any]:
    def ask() -> dict[str, Any]:
        body = _get(issuer.rstrip("/") + "/.well-known/openid-configuration")
        if body.get("issuer") != issuer:  # Discovery 1.0 §4.3: exactly the same
            raise MetadataWrong("discovery document of another issuer")
        return body

    return _keep(("discovery", issuer), ask)  # type: ignore[no-any-return]


def _keys(jwks_uri: str, alg: str, *, fresh: bool) -> list[Key]:
    kind, reader = KINDS[alg]

    def ask() -> list[Key]:
        listed = _get(jwks_uri).get("keys")
        usable = [k for k in listed if isinstance(k, dict)] if isinstance(listed, list) else []
        try:
            found: list[Key] = [reader.import_key(k) for k in usable
                                if (k.get("kty"), k.get("crv")) == kind and k.get("use", "sig") == "sig" and k.get("alg", alg) == alg]
        except (JoseError, ValueError, TypeError):
            raise MetadataWrong("key set can not be read") from None
        return [k for k in found if not isinstance(k, RSAKey) or k.raw_value.key_size >= RSA_LEAST_BITS]

    if fresh:
        _kept.pop(("jwks", alg, jwks_uri), None)
    return _keep(("jwks", alg, jwks_uri), ask)  # type: ignore[no-any-return]


def _keep(key: tuple[str, ...], ask: Callable[[], Any]) -> Any:
    kept = _kept.get(key)
    if kept is None or kept[0] < time.monotonic():
        kept = _kept[key] = (time.monotonic() + KEEP_SECONDS, ask())
    return kept[1]


def _get(url: str) -> dict[str, Any]:
    try:
        answer = requests.get(url, timeout=TIMEOUT, allow_redirects=False, headers={"Accept": "application/json"})
        body = answer.json() if answer.status_code == 200 else None
    except (requests.RequestException, ValueError) as error:
        raise MetadataWrong(type(error).__name__) from None
    if not isinstance(body, dict):
        raise MetadataWrong(f"HTTP {answer.status_code}")
    return body
