"""What the relying party refuses to believe: against a provider that lies (liar.py)."""

from __future__ import annotations

import time

import pytest
from joserfc import jwt

from madoguchi.adapters.oidc.keys import key_read, public_jwk
from madoguchi.identity.owners import Owner, person_of

from .browser import refused
from .liar import new_key


def test_the_liar_tells_the_truth_first(inside, liar):
    browser = inside(liar.issuer, acr="aal3")
    assert browser.sign_in().status_code == 303 and browser.resident


def test_how_we_prove_who_we_are(inside, liar, key_file):
    """RFC 7523 §3 and RFC 7636 §4.5."""
    inside(liar.issuer).sign_in()
    form = liar.forms[0]
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert len(form["code_verifier"]) == 64 and "client_secret" not in form
    token = jwt.decode(form["client_assertion"], key_read(key_file), algorithms=["ES256"])
    assert token.header["kid"] == public_jwk(key_read(key_file))["kid"]
    said = token.claims
    assert said["iss"] == said["sub"] == "cityhall" and said["aud"] == f"{liar.issuer}/token"
    assert said["exp"] - said["iat"] == 60 and len(said["jti"]) >= 36


NOW = 0  # marks a time that is counted from now
LIES = {
    "wrong nonce": ("id_token invalid_claim nonce", {"claims": {"nonce": "other"}}),
    "no nonce": ("id_token missing_claim nonce", {"claims": {"nonce": None}}),
    "wrong aud": ("id_token invalid_claim aud", {"claims": {"aud": "other"}}),
    "one aud more": ("id_token aud", {"claims": {"aud": ["cityhall", "other"], "azp": "cityhall"}}),
    "wrong azp": ("id_token invalid_claim azp", {"claims": {"azp": "other"}}),
    "wrong iss": ("id_token invalid_claim iss", {"claims": {"iss": "https://other.example"}}),
    "expired 31 seconds ago": ("id_token expired_token exp", {"claims": {"exp": (NOW, -31)}}),
    "no exp": ("id_token missing_claim exp", {"claims": {"exp": None}}),
    "from the future": ("id_token invalid_claim iat", {"claims": {"iat": (NOW, 90)}}),
    "wrong at_hash": ("id_token invalid_claim at_hash", {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}}),
    "empty at_hash": ("id_token at_hash", {"claims": {"at_hash": ""}}),
    "at_hash that is a number": ("id_token invalid_claim at_hash", {"claims": {"at_hash": 7}}),
    "wrong acr": ("id_token acr", {"claims": {"acr": "aal1"}}),
    "no acr": ("id_token acr", {"claims": {"acr": None}}),
    "no sub": ("id_token missing_claim sub", {"claims": {"sub": None}}),
    "sub too long": ("id_token sub", {"claims": {"sub": "s" * 256}}),
    "alg none": ("id_token alg", {"header": {"alg": "none"}}),
    "alg HS256 with the public key": ("id_token alg", {"header": {"alg": "HS256"}}),
    "unknown key": ("id_token unknown_key", {"signed_by": new_key("k2")}),
    "another key under the same name": ("id_token bad_signature", {"signed_by": new_key("k1")}),
    "sub of userinfo": ("userinfo_sub", {"userinfo": {"sub": "s-2"}}),
    "userinfo without sub": ("userinfo_sub", {"userinfo": {"sub": None}}),
    "no name": ("attribute name", {"userinfo": {"name": None}}),
    "no address": ("attribute address", {"userinfo": {"address": {}}}),
    "a date that is none": ("attribute birthdate", {"userinfo": {"birthdate": "1991"}}),
    "no id_token": ("token_response", {"token": {"id_token": None}}),
    "no token": ("id_token malformed", {"token": {"id_token": "x"}}),
    "refusal": ("token invalid_grant", {"token": {"error": "invalid_grant"}}),
    "wrong iss in the answer": ("iss", {"answer": {"iss": "https://other.example"}}),
    "wrong state": ("state", {"answer": {"state": "other"}}),
    "no code": ("no_code", {"answer": {"code": ""}}),
}


@pytest.mark.parametrize("name", LIES)
def test_lies(inside, liar, name, caplog):
    reason, lies = LIES[name]
    for attribute, value in lies.items():
        if isinstance(value, dict):
            value = {k: int(time.time()) + v[1] if isinstance(v, tuple) else v for k, v in value.items()}
        setattr(liar, attribute, value)
    browser = inside(liar.issuer, acr="aal3 crl")
    assert refused(browser, browser.sign_in())
    assert f"card_sign_in failed: {reason}" in caplog.messages


def test_clocks_may_differ_by_half_a_minute(inside, liar):
    liar.claims = {"exp": int(time.time()) - 20, "iat": int(time.time()) + 25}
    browser = inside(liar.issuer)
    assert browser.sign_in().status_code == 303


def test_an_address_of_text_and_a_gender_of_digits(inside, liar):
    liar.userinfo = {"address": "石川県七尾市袖ヶ江町\nイ部25番地", "gender": "3"}
    browser = inside(liar.issuer)
    browser.sign_in()
    person = person_of(Owner(f"r:{browser.resident}", True))
    assert (person.address, person.gender) == ("石川県七尾市袖ヶ江町 イ部25番地", "3")


def test_keys_are_kept_and_asked_again_when_one_is_new(inside, liar):
    for _ in range(2):
        assert inside(liar.issuer).sign_in().status_code == 303
    assert liar.asked.count("/jwks") == 1 and liar.asked.count("/.well-known/openid-configuration") == 1
    liar.signed_by = new_key("k2")
    liar.published = [liar.key, liar.signed_by]
    assert inside(liar.issuer).sign_in().status_code == 303
    assert liar.asked.count("/jwks") == 2


@pytest.mark.parametrize("path", ["/token", "/jwks", "/userinfo"])
def test_a_provider_that_breaks_down(inside, liar, path):
    liar.broken = {path}
    browser = inside(liar.issuer)
    assert refused(browser, browser.sign_in(), status=400 if path == "/userinfo" else 503)


@pytest.mark.parametrize("lie", [
    {"issuer": "https://other.example"}, {"authorization_endpoint": "https://other.example/a"},
    {"token_endpoint": "http://192.0.2.1/token"}, {"jwks_uri": None},
])
def test_metadata_that_can_not_be_used(inside, liar, lie):
    liar.metadata = lie
    assert inside(liar.issuer).start().status_code == 503


def test_a_provider_that_is_not_there(inside):
    started = inside("http://127.0.0.1:9").start()
    assert started.status_code == 503 and "しばらくたってから" in started.content.decode()


def test_endpoints_by_setting_need_no_discovery(inside, liar, settings):
    settings.OIDC_ENDPOINTS = {"authorization_endpoint": f"{liar.issuer}/authorize", "jwks_uri": f"{liar.issuer}/jwks",
                               "token_endpoint": f"{liar.issuer}/token", "userinfo_endpoint": f"{liar.issuer}/userinfo"}
    assert inside(liar.issuer).sign_in().status_code == 303
    assert "/.well-known/openid-configuration" not in liar.asked


def test_plain_http_is_for_this_machine_and_for_trial_only(settings, inside, liar):
    settings.MADOGUCHI_ENV = "production"
    assert inside(liar.issuer).start().status_code == 503
