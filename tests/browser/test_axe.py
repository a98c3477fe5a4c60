"""Every page, in every state, without one axe violation, without sideways scrolling, and within its budget (`test_budget`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page as Tab

from madoguchi.casework.states import ALARMS, WORDS

from .pages import PAGES, ROUTES, Page, route_names
from .seed import Town, definitions
from .test_budget import Visit, for_staff, go_on

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """tags => axe.run(document, {rules: {'target-size': {enabled: true}}, runOnly: {type: 'tag', values: tags},
    resultTypes: ['violations']}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 4).map(n =>
    n.target.join(' ') + ' [' + (n.any.concat(n.all, n.none)[0] || {message: ''}).message + ']').join(' | ')))"""
WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : ['scrolls sideways: ' +
    [...document.querySelectorAll('body *')].filter(e => { const r = e.getBoundingClientRect();
        for (let p = e.parentElement; p !== document.body; p = p.parentElement) if (getComputedStyle(p).overflowX !== 'visible') return false;
        return r.width && r.right > innerWidth + 1 })
    .slice(0, 4).map(e => e.tagName + '.' + (e.getAttribute('class') || '') + ' ' + e.textContent.trim().slice(0, 20)).join(', ')]"""
OPEN = "() => document.querySelectorAll('details').forEach(d => d.open = true)"
# WCAG 1.4.12
SPACING = """() => { const s = new CSSStyleSheet(); s.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em' +
    ' !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }'); document.adoptedStyleSheets = [s] }"""
UNSPACED = "() => { document.adoptedStyleSheets = [] }"
SET = "([k, v]) => { if (v) document.documentElement.dataset[k] = v; else delete document.documentElement.dataset[k] }"
# forms that cannot be sent: no button, and more than the one text box in which Enter would do
SILENT = """() => [...document.forms].filter(f => { const own = css => [...f.elements].filter(e => e.matches(css)).length;
    return !own('button:not([type=button])') && own('input:not([type=hidden])') !== 1 }).map(f => f.outerHTML.slice(0, 80))"""
WORST = """([name, due, mark, state]) => { const row = document.querySelector('.apps tbody tr');
    row.querySelector('.c-ap a').textContent = name; row.querySelector('.c-st .chip').textContent = state;
    row.querySelector('.due').textContent = '◎' + due;
    row.querySelector('.c-ap').insertAdjacentHTML('beforeend', `<span class="chip err"><span>◎</span>${mark}</span>`) }"""
EMPTY = """css => { const f = document.querySelector(css);
    f.querySelectorAll('input:not([type=hidden]), textarea').forEach(e => { if (/radio|checkbox/.test(e.type)) e.checked = false;
        else e.value = '' }); }"""


def wide(tab: Tab, width: int) -> None:
    """Another window size."""
    tab.set_viewport_size({"width": width, "height": 844 if width < 800 else 900})


class Checker:
    """Runs axe on the page as it stands, and remembers what is wrong by state."""

    def __init__(self, tab: Tab, axe: str) -> None:
        self.tab, self.axe = tab, axe
        self.wrong: dict[str, list[str]] = {}

    def look(self, state: str) -> None:
        """Look at the page in this state."""
        if not self.tab.evaluate("() => 'axe' in window"):
            self.tab.evaluate(self.axe)
        found = self.tab.evaluate(RUN, TAGS) + self.tab.evaluate(WIDE)
        if found:
            self.wrong[state] = found

    def all_states(self) -> None:
        """Phone and desk; closed and open; large and spaced; black; and 320 pixels wide."""
        tab = self.tab
        wide(tab, 1280)
        self.look("1280")
        tab.evaluate(OPEN)
        wide(tab, 390)
        self.look("390 open")
        tab.evaluate(SET, ["size", "xl"])
        tab.evaluate(SPACING)
        self.look("390 open xl spaced")
        tab.evaluate(SET, ["size", ""])
        tab.evaluate(UNSPACED)
        tab.evaluate(SET, ["contrast", "high"])
        wide(tab, 320)
        self.look("320 open black")
        wide(tab, 1280)
        self.look("1280 open black")

    def some_states(self) -> None:
        """What an error message can spoil: the phone, and the black page at 320 pixels."""
        tab = self.tab
        tab.evaluate(OPEN)
        wide(tab, 390)
        self.look("390 open")
        tab.evaluate(SET, ["contrast", "high"])
        wide(tab, 320)
        self.look("320 open black")


@pytest.fixture
def window(open_as: Callable[..., BrowserContext]) -> Callable[..., Tab]:
    """A tab of somebody, in which axe may be injected."""

    def make(town: Town, who: str, **more: Any) -> Tab:
        return open_as(town.cookies(who), bypass_csp=True, **more).new_page()

    return make


