"""A run of notices shows how far it is: by itself with scripts, by its link without."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Route

from .seed import Town

Open = Callable[..., BrowserContext]


@pytest.mark.parametrize("js", [True, False], ids=["js", "no-js"])
def test_a_run_moves_by_itself_with_scripts_and_by_its_link_without(js: bool, town: Town, open_as: Open) -> None:
    url = town.taxes["run"]
    tab = open_as(town.cookies("yamada"), width=1280, js=js).new_page()
    asked: list[str] = []

    def early(route: Route) -> None:
        """The first answer is as it was before the worker came."""
        asked.append(route.request.url)
        if len(asked) > 1:
            route.continue_()
            return
        answer = route.fetch()
        text = answer.text().replace("すべてできました。", "").replace("すべてできました", "作っています")
        text = text.replace('<div class="db">', '<div class="db" data-poll="1">', 1).replace("1ファイルのうち1ファイル", "1ファイルのうち0ファイル")
        text = text.replace('<div id="run-again" data-part>', '<div id="run-again" data-part><p><a href="./">今の状態を見る</a></p>')
        route.fulfill(response=answer, body=text)

    for _ in range(60):  # the worker of the city hall prints
        tab.goto(url)
        if "すべてできました" in tab.inner_text("#run-said"):
            break
        tab.wait_for_timeout(1000)
    tab.route(f"**{url}", early)
    tab.goto(url)
    assert "1ファイルのうち0ファイル" in tab.inner_text("#run-said")
    said = tab.locator("#run-said")
    assert said.get_attribute("role") == "status"
    if not js:
        tab.get_by_role("link", name="今の状態を見る").click()
    tab.locator("#run-said", has_text="1ファイルのうち1ファイル").wait_for()
    assert "すべてできました" in tab.inner_text("#run-said") and "すべてできました" in tab.inner_text("#run-state")
    assert tab.get_by_role("link", name="今の状態を見る").count() == 0
    seen = len(asked)
    tab.wait_for_timeout(2500)
    assert len(asked) == seen == 2, "a run that is done is not asked for again"
