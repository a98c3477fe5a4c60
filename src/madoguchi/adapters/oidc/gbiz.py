"""Sign-in of companies by OpenID Connect as GビズID does it: code flow with PKCE S256, client_secret_basic, RS256 ID tokens,
what is said of company and person in userinfo alone.

What is known of the service and how surely: docs/administrator.md, GビズID. Everything that could be otherwise is a
setting. Proven against the certified npm `oidc-provider`, not against the service.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import quote_plus

from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings

from madoguchi.identity.corporate import corporate_number_fault
from madoguchi.identity.errors import SignInFailed, SignInUnreachable
from madoguchi.identity.ports import Business, SignedInBusiness
from madoguchi.kernel.said import say

from . import CardProvider, metadata

LONGEST = 300
WAYS = ("client_secret_basic", "client_secret_post")
NO_NUMBER = say("GビズIDから、正しい法人番号を受け取れませんでした。個人事業主のGビズIDは、ここでは使えません。"
                "法人のGビズIDでログインし直してください。")
WEAK = say("このGビズIDは、審査を受けていない種類のため、ここでは使えません。GビズIDプライムかメンバーでログインし直してください。")
NO_NAME = say("GビズIDから、法人の名称と利用者の氏名を受け取れませんでした。情報を渡すことに同意して、もう一度ログインしてください。")


class BusinessProvider(CardProvider):
    """identity.ports.BusinessProvider over settings.GBIZ: the same client, the same checks, another proof and other claims."""

    def __init__(self) -> None:
        gbiz = settings.GBIZ
        self.issuer, self.client_id, self.scope, self.acr = gbiz["issuer"], gbiz["client_id"], gbiz["scope"], ()
        self.explicit, self.alg, self.way = settings.GBIZ_ENDPOINTS, gbiz["id_token_alg"], gbiz["auth_method"]
        if self.alg not in metadata.KINDS or self.way not in WAYS or not gbiz["client_secret"]:
            raise SignInUnreachable(reason="settings")

    def finish_business(self, *, redirect_uri: str, transaction: Mapping[str, str], answer: Mapping[str, str]) -> SignedInBusiness:
        """See the port."""
        subject, claims = self._claims(redirect_uri, transaction, answer)
        return SignedInBusiness(self.issuer, subject, business_read(claims, settings.GBIZ_CLAIMS, settings.GBIZ["account_types"].split()))

    def _session(self, redirect_uri: str) -> Any:
        session = OAuth2Session(
            self.client_id, settings.GBIZ["client_secret"], scope=self.scope, redirect_uri=redirect_uri, code_challenge_method="S256",
            token_endpoint_auth_method=self.way, default_timeout=metadata.TIMEOUT)
        session.register_client_auth_method(("client_secret_basic", _basic))
        return session


def _basic(auth: Any, method: str, url: str, headers: MutableMapping[str, str], body: str) -> tuple[str, MutableMapping[str, str], str]:
    """RFC 6749 §2.3.1: both parts are encoded as in forms before they are joined; the library leaves that out."""
    pair = f"{quote_plus(auth.client_id)}:{quote_plus(auth.client_secret)}"
    headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return url, headers, body


def business_read(claims: Mapping[str, Any], names: Mapping[str, str], accepted: list[str]) -> Business:
    """Company and person out of a userinfo answer; ``names`` are the claims by what they hold (empty: is not looked at).
    Raises SignInFailed."""
    said = {what: _text(claims.get(name)) if name else "" for what, name in names.items()}
    if accepted and said["account_type"] not in accepted:
        raise SignInFailed(WEAK, reason="account_type")
    if corporate_number_fault(said["number"]):
        raise SignInFailed(NO_NUMBER, reason="corporate_number")
    person = " ".join(part for part in (said["family_name"], said["given_name"]) if part)
    if not said["name"] or not person:
        raise SignInFailed(NO_NAME, reason="attribute name")
    return Business(said["number"], said["name"], person, said["department"])


def _text(value: object) -> str:
    line = re.sub(r"[\x00-\x1f\x7f]+", " ", str(value)).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return line if len(line) <= LONGEST else ""
