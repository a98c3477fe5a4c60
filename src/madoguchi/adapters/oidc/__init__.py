"""Sign-in by OpenID Connect as デジタル認証アプリ does it: code flow, PKCE S256, private_key_jwt, ES256 ID tokens.

Sources: OpenID Connect Core 1.0, RFC 7636 (PKCE), RFC 7523 (client assertions), RFC 9207 (iss in the answer), and what
is known of the service (docs/signing.md). Proven against the certified npm `oidc-provider`, not against the service.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from django.conf import settings

from madoguchi.identity.errors import SignInFailed, SignInStopped, SignInUnreachable
from madoguchi.identity.ports import SignedIn, SignInStart
from madoguchi.kernel import clock
from madoguchi.kernel.said import say

from . import metadata
from .id_token import TokenWrong, id_token_read
from .keys import KeyUnusable, key_make, key_read, public_jwk
from .userinfo import AttributesMissing, person_read

ASSERTION_SECONDS = 60
NO_ATTRIBUTES = say(
    "カードの氏名・生年月日・住所を受け取れませんでした。カードの情報を渡すことに同意して、もう一度ログインしてください。")
BY_THE_PERSON = {"access_denied", "login_required", "consent_required", "interaction_required",
                 "account_selection_required"}


class _Assertion(PrivateKeyJWT):  # type: ignore[misc]
    """RFC 7523 §3: iss = sub = client, aud = token endpoint, jti, iat, exp. A minute; the library's is an hour."""

    def sign(self, auth: Any, token_endpoint: str) -> str:
        key = auth.client_secret
        return str(private_key_jwt_sign(key, auth.client_id, token_endpoint, alg=metadata.ALG, header={"kid": key.kid},
                                        expires_in=ASSERTION_SECONDS))


