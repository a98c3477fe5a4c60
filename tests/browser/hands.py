"""What people's hands do in a form: answer, attach, press. The same with and without JavaScript."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Page as Tab

from madoguchi.config import demo
from madoguchi.procedures.rules import generate
from madoguchi.procedures.rules.model import Definition, Step

from .seed import definitions, fields

FORWARD = "main button.lg[value=next]"


def answer(tab: Tab, data: Mapping[str, Any]) -> None:
    """Answer the questions of a page: tick, choose, type."""
    for name, value in data.items():
        values = [str(v) for v in value] if isinstance(value, list) else [str(value)]
        box = tab.locator(f'main [name="{name}"]')
        if name.endswith(".count") or box.count() == 0:
            continue
        kind = box.first.get_attribute("type")
        if kind == "hidden":
            continue
        if not box.first.is_visible() and (shut := box.first.locator("xpath=ancestor::details[not(@open)]")).count():
            shut.locator("summary").click()
        if kind in ("radio", "checkbox"):
            for v in values:
                tab.locator(f'main [name="{name}"][value="{v}"]').check()
        else:
            box.first.fill(values[0])


def fill_step(tab: Tab, slug: str, step: str, given: Mapping[str, Any]) -> None:
    """One page: as many entries as there are, then every answer."""
    data = fields(slug, step, given)
    repeat = definitions()[slug].step(step).repeat  # type: ignore[union-attr]
    if repeat:
        while tab.locator("main .entry").count() < len(given[repeat.id]):
            tab.click("main button[value=add]")
    answer(tab, data)


def walk_by_hand(tab: Tab, slug: str, given: Mapping[str, Any], photo: Path) -> list[str]:
    """From the procedure's page to the check page, choosing photos in the file chooser. Returns the pages seen."""
    tab.goto(f"/p/{slug}/")
    tab.get_by_role("button", name="手続きをはじめる").click()
    return walk_on(tab, slug, given, photo)


def walk_on(tab: Tab, slug: str, given: Mapping[str, Any], photo: Path, look: Callable[[], None] = lambda: None) -> list[str]:
    """From the page of the form that is open to the check page; ``look`` is called on each. Returns the pages seen."""
    seen: list[str] = []
    while (step := here(tab)) != "check":
        assert step not in seen, f"stuck at {step}: {tab.locator('.errsum').all_inner_texts()}"
        seen.append(step)
        look()
        if step == "documents":
            attach(tab, photo)
        else:
            fill_step(tab, slug, step, given)
        with tab.expect_navigation():  # a click alone may be over while the page before, or half of the next, is there
            tab.click(FORWARD)
    return seen


def here(tab: Tab) -> str:
    """The page of the form that is open."""
    found = re.search(r"/a/[0-9a-f-]{36}/([^/?]+)/", tab.url)
    assert found, f"not in a form: {tab.url}"
    return found[1]


def attach(tab: Tab, photo: Path) -> None:
    """Choose the photo for every required slot, as one does on a telephone."""
    for field in tab.locator("main .field:has(.req) input[type=file]").all():
        with tab.expect_file_chooser() as chooser:
            field.click()
        chooser.value.set_files(photo)


def decision_data(d: Definition) -> dict[str, Any]:
    """What the clerk answers when deciding."""
    asked = tuple(dataclasses.replace(q, condition=None, required=True) for q in d.review.questions)
    pretend = dataclasses.replace(d, steps=(Step("decision", "決定", asked),), checks=(), derived=(), attachments=(), roles=())
    made = generate.answers_for(pretend, random.Random(1), today=dt.date.today())
    return generate.post_data(pretend, pretend.steps[0], made)


def open_case(desk: Tab, receipt: str) -> str:
    """Find a case by its receipt number and open it. Returns its address."""
    desk.goto("/staff/")

    def look() -> bool:
        desk.get_by_role("searchbox").fill(receipt)
        desk.keyboard.press("Enter")
        desk.wait_for_url("**/staff/?q=*")
        return desk.locator(".apps tbody a").count() == 1

    demo.wait_for(receipt, look)
    desk.click(".apps tbody a")
    desk.wait_for_url("**/staff/case/**")
    return desk.url.partition("?")[0]


def until(tab: Tab, path: str, words: str) -> None:
    """Open a page again and again until it says so (the worker needs a moment)."""
    def look() -> bool:
        tab.goto(path)
        return words in tab.inner_text("main")

    demo.wait_for(words, look)


def cookies_of(browser: demo.Browser) -> list[dict[str, Any]]:
    """A requests session's cookies for a Playwright window."""
    return [{"name": c.name, "value": c.value or "", "url": browser.base} for c in browser.session.cookies]
