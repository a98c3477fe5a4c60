"""Translated pages in a real browser: nothing wider than a small screen, nothing that axe finds, the menu by keyboard."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page as Tab

from madoguchi.web.languages import LANGUAGES, TRANSLATED

from .pages import ROUTES, Page
from .seed import Town, answers, definitions, walk
from .test_axe import OPEN, WIDE, Checker, wide
from .test_resident_pages import WIDER

pytestmark = pytest.mark.browser

Open = Callable[..., BrowserContext]
# words that stick out of their own box, or are cut off at its edge
SPILT = """() => [...document.querySelectorAll('body *')].filter(e => { const s = getComputedStyle(e);
    return s.display !== 'inline' && s.clipPath === 'none' && e.clientWidth > 4 && !/auto|scroll/.test(s.overflowX) &&
        e.scrollWidth > e.clientWidth + 1 && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) })
    .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40) + ' ' + (e.scrollWidth - e.clientWidth))"""
PAGES = ("/", "/procedures/", "/p/risai-shoumei/", "/p/ninshin-todoke/", "/status/", "/sign-in/", "/accessibility/")


def chosen(town: Town, code: str) -> list[dict[str, object]]:
    """The cookie of somebody who chose a language."""
    return [{"name": "ui_lang", "value": code, "url": town.base}]


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("code", ["vi", "pt", "ja-easy"])
def test_nothing_is_wider_than_the_screen(town: Town, open_as: Open, code: str, width: int):
    tab = open_as(chosen(town, code)).new_page()
    tab.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        tab.goto(path)
        assert tab.evaluate(WIDER) <= 0, path


@pytest.mark.parametrize("width", [320, 390, 430])
@pytest.mark.parametrize("code", ["ja", "vi", "pt", "ja-easy"])
def test_nothing_is_wider_than_the_screen_in_the_largest_letters(town: Town, open_as: Open, code: str, width: int):
    """The way of who reads badly: largest letters, black, readings, with the menu of languages open and closed."""
    more = [{"name": f"ui_{name}", "value": value, "url": town.base} for name, value in (("size", "xl"), ("contrast", "high"), ("ruby", "on"))]
    tab = open_as([*chosen(town, code), *more]).new_page()
    tab.set_viewport_size({"width": width, "height": 800})
    for path in ("/", "/p/risai-shoumei/", "/status/"):
        tab.goto(path)
        assert tab.evaluate(WIDER) <= 0, path
        tab.locator(".langs summary").click()
        assert tab.evaluate(WIDER) <= 0, f"{path} with the languages open"


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_readings_widen_nothing_and_the_bar_keeps_its_targets(town: Town, open_as: Open, width: int):
    tab = open_as([{"name": "ui_ruby", "value": "on", "url": town.base}]).new_page()
    tab.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        tab.goto(path)
        assert tab.locator("ruby").count() > 20, path
        assert tab.evaluate(WIDER) <= 0, path
        boxes = [b.bounding_box() for b in tab.locator(".util .ubtn").all() if b.is_visible()]
        assert all(box and box["height"] >= 24 and box["width"] >= 24 and box["x"] + box["width"] <= width for box in boxes), path


def test_the_switch_for_readings_works_by_keyboard_and_without_javascript(town: Town, open_as: Open):
    tab = open_as([], js=False).new_page()
    tab.goto("/procedures/")
    switch = tab.locator("button[name=ruby]")
    switch.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_selector("html[data-ruby]")
    assert switch.get_attribute("aria-pressed") == "true"
    assert tab.url.endswith("/procedures/")


def test_the_language_is_chosen_by_keyboard_and_without_javascript(town: Town, open_as: Open):
    tab = open_as([], js=False).new_page()
    tab.goto("/procedures/")
    tab.locator(".langs summary").focus()
    tab.keyboard.press("Enter")
    tab.locator(".langs button[value=vi]").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_selector("html[lang=vi]")
    assert tab.url.endswith("/procedures/")
    assert tab.locator("h1").inner_text().startswith("Danh sách thủ tục")


@pytest.mark.parametrize("code", ["vi", "ja-easy"])
def test_axe_finds_nothing_on_translated_pages(town: Town, open_as: Open, axe_source: str, code: str):
    tab = open_as(chosen(town, code)).new_page()
    for path in ("/", "/p/risai-shoumei/", "/status/"):
        tab.goto(path)
        checker = Checker(tab, axe_source)
        checker.look("closed")
        tab.evaluate(OPEN)
        wide(tab, 320)
        checker.look("320 open")
        assert checker.wrong == {}, path


def turn(slug: str, today: dt.date) -> str:
    """The language a procedure is walked in: another one every day, all five within five days."""
    return TRANSLATED[(sorted(definitions()).index(slug) + today.toordinal()) % len(TRANSLATED)]


@pytest.mark.parametrize("slug", sorted(definitions()))
def test_no_page_of_a_translated_form_runs_out_of_a_small_screen(slug: str, town: Town, open_as: Open):
    who = "guest" if definitions()[slug].level == "なし" else "hanako"
    code = turn(slug, dt.date.today())
    draft = walk(town.window(who), slug, answers(slug))
    steps = re.findall(rf"{draft}([a-z_0-9]+)/", town.window(who).get(f"{draft}check/").body.decode())
    pages = [f"/p/{slug}/", *(f"{draft}{step}/" for step in dict.fromkeys([*steps, "check"]))]
    assert len(pages) >= 4, pages
    tab = open_as([*town.cookies(who), *chosen(town, code)], js=False, bypass_csp=True).new_page()
    wrong = {}
    for path in pages:
        tab.goto(path, wait_until="domcontentloaded")
        assert tab.locator("html").get_attribute("lang") == LANGUAGES[code].html, path
        tab.evaluate(OPEN)
        for width in (320, 390):
            wide(tab, width)
            if (over := tab.evaluate(WIDER)) > 0:
                wrong[f"{code} {width} {path}"] = over
    assert wrong == {}


def test_every_procedure_meets_every_language_within_five_days():
    days = [dt.date(2026, 11, 27) + dt.timedelta(n) for n in range(len(TRANSLATED))]
    assert all({turn(slug, day) for day in days} == set(TRANSLATED) for slug in definitions())


@pytest.mark.parametrize("code", TRANSLATED)
def test_receipt_status_and_my_page_fit_and_are_translated(code: str, town: Town, open_as: Open):
    tab = open_as([*town.cookies("guest"), *chosen(town, code)], js=False, bypass_csp=True).new_page()
    for path in (f"{town.received.mine}filed/", town.received.mine, "/my/"):
        tab.goto(path, wait_until="domcontentloaded")
        tab.evaluate(OPEN)
        for width in (320, 390):
            wide(tab, width)
            assert tab.evaluate(WIDE) + tab.evaluate(SPILT) == [], (path, width)
        assert tab.locator('main span[lang="ja"]').all_inner_texts() == [], path


ROOMS = ("bookings", "booking_week", "booking_details", "booking_check", "booking", "booking_change", "booking_cancel", "booking_find", "booking_my",
         "booking_wait", "booking_waiting", "guides", "guide", "plan", "plan_answers", "plan_together", "queue", "queue_board",
         "queue_board_section", "queue_ticket", "queue_kiosk", "queue_kiosk_ticket", "card", "card_receive", "mandates", "mandate_new", "mandate",
         "organisation_mandate_new", "invited", "guardians", "guardian_new", "guardian", "acting", "copy", "office", "taxes", "taxes_order",
         "counter", "counter_end", "counter_read", "pay")


def rooms() -> list[Page]:
    """The residents' pages beside the forms, each in every state of the table."""
    found = [page for name in ROOMS for page in ROUTES[name] if isinstance(page, Page)]
    assert len(found) >= len(ROOMS)
    return found


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_rooms_beside_the_forms_fit_a_small_screen(code: str, town: Town, open_as: Open):
    wrong: dict[str, object] = {}
    tabs: dict[str, Tab] = {}
    for page in rooms():
        path = page.reach(town)  # before the cookies are taken: it may give a tablet that was idle a new one
        cookies = town.cookies(page.who)
        key = str(sorted((c["name"], c["value"]) for c in cookies))
        if key not in tabs:  # one window a person: what it has loaded stays
            tabs[key] = open_as([*cookies, *chosen(town, code)], js=False, bypass_csp=True).new_page()
        tab = tabs[key]
        tab.goto(path, wait_until="domcontentloaded")
        assert tab.locator("html").get_attribute("lang") == LANGUAGES[code].html, path
        tab.evaluate(OPEN)
        for width in (320, 390):
            wide(tab, width)
            if found := tab.evaluate(WIDE) + tab.evaluate(SPILT):
                wrong[f"{width} {page}"] = found
        left = [words for words in tab.locator('main span[lang="ja"]').all_inner_texts() if not re.search(r"\d条", words)]  # laws keep their names
        if left:
            wrong[f"Japanese on {page}"] = left
    assert wrong == {}
