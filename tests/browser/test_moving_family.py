"""A family moves here: the finder leads to five things to do in one pass; two are filed online, for two a counter is
booked, of one the paper form is fetched, filled in by hand and handed in, and a clerk types it off its scan.
With scripts and without, and every page on the way without one axe violation. In the end staff see all three applications."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator
from playwright.sync_api import Page as Tab
from tests.support import scan

from madoguchi.config import demo
from madoguchi.offices.public import city
from madoguchi.procedures.rules.faces.pdf import paper_map
from madoguchi.scans import reading

from .hands import answer, fill_step, open_case, walk_on
from .seed import TEATE, Town, answers, definitions
from .test_axe import Checker, wide

pytestmark = pytest.mark.browser
WATER, CARE = "suidou-kaishi", "kaigo-ten-nyuu-keizoku"
DESKS = {WATER: "hirano", TEATE: "tanaka", CARE: "sato"}
BY_HAND = ("filer", "insured_name", "insured_kana", "insured_sex", "insured_phone", "former_city")
Look = Callable[[], None]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo in the telephone."""
    path = tmp_path / "書類.jpg"
    path.write_bytes(demo.picture())
    return path


def tab_of(context: BrowserContext, js: bool) -> Tab:
    """A window in which our scripts run or do not (axe itself needs scripts)."""
    tab = context.new_page()
    if not js:
        tab.route("**/*.js", lambda route: route.abort())
    return tab


def pressed(tab: Tab, what: Locator) -> None:
    """A click that leads to another page, and that page: a click alone may be over before the browser begins to leave."""
    with tab.expect_navigation():
        what.click()


def questions(tab: Tab) -> None:
    """Moving here from elsewhere today, with a child, somebody in care, and a card."""
    today = dt.date.today()
    tab.goto("/guide/")
    pressed(tab, tab.locator("main a[href='/guide/hikkoshi/']"))
    answer(tab, {"kind": "in", "date.era": "ad", "date.y": today.year, "date.m": today.month, "date.d": today.day, "child": "yes",
                 "pupil": "no", "nursery": "no", "care": "yes", "kokuho": "no", "card": "yes", "drive": "no", "dog": "no", "foreign": "no",
                 "single": "no", "old": "no", "disabled": "no", "pensioner": "no"})
    pressed(tab, tab.locator("main button.lg"))


def task(tab: Tab, name: str) -> str:
    """What the list says of one thing to do."""
    return tab.locator("li.task").filter(has=tab.get_by_role("checkbox", name=name, exact=True)).inner_text()


def begun_together(tab: Tab, look: Look) -> None:
    """Choose two of what can be filed online, and write once what both ask."""
    pressed(tab, tab.locator("main a[href$='/together/']"))
    look()
    for box in tab.locator("main input[name=p]").all():
        box.set_checked(box.get_attribute("value") in (TEATE, WATER))
    pressed(tab, tab.locator("main button.lg"))
    look()
    tab.get_by_label("電話番号").fill("0767-00-0001")
    pressed(tab, tab.locator("main button.lg"))


def filed(tab: Tab, plan: str, slug: str, photo: Path, look: Look) -> str:
    """Go on with an application of the list to its receipt number."""
    tab.goto(plan)
    pressed(tab, tab.get_by_role("link", name={WATER: "水道", TEATE: "児童手当"}[slug]).first)
    walk_on(tab, slug, answers(slug, {"account_way": "named", "spouse": False} if slug == TEATE else {}), photo, look)
    look()
    tab.get_by_label("上の内容に、まちがいはありません").check()
    pressed(tab, tab.locator("main button.lg[type=submit]"))
    assert "/filed/" in tab.url, tab.inner_text("main")
    return tab.inner_text(".receipt")


def booked(tab: Tab, phone: str, look: Look) -> str:
    """Book the counter from the list: one time a telephone. Returns the address of the booking."""
    pressed(tab, tab.locator("li.task a[href='/booking/moving/'] >> nth=0"))
    look()
    pressed(tab, tab.locator("main button[name=slot] >> nth=0"))
    look()
    tab.get_by_label("電話番号").fill(phone)
    pressed(tab, tab.locator("main button.lg"))
    look()
    pressed(tab, tab.locator("main button.lg"))
    look()
    assert "予約番号" in tab.inner_text("main"), (tab.url, tab.inner_text("main"))
    return urlsplit(tab.url).path


def paper_of(who: str) -> dict[str, Any]:
    """What stands on the paper: somebody in care, by themselves; of whom depends on who moves."""
    name = {"taro": ("太郎", "タロウ"), "ume": ("花子", "ハナコ")}[who]
    return answers(CARE, {"filer": "self", "number_way": "skip", "medical_joined": True, "former_pending": False}) | {
        "insured_name": {"sei": "見本", "mei": name[0]}, "insured_kana": {"sei": "ミホン", "mei": name[1]}, "insured_phone": "0767000001"}


