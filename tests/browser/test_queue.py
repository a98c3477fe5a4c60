"""The queue in real browsers: the board changes by itself when somebody is called, and a clerk works by keyboard and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect
from playwright.sync_api import Page as Tab

from .seed import Town

pytestmark = pytest.mark.browser
Open = Callable[..., BrowserContext]
DESK, BOARD = "/staff/queue/desk/kaigo/0/", "/queue/board/kaigo/"


def ticket(town: Town) -> str:
    """A ticket of 介護: its number on its telephone page, and the page."""
    desk = town.window("ito").get("/staff/queue/?section=kaigo")
    return "/queue/t/" + desk.send("queue/ticket/", {"service": "care"}).url.rstrip("/").rpartition("/")[2] + "/"


def number_of(tab: object) -> str:
    return tab.locator(".q-number").first.inner_text()  # type: ignore[attr-defined]


def test_a_call_reaches_the_board_and_the_telephone_by_itself(town: Town, open_as: Open):
    there = ticket(town)
    phone, board, desk = open_as([]).new_page(), open_as([]).new_page(), open_as(town.cookies("ito"), width=1280).new_page()
    phone.goto(there)
    number = number_of(phone)
    board.goto(BOARD)
    desk.goto(DESK)
    expect(board.locator(".q-called")).to_have_count(0)
    board.wait_for_timeout(500)
    desk.get_by_role("button", name="次を呼ぶ").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#current .q-number")).to_have_text(number)
    expect(board.locator(".q-called b")).to_have_text(number, timeout=10_000)
    expect(phone.locator(".done-panel")).to_be_visible(timeout=25_000)
    desk.get_by_role("button", name="終える").first.click()
    expect(board.locator(".q-called")).to_have_count(0, timeout=10_000)


def test_the_same_without_scripts(town: Town, open_as: Open):
    there = ticket(town)
    phone, desk = open_as([], js=False).new_page(), open_as(town.cookies("ito"), width=1280, js=False).new_page()
    phone.goto(there)
    assert phone.locator("meta[http-equiv=refresh]").count() == 1
    number = number_of(phone)
    desk.goto(DESK)
    desk.get_by_role("button", name="次を呼ぶ").click()
    assert number_of(desk) == number
    phone.get_by_role("link", name="新しくする").click()
    assert phone.locator(".done-panel").is_visible()
    desk.get_by_role("button", name="保留").click()
    desk.locator("#done").get_by_role("button", name="元に戻す").first.click()
    assert number_of(desk) == number
    desk.locator("#current").get_by_role("button", name="終える").click()
    phone.reload()
    assert "ご用は終わりました" in phone.inner_text("main")


def test_giving_up_on_the_telephone(town: Town, open_as: Open):
    phone = open_as([], js=False).new_page()
    phone.goto(ticket(town))
    phone.locator("main summary").click()
    phone.get_by_role("button", name="番を取り消す").click()
    assert "取り消しました" in phone.inner_text("main")


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "no-scripts"])
def test_an_interview_begins_at_the_called_number_and_leads_back(town: Town, open_as: Open, js: bool):
    ticket(town)
    desk = open_as(town.cookies("ito"), width=1280, js=js).new_page()
    desk.goto(DESK)
    desk.get_by_role("button", name="次を呼ぶ").press("Enter")
    number = number_of(desk)
    desk.get_by_role("link", name="聞き取りを始める").press("Enter")
    desk.wait_for_url("**/interview/?from=ticket:*")
    assert f"番号札 {number}" in desk.inner_text("main")
    assert desk.locator("main input[name=p]:checked").evaluate_all("all => all.map(e => e.value)") == ["kaigo-nintei-shinki"]
    desk.get_by_role("button", name="聞き取りを始める").press("Enter")
    desk.wait_for_url("**/interview/*-*/")
    desk.get_by_text("この聞き取りをやめる").press("Enter")
    desk.get_by_role("button", name="やめて消す").press("Enter")
    desk.get_by_role("link", name="に戻る").press("Enter")
    desk.wait_for_url(f"**{DESK}")
    assert number_of(desk) == number
    desk.locator("#current button[value=finish]").press("Enter")


EYES = """navigator.mediaDevices.getUserMedia = async () => document.createElement('canvas').captureStream();
window.BarcodeDetector = class { async detect() { return [{ rawValue: 'https://example.jp/' }, { rawValue: '12345674' }]; } };"""


def refused(tab: Tab) -> str:
    """What was sent from the device: no booking of today has this number."""
    expect(tab.locator("#number-e")).to_be_visible()
    return tab.locator("#number").input_value()


def test_a_hand_scanner_works_wherever_somebody_pressed_last(town: Town, open_as: Open):
    device = open_as([], width=1280).new_page()
    device.goto(town.kiosk)
    expect(device.get_by_role("button", name="カメラで読み取る")).to_have_count(0)
    device.locator("h1").click()
    device.keyboard.type("12345674")
    device.keyboard.press("Enter")
    assert refused(device) == "12345674"
    device.locator("h1").click()
    device.keyboard.type("87654325")
    device.keyboard.press("Enter")
    expect(device.locator("#number")).to_have_value("87654325")


def test_the_camera_reads_where_the_browser_can(town: Town, open_as: Open):
    context = open_as([], width=1280)
    context.add_init_script(EYES)
    device = context.new_page()
    device.goto(town.kiosk)
    device.get_by_role("button", name="カメラで読み取る").click()
    assert refused(device) == "12345674"
    assert device.locator("video").count() == 0
    desk = open_as(town.cookies("ito"), width=1280)
    desk.add_init_script(EYES)
    page = desk.new_page()
    page.goto("/staff/queue/?section=kaigo")
    page.get_by_role("button", name="カメラで読み取る").press("Enter")
    assert refused(page) == "12345674"


def test_a_device_follows_the_hours_and_the_line_by_itself(town: Town, open_as: Open):
    device = open_as([], width=1280).new_page()
    device.goto(town.kiosk)
    device.locator("#number").fill("123")
    device.evaluate("document.querySelector('#kiosk').replaceChildren()")  # as it was opened before anybody could take a ticket
    device.wait_for_timeout(1000)
    town.window("yamada").get("/staff/queue/?section=zeimu").send("queue/ticket/", {"service": "tax"})
    expect(device.locator("#kiosk li")).not_to_have_count(0, timeout=10_000)
    assert device.locator("#number").input_value() == "123", "what somebody types meanwhile stays"
