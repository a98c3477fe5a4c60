"""Sign-in of companies as GビズID does it: against the certified npm `oidc-provider` (client_secret_basic, RS256), and against
the provider that lies."""

from __future__ import annotations

import base64

import pytest
import requests
from django.core import signing
from django.test import Client
from joserfc.jwk import RSAKey

from madoguchi.adapters.oidc import metadata
from madoguchi.adapters.oidc.gbiz import business_read
from madoguchi.identity.corporate import check_digit, corporate_number_fault
from madoguchi.identity.errors import SignInFailed
from madoguchi.identity.models import Business, BusinessAccount, Resident
from madoguchi.identity.owners import BUSINESS_COOKIE, Owner, business_of, person_of
from madoguchi.identity.trial import BUSINESSES

from .browser import Browser
from .conftest import GBIZ_SECRET

KYOTAKU = BUSINESSES["kyotaku"]
TRUE = {"account_type": "2", "corporate_number": KYOTAKU.number, "name": KYOTAKU.name, "user_last_nm": "試用", "user_first_nm": "介子",
        "user_department": KYOTAKU.department}


def _point(settings, issuer, **more):
    metadata.forget()
    settings.GBIZ = settings.GBIZ | {"issuer": issuer, "client_id": "cityhall-gbiz", "client_secret": GBIZ_SECRET} | more


@pytest.fixture
def gbiz(live_server, settings, transactional_db, certified):
    """The served city hall; ``gbiz(login)`` gives the browser of whom the provider signs in."""
    settings.BASE_URL = live_server.url

    def browser(login="kaiko", **more):
        _point(settings, certified, **more)
        requests.post(certified.replace("/op", "/control"), json={"login": login}, timeout=5)
        return Browser(live_server.url)

    yield browser
    requests.post(certified.replace("/op", "/control"), json={"login": "hanako"}, timeout=5)


def go(browser, target="/office/"):
    """Press the button on the sign-in page; what the callback says."""
    page = browser.get(f"{browser.url}/sign-in/", params={"next": target})
    assert "GビズIDでログインする" in page.text
    form = {"csrfmiddlewaretoken": browser.cookies["csrftoken"], "next": target}
    started = browser.post(f"{browser.url}/sign-in/business/", data=form, allow_redirects=False)
    assert started.status_code == 303, started.text
    address = browser.answer(started.headers["Location"])
    return address, browser.get(address, allow_redirects=False)


def owner_in(cookie):
    business, account = signing.loads(cookie, salt="business")
    return Owner("b:" + business, True, account=account)


def test_the_whole_way(gbiz):
    browser = gbiz()
    address, back = go(browser)
    assert (back.status_code, back.headers["Location"]) == (303, "/office/")
    owner = owner_in(browser.holds(BUSINESS_COOKIE))
    assert business_of(owner) == KYOTAKU
    assert person_of(owner) is None and browser.resident is None and not Resident.objects.exists(), "a company is no resident"
    again = browser.get(address, allow_redirects=False)
    assert again.status_code == 400 and "もう一度ログイン" in again.text, "an answer is good once"


@pytest.mark.parametrize(("login", "words"), [
    ("numberless", "法人番号を受け取れません"), ("mistyped", "法人番号を受け取れません"), ("unexamined", "審査を受けていない種類"),
    ("hanako", "審査を受けていない種類")])
def test_whom_the_hall_does_not_take(gbiz, login, words):
    browser = gbiz(login)
    _, back = go(browser)
    assert back.status_code == 400 and words in back.text and not browser.holds(BUSINESS_COOKIE)
    assert not Business.objects.exists()


def test_a_wrong_secret_signs_nobody_in(gbiz):
    browser = gbiz(client_secret="another")
    _, back = go(browser)
    assert back.status_code == 400 and not browser.holds(BUSINESS_COOKIE)


def test_the_answer_of_one_way_does_not_open_the_other(gbiz):
    browser = gbiz()
    page = browser.get(f"{browser.url}/sign-in/")
    started = browser.post(f"{browser.url}/sign-in/business/", data={"csrfmiddlewaretoken": browser.cookies["csrftoken"]}, allow_redirects=False)
    assert page.status_code == 200
    address = browser.answer(started.headers["Location"]).replace("/sign-in/business/", "/sign-in/card/")
    assert browser.get(address, allow_redirects=False).status_code in (400, 404) and browser.resident is None


# --- lies


@pytest.fixture
def lying(settings, liar, db):
    """A browser in this process, and the liar as GビズID with an RSA key."""
    liar.key = liar.signed_by = RSAKey.generate_key(2048, {"kid": "k1", "alg": "RS256", "use": "sig"})
    liar.published, liar.header, liar.userinfo = [liar.key], {"alg": "RS256"}, dict(TRUE)
    settings.BASE_URL = "http://testserver"
    _point(settings, liar.issuer, client_id="cityhall")
    return Client()


