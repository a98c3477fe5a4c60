"""Whole journeys: apply, correct, decide, download. With JavaScript and without, on a telephone and at a desk."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page as Tab

from madoguchi.config import demo

from .hands import FORWARD, answer, cookies_of, decision_data, fill_step, here, open_case, until, walk_by_hand
from .seed import BY_PHOTO, DWELLING, RISAI, TEATE, Town, answers, definitions, fields, walk

pytestmark = pytest.mark.browser

Open = Callable[..., BrowserContext]
SCRIPTS = pytest.mark.parametrize("js", [True, False], ids=["scripts", "no-scripts"])


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo in the telephone."""
    path = tmp_path / "家.jpg"
    path.write_bytes(demo.picture())
    return path


def read_pdf(tab: Tab, link: str) -> str:
    """Press a link that downloads a PDF; its words."""
    with tab.expect_download() as loading:
        tab.get_by_role("link", name=link).click()
    return demo.read_pdf(Path(loading.value.path()).read_bytes()).replace(" ", "")


@SCRIPTS
def test_a_certificate_from_the_photo_to_the_download(js: bool, town: Town, open_as: Open, photo: Path):
    given = answers(RISAI, BY_PHOTO)
    phone = open_as(width=390, js=js).new_page()
    seen = walk_by_hand(phone, RISAI, given, photo)
    assert seen[0] == "event" and seen[-1] == "documents"
    phone.get_by_label("上の内容に、まちがいはありません").check()
    phone.get_by_role("button", name="罹災証明書の交付申請を送信する").click()
    assert "/filed/" in phone.url
    receipt = phone.inner_text(".receipt")
    assert re.fullmatch(r"\d{8}", phone.inner_text(".note.warn .num"))
    mine = phone.url.removesuffix("filed/")
    assert receipt in read_pdf(phone, "受付票")

    desk = open_as(town.cookies("yamada"), width=1280, js=js).new_page()
    case = open_case(desk, receipt)
    ask_for_correction(desk, js)
    until(phone, mine, "直していただきたい点があります")
    phone.get_by_role("link", name="内容を見て直す").click()
    assert "連絡のつく電話" in phone.inner_text(".corr") and "番号をもう一度" in phone.inner_text(".corr")
    phone.get_by_label("連絡のつく電話").fill("０７６７－００－０００１")
    phone.get_by_role("button", name="直した内容を送る").click()
    until(desk, f"{case}?tab=talk", "回答あり")
    assert "0767" in desk.inner_text(".cmp ins")

    desk.goto(case)
    record_survey(desk)
    desk.goto(case)
    press(desk, js, "a", "決定して決裁へ")
    found = ("serial", "survey_kind", "survey_day", "grade")  # the survey's, filled in already
    answer(desk, {k: v for k, v in decision_data(definitions()[RISAI]).items() if k.partition(".")[0] not in found})
    desk.get_by_label("交付", exact=True).check()
    desk.get_by_role("button", name="この内容で決裁へ進める").click()
    for account in ("nakamura", "kobayashi"):
        approver = open_as(town.cookies(account), width=1280, js=js).new_page()
        approver.goto(case)
        stamp(approver, js)
    until(phone, mine, "結果が出ました")
    words = read_pdf(phone, "罹災証明書（PDF）")
    assert "罹災証明書" in words and "相違ないことを証明します" in words


def record_survey(desk: Tab) -> None:
    """Say what the photographs show."""
    desk.locator("a[href^='/staff/survey/case/']").click()
    form = desk.locator("form[action$='/record/']")
    form.locator("[name=grade][value=ichibu_sonkai]").check()
    form.locator("[name=surveyed_on]").fill(dt.date.today().isoformat())
    form.locator("[name=surveyors]").fill("山田 浩")
    form.locator("button").last.click()
    desk.wait_for_load_state()


def press(desk: Tab, js: bool, key: str, words: str) -> None:
    """A single key where there are scripts, the button where there are none."""
    with desk.expect_navigation():
        if js:
            desk.keyboard.press(key)
        else:
            desk.locator(".act :is(a, button)", has_text=words).click()


def stamp(desk: Tab, js: bool) -> None:
    """A single key (or a press) only opens the forms: a decision is never made by one stroke."""
    if js:
        desk.keyboard.press("a")
    else:
        desk.locator(".stamp summary").click()
    assert "/case/" in desk.url and desk.locator(".chip", has_text="決裁待ち").count()
    desk.get_by_role("button", name="承認する").click()


