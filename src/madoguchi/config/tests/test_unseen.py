"""U+0000, which PostgreSQL keeps nowhere, comes in by no address, cookie or form."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from tests.support.hall import Hall

from madoguchi.offices import selectors as offices


def test_a_form_keeps_the_rest_of_what_was_typed(hall: Hall):
    hall.publish("risai-shoumei")
    desk, page = hall.desk("yamada"), "/staff/disasters/"
    flood = {"name": "見本の\x00水害", "cause": "水害", "happened_on": "2026-11-18", "odd\x00": "\x00"}
    assert desk.post(page, flood).status_code == 303
    offices.forget()
    assert "見本の水害" in desk.get(page).content.decode()
    assert desk.post(page, flood | {"name": "\x00"}).status_code == 422  # nothing is left of it


@pytest.mark.parametrize("path", ["/procedures/", "/my/", "/booking/find/", "/staff/", "/staff/collection/demands/", "/staff/people/", "/sign-in/"])
def test_an_address_with_it_finds_what_one_without_it_finds(hall: Hall, path: str):
    desk = hall.desk("admin")
    names = ("q", "page", "next", "kept", "number", "section", "slug", "state", "tab", "day", "year")
    with_it, without = (desk.get(f"{path}?{urlencode(dict.fromkeys(names, f'{nul}1'))}") for nul in ("\x00", ""))
    assert with_it.status_code == without.status_code < 500


@pytest.mark.parametrize("name", ["mado_staff", "mado_r", "csrftoken", "ui_lang"])
def test_a_cookie_with_it_is_a_cookie_of_nobody(hall: Hall, name: str):
    window = hall.browser()
    window.cookies[name] = "a\x00b\x00cdefghijklmnopqrstuvwxyz0123456"
    assert "\\000" in window.cookies.output()
    for path in ("/my/", "/staff/", "/"):
        assert window.get(path).status_code < 500
