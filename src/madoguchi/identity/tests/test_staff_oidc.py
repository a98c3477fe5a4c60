"""Staff at the city's own OpenID provider: the certified npm `oidc-provider` over the network, as test_oidc does for residents."""

from __future__ import annotations

import pytest
import requests

from madoguchi.identity.models import Staff, StaffSession
from madoguchi.identity.public import staff_enrol
from madoguchi.kernel.models import AuditEntry

from .browser import Browser


@pytest.fixture
def office(live_server, settings, key_file, transactional_db, certified):
    """The served city hall with its own provider; ``office(login=…)`` gives a browser of whom the provider signs in."""
    settings.BASE_URL = live_server.url
    settings.STAFF_OIDC = settings.STAFF_OIDC | {"issuer": certified, "client_id": "cityhall", "key_file": str(key_file), "acr": "",
                                                 "scope": "openid staff"}

    def browser(login):
        requests.post(certified.replace("/op", "/control"), json={"login": login}, timeout=5)
        return Browser(live_server.url)

    yield browser
    requests.post(certified.replace("/op", "/control"), json={"login": "hanako"}, timeout=5)


def go(browser, target="/staff/deliveries/"):
    """Press the button on the sign-in page of staff; what the callback says."""
    page = browser.get(f"{browser.url}/staff/sign-in/", params={"next": target})
    assert "市の職員認証でログインする" in page.text
    assert "form-action 'self' http://127.0.0.1:" in page.headers["Content-Security-Policy"], "the redirect after the button is let out"
    form = {"csrfmiddlewaretoken": browser.cookies["csrftoken"], "next": target}
    started = browser.post(f"{browser.url}/staff/sign-in/office/", data=form, allow_redirects=False)
    assert started.status_code == 303, started.text
    address = browser.answer(started.headers["Location"])
    return address, browser.get(address, allow_redirects=False)


def enrolled():
    return staff_enrol(username="tanaka", name="田中 由紀", password="not-used-here-1", memberships=[("kosodate", "clerk")])


def test_the_whole_way_and_no_second_factor_of_ours(office, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    enrolled()
    browser = office("tanaka")
    address, back = go(browser)
    assert (back.status_code, back.headers["Location"]) == (303, "/staff/deliveries/")
    assert browser.get(f"{browser.url}/staff/deliveries/", allow_redirects=False).status_code == 200
    assert StaffSession.objects.get().way == "office"
    assert AuditEntry.objects.get(action="staff.signed_in").facts == {"way": "office"}
    again = browser.get(address, allow_redirects=False)
    assert again.headers["Location"].startswith("/staff/sign-in/?why=late"), "an answer is good once"


def test_whom_the_hall_does_not_know_or_no_longer_knows(office):
    browser = office("tanaka")
    _, back = go(browser)
    assert back.headers["Location"].startswith("/staff/sign-in/?why=nobody")
    assert "職員の登録がありません" in browser.get(browser.url + back.headers["Location"]).text
    enrolled()
    Staff.objects.update(is_active=False)
    _, back = go(office("tanaka"))
    assert back.headers["Location"].startswith("/staff/sign-in/?why=nobody") and not StaffSession.objects.exists()


def test_an_answer_without_the_number_signs_nobody_in(office):
    enrolled()
    _, back = go(office("hanako"))
    assert back.headers["Location"].startswith("/staff/sign-in/?why=office") and not StaffSession.objects.exists()


def test_a_resident_sign_in_is_no_staff_sign_in(office):
    """The answer of one way does not open the other: each has its own cookie and address."""
    enrolled()
    browser = office("tanaka")
    page = browser.get(f"{browser.url}/staff/sign-in/")
    started = browser.post(f"{browser.url}/staff/sign-in/office/", data={"csrfmiddlewaretoken": browser.cookies["csrftoken"]},
                           allow_redirects=False)
    assert page.status_code == 200
    address = browser.answer(started.headers["Location"]).replace("/staff/sign-in/office/", "/sign-in/card/")
    assert browser.get(address, allow_redirects=False).status_code in (400, 404) and browser.resident is None
