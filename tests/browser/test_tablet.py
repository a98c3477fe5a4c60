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


def test_somebody_signs_with_a_finger(town: Town, open_as: Callable[..., BrowserContext]):
    assert town.reading
    town._read_until = 0.0  # it is signed here: whoever wants to read later gets another
    tab = open_as(town.cookies("reader")).new_page()
    tab.goto(f"{town.base}/counter/read/")
    box = tab.locator("canvas")
    box.scroll_into_view_if_needed()
    at = box.bounding_box()
    assert at
    tab.mouse.move(at["x"] + 20, at["y"] + 20)
    tab.mouse.down()
    for x, y in ((60, 70), (120, 25), (200, 80), (260, 30)):
        tab.mouse.move(at["x"] + x, at["y"] + y, steps=5)
    tab.mouse.up()
    with tab.expect_navigation():
        tab.get_by_role("button", name="まちがいないので署名して送信する").click()
    assert "受け付けました" in tab.inner_text("h1"), tab.inner_text("main")
    desk = town.window("tanaka").get(town.interview_shown)
    assert tab.locator("dd.v b").first.inner_text() in desk.text()
    tab.get_by_role("button", name="おわる").click()
    tab.wait_for_url("**/counter/**")
    tab.go_back()
    assert "受付番号" not in tab.inner_text("main"), "going back shows nothing"