def ask_for_correction(desk: Tab, js: bool) -> None:
    """Ask for the telephone number once more."""
    press(desk, js, "r", "補正を依頼")
    row = desk.locator(".corr-row", has_text="連絡のつく電話")
    row.get_by_role("checkbox").check()
    row.get_by_role("textbox").fill("番号をもう一度確認してください。")
    desk.get_by_role("button", name="補正を依頼する").click()
    assert "回答待ち" in desk.inner_text("main")


@SCRIPTS
def test_a_signed_application_with_the_card(js: bool, town: Town, open_as: Open, photo: Path):
    phone = open_as(width=390, js=js).new_page()
    phone.goto(f"/p/{TEATE}/")
    phone.get_by_role("button", name="手続きをはじめる").click()
    assert "/sign-in/" in phone.url
    phone.get_by_role("button", name="見本 花子（架空）").click()
    walk_by_hand(phone, TEATE, answers(TEATE, {"account_way": "named", "spouse": True}), photo)
    assert "電子署名をします" in phone.inner_text("main")
    assert not re.search(r"\d{12}", phone.inner_text(".sum >> nth=0"))
    phone.get_by_label("上の内容に、まちがいはありません").check()
    phone.locator("main button.lg[type=submit]").click()
    assert "/filed/" in phone.url
    desk = open_as(town.cookies("tanaka"), width=1280, js=js).new_page()
    open_case(desk, phone.inner_text(".receipt"))
    assert "電子署名あり" in desk.inner_text(".dh")


def test_a_form_by_keyboard_alone(town: Town, open_as: Open):
    person = demo.Browser(town.base)
    draft = walk(person, RISAI, {}, stop="event")
    tab = open_as(cookies_of(person), width=1280).new_page()
    tab.goto(f"{draft}event/")
    tab.keyboard.press("Tab")
    assert tab.evaluate("() => document.activeElement.textContent") == "本文へ移動"
    assert tab.evaluate("() => document.activeElement.getBoundingClientRect().top >= 0"), "the skip link is seen"
    tab.keyboard.press("Enter")
    assert tab.evaluate("() => document.activeElement.id") == "main"

    tab_to(tab, FORWARD)
    with tab.expect_navigation():
        tab.keyboard.press("Enter")  # nothing answered yet
    assert tab.evaluate("() => document.activeElement.matches('.errsum')")
    tab.keyboard.press("Tab")
    target = tab.evaluate("() => document.activeElement.hash.slice(1)")
    tab.keyboard.press("Enter")
    assert tab.evaluate("() => document.activeElement.id") == target == "cause-1"

    tab.keyboard.press("Space")
    tab_to(tab, "[name=disaster]")
    tab.keyboard.press("Space")
    tab_to(tab, '[name="damage_day.era"]')
    for key in ("ArrowRight", "ArrowLeft", "ArrowRight"):
        tab.keyboard.press(key)
    assert tab.evaluate("() => document.querySelector('[name=\"damage_day.era\"]:checked').value") == "r"
    for part, typed in (("y", "８"), ("m", "11"), ("d", "10")):
        tab_to(tab, f'[name="damage_day.{part}"]')
        tab.keyboard.type(typed)
    assert tab.inner_text(".conv") == "令和8年は 西暦 2026年"
    tab_to(tab, FORWARD, choose=True)
    with tab.expect_navigation():
        tab.keyboard.press("Enter")
    assert here(tab) == "kind_page", tab.inner_text("main")


SEEN = """() => { const e = document.activeElement, s = x => getComputedStyle(x), o = x => parseFloat(s(x).outlineWidth) >= 2 &&
    s(x).outlineStyle !== 'none'; const r = e.getBoundingClientRect(); const box = e.closest('.opt-c, .era label, .search, .gs');
    return (o(e) || (box && o(box))) && r.bottom > 0 && r.top < innerHeight }"""


UNCHOSEN = """() => { const e = document.activeElement;
    return e.type === 'radio' && !document.querySelector(`[name="${e.name}"]:checked`) }"""


def tab_to(tab: Tab, css: str, *, choose: bool = False) -> None:
    """Press Tab until the focus is there; every stop on the way must be seen. ``choose`` takes the first option of what is
    still open on the way."""
    for _ in range(80):
        tab.keyboard.press("Tab")
        assert tab.evaluate(SEEN), "focus not seen: " + tab.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
        if tab.evaluate("css => document.activeElement.matches(css)", css):
            return
        if choose and tab.evaluate(UNCHOSEN):
            tab.keyboard.press("Space")
    raise AssertionError(f"the keyboard does not reach {css}")