def test_every_route_is_in_the_table():
    names = set(route_names())
    assert names - set(ROUTES) == set(), "a route without a line in pages.ROUTES"
    assert set(ROUTES) - names == set(), "a line in pages.ROUTES without a route"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_page_is_accessible_and_keeps_its_budget(page: Page, town: Town, open_as: Callable[..., BrowserContext], axe_source: str):
    path = page.reach(town)
    tab = open_as(town.cookies(page.who), width=1280 if for_staff(path) else 390).new_page()
    visit = Visit(tab)
    response = visit.open(path)
    if page.act:
        response = visit.act(page.act)
    assert response is not None and response.status == page.status
    assert tab.url.endswith(path.partition("?")[0]) or "?" in path, f"sent on to {tab.url}"
    too_much = visit.too_much(page)
    check = Checker(tab, axe_source)
    check.all_states()
    assert (too_much, check.wrong) == ([], {})


def test_the_longest_words_of_a_case_stay_within_the_phone(town: Town, window: Callable[..., Tab]):
    """Cases grow old and are marked meanwhile: what the list may say of one at worst, whatever the town has done so far."""
    assert town.received.case
    tab = window(town, "yamada")
    tab.goto("/staff/")
    wide(tab, 390)
    tab.evaluate(SET, ["size", "xl"])
    tab.evaluate(SPACING)
    assert tab.evaluate(WIDE) == []
    tab.evaluate(WORST, ["アレクサンドラ　MARIA-WILHELMINA-MAXIMILIANE", "120日超過", max(ALARMS.values(), key=len), max(WORDS.values(), key=len)])
    assert tab.evaluate(WIDE) == []


@pytest.mark.parametrize("page", [p for p in PAGES if p.wrong], ids=str)
def test_its_error_is_accessible(page: Page, town: Town, window: Callable[..., Tab], axe_source: str):
    path = page.reach(town)  # before the cookies are taken: it may give a tablet that was idle a new one
    tab = window(town, page.who)
    came = tab.goto(path)
    assert came is not None and came.status == page.status, tab.inner_text("main")
    with tab.expect_navigation() as sent:
        spoil(tab, page.wrong)
    answer = sent.value
    assert answer is not None and answer.status == page.answers
    assert tab.title().startswith("エラー："), tab.title()
    assert tab.evaluate("() => document.activeElement.matches('.errsum')"), "the summary has the focus"
    broken = tab.evaluate("""() => [...document.querySelectorAll('.errsum a[href^="#"]')].map(a => a.hash.slice(1))
        .filter(id => !document.getElementById(id))""")
    check = Checker(tab, axe_source)
    check.some_states()
    assert (check.wrong, broken) == ({}, [])


def spoil(tab: Tab, form: str) -> None:
    """Send a form empty (or a file that is none of ours)."""
    if form == "file":
        tab.set_input_files("input[type=file] >> nth=0", {"name": "note.txt", "mimeType": "text/plain", "buffer": b"not a photo"})
        tab.click("main button[value=next]")
        return
    tab.evaluate(OPEN)
    tab.evaluate(EMPTY, form)
    tab.eval_on_selector(form, "f => f.requestSubmit()")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_page_stands_without_scripts(page: Page, town: Town, window: Callable[..., Tab], axe_source: str):
    path = page.reach(town)
    tab = window(town, page.who)
    tab.route("**/*.js", lambda route: route.abort())
    tab.goto(path)
    if page.act:
        go_on(tab, page.act)
    assert tab.locator("main").count() == 1
    silent = tab.evaluate(SILENT)
    hidden = tab.evaluate("() => [...document.querySelectorAll('main [hidden]')].map(e => e.textContent.slice(0, 40))")
    check = Checker(tab, axe_source)
    if tab.locator("[data-when], .only-js").count():  # elsewhere the page is the one already looked at
        tab.evaluate(OPEN)
        check.look("390 without scripts")
    assert (silent, hidden, check.wrong) == ([], [], {})


def test_every_kind_of_field_is_on_a_checked_page(town: Town):
    """A field type whose widget no checked page shows would never be looked at."""
    from madoguchi.procedures.public import FIELD_TYPES

    from .pages import SIGNED_STEPS, STEPS
    from .seed import RISAI, TEATE

    def widgets(slugs: Any, steps: Any = None) -> set[str]:
        return {FIELD_TYPES[q.type].widget for slug in slugs for s in definitions()[slug].steps
                if steps is None or s.id in steps for q in s.questions}

    assert widgets(definitions()) == widgets([RISAI], STEPS) | widgets([TEATE], SIGNED_STEPS)


def test_page_of_a_fault_is_accessible(town: Town, window: Callable[..., Tab], axe_source: str):
    """The 500 page has no address: it is drawn as Django draws it, and shown with the city hall's styles."""
    from django.test import RequestFactory

    from madoguchi.web.views import server_error

    html = server_error(RequestFactory().get("/fault/")).content.decode()
    tab = window(town, "nobody")
    tab.route("**/fault/", lambda route: route.fulfill(status=500, content_type="text/html; charset=utf-8", body=html))
    response = tab.goto("/fault/")
    assert response is not None and response.status == 500
    check = Checker(tab, axe_source)
    check.all_states()
    assert check.wrong == {}
