"""A clerk enrols a passkey and signs in with it: Chromium's own virtual authenticator (CDP WebAuthn), the served city hall."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab

from madoguchi.config import demo

from .conftest import PATIENCE, Served
from .test_axe import Checker

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(chromium: Browser, served: Served) -> Iterator[Callable[..., BrowserContext]]:
    """A window at http://localhost (a passkey is bound to a name, never to a number)."""
    opened: list[BrowserContext] = []

    def make(*, js: bool = True) -> BrowserContext:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP", base_url=f"http://localhost:{served.port}",
                                       java_script_enabled=js, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@contextlib.contextmanager
def finger(tab: Tab) -> Iterator[object]:
    """A device with a fingerprint reader."""
    line = tab.context.new_cdp_session(tab)
    line.send("WebAuthn.enable")
    line.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True}})
    yield line
    line.detach()


def password(tab: Tab, who: str) -> None:
    """The first step."""
    tab.goto("/staff/sign-in/")
    tab.get_by_label("職員番号").fill(who)
    tab.get_by_label("パスワード").fill(demo.TRIAL_PASSWORD)
    tab.get_by_role("button", name="ログイン", exact=True).click()


def test_a_clerk_enrols_a_passkey_and_signs_in_with_it(desk: Callable[..., BrowserContext], axe_source: str):
    tab = desk().new_page()
    with finger(tab):
        password(tab, "yoshida")
        tab.goto("/staff/account/")
        tab.get_by_role("link", name="パスキーを加える").click()
        tab.get_by_label("名前").fill("窓口のパソコン")
        tab.get_by_role("button", name="パスキーを登録する").click()
        tab.get_by_text("この画面を閉じると、もう出せません").wait_for()
        assert "窓口のパソコン" in tab.inner_text("main")
        code = tab.locator("main code").first.inner_text()
        tab.get_by_role("button", name="終了", exact=True).click()

        password(tab, "yoshida")
        assert tab.url.endswith("/staff/sign-in/second/")
        checker = Checker(tab, axe_source)
        checker.look("second")
        assert checker.wrong == {}
        tab.get_by_role("button", name="パスキーで確認する").click()
        tab.wait_for_url("**/staff/")
        assert "吉田 さち" in tab.inner_text("header")

    other = desk().new_page()  # another computer, without that passkey: the code on paper
    password(other, "yoshida")
    other.get_by_label("回復コード").fill(code)
    other.get_by_role("button", name="確認する", exact=True).click()
    other.wait_for_url("**/staff/")
    assert "吉田 さち" in other.inner_text("header")


def test_without_scripts_the_code_of_an_app_is_enough(desk: Callable[..., BrowserContext]):
    tab = desk(js=False).new_page()
    password(tab, "yamamoto")
    tab.goto("/staff/account/totp/")
    app = pyotp.TOTP(tab.locator("main code").inner_text().replace(" ", ""))
    assert tab.locator("main img").evaluate("i => i.naturalWidth") > 100, "the picture is drawn under the page's own policy"
    tab.get_by_label("確認コード").fill(app.now())
    tab.get_by_role("button", name="登録する").click()
    code = tab.locator("main code").first.inner_text()
    tab.get_by_role("button", name="終了", exact=True).click()
    password(tab, "yamamoto")
    tab.get_by_label("確認コード").fill(code)
    tab.get_by_role("button", name="確認する", exact=True).click()
    assert "山本 悟" in tab.inner_text("header")
