"""Sign-in with the card, driven as a browser does, against the certified npm `oidc-provider` (tests/oidc: a real process
on loopback). What a certified provider can not be made to do is in test_oidc_lies.py."""

from __future__ import annotations

import json
import logging
import os
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from django.core.management import call_command
from joserfc.jwk import ECKey

from madoguchi.identity.models import Resident
from madoguchi.identity.owners import Owner, person_of
from madoguchi.identity.rules import Person

from .browser import CALLBACK, refused

HANAKO = Person("見本 花子", "1991-07-25", "石川県七尾市袖ヶ江町イ部25番地", "2")


def test_the_whole_way(site, certified):
    browser = site(certified)
    back = browser.sign_in("/my/?tab=1")
    assert (back.status_code, back.headers["Location"]) == (303, "/my/?tab=1")
    resident = Resident.objects.get(id=browser.resident)
    assert resident.issuer == certified and resident.subject != "hanako"
    assert person_of(Owner(f"r:{resident.id}", True)) == HANAKO
    assert "mado_oidc" not in browser.cookies


def test_again_is_the_same_resident_and_another_service_knows_another_subject(site, certified):
    first, second = site(certified), site(certified)
    first.sign_in()
    second.sign_in()
    assert first.resident == second.resident
    third = site(certified, client_id="library")
    third.sign_in()
    assert Resident.objects.get(id=third.resident).subject != Resident.objects.get(id=first.resident).subject


def test_the_way_out_carries_what_must_be_and_never_the_verifier(site, certified):
    browser = site(certified, acr="aal3 crl")
    started = browser.start()
    asked = {k: v[0] for k, v in parse_qs(urlsplit(started.headers["Location"]).query).items()}
    assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
    assert asked["acr_values"] == "aal3 crl" and asked["redirect_uri"] == browser.url + CALLBACK
    assert len(asked["state"]) >= 43 and len(asked["nonce"]) >= 43 and "code_verifier" not in asked
    cookie = started.headers["Set-Cookie"]
    assert all(said in cookie for said in ("HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/sign-in/card/"))


def test_strong_enough(site, certified):
    browser = site(certified, acr="aal3 crl")
    assert browser.sign_in().status_code == 303 and browser.resident


def test_not_strong_enough(site, certified):
    browser = site(certified, acr="aal3")
    requests.post(certified.replace("/op", "/control"), json={"acr": "aal2"}, timeout=5)
    try:
        assert refused(browser, browser.sign_in())
    finally:
        requests.post(certified.replace("/op", "/control"), json={"acr": "aal3"}, timeout=5)


def test_the_person_says_no(site, certified):
    browser = site(certified)
    requests.post(certified.replace("/op", "/control"), json={"refuse": "access_denied"}, timeout=5)
    try:
        back = browser.sign_in("/my/?tab=1")
    finally:
        requests.post(certified.replace("/op", "/control"), json={"refuse": ""}, timeout=5)
    assert back.headers["Location"] == "/sign-in/?" + urlencode({"notice": "cancelled", "next": "/my/?tab=1"})
    page = browser.get(browser.url + back.headers["Location"]).text
    assert "ログインは取り消されました" in page and 'value="/my/?tab=1"' in page
    assert browser.resident is None


def test_the_provider_insists_on_pkce(site, certified):
    browser = site(certified)
    parts = urlsplit(browser.start().headers["Location"])
    query = {k: v[0] for k, v in parse_qs(parts.query).items() if not k.startswith("code_challenge")}
    back = browser.answer(parts._replace(query=urlencode(query)).geturl())
    assert parse_qs(urlsplit(back).query)["error"] == ["invalid_request"]
    assert "notice=unavailable" in browser.get(back, allow_redirects=False).headers["Location"]
    assert browser.resident is None


