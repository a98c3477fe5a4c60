"""Every address: what answers GET answers HEAD in the same way, what only takes a form leads somewhere, and pages that go
wrong speak Japanese. The walk is over the URL configuration, so a new address is held to it too."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.support.hall import Hall
from tests.support.walk import Walk, text

from .test_strangers import OWNED, address, routes, world  # noqa: F401 - a fixture

ONE_TIME = {"card_callback", "business_callback", "office_callback"}  # looking at it spends the sign-in: GET only
FORMS = {"card_hook"}  # a program sends to it: POST only


def every_route() -> dict[str, str]:
    """Name → path of everything in the URL configuration."""
    from django.urls import get_resolver

    def walk(resolver, before=""):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern, before + str(pattern.pattern))
            else:
                yield pattern.name, before + str(pattern.pattern)

    return dict(walk(get_resolver()))


def filled(path: str, things: dict[str, str]) -> str:
    """A path with values for its parts; ids of nothing where the world has none."""
    nothing = "0" * 8 + "-0000-4000-8000-" + "0" * 12
    known = things | {"slug": "jidou-teate-mishiharai", "event": "disaster", "token": "x", "code": "ABCD-EFGH-JKLM",
                      "mandate_id": nothing, "survey_id": nothing, "run_id": nothing, "guardian_id": nothing, "help_id": nothing,
                      "interview_id": nothing, "card_id": nothing, "expiry_id": nothing,
                      "organisation_id": nothing, "payment_id": nothing, "refund_id": nothing, "back_id": nothing,
                      "section": "kosodate", "close_id": nothing, "order_id": nothing,
                      "write_off_id": nothing, "act_id": nothing, "plan_id": nothing, "name": "hikkoshi",
                      "booking_id": nothing, "ticket_id": nothing, "counter": "zeimu", "seat": "0", "kiosk_id": "1",
                      "packet_id": nothing, "page_id": nothing, "box": "0",
                      "service": "tax", "secret": "x", "link": "x"}
    found = address(re.sub(r"<(slug|str|int|path):(?!(step_id))(\w+)>", lambda m: known.get(m[3], "1"), path), known)
    assert "<" not in found, found
    return found


def test_what_answers_get_answers_head(hall: Hall, world):  # noqa: F811
    windows: list[Client] = [hall.browser("hanako"), hall.desk("tanaka"), hall.desk("kobayashi")]
    pages = 0
    for name, path in every_route().items():
        if name in ONE_TIME:
            continue
        for client in windows:
            url = filled(path, world)
            got, asked = client.get(url), client.head(url)
            assert asked.status_code == got.status_code, (name, got.status_code, asked.status_code)
            assert asked.get("Location") == got.get("Location"), name
            assert name in FORMS or path.startswith("staff/") or got.status_code != 405, f"{name}: an empty page for who opens it in the address bar"
            pages += got.status_code == 200
    assert pages > 40, "the walk has really seen pages"


def test_an_address_without_its_last_slash_leads_to_the_page(hall: Hall):
    hall.definition("risai-shoumei")
    client = hall.browser()
    answer = client.get("/p/risai-shoumei?from=poster")
    assert (answer.status_code, answer["Location"]) == (301, "/p/risai-shoumei/?from=poster")
    assert client.get("/p/nothing-here/x").status_code == 404
    assert client.post("/status").status_code == 404


def test_too_much_at_once_is_said_in_japanese(hall: Hall, settings):
    client = hall.browser()
    walk = Walk(client, "risai-shoumei", hall.answers("risai-shoumei")) if hall.definition("risai-shoumei") else None
    assert walk is not None
    for body in ({f"x{i}": "1" for i in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}, {"damage": "あ" * 1_000_000}):
        answer = client.post(walk.url("event"), "&".join(f"{k}={v}" for k, v in body.items()), content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 400
        page = text(answer)
        assert "受け取れない内容でした" in page
        assert "前の画面に戻り" in page
        assert "七尾市" in page


def test_a_form_from_a_page_that_is_too_old_says_what_to_do(hall: Hall):
    answer = Client(enforce_csrf_checks=True).post("/status/", {"receipt": "R8"})
    assert answer.status_code == 403
    assert "もう一度送信してください" in text(answer)


@pytest.mark.parametrize("path", ["/nowhere/", "/my/00000000-0000-4000-8000-000000000000/"])
def test_a_page_that_is_not_there_leads_to_the_sign_in_and_the_look_up(hall: Hall, path):
    page = text(hall.browser("hanako").get(path))
    assert 'href="/status/"' in page
    assert 'href="/sign-in/"' in page


def test_the_table_of_owners_and_the_walk_see_the_same_addresses():
    assert set(OWNED) <= set(every_route())
    assert set(routes()) <= set(every_route())
