"""Words of the staff's pages as they stand in the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from .seed import Town

LINES = """all => all.map(e => { const r = document.createRange(); r.selectNodeContents(e.lastChild);
  return [e.textContent, new Set([...r.getClientRects()].map(b => b.top)).size]; })"""

# where all is alike and an address is long, nothing but the word itself keeps its column wide
LONG = """all => all.forEach(body => body.querySelectorAll('tr').forEach(r => {
  if (r.classList.contains('ng')) r.remove();
  else r.querySelectorAll('td[data-l]').forEach(c => c.textContent = '石川県七尾市袖ヶ江町イ部二十五番地　見本団地第百二十三号棟'); }))"""


@pytest.mark.parametrize("width", [390, 1280])
def test_a_result_of_the_comparison_stands_on_one_line(width: int, town: Town, open_as: Callable[..., BrowserContext]):
    tab = open_as(town.cookies("yamada"), width=width).new_page()
    tab.goto(town.received.case)
    tab.locator(".cmp tbody").evaluate_all(LONG)
    results = tab.locator(".cmp .res").evaluate_all(LINES)
    assert "一致" in [words for words, _ in results]
    assert {lines for _, lines in results} == {1}, results