def test_a_stolen_code_in_another_browser(site, certified):
    """RFC 9700 §4.5: the code of one sign-in injected into another is worth nothing without its verifier."""
    victim, thief = site(certified), site(certified)
    stolen = parse_qs(urlsplit(victim.answer(victim.start().headers["Location"])).query)["code"][0]
    state = parse_qs(urlsplit(thief.start().headers["Location"]).query)["state"][0]
    assert refused(thief, thief.get(thief.url + CALLBACK, params={"code": stolen, "state": state}))


def test_replay(site, certified):
    """The same address again signs nobody in: neither without the cookie, nor with a copy of it."""
    browser = site(certified)
    address = browser.answer(browser.start().headers["Location"])
    copied = {"mado_oidc": browser.cookies["mado_oidc"]}
    assert browser.get(address, allow_redirects=False).status_code == 303
    for cookies in ({}, copied):
        again = requests.get(address, cookies=cookies, allow_redirects=False, timeout=10)
        assert again.status_code == 400 and "同じブラウザー" in again.text and "mado_r" not in again.cookies


def test_a_callback_that_nobody_asked_for(site, certified):
    browser = site(certified)
    assert refused(browser, browser.get(browser.url + CALLBACK, params={"code": "x", "state": "y"}))
    browser.start()
    assert refused(browser, browser.get(browser.url + CALLBACK, params={"code": "x", "state": "y"}))
    assert requests.post(f"{browser.url}/sign-in/card/", timeout=10).status_code == 403  # CSRF


def test_next_stays_on_this_site(site, certified):
    assert site(certified).sign_in("//evil.example/x").headers["Location"] == "/my/"


def test_nothing_about_the_person_reaches_the_log(site, certified, caplog):
    caplog.set_level(logging.DEBUG)
    browser = site(certified)
    address = browser.answer(browser.start().headers["Location"])
    browser.get(address, allow_redirects=False)
    browser.get(address, allow_redirects=False)
    ours = "\n".join(r.getMessage() for r in caplog.records if r.threadName != "MainThread")
    secret = parse_qs(urlsplit(address).query)
    told = [*HANAKO.as_dict().values(), Resident.objects.get().subject, secret["code"][0], secret["state"][0], "eyJ"]
    assert "card_sign_in failed: no_transaction" in ours
    assert not [text for text in told if len(text) > 1 and text in ours]


@pytest.mark.browser
def test_a_real_browser_may_follow_the_form_to_the_provider(site, certified):
    """CSP form-action holds the redirect after the POST too; an issuer without /api/ in its path."""
    from playwright.sync_api import sync_playwright
    from tests.support.chromium import CHROMIUM, FLAGS

    browser = site(certified)
    with sync_playwright() as play:
        engine = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = engine.new_page()
        page.goto(f"{browser.url}/sign-in/?next=/accessibility/")
        page.click("text=カードでログインする")
        page.wait_for_url(f"{browser.url}/accessibility/", timeout=60_000)
        assert "mado_r" in {cookie["name"] for cookie in page.context.cookies()}
        engine.close()


def test_the_policy_names_origins_only(site, certified):
    page = site(certified)
    policy = page.get(f"{page.url}/sign-in/").headers["Content-Security-Policy"]
    assert f"form-action 'self' {certified.removesuffix('/op')};" in policy


def test_without_an_issuer_there_is_no_such_sign_in(client, db):
    assert client.post("/sign-in/card/").status_code == 404
    assert client.get(CALLBACK).status_code == 400
    assert "カードでログインする" not in client.get("/sign-in/").content.decode()


def test_the_command_prints_the_public_key_and_keeps_the_key(settings, tmp_path, capsys):
    settings.OIDC = {**settings.OIDC, "issuer": "https://idp.example", "key_file": str(tmp_path / "new.pem")}
    call_command("oidc_key")
    first = json.loads(capsys.readouterr().out)
    call_command("oidc_key")
    assert json.loads(capsys.readouterr().out) == first
    bare = ECKey.import_key({name: first[name] for name in ("kty", "crv", "x", "y")})
    assert "d" not in first and first["kid"] == bare.thumbprint()
    assert os.stat(tmp_path / "new.pem").st_mode & 0o077 == 0
