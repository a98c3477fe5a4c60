"""A family moves here: the finder leads to five things to do in one pass; two are filed online, for two a counter is
booked, of one the paper form is fetched.
With scripts and without, and every page on the way without one axe violation."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page as Tab

from madoguchi.config import demo

from .hands import answer, walk_on
from .seed import TEATE, Town, answers
from .test_axe import Checker, wide

pytestmark = pytest.mark.browser
WATER, CARE = "suidou-kaishi", "kaigo-ten-nyuu-keizoku"
Look = Callable[[], None]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo in the telephone."""
    path = tmp_path / "書類.jpg"
    path.write_bytes(demo.picture())
    return path


def questions(tab: Tab) -> None:
    """Moving here from elsewhere today, with a child, somebody in care, and a card."""
    today = dt.date.today()
    tab.goto("/guide/")
    tab.click("main a[href='/guide/hikkoshi/']")
    answer(tab, {"kind": "in", "date.era": "ad", "date.y": today.year, "date.m": today.month, "date.d": today.day, "child": "yes",
                 "pupil": "no", "nursery": "no", "care": "yes", "kokuho": "no", "card": "yes", "drive": "no"})
    tab.click("main button.lg")


def task(tab: Tab, name: str) -> str:
    """What the list says of one thing to do."""
    return tab.locator("li.task").filter(has=tab.get_by_role("checkbox", name=name, exact=True)).inner_text()


def begun_together(tab: Tab, look: Look) -> None:
    """Choose two of what can be filed online, and write once what both ask."""
    tab.click("main a[href$='/together/']")
    look()
    for box in tab.locator("main input[name=p]").all():
        box.set_checked(box.get_attribute("value") in (TEATE, WATER))
    tab.click("main button.lg")
    look()
    tab.get_by_label("電話番号").fill("0767-00-0001")
    tab.click("main button.lg")


def filed(tab: Tab, plan: str, slug: str, photo: Path, look: Look) -> str:
    """Go on with an application of the list to its receipt number."""
    tab.goto(plan)
    tab.get_by_role("link", name={WATER: "水道", TEATE: "児童手当"}[slug]).first.click()
    walk_on(tab, slug, answers(slug, {"account_way": "named", "spouse": False} if slug == TEATE else {}), photo, look)
    look()
    tab.get_by_label("上の内容に、まちがいはありません").check()
    tab.locator("main button.lg[type=submit]").click()
    assert "/filed/" in tab.url, tab.inner_text("main")
    return tab.inner_text(".receipt")


def booked(tab: Tab, phone: str, look: Look) -> str:
    """Book the counter from the list: one time a telephone. Returns the address of the booking."""
    tab.click("li.task a[href='/booking/moving/'] >> nth=0")
    look()
    tab.click("main button[name=slot] >> nth=0")
    look()
    tab.get_by_label("電話番号").fill(phone)
    tab.click("main button.lg")
    look()
    tab.locator("main button.lg").click()
    look()
    assert "予約番号" in tab.inner_text("main"), (tab.url, tab.inner_text("main"))
    return urlsplit(tab.url).path


@pytest.mark.parametrize(("who", "js"), [("taro", True), ("ume", False)], ids=["scripts", "no-scripts"])
def test_a_family_moves_here(who: str, js: bool, town: Town, open_as: Callable[..., BrowserContext], axe_source: str, photo: Path):
    tab = open_as(town.cookies(who), width=390, bypass_csp=True).new_page()
    if not js:
        tab.route("**/*.js", lambda route: route.abort())  # axe itself needs scripts
    check = Checker(tab, axe_source)

    def look() -> None:
        wide(tab, 390)
        check.look(urlsplit(tab.url).path)

    questions(tab)
    plan = urlsplit(tab.url).path
    look()
    for name in ("水道の使用開始の申込み", "児童手当 認定請求", "転入届", "マイナンバーカードの住所変更", "住所移転後の要介護・要支援認定の申請"):
        assert task(tab, name)

    begun_together(tab, look)
    assert tab.locator("#begun li").count() == 2
    receipts = {filed(tab, plan, slug, photo, look) for slug in (WATER, TEATE)}
    assert len(receipts) == 2
    tab.goto(plan)
    assert tab.locator("#begun .chip.ok").count() == 2
    booking = booked(tab, "0767-00-0001" if js else "0767-00-0002", look)
    tab.goto(plan)
    for name in ("転入届", "マイナンバーカードの住所変更"):
        assert "窓口の予約：" in task(tab, name)
    assert tab.locator(f"li.task a[href='{booking}']").count() >= 2

    link = tab.locator(f"li.task a[href='/p/{CARE}/paper.pdf']").get_attribute("href")
    paper = tab.request.get(str(link))
    words = demo.read_pdf(paper.body()).replace(" ", "")
    assert "要介護" in words
    assert re.search("被保険者", words)
    look()
    assert check.wrong == {}