def through(client):
    """The whole way against the liar; what the callback says."""
    started = client.post("/sign-in/business/", {"next": "/office/"})
    assert started.status_code == 303, started.content.decode()
    sent = requests.get(started["Location"], allow_redirects=False, timeout=10)
    return client.get(sent.headers["Location"])


def test_the_liar_tells_the_truth_first_and_hears_the_secret_in_the_header(lying, liar):
    assert through(lying).status_code == 303 and BusinessAccount.objects.count() == 1
    assert "client_secret" not in liar.forms[0] and "client_assertion" not in liar.forms[0] and liar.forms[0]["code_verifier"]
    kind, _, sent = liar.headers[0]["Authorization"].partition(" ")
    assert kind == "Basic" and base64.b64decode(sent).decode().startswith("cityhall:")


LIES = {
    "wrong nonce": {"claims": {"nonce": "other"}},
    "wrong aud": {"claims": {"aud": "other"}},
    "wrong iss": {"claims": {"iss": "https://other.example"}},
    "expired": {"claims": {"exp": 1}},
    "alg none": {"header": {"alg": "none"}},
    "alg HS256 with the public key": {"header": {"alg": "HS256"}},
    "another key under the same name": {"signed_by": RSAKey.generate_key(2048, {"kid": "k1", "alg": "RS256"})},
    "somebody else's userinfo": {"userinfo": TRUE | {"sub": "s-2"}},
    "no corporate number": {"userinfo": TRUE | {"corporate_number": None}},
    "a number of twelve digits": {"userinfo": TRUE | {"corporate_number": KYOTAKU.number[1:]}},
    "digits of another width": {"userinfo": TRUE | {"corporate_number": "".join(chr(ord(c) + 0xFEE0) for c in KYOTAKU.number)}},
    "a number in a list": {"userinfo": TRUE | {"corporate_number": [KYOTAKU.number]}},
    "no name of the company": {"userinfo": TRUE | {"name": ""}},
    "nobody who acts": {"userinfo": TRUE | {"user_last_nm": None, "user_first_nm": None}},
    "no kind of account": {"userinfo": TRUE | {"account_type": None}},
}


@pytest.mark.parametrize("name", LIES)
def test_lies(lying, liar, name):
    for what, value in LIES[name].items():
        setattr(liar, what, {**getattr(liar, what), **value} if isinstance(value, dict) else value)
    back = through(lying)
    assert back.status_code == 400 and "ログイン" in back.content.decode()
    assert BUSINESS_COOKIE not in lying.cookies and not BusinessAccount.objects.exists()


def test_a_wrong_state_and_no_secret(lying, liar, settings):
    liar.answer = {"state": "other"}
    assert through(lying).status_code == 400
    settings.GBIZ = settings.GBIZ | {"client_secret": ""}
    assert lying.post("/sign-in/business/", {"next": "/office/"}).status_code == 503


def test_every_wrong_check_digit_is_found():
    for business in BUSINESSES.values():
        assert corporate_number_fault(business.number) == ""
        for digit in "0123456789":
            number = digit + business.number[1:]
            assert corporate_number_fault(number) == ("" if number == business.number else "check")
    assert corporate_number_fault("") == corporate_number_fault("12345") == "form"
    # 省令2条 by hand: 000000000012 gives 2×1 + 1×2 = 4, and 9 - 4 = 5
    assert check_digit("000000000012") == 5


def test_claims_by_other_names(settings):
    names = settings.GBIZ_CLAIMS | {"number": "houjin", "account_type": ""}
    found = business_read({"houjin": int(KYOTAKU.number), "name": "会社", "user_last_nm": "試用", "user_first_nm": "介子"}, names, [])
    assert (found.number, found.person, found.department) == (KYOTAKU.number, "試用 介子", "")
    with pytest.raises(SignInFailed):
        business_read({"corporate_number": KYOTAKU.number, "name": "会社", "user_last_nm": "試用"}, names, [])


# --- trial, and who is at the browser


def test_the_trial_company_is_marked_and_not_there_in_production(db, settings):
    client = Client()
    assert "試用のログイン（架空の事業所）" in client.get("/sign-in/").content.decode()
    assert client.post("/sign-in/business/trial/", {"business": "kyotaku"})["Location"] == "/office/"
    settings.TRIAL_SIGN_IN = False
    client = Client()
    assert "架空" not in client.get("/sign-in/").content.decode()
    assert client.post("/sign-in/business/trial/", {"business": "kyotaku"}).status_code == 404
    assert BUSINESS_COOKIE not in client.cookies


def test_a_sign_in_ends_the_other_kind(db):
    client = Client()
    client.post("/sign-in/trial/", {"person": "hanako"})
    client.post("/sign-in/business/trial/", {"business": "kyotaku"})
    assert client.cookies["mado_r"].value == "" and client.cookies[BUSINESS_COOKIE].value
    client.post("/sign-in/trial/", {"person": "hanako"})
    assert client.cookies[BUSINESS_COOKIE].value == "" and client.cookies["mado_r"].value