@SCRIPTS
def test_two_windows_do_not_overwrite_each_other(js: bool, town: Town, open_as: Open):
    person = demo.Browser(town.base)
    given = answers(RISAI, DWELLING)
    draft = walk(person, RISAI, given, stop="damage_page")
    window = open_as(cookies_of(person), js=js)
    first, second = window.new_page(), window.new_page()
    for tab in (first, second):
        tab.goto(f"{draft}damage_page/")
        fill_step(tab, RISAI, "damage_page", given)
    first.get_by_label("被害のようす").fill("はじめの窓で書いた。")
    first.click(FORWARD)
    second.get_by_label("被害のようす").fill("あとの窓で書いた。")
    second.click(FORWARD)
    assert "先に保存されています" in second.inner_text("main .note")
    assert second.get_by_label("被害のようす").input_value() == "あとの窓で書いた。"
    second.click(FORWARD)  # seen, and meant
    assert here(second) == "survey_page"
    second.goto(f"{draft}damage_page/")
    assert second.get_by_label("被害のようす").input_value() == "あとの窓で書いた。"


@SCRIPTS
def test_what_was_typed_survives_a_sign_in_that_ran_out(js: bool, town: Town, open_as: Open):
    person = demo.Browser(town.base)
    demo.sign_in(person, "taro")
    given = answers(TEATE)
    draft = walk(person, TEATE, given, stop="claimant_page")
    window = open_as(cookies_of(person), js=js)
    tab = window.new_page()
    tab.goto(f"{draft}claimant_page/")
    fill_step(tab, TEATE, "claimant_page", given)
    typed = tab.locator("main form").evaluate("f => [...new FormData(f)].filter(([k]) => !/^(csrf|_)/.test(k)).join('|')") if js else ""
    window.clear_cookies(name="mado_r")
    tab.click(FORWARD)
    assert "ログインが切れました" in tab.inner_text("main")
    tab.get_by_role("button", name="見本 太郎（架空）").click()
    assert "ログインする前に入力した内容を戻しました" in tab.inner_text("main")
    if js:
        assert tab.locator("main form").evaluate("f => [...new FormData(f)].filter(([k]) => !/^(csrf|_)/.test(k)).join('|')") == typed
    tab.click(FORWARD)
    assert here(tab) != "claimant_page"


def test_back_and_forward(town: Town, open_as: Open):
    person = demo.Browser(town.base)
    given = answers(RISAI, DWELLING)
    draft = walk(person, RISAI, given, stop="damage_page")
    tab = open_as(cookies_of(person)).new_page()
    tab.goto(f"{draft}damage_page/")
    fill_step(tab, RISAI, "damage_page", given)
    with tab.expect_navigation():  # until it stands: a page that is just being put in has no history yet to go back in
        tab.click(FORWARD)
    after = here(tab)
    assert after != "damage_page", tab.inner_text("main")
    tab.go_back()
    assert here(tab) == "damage_page"
    assert tab.get_by_label("被害のようす").input_value() == fields(RISAI, "damage_page", given)["damage"]
    tab.go_forward()
    assert here(tab) == after
    tab.go_back()
    tab.get_by_label("被害のようす").fill("戻ってから直した。")
    tab.click(FORWARD)
    assert here(tab) == after, tab.inner_text("main")


@SCRIPTS
def test_a_double_click_files_once(js: bool, town: Town, open_as: Open):
    person = demo.Browser(town.base)
    draft = walk(person, RISAI, answers(RISAI, DWELLING))
    tab = open_as(cookies_of(person), js=js).new_page()
    tab.goto(f"{draft}check/")
    tab.get_by_label("上の内容に、まちがいはありません").check()
    tab.locator("main button.lg[type=submit]").dblclick()
    tab.wait_for_url("**/filed/")
    tab.goto("/my/")
    assert tab.locator(".plist .num").count() == 1


def test_a_question_that_hangs_on_another(town: Town, open_as: Open):
    person = demo.Browser(town.base)
    draft = walk(person, RISAI, answers(RISAI, DWELLING), stop="damage_page")
    tab = open_as(cookies_of(person)).new_page()
    tab.goto(f"{draft}damage_page/")
    depth = tab.get_by_label("いちばん深いところの水の高さ")
    flooded = tab.get_by_role("group", name="水に浸かりましたか")
    flooded.get_by_label("いいえ").check()
    assert not depth.is_visible()
    flooded.get_by_label("はい").check()
    assert depth.is_visible() and not tab.locator(".hint.until").is_visible()

    plain = open_as(cookies_of(person), js=False).new_page()
    plain.goto(f"{draft}damage_page/")
    assert plain.get_by_label("いちばん深いところの水の高さ").is_visible()
    assert plain.inner_text(".hint.until") == "「水に浸かりましたか」が「はい」のときだけ入力してください"


