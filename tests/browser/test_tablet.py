"""The tablet at the counter: untouched it forgets, touched it stays; without scripts too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from .seed import Town

pytestmark = pytest.mark.browser


def test_untouched_for_ten_minutes_the_page_goes_away(town: Town, open_as: Callable[..., BrowserContext]):
    assert town.tablet
    tab = open_as(town.cookies("tablet")).new_page()
    tab.clock.install()
    tab.goto(f"{town.tablet}event/")
    tab.clock.fast_forward("09:30")
    tab.locator("main").click(position={"x": 3, "y": 3})  # somebody is there
    tab.clock.fast_forward("09:30")
    assert tab.url.endswith("/event/"), "a touch counts"
    with tab.expect_navigation(url="**/counter/"):
        tab.clock.fast_forward("01:00")


def test_without_scripts_the_page_refreshes_itself_into_the_end(town: Town, open_as: Callable[..., BrowserContext]):
    assert town.tablet
    answer = open_as(town.cookies("tablet")).request.get(f"{town.base}{town.tablet}event/")
    assert '<noscript><meta http-equiv="refresh" content="602; url=/counter/"></noscript>' in answer.text()
    assert "http-equiv" not in open_as(town.cookies("guest")).request.get(f"{town.base}/").text()