class CardProvider:
    """identity.ports.IdentityProvider over settings.OIDC."""

    alg = metadata.ALG

    def __init__(self) -> None:
        self._set_up(settings.OIDC, settings.OIDC_ENDPOINTS, "oidc.pem")

    def _set_up(self, oidc: Mapping[str, str], explicit: Mapping[str, str], key_name: str) -> None:
        self.issuer, self.client_id, self.scope = oidc["issuer"], oidc["client_id"], oidc["scope"]
        self.acr = tuple(oidc["acr"].split())
        self.explicit = explicit
        self.key_file = Path(oidc["key_file"] or settings.MADOGUCHI_DATA / "keys" / key_name)

    def public_jwk(self) -> dict[str, str]:
        """See the port."""
        key_make(self.key_file)
        return public_jwk(key_read(self.key_file))

    def start(self, *, redirect_uri: str) -> SignInStart:
        """See the port. All that is random comes from the operating system."""
        url = self._endpoints().authorization_endpoint
        kept = {"state": secrets.token_urlsafe(32), "nonce": secrets.token_urlsafe(32), "verifier": generate_token(64)}
        extra = {"acr_values": " ".join(self.acr)} if self.acr else {}
        address, _ = self._session(redirect_uri).create_authorization_url(
            url, state=kept["state"], nonce=kept["nonce"], code_verifier=kept["verifier"], **extra)
        return SignInStart(address, kept)

    def finish(self, *, redirect_uri: str, transaction: Mapping[str, str], answer: Mapping[str, str]) -> SignedIn:
        """See the port."""
        subject, claims = self._claims(redirect_uri, transaction, answer)
        try:
            person = person_read(claims)
        except AttributesMissing as error:
            raise SignInFailed(NO_ATTRIBUTES, reason=f"attribute {error}") from None
        return SignedIn(self.issuer, subject, person)

    def _claims(self, redirect_uri: str, transaction: Mapping[str, str], answer: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """(subject, userinfo) of whom the provider vouches for."""
        code = self._code(transaction, answer)
        endpoints = self._endpoints()
        session = self._session(redirect_uri)
        token = self._token(session, endpoints.token_endpoint, code, transaction["verifier"])
        subject = self._subject(token, endpoints.jwks_uri, transaction["nonce"])
        claims = self._userinfo(endpoints.userinfo_endpoint, token["access_token"])
        if claims.get("sub") != subject:  # Core 1.0 §5.3.2: otherwise the answer must not be used
            raise SignInFailed(reason="userinfo_sub")
        return subject, claims

    def _code(self, transaction: Mapping[str, str], answer: Mapping[str, str]) -> str:
        """The code of an answer that belongs to this sign-in."""
        if not secrets.compare_digest(answer.get("state", "").encode(), transaction["state"].encode()):
            raise SignInFailed(reason="state")
        if answer.get("iss", self.issuer) != self.issuer:  # RFC 9207: mixed up with another provider
            raise SignInFailed(reason="iss")
        error = answer.get("error", "")
        if error:
            notice = "cancelled" if error in BY_THE_PERSON else "unavailable"
            raise SignInStopped(reason=f"provider {_plain(error)}", notice=notice)
        if not answer.get("code"):
            raise SignInFailed(reason="no_code")
        return answer["code"]

    def _token(self, session: Any, url: str, code: str, verifier: str) -> dict[str, Any]:
        try:
            token = session.fetch_token(url, grant_type="authorization_code", code=code, code_verifier=verifier,
                                        allow_redirects=False)
        except OAuthError as error:
            raise SignInFailed(reason=f"token {_plain(error.error)}") from None
        except requests.RequestException as error:
            raise SignInUnreachable(reason=f"token {type(error).__name__}") from None
        except (ValueError, TypeError, KeyError) as error:
            raise SignInFailed(reason=f"token {type(error).__name__}") from None
        texts = all(isinstance(token.get(name), str) for name in ("access_token", "id_token", "token_type"))
        if not texts or token["token_type"].lower() != "bearer":
            raise SignInFailed(reason="token_response")
        return dict(token)

    def _subject(self, token: dict[str, Any], jwks_uri: str, nonce: str) -> str:
        try:
            return id_token_read(
                token["id_token"], issuer=self.issuer, client_id=self.client_id, nonce=nonce, acr=self.acr,
                access_token=token["access_token"], now=int(clock.now().timestamp()),
                key_for=lambda kid: metadata.key_for(jwks_uri, kid, self.alg), alg=self.alg)
        except TokenWrong as error:
            raise SignInFailed(reason=f"id_token {error}") from None
        except metadata.MetadataWrong as error:
            raise SignInUnreachable(reason=f"jwks {error}") from None

    def _userinfo(self, url: str, access_token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        try:
            answer = requests.get(url, headers=headers, timeout=metadata.TIMEOUT, allow_redirects=False)
            body = answer.json() if answer.status_code == 200 else None
        except (requests.RequestException, ValueError) as error:
            raise SignInUnreachable(reason=f"userinfo {type(error).__name__}") from None
        if not isinstance(body, dict):
            raise SignInFailed(reason=f"userinfo HTTP {answer.status_code}")
        return body

    def _endpoints(self) -> metadata.Endpoints:
        try:
            return metadata.endpoints_of(self.issuer, self.explicit, loopback=settings.MADOGUCHI_ENV != "production")
        except metadata.MetadataWrong as error:
            raise SignInUnreachable(reason=f"discovery {error}") from None

    def _session(self, redirect_uri: str) -> Any:
        try:
            key = key_read(self.key_file)
        except KeyUnusable:
            raise SignInUnreachable(reason="key file") from None
        session = OAuth2Session(
            self.client_id, key, scope=self.scope, redirect_uri=redirect_uri, code_challenge_method="S256",
            token_endpoint_auth_method=_Assertion.name, default_timeout=metadata.TIMEOUT)
        session.register_client_auth_method(_Assertion())
        return session


class StaffProvider(CardProvider):
    """identity.ports.StaffProvider over settings.STAFF_OIDC: the same client, the same checks, another claim."""

    def __init__(self) -> None:
        self._set_up(settings.STAFF_OIDC, {}, "staff-oidc.pem")

    def finish_staff(self, *, redirect_uri: str, transaction: Mapping[str, str], answer: Mapping[str, str]) -> str:
        """See the port."""
        _, claims = self._claims(redirect_uri, transaction, answer)
        number = claims.get(settings.STAFF_OIDC["claim"])
        if not isinstance(number, str) or not 1 <= len(number) <= 60:
            raise SignInFailed(reason="employee_claim")
        return number


def _plain(text: object) -> str:
    """An error code fit for a log line."""
    return re.sub(r"[^a-z_]", "", str(text).lower())[:40]
