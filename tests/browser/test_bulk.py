"""Bulk review from the list to the report, with and without scripts; the keys and their off switch."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page as Tab

from .hands import answer, decision_data
from .seed import KIFU, Filed, Town, definitions, known_answers

Open = Callable[..., BrowserContext]
SCRIPTS = pytest.mark.parametrize("js", [True, False], ids=["js", "no-js"])


def filed_anew(town: Town, tab: Tab) -> list[Filed]:
    """Two new cases whose checklists the clerk marks in this window."""
    from madoguchi.config import demo

    office = demo.Office(town.base, definitions()[KIFU].section)
    found = [town.file(who, KIFU, known_answers(n), office) for who, n in (("hanako", 1), ("taro", 4))]
    for filed in found:
        tab.goto(filed.case)
        for box in tab.locator(".chk input[type=checkbox]").all():
            box.check()
        tab.get_by_role("button", name="チェックを保存").click()
    return found


def choose(tab: Tab, receipts: list[str], act: str) -> None:
    """Tick cases in the list and go on to the preview."""
    tab.goto(f"/staff/?slug={KIFU}")
    for receipt in receipts:
        tab.get_by_role("checkbox", name=receipt).check()
    tab.get_by_label("すること").select_option(label=act)
    tab.get_by_role("button", name="確認へ進む").click()


@SCRIPTS
def test_many_cases_from_the_list_to_the_report(js: bool, town: Town, open_as: Open):
    desk = open_as(town.cookies("tanaka"), width=1280, js=js).new_page()
    cases = filed_anew(town, desk)
    receipts = [c.receipt for c in cases]
    left = town.donors[2].receipt  # its checklist is not marked
    choose(desk, [*receipts, left], "決定を起案する")
    desk.get_by_role("button", name="どの申請にできるか調べる").click()
    assert "結果を選んでください" in desk.inner_text(".errsum")
    answer(desk, decision_data(definitions()[KIFU]))
    desk.get_by_label("受理").check()
    desk.get_by_role("button", name="どの申請にできるか調べる").click()
    can, can_not = desk.get_by_role("region", name="できる申請"), desk.get_by_role("region", name="できない申請")
    assert [r in can.inner_text() for r in (*receipts, left)] == [True, True, False]
    assert left in can_not.inner_text() and "審査チェックが" in can_not.inner_text()
    desk.get_by_role("button", name="印の付いた申請の決定を起案する").click()
    assert "済み 2件" in desk.inner_text("main") and "対象にしない 1件" in desk.inner_text("main")

    chief = open_as(town.cookies("kimura"), width=390, js=js).new_page()
    choose(chief, receipts, "承認する(決裁)")
    assert "寄附を始める支払月" in chief.inner_text("main"), "an approver reads what is proposed"
    chief.get_by_role("checkbox", name=receipts[1]).uncheck()
    chief.get_by_role("button", name="印の付いた申請を承認する").click()
    assert "済み 1件" in chief.inner_text("main") and "確認の画面で外しました" in chief.inner_text("main")
    report = chief.url
    with chief.expect_download() as loading:
        chief.get_by_role("link", name="CSVで受け取る").click()
    rows = list(csv.reader(Path(loading.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert {row[0]: row[4] for row in rows[1:]} == {receipts[0]: "済み", receipts[1]: "対象にしない"}
    chief.goto("/staff/bulk/")
    chief.get_by_role("link", name="承認する").first.click()
    assert chief.url == report, "the report can be opened again"


def test_everything_on_the_page_is_ticked_at_once(town: Town, open_as: Open):
    assert town.donors
    desk = open_as(town.cookies("tanaka"), width=1280).new_page()
    desk.goto(f"/staff/?slug={KIFU}")
    desk.get_by_role("checkbox", name="この画面の申請をすべて選ぶ").check()
    boxes = desk.locator(".apps tbody input[type=checkbox]")
    assert boxes.count() == desk.locator(".apps tbody input[type=checkbox]:checked").count() >= 3


def test_a_key_never_does_anything_by_itself(town: Town, open_as: Open):
    desk = open_as(town.cookies("tanaka"), width=1280).new_page()
    desk.goto(town.bulk_preview)
    desk.keyboard.press("a")
    assert desk.evaluate("() => document.activeElement.textContent.trim()").startswith("印の付いた申請を担当する")
    assert desk.url.endswith(town.bulk_preview), "only the focus moved"
    assert "できる申請" in desk.inner_text("main")

    desk.goto(town.donors[0].case)
    with desk.expect_navigation():
        desk.keyboard.press("h")
    assert "/decide/?outcome=returned" in desk.url
    assert desk.get_by_label("返戻").is_checked()


def test_return_by_key_goes_to_the_reason(town: Town, open_as: Open):
    chief = open_as(town.cookies("nakamura"), width=1280).new_page()
    chief.goto(town.proposed.case)
    chief.keyboard.press("r")
    assert chief.evaluate("() => document.activeElement.id") == "back-why"
    chief.keyboard.type("rah?")
    assert chief.locator("#back-why").input_value() == "rah?", "letters typed into a box are letters"


def test_the_list_of_keys_and_modifiers(town: Town, open_as: Open):
    desk = open_as(town.cookies("tanaka"), width=1280).new_page()
    desk.goto(town.donors[0].case)
    for key in ("Control+a", "Alt+r", "Meta+h"):
        desk.keyboard.press(key)
    assert desk.url.endswith(town.donors[0].case)
    desk.keyboard.press("?")
    shown = desk.get_by_role("dialog", name="キー操作")
    assert shown.is_visible() and "補正の依頼・差戻しの理由へ" in shown.inner_text()
    desk.keyboard.press("a")
    assert desk.url.endswith(town.donors[0].case), "while it is open no other key works"
    desk.keyboard.press("Escape")
    assert not shown.is_visible()


def test_switched_off_there_is_no_listener(town: Town, open_as: Open):
    desk = open_as(town.cookies("tanaka"), width=1280).new_page()
    counted = """() => { window.heard = 0; const real = EventTarget.prototype.addEventListener;
        EventTarget.prototype.addEventListener = function (kind, ...more) {
            if (kind === 'keydown') window.heard++; return real.call(this, kind, ...more); }; }"""
    desk.add_init_script(f"({counted})()")
    desk.goto("/staff/account/")
    assert desk.evaluate("() => heard") == 1
    with desk.expect_navigation():
        desk.locator("#display").get_by_role("button", name="使わない").click()
    assert desk.url.endswith("/staff/account/")
    assert "一文字のキー操作：使わない" in desk.inner_text("#display")
    desk.goto(town.donors[0].case)
    assert desk.evaluate("() => heard") == 0
    for key in ("j", "a", "r", "h", "?", "/"):
        desk.keyboard.press(key)
    assert desk.url.endswith(town.donors[0].case) and desk.locator("#keyhelp").count() == 0
    plain = open_as(town.cookies("tanaka"), width=1280, js=False).new_page()
    plain.goto("/staff/account/")
    plain.locator("#display").get_by_role("button", name="使わない").click()
    assert "一文字のキー操作：使わない" in plain.inner_text("#display"), "the setting is a form, not a script"
