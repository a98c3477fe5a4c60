"""From page to page of the staff's lists."""

from __future__ import annotations

import re

import pytest
from django.template import engines


def links(number: int, pages: int, *address: str) -> list[str]:
    """Where the pager of a page leads, as a browser reads it."""
    given = ", ".join([str(number), str(pages), *(f"'{a}'" for a in address)])
    template = engines["engine"].from_string('{% from "web/pager.html" import pager %}{{ pager(' + given + ") }}")
    return [found.replace("&amp;", "&") for found in re.findall(r'href="([^"]*)"', template.render())]


@pytest.mark.parametrize(("number", "pages", "to"), [
    (1, 1, []), (1, 3, ["?page=2"]), (2, 3, ["?page=1", "?page=3"]), (3, 3, ["?page=2"]),
])
def test_back_and_on(number, pages, to):
    assert links(number, pages) == to


def test_what_else_stands_in_the_address_stays():
    assert links(2, 3, "/staff/?s=a&sort=due&") == ["/staff/?s=a&sort=due&page=1", "/staff/?s=a&sort=due&page=3"]
    assert links(1, 2, '?q="><script>&') == ["?q=&#34;&gt;&lt;script&gt;&page=2"]