def filled_in(blank: bytes, given: dict[str, Any]) -> bytes:
    """The printed form with a few answers written on it, as the scanner of the counter gives it back."""
    d, pages = definitions()[CARE], scan.printed(blank)
    boxes = paper_map(d, city().name).boxes
    scan.write(pages, boxes, scan.by_hand(d, boxes, given, BY_HAND))
    return scan.pdf([scan.scanned(page, n) for n, page in enumerate(pages)])


def taken_in(desk: Tab, sheet: Path, look: Look) -> str:
    """A clerk takes the scan in. Returns the address of the packet that it became."""
    desk.goto("/staff/scans/")
    look()
    there = desk.locator("main th a[href*='/scans/p/']")
    known = {link.get_attribute("href") for link in there.all()}
    desk.get_by_label("読み取ったファイル").set_input_files(sheet)
    pressed(desk, desk.get_by_role("button", name="読み込む"))
    look()

    def come() -> list[str]:
        desk.goto("/staff/scans/")
        return [href for link in there.all() if (href := str(link.get_attribute("href"))) not in known]

    (packet,) = demo.wait_for("the packet", come)
    return str(packet)


def typed_off(desk: Tab, packet: str, given: dict[str, Any], look: Look) -> str:
    """Page after page beside the pictures of the boxes, then the day of receipt. Returns the receipt number."""
    desk.goto(packet)
    look()
    assert "ページ目がありません" not in desk.inner_text("main")
    pressed(desk, desk.get_by_role("link", name="入力を始める"))
    pictures = 0
    while found := re.search(r"/k/([a-z_]+)/$", desk.url):
        look()
        pictures += (here := desk.locator("main img.scan")).count()
        if found[1] == "insured_page":
            here.first.scroll_into_view_if_needed()  # pictures come when they are near
            assert here.first.evaluate("img => img.decode().then(() => img.naturalWidth > 0)")
            if reading.installed():
                assert desk.locator("main [name='insured_name.sei']").input_value() == "見本", "the machine's suggestion"
        fill_step(desk, CARE, found[1], given)
        pressed(desk, desk.get_by_role("button", name="確かめて次へ").last)
        assert not desk.locator(".errsum").count(), desk.inner_text(".errsum")
    assert pictures > len(BY_HAND) and desk.url.endswith("/check/")
    look()
    desk.get_by_label("収受日").fill(dt.date.today().isoformat())
    pressed(desk, desk.get_by_role("button", name="受け付ける"))
    look()
    receipt = re.search(r"R\d+-\d{4}-\d{4}-\d", desk.inner_text(".note.ok"))
    assert receipt, desk.inner_text("main")
    return receipt[0]


def seen_by_staff(open_as: Callable[..., BrowserContext], town: Town, receipts: dict[str, str]) -> dict[str, str]:
    """The receipt numbers at the desks of their sections: slug → the line under the heading of the case."""
    out = {}
    for slug, account in DESKS.items():
        desk = open_as(town.cookies(account), width=1280).new_page()
        open_case(desk, receipts[slug])
        out[slug] = desk.inner_text(".r2")
    return out


@pytest.mark.parametrize(("who", "js"), [("taro", True), ("ume", False)], ids=["scripts", "no-scripts"])
def test_a_family_moves_here(
    who: str, js: bool, town: Town, open_as: Callable[..., BrowserContext], axe_source: str, photo: Path, tmp_path: Path,
):
    tab = tab_of(open_as(town.cookies(who), width=390, bypass_csp=True), js)
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
    receipts = {slug: filed(tab, plan, slug, photo, look) for slug in (WATER, TEATE)}
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
    assert "要介護" in words and "被保険者" in words
    look()
    assert check.wrong == {}

    given = paper_of(who)
    (sheet := tmp_path / "紙.pdf").write_bytes(filled_in(paper.body(), given))
    desk = tab_of(open_as(town.cookies("sato"), width=1280, bypass_csp=True), js)
    check = Checker(desk, axe_source)

    def look_desk() -> None:
        for width in (1280, 320):
            wide(desk, width)
            check.look(f"{urlsplit(desk.url).path} {width}")

    receipts[CARE] = typed_off(desk, taken_in(desk, sheet, look_desk), given, look_desk)
    assert check.wrong == {}
    assert len(set(receipts.values())) == 3
    seen = seen_by_staff(open_as, town, receipts)
    assert "オンライン受付" in seen[WATER] and "オンライン受付" in seen[TEATE] and "紙で受付" in seen[CARE]
