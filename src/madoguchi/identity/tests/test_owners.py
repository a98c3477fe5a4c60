"""A sign-in is proven once per cookie, and is over when it is over."""

from __future__ import annotations

import time

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory

from madoguchi.identity import owners
from madoguchi.identity.models import Resident


@pytest.fixture
def cookie() -> str:
    answer = HttpResponse()
    owners.sign_in(answer, Resident())
    return answer.cookies[owners.RESIDENT_COOKIE].value


def who(cookie: str) -> owners.Owner | None:
    request = RequestFactory().get("/")
    request.COOKIES[owners.RESIDENT_COOKIE] = cookie
    return owners.owner_of(request)


def test_it_ends_after_its_time_also_where_it_was_proven_before(cookie, monkeypatch):
    found, began = who(cookie), time.time()
    assert found is not None and found.signed_in and who(cookie) == found
    for after, stands in ((owners.RESIDENT_SECONDS - 60, True), (owners.RESIDENT_SECONDS + 60, False)):
        monkeypatch.setattr(owners.time, "time", lambda at=began + after: at)
        assert (who(cookie) is not None) is stands


def test_another_key_and_another_letter_prove_nothing(cookie, settings):
    assert who(cookie) and not who(cookie[:-1] + ("a" if cookie[-1] != "a" else "b"))
    kept, settings.SECRET_KEY = settings.SECRET_KEY, "x" * 60
    assert who(cookie) is None, "what the old key proved is not remembered for the new one"
    settings.SECRET_KEY_FALLBACKS = [kept]
    assert who(cookie) is not None


def test_a_cookie_of_a_company_is_none_of_a_resident():
    assert who(signing.dumps(["a", "b"], salt="business")) is None
