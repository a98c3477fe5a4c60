"""Two browsers: one over the network against the served city hall, one inside the process."""

from __future__ import annotations

from urllib.parse import urljoin

import requests
from django.core import signing
from django.test import Client

from madoguchi.identity.models import Resident

CALLBACK = "/sign-in/card/callback/"
BUSINESS = "/sign-in/business/callback/"
OFFICE = "/staff/sign-in/office/callback/"


class Browser(requests.Session):
    """A person's browser: keeps cookies, and follows redirects one by one so that a test can look at each."""

    def __init__(self, url):
        super().__init__()
        self.url = url

    def start(self, target="/my/"):
        """Press the button; where it leads."""
        page = self.get(f"{self.url}/sign-in/", params={"next": target})
        assert "カードでログインする" in page.text
        form = {"csrfmiddlewaretoken": self.cookies["csrftoken"], "next": target}
        return self.post(f"{self.url}/sign-in/card/", data=form, allow_redirects=False)

    def answer(self, address):
        """Follow the provider until it sends us home; the address of the callback."""
        while not address.startswith(self.url):
            response = self.get(address, allow_redirects=False)
            assert response.is_redirect, response.text
            address = urljoin(address, response.headers["Location"])
        return address

    def sign_in(self, target="/my/"):
        """The whole way; what the callback says."""
        started = self.start(target)
        assert started.status_code == 303, started.text
        return self.get(self.answer(started.headers["Location"]), allow_redirects=False)

    def holds(self, name):
        """The value of a cookie."""
        return self.cookies.get(name)

    @property
    def resident(self):
        """The id in the resident's cookie."""
        return resident_in(self.holds("mado_r"))


class InsideBrowser(Client):
    """The same person without a server: the city hall answers in this process (and in this test's transaction)."""

    def start(self, target="/my/"):
        """Press the button; where it leads."""
        return self.post("/sign-in/card/", {"next": target})

    def sign_in(self, target="/my/"):
        """The whole way; what the callback says."""
        started = self.start(target)
        assert started.status_code == 303, started.content.decode()
        sent = requests.get(started.headers["Location"], allow_redirects=False, timeout=10)
        return self.get(sent.headers["Location"])

    def holds(self, name):
        """The value of a cookie."""
        return self.cookies[name].value if name in self.cookies else None

    @property
    def resident(self):
        """The id in the resident's cookie."""
        return resident_in(self.holds("mado_r"))


def resident_in(cookie):
    """The id in a resident's cookie."""
    return signing.loads(cookie, salt="resident") if cookie else None


def refused(browser, response, status=400):
    """Nobody is signed in, nothing is kept, and the page says what to do."""
    assert response.status_code == status
    assert "もう一度ログイン" in response.content.decode()
    assert browser.resident is None
    assert not browser.holds("mado_oidc")
    assert not Resident.objects.exists()
    return True
