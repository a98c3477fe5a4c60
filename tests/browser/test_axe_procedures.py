"""Every page of every procedure's form as a resident meets it on the phone: no axe violation, no sideways scrolling.
(`test_axe` looks at the pages of two procedures in every state; here all 27 are walked in one.)"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from .seed import Town, answers, definitions, walk
from .test_axe import OPEN, Checker, wide

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("slug", sorted(definitions()))
def test_form_is_accessible(slug: str, town: Town, open_as: Callable[..., BrowserContext], axe_source: str):
    who = "guest" if definitions()[slug].level == "なし" else "hanako"
    draft = walk(town.window(who), slug, answers(slug))
    steps = re.findall(rf"{draft}([a-z_0-9]+)/", town.window(who).get(f"{draft}check/").body.decode())
    pages = list(dict.fromkeys([*steps, "check"]))
    assert len(pages) >= 3, pages
    tab = open_as(town.cookies(who), bypass_csp=True).new_page()
    wide(tab, 390)
    wrong: dict[str, object] = {}
    for name in pages:
        response = tab.goto(f"{draft}{name}/")
        assert response is not None and response.status == 200, name
        tab.evaluate(OPEN)
        check = Checker(tab, axe_source)
        check.look("390 open")
        if check.wrong:
            wrong[name] = check.wrong
    assert wrong == {}