def test_years_are_told_in_both_calendars(town: Town, open_as: Open):
    draft = town.draft_full
    tab = open_as(town.cookies("guest")).new_page()
    tab.goto(f"{draft}member_page/")
    date = tab.locator(".wareki").first
    echo = tab.locator(".conv").first
    for era, year, words in (("昭和", "６０", "昭和60年は 西暦 1985年"), ("令和", "元", "令和元年は 西暦 2019年"),
                             ("平成", "1", "平成元年は 西暦 1989年"), ("西暦", "1991", "西暦 1991年")):
        date.get_by_label(era).check()
        date.get_by_label("年", exact=True).fill(year)
        assert echo.inner_text() == words
    date.get_by_label("年", exact=True).fill("")
    assert echo.inner_text() == ""


def _press_and_wait(tab: Tab, name: str) -> None:
    """Press the button of a setting, and go on when the server has answered: the cookie is there then."""
    with tab.expect_response("**/settings/"):
        tab.get_by_role("button", name=name).click()
    tab.wait_for_load_state()


@SCRIPTS
def test_display_settings_stay(js: bool, open_as: Open):
    tab = open_as(width=1280, js=js).new_page()
    tab.goto("/procedures/?q=介護")
    look = {"size": "html[data-size=xl]", "black": "html[data-contrast=high]"}
    press = partial(_press_and_wait, tab)
    press("特大")
    assert tab.locator(look["size"]).count() == 1 and "q=" in tab.url, "and the page is still the same"
    press("背景を黒に")
    assert tab.locator(look["black"]).count() == 1
    tab.goto("/")
    assert tab.locator(look["size"]).count() == tab.locator(look["black"]).count() == 1
    assert tab.get_by_role("button", name="特大").get_attribute("aria-pressed") == "true"
    press("背景を黒に")
    press("標準")
    tab.goto("/accessibility/")
    assert tab.locator("html[data-size], html[data-contrast]").count() == 0


def test_the_postcode_fills_the_address_without_scripts(town: Town, open_as: Open):
    person = demo.Browser(town.base)
    given = answers(RISAI, DWELLING)
    draft = walk(person, RISAI, given, stop="applicant_page")
    tab = open_as(cookies_of(person), js=False).new_page()
    tab.goto(f"{draft}applicant_page/")
    tab.get_by_label("姓", exact=True).fill("見本")
    tab.locator('[name="address.zip"]').fill("９２６－８６１１")
    tab.get_by_role("button", name="住所を自動入力").click()
    assert tab.locator('[name="address.city"]').input_value() == "石川県七尾市"
    assert tab.get_by_label("姓", exact=True).input_value() == "見本", "nothing typed is lost"


def test_single_keys_of_the_staff_and_their_switch(town: Town, open_as: Open):
    cases = [town.received, town.correcting]
    tab = open_as(town.cookies("yamada"), width=1280).new_page()
    tab.goto("/staff/?state=all")
    links = tab.locator(".apps tbody a")
    assert links.count() >= len(cases)
    focused = "() => [...document.querySelectorAll('.apps a')].indexOf(document.activeElement)"
    walked = []
    for key in ("j", "j", "k", "k"):
        tab.keyboard.press(key)
        walked.append(tab.evaluate(focused))
    assert walked == [0, 1, 0, 0]
    tab.keyboard.press("/")
    tab.keyboard.type("jkar")
    assert tab.get_by_role("searchbox").input_value() == "jkar", "letters typed into a box are letters"

    tab.goto(cases[0].case)
    tab.get_by_role("button", name="キー操作").click()
    for key in ("j", "a", "r", "/"):
        tab.keyboard.press(key)
    assert tab.url.endswith(cases[0].case) and tab.evaluate(focused) == -1
    tab.goto(cases[0].case)
    assert tab.get_by_role("button", name="キー操作").get_attribute("aria-pressed") == "false", "remembered"
    tab.keyboard.press("a")
    assert tab.url.endswith(cases[0].case)
    tab.get_by_role("button", name="キー操作").click()
    tab.locator("#dt").click()
    for key, where in (("a", "decide"), ("r", "correct")):
        tab.goto(cases[0].case)
        with tab.expect_navigation():
            tab.keyboard.press(key)
        assert tab.url.endswith(f"{where}/")
    assert not re.search("placeholder", tab.inner_html("main"))
